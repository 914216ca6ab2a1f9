//! How many keys a decision takes, and how long the program takes for a key.
//!
//! A simulated person who knows the truth reviews 200 real errors of the sample by pressing keys: each
//! goes through the keymap, as in the review. The session is then replayed, as `gaffe replay` does it,
//! and timed: on the sample, on 1,000 and on 1,000,000 examples with pictures, and with 1,000 classes. The
//! screens that decide are timed by themselves (`screens`).
#![allow(clippy::print_stdout)]

mod large;
mod screens;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use gaffe::dataset::{Answer, Choice, Order, Split, Verdict};
use gaffe::project::{Project, now};
use gaffe::store::Welcome;
use gaffe::tui::Places;
use gaffe::tui::app::{App, Mode, Pick};
use gaffe::tui::command::Command;
use gaffe::tui::keymap::Keymap;
use gaffe::tui::replay::{Driver, Measured, Spread};
use gaffe::tui::session::{Entry, Header, Input, Session, on_screen};
use large::Sample;
use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tui_input::InputRequest;

/// Errors that are decided on.
const DECISIONS: usize = 200;
/// The screen.
const SIZE: (u16, u16) = (120, 40);
/// How often the session is replayed.
const REPLAYS: usize = 3;
/// Milliseconds between two keys of a key that is held down.
const HELD: Duration = Duration::from_millis(33);

type Done = Result<(), Box<dyn Error>>;

fn main() -> Done {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let is_wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|w| w == name);
    let sample = Sample::read()?;
    let names = class_names();
    let case = |name: &str, title: &str, decided: usize, make: &dyn Fn(&Path) -> Done| {
        if !is_wanted(name) {
            return Ok(());
        }
        let folder = tempfile::tempdir()?;
        make(folder.path())?;
        println!("\n{name}: {title}");
        measure(folder.path(), decided)
    };
    let million: &dyn Fn(&Path) -> Done = &|root| sample.repeat(root, 1_000_000);
    case("sample", "2,000 × 10", 0, &|root| sample.repeat(root, 2000))?;
    case("small", "1,000 × 10", 0, &|root| sample.errors_first(root, 1000))?;
    case("large", "1,000,000 × 10", 0, million)?;
    case("decided", "1,000,000 × 10, 100,000 errors decided before", 100_000, million)?;
    case("classes", "50,000 × 1,000", 0, &|root| sample.with_classes(root, 50_000, &names))?;
    for rows in [2_000, 1_000_000].into_iter().filter(|_| is_wanted("screens")) {
        let folder = tempfile::tempdir()?;
        sample.repeat(folder.path(), rows)?;
        println!("\nscreens: {rows} × 10, 100 errors decided before");
        screens::measure(open(folder.path(), 100)?)?;
    }
    Ok(())
}

/// `red wool coat` and 999 others.
fn class_names() -> Vec<String> {
    let colours =
        ["red", "blue", "green", "black", "white", "grey", "brown", "pink", "beige", "navy"];
    let stuffs =
        ["wool", "cotton", "linen", "silk", "denim", "leather", "felt", "nylon", "velvet", "tweed"];
    let things =
        ["coat", "shirt", "dress", "trouser", "sandal", "sneaker", "boot", "bag", "scarf", "hat"];
    let name =
        |i: usize| format!("{} {} {}", colours[i / 100], stuffs[i / 10 % 10], things[i % 10]);
    (0..1000).map(name).collect()
}

fn measure(root: &Path, decided: usize) -> Done {
    let mut person = Person::new(open(root, decided)?);
    person.review()?;
    let Person { driver, session, taken } = person;
    let strain = Strain::of(driver)?;

    let start = Instant::now();
    let (app, measured, idle) = replay(open(root, decided)?, &session)?;
    let opened = start.elapsed();
    let mut least = measured.program.clone();
    for _ in 1..REPLAYS {
        let (_, again, _) = replay(open(root, decided)?, &session)?;
        for (kind, times) in &mut least {
            for (time, other) in times.iter_mut().zip(&again.program[kind]) {
                *time = other.min(time).to_owned();
            }
        }
    }
    println!("opened and replayed in {:.1} s; {} errors", opened.as_secs_f64(), app.desk().all());
    print_keys(&measured, taken);
    println!("{:<34}{:>6}{:>9}{:>9}{:>9}", "milliseconds", "n", "p50", "p99", "max");
    print_least(&least);
    print_times(&measured, &strain, &idle);
    Ok(())
}

