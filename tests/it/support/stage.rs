//! The app on a test backend: real data, keys through the keymap, effects carried out at once.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use gaffe::dataset::{Ledger, Order, Split, Stamp};
use gaffe::media;
use gaffe::project::{Project, Rescorer};
use gaffe::store::load_filters;
use gaffe::tui::app::{Action, App, Asking, Effect, Message, Mouse, Question, Scored};
use gaffe::tui::hit::{Target, target};
use gaffe::tui::keymap::Keymap;
use gaffe::tui::screens;
use gaffe::tui::theme::{Depth, Theme};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tui_input::InputRequest;

pub struct Stage {
    app: App,
    terminal: Terminal<TestBackend>,
    media_root: PathBuf,
    project: Arc<Project>,
    /// The model that was asked last.
    model: Option<Rescorer>,
    /// The number of the scoring that was ordered last.
    ordered: u64,
    /// A person's pace: milliseconds.
    now: u64,
}

impl Stage {
    pub fn sample(cols: u16, rows: u16) -> Self {
        Self::open(&sample(), sample(), cols, rows)
    }

    pub fn sample_without_pictures(cols: u16, rows: u16) -> Self {
        Self::open(&sample(), PathBuf::from("gone"), cols, rows)
    }

    pub fn texts(cols: u16, rows: u16) -> Self {
        let long = "A plot that goes nowhere, slowly. ".repeat(12);
        let table = format!("id,text,label,stars\na,\"{long}\nLine two \u{1b}[31mred\",good,1\n");
        Self::of_table(&table, &["bad", "good"], &[0.9, 0.1], cols, rows)
    }

    /// A text of many more words than any screen has room for.
    pub fn long_text(cols: u16, rows: u16) -> Self {
        let words: Vec<String> = (0..800).map(|i| format!("word{i}")).collect();
        let table = format!("id,text,label\na,\"{}\",good\n", words.join(" "));
        Self::of_table(&table, &["bad", "good"], &[0.9, 0.1], cols, rows)
    }

    pub fn rows(cols: u16, rows: u16) -> Self {
        let names: Vec<String> = (0..40).map(|k| format!("class {k:02} 漢字")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut probs = vec![0.01; 40];
        probs[33] = 0.61;
        let table = "id,label,age,job\nx1,class 07 漢字,44,night porter\n";
        Self::of_table(table, &names, &probs, cols, rows)
    }

    pub fn without_errors(cols: u16, rows: u16) -> Self {
        Self::of_table("id,text,label\na,fine,bad\n", &["bad", "good"], &[0.9, 0.1], cols, rows)
    }

    fn of_table(table: &str, classes: &[&str], probs: &[f32], cols: u16, rows: u16) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let text = if table.starts_with("id,text") { "text = \"text\"\n" } else { "" };
        let config = format!(
            "name = \"t\"\nclasses = {classes:?}\n[columns]\nid = \"id\"\nlabel = \"label\"\n{text}\
             [splits]\ndev = \"dev.csv\"\n[runs.v1]\ndev = \"p.npy\"\n"
        );
        std::fs::write(dir.path().join("gaffe.toml"), config).unwrap();
        std::fs::write(dir.path().join("dev.csv"), table).unwrap();
        let array = ndarray::Array2::from_shape_vec((1, probs.len()), probs.to_vec()).unwrap();
        ndarray_npy::write_npy(dir.path().join("p.npy"), &array).unwrap();
        Self::open(dir.path(), PathBuf::new(), cols, rows)
    }

    fn open(root: &Path, media_root: PathBuf, cols: u16, rows: u16) -> Self {
        let project = Project::open(root).unwrap();
        let keymap = Arc::new(Keymap::standard().unwrap());
        let mut ledger = Ledger::default();
        let tags = &project.config().tags;
        ledger.set_up(tags, Stamp::default(), |c| keymap.is_reserved(c)).unwrap();
        Self::with_ledger(project, ledger, media_root, (cols, rows))
    }

