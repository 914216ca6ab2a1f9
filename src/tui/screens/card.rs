//! The card of the first start: five keys over the first example.

use crate::media::text;
use crate::tui::app::App;
use crate::tui::command::{Command, Context};
use crate::tui::keymap;
use crate::tui::layout::centred;
use crate::tui::theme::Theme;
use ratatui::Frame;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Padding, Paragraph};

/// Draws the card.
pub fn draw(app: &App, theme: Theme, frame: &mut Frame<'_>) {
    let keymap = app.keymap();
    let key = |(command, what): (Command, String)| {
        // More than two say nothing to who begins.
        let keys = keymap.keys(Context::Review, command.row().id).iter().take(2);
        let keys: Vec<String> = keys.map(|key| keymap::show(key)).collect();
        let keys = Span::styled(format!("  {:<13}", keys.join(" ")), theme.accent());
        Line::from(vec![keys, Span::raw(what)])
    };
    let question = if agrees(app) {
        "The model agrees with this label. Are both right?"
    } else {
        "The model disagrees with this label. Who is right?"
    };
    let mut lines = vec![Line::styled(question, theme.strong()), Line::default()];
    lines.extend(five_keys(app).map(key));
    let (help, quit) = (keymap.key_of(Command::Help), keymap.key_of(Command::Quit));
    lines.extend([
        Line::default(),
        Line::from(format!("Everything is saved as you go. {help} all keys, {quit} leave.")),
        Line::styled("any key begins", theme.dim()),
    ]);
    let area = centred(frame.area(), 64, lines.len() as u16 + 2);
    let block = Block::bordered()
        .title(" welcome ")
        .padding(Padding::horizontal(1))
        .border_style(theme.accent());
    frame.render_widget(Clear, area);
    frame.render_widget(Paragraph::new(lines).block(block), area);
}

fn agrees(app: &App) -> bool {
    app.row().is_some_and(|row| app.desk().agrees(row))
}

/// What is needed to begin with.
fn five_keys(app: &App) -> [(Command, String); 5] {
    let mut tags = app.desk().ledger().tags().iter();
    let example = tags.find_map(|tag| Some(format!(": {} {}", tag.key?, tag.name)));
    let kind = if example.is_some() { Command::Tag('a') } else { Command::PickTag };
    let tag = format!("what kind of error it is{}", text::fit(&example.unwrap_or_default(), 20));
    let (model_wrong, second) = if agrees(app) {
        ("both are right", (Command::Unsure, "can't tell"))
    } else {
        let prediction = "the label is wrong, the prediction is right";
        ("the model is wrong, the label is right", (Command::LabelWrong, prediction))
    };
    [
        (Command::ModelWrong, model_wrong.to_owned()),
        (second.0, second.1.to_owned()),
        (Command::Class(0), "another class is right".to_owned()),
        (kind, tag),
        (Command::Undo, "take the last decision back".to_owned()),
    ]
}