/// Replays; returns what was measured, and how long the screen takes when there is nothing to do.
fn replay(
    mut driver: Driver,
    session: &Session,
) -> Result<(App, Measured, Vec<Duration>), Box<dyn Error>> {
    driver.replay(session, now()).map_err(|s| format!("line {}: {}", s.line, s.why))?;
    let idle: Vec<Duration> = (0..1000).map(|_| driver.repaint(now())).collect();
    let (app, measured) = driver.finish(now());
    Ok((app, measured, idle))
}

/// Opens a review whose decisions are thrown away, with so many errors decided already.
fn open(root: &Path, decided: usize) -> Result<Driver, Box<dyn Error>> {
    let project = Project::open(root)?;
    let keymap = Arc::new(Keymap::standard()?);
    // It goes with the folder around it.
    let decisions = tempfile::tempdir_in(root)?.keep();
    let mut writable = project.open_decisions_in(&decisions, |c| keymap.is_reserved(c))?;
    let mut desk = project.desk(Split::Dev, "v1", Order::Random, writable.ledger)?;
    let rows = desk.list()[..decided].to_vec();
    let choice = Choice::of(Answer::Verdict(Verdict::ModelWrong));
    if let Some(event) = desk.apply(&rows, &choice, now()) {
        writable.store.append(&event)?;
    }
    let welcome = Welcome::from_env(|name| std::env::var_os(name));
    let (project, media_root) = (Arc::new(project), root.to_owned());
    let places = Places { project, data_dir: decisions, media_root, welcome };
    let app = App::new(desk, keymap, None, SIZE);
    Ok(Driver::start(app, writable.store, places, SIZE, now())?)
}

/// Who reviews: knows what is right, and presses the fewest keys.
struct Person {
    driver: Driver,
    session: Session,
    /// How many decisions took 1, 2 and more keys.
    taken: [usize; 3],
}

impl Person {
    fn new(driver: Driver) -> Self {
        let header = Header::of(driver.app(), SIZE);
        Self { driver, session: Session { header, entries: vec![] }, taken: [0; 3] }
    }

    fn review(&mut self) -> Result<(), String> {
        for n in 0..DECISIONS {
            let before = self.session.entries.len();
            self.decide(n)?;
            let keys = self.session.entries.len() - before;
            self.taken[keys.clamp(1, 3) - 1] += 1;
        }
        for _ in 0..60 {
            self.key(KeyCode::Right)?;
        }
        for _ in 0..30 {
            self.key(KeyCode::Left)?;
        }
        for _ in 0..5 {
            for code in [KeyCode::Home, KeyCode::Char(']'), KeyCode::End, KeyCode::Char('O')] {
                self.key(code)?;
            }
        }
        Ok(())
    }

    /// Decides on what is shown. Mostly the model is wrong; of what the person finds otherwise there
    /// is as much as in a real data set with doubtful labels.
    fn decide(&mut self, n: usize) -> Result<(), String> {
        if self.cell("capture") == Some("blurry") {
            self.key(KeyCode::Char('b'))?;
        }
        if n % 20 == 19 {
            self.text(";check the strap")?;
            self.key(KeyCode::Enter)?;
        }
        if n % 40 == 30 {
            // A slip, and back.
            self.key(KeyCode::Char('-'))?;
            self.key(KeyCode::Char('u'))?;
        }
        match n % 10 {
            3 => self.key(KeyCode::Char(' ')),
            6 => self.relabel(n),
            _ => self.key(KeyCode::Enter),
        }
    }

    /// Another class: by its digit, every other time and of more than ten classes by its name.
    fn relabel(&mut self, n: usize) -> Result<(), String> {
        let app = self.driver.app();
        let (row, classes) = (app.row().ok_or("no error is left")?, app.desk().classes().len());
        let predicted = app.desk().run().prediction(row as usize);
        let is_third = |&class: &u32| class != app.desk().gold(row) && Some(class) != predicted;
        let third =
            (0..classes).map(|i| ((n * 37 + i) % classes) as u32).find(is_third).unwrap_or(0);
        let name = app.desk().classes().name(third).to_lowercase();
        if third < 10 && classes <= 10 && n % 20 == 6 {
            let digit = char::from_digit((third + 1) % 10, 10).unwrap_or('1');
            return self.key(KeyCode::Char(digit));
        }
        self.key(KeyCode::Tab)?;
        for letter in name.chars() {
            if self.first_pick() == Some(Pick::Class(third)) {
                break;
            }
            self.key(KeyCode::Char(letter))?;
        }
        self.key(KeyCode::Enter)
    }