    /// A project with the decisions that are written down.
    pub fn of_project(root: &Path, cols: u16, rows: u16) -> Self {
        let project = Project::open(root).unwrap();
        let (ledger, _) = project.decisions().unwrap();
        let filters = load_filters(&project.data_dir()).unwrap();
        let mut stage = Self::with_ledger(project, ledger, root.to_owned(), (cols, rows));
        stage.app = stage.app.with_filters(filters);
        stage
    }

    fn with_ledger(
        project: Project,
        ledger: Ledger,
        media_root: PathBuf,
        (cols, rows): (u16, u16),
    ) -> Self {
        let keymap = Arc::new(Keymap::standard().unwrap());
        let desk = project.desk(Split::Dev, "v1", Order::Random, ledger).unwrap();
        let app = App::new(desk, keymap, None, (cols, rows));
        let terminal = Terminal::new(TestBackend::new(cols, rows)).unwrap();
        let project = Arc::new(project);
        let now = 1_700_000_000_000;
        let mut stage = Self { app, terminal, media_root, project, model: None, ordered: 0, now };
        let effects = stage.app.start();
        stage.carry_out(effects);
        stage.draw();
        stage
    }

    /// Presses a key, then paints, as the program does.
    pub fn key(&mut self, code: KeyCode) {
        self.unseen(code);
        self.draw();
    }

    /// Presses a key; nothing is painted after it.
    pub fn unseen(&mut self, code: KeyCode) {
        let event = KeyEvent::new(code, KeyModifiers::NONE);
        let command = self.app.command_of(event);
        let message = match (command, code) {
            (Some(command), _) => Message::Command(command),
            (None, KeyCode::Char(c)) => Message::Edit(InputRequest::InsertChar(c)),
            (None, KeyCode::Backspace) => Message::Edit(InputRequest::DeletePrevChar),
            (None, other) => panic!("{other:?} has no meaning here"),
        };
        self.now += 200;
        let effects = self.app.update(message, self.now);
        self.carry_out(effects);
    }

    /// Says something of the scoring that was ordered last, two seconds later, then paints.
    pub fn hear(&mut self, scored: Scored) {
        self.now += 2_000;
        let message = Message::Scored { generation: self.ordered, scored };
        let effects = self.app.update(message, self.now);
        self.carry_out(effects);
        self.draw();
    }

    /// Clicks at a column and a row, then paints.
    pub fn click(&mut self, col: u16, row: u16) {
        self.now += 1_000;
        let mouse = Mouse { action: Action::Click, at: Position::new(col, row) };
        let effects = self.app.update(Message::Mouse(mouse), self.now);
        self.carry_out(effects);
        self.draw();
    }

    /// What every place of a screen stands for.
    pub fn targets(&self, cols: u16, rows: u16) -> Vec<Option<Target>> {
        let screen = Rect::new(0, 0, cols, rows);
        screen.positions().map(|at| target(&self.app, screen, at)).collect()
    }

    /// Shows the card of the first start.
    pub fn welcome(&mut self) {
        self.app.welcome();
        self.draw();
    }

    /// What is on the screen, line by line.
    pub fn draw(&mut self) -> String {
        self.paint();
        self.terminal.backend().to_string()
    }

    /// What is on the screen, with its colours.
    pub fn paint(&mut self) -> Buffer {
        self.paint_in("dark")
    }

    /// The same, in a theme.
    pub fn paint_in(&mut self, theme: &str) -> Buffer {
        let theme = Theme::by_name(theme, Depth::True, true).unwrap();
        self.terminal.draw(|frame| screens::draw(&self.app, theme, frame)).unwrap();
        self.app.update(Message::Painted, self.now);
        self.terminal.backend().buffer().clone()
    }

    /// Gives the terminal another size.
    pub fn resize(&mut self, cols: u16, rows: u16) {
        self.terminal.backend_mut().resize(cols, rows);
        self.terminal.resize(Rect::new(0, 0, cols, rows)).unwrap();
        let effects = self.app.update(Message::Resized(cols, rows), self.now);
        self.carry_out(effects);
        self.draw();
    }

    /// What is on the screen of a terminal without colours, line by line.
    pub fn draw_without_colours(&mut self) -> String {
        let theme = Theme::by_name("dark", Depth::True, false).unwrap();
        self.terminal.draw(|frame| screens::draw(&self.app, theme, frame)).unwrap();
        self.terminal.backend().to_string()
    }

    /// What the thread with the model would say at the end.
    fn asked(&mut self, asking: &Asking) -> Message {
        if self.model.is_none() {
            match Rescorer::load(&self.project, &asking.run, asking.examples.clone()) {
                Ok(model) => self.model = Some(model),
                Err(why) => return asking.answer(Err(why), true),
            }
        }
        let model = self.model.as_mut().unwrap();
        let fresh = model.answer(&asking.trial, &mut |_| true);
        let name = model.name().to_owned();
        asking.answer(fresh.map(|fresh| Box::new((name, fresh.unwrap()))), true)
    }

    fn carry_out(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            let answers = match effect {
                Effect::Save { epoch, .. } => vec![Message::Saved { epoch }],
                Effect::Prepare(keys) => keys.into_iter().map(|key| self.decode(key)).collect(),
                Effect::Learn(learning) => {
                    vec![Message::Learnt(learning.run(&|row| self.file(row)))]
                }
                Effect::Work(work) => {
                    vec![Message::Worked { generation: work.generation, outcome: work.run() }]
                }
                Effect::Consider(question) => self.answers(*question),
                Effect::Ask(asking) => vec![self.asked(&asking)],
                Effect::Log(edit) => {
                    let log = self.project.log();
                    let read = log.edit("ann", edit).and_then(|_| log.read());
                    vec![Message::Logged(read.map(Box::new).map_err(|e| e.to_string()))]
                }
                Effect::LookForModels(generation, split) => {
                    let choice = self.project.model_choice(split, &|| false);
                    vec![Message::Models { generation, choice }]
                }
                Effect::Score(order) => {
                    self.ordered = order.generation;
                    vec![]
                }
                Effect::Copy(_)
                | Effect::Remember(_)
                | Effect::KeepFilters(_)
                | Effect::Welcomed
                | Effect::Suspend
                | Effect::Quit => vec![],
            };
            for answer in answers {
                let effects = self.app.update(answer, self.now);
                self.carry_out(effects);
            }
        }
    }

    /// What a question is answered, in parts and whole.
    fn answers(&self, question: Question) -> Vec<Message> {
        let generation = question.generation;
        let message = |answer, is_whole| Message::Considered { generation, answer, is_whole };
        let mut answers = vec![];
        let whole = question.run(&self.project, &mut |part| answers.push(message(Ok(part), false)));
        answers.extend(whole.map(|answer| message(answer, true)));
        answers
    }

    /// The state.
    pub fn app(&self) -> &App {
        &self.app
    }

    fn file(&self, row: u32) -> PathBuf {
        let Some(files) = self.app.desk().examples().media.files() else { panic!("no files here") };
        self.media_root.join(files.get(row as usize))
    }

    fn decode(&self, key: gaffe::tui::app::PictureKey) -> Message {
        let picture = media::cells_of(&self.file(key.row), key.cols, key.rows);
        Message::Picture(key, picture.map(Arc::new))
    }
}

/// Presses the keys of a text; `\n` is Enter, `\t` Tab, `\x1b` Esc.
pub fn press(stage: &mut Stage, keys: &str) {
    for c in keys.chars() {
        stage.key(match c {
            '\n' => KeyCode::Enter,
            '\t' => KeyCode::Tab,
            '\x1b' => KeyCode::Esc,
            c => KeyCode::Char(c),
        });
    }
}

fn sample() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("sample_data/fashion")
}