    fn first_pick(&self) -> Option<Pick> {
        match self.driver.app().mode() {
            Mode::Picker(picker) => picker.picks.first().copied(),
            _ => None,
        }
    }

    /// What a column says of the example on the screen.
    fn cell(&self, name: &str) -> Option<&str> {
        let app = self.driver.app();
        let column = app.desk().examples().metadata.iter().find(|column| column.name == name)?;
        Some(column.cells.get(app.row()? as usize))
    }

    fn text(&mut self, text: &str) -> Result<(), String> {
        text.chars().try_for_each(|c| self.key(KeyCode::Char(c)))
    }

    /// Presses a key: it means what the keymap says, else it is typed.
    fn key(&mut self, code: KeyCode) -> Result<(), String> {
        let app = self.driver.app();
        let command = app.command_of(KeyEvent::new(code, KeyModifiers::NONE));
        let input = match (command, code) {
            (Some(command), _) => Input::Command(command),
            (None, KeyCode::Char(c)) => Input::Edit(InputRequest::InsertChar(c)),
            (None, other) => return Err(format!("{other:?} means nothing here")),
        };
        let number = self.session.entries.len();
        let ms = number as u64 * 250;
        let entry = Entry { ms, at: on_screen(app), dropped: false, input };
        self.driver.settle(ms)?;
        self.driver.press(&entry.input, ms)?;
        self.session.entries.push((number + 2, entry));
        Ok(())
    }
}

/// Keys that wait for nothing but the keyboard.
struct Strain {
    /// The next example again and again, as from a key that is held down.
    held: Measured,
    /// The same while the walk is being sorted.
    sorting: Measured,
}

impl Strain {
    fn of(mut driver: Driver) -> Result<Self, Box<dyn Error>> {
        let press = |driver: &mut Driver, command| driver.press(&Input::Command(command), now());
        driver.settle(now())?;
        press(&mut driver, Command::First)?;
        driver.settle(now())?;
        driver.take_measured();
        for _ in 0..150 {
            let start = Instant::now();
            press(&mut driver, Command::Next)?;
            driver.attend(HELD.saturating_sub(start.elapsed()), now())?;
        }
        let held = driver.take_measured();
        for _ in 0..20 {
            press(&mut driver, Command::Reorder)?;
            for _ in 0..5 {
                press(&mut driver, Command::Next)?;
                driver.attend(HELD / 10, now())?;
            }
            driver.settle(now())?;
        }
        Ok(Self { held, sorting: driver.finish(now()).1 })
    }
}

fn print_keys(measured: &Measured, [one, two, more]: [usize; 3]) {
    let decided = measured.changed.len();
    let of = |kind| measured.program.get(kind).map_or(0, Vec::len);
    let keys = measured.keys - of("Moving") - of("Finding");
    let each = |keys: usize| keys as f64 / decided as f64;
    println!(
        "{decided} decided with {keys} keys: {:.2} a decision, {:.2} without the text of notes \
         (Prodigy 1, Label Studio and doccano 3)",
        each(keys),
        each(keys - of("prompt")),
    );
    println!("1 key: {one} decisions, 2 keys: {two}, more: {more}");
}

/// The same key does the same work in each replay, so the least of its times has the least of what
/// other programs took.
fn print_least(least: &BTreeMap<&str, Vec<Duration>>) {
    let all: Vec<Duration> = least.values().flatten().copied().collect();
    line(&format!("any key, the least of {REPLAYS} replays"), &all);
    for (kind, times) in least {
        line(&format!("  {kind}"), times);
    }
}

fn print_times(measured: &Measured, strain: &Strain, idle: &[Duration]) {
    let Strain { held, sorting } = strain;
    line("any key, the first replay", &measured.all_keys());
    line("key to the next whole example", &measured.whole);
    line("decision to the disk", &measured.durable);
    line("the answer of a thread", &measured.answers);
    line("a key that is held down", held.program.get("Moving").map_or(&[], Vec::as_slice));
    line(
        "a key while the walk is sorted",
        sorting.program.get("Moving").map_or(&[], Vec::as_slice),
    );
    line("nothing but the screen anew", idle);
    let ready = |m: &Measured| format!("{} of {}", m.ready, m.arrivals);
    println!("pictures ready on arrival: {}; held down: {}", ready(measured), ready(held));
}

fn line(name: &str, times: &[Duration]) {
    if let Some(Spread { count, p50, p99, max }) = Spread::of(times) {
        println!("{name:<34}{count:>6}{p50:>9.3}{p99:>9.3}{max:>9.3}");
    }
}
