//! The one table of commands. Keys, the help screen and the README's key table are made from it.
//!
//! Invariant: whatever a user can do on a screen is one row here.

/// What a key can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Command {
    /// The label is right; go on.
    ModelWrong,
    /// The prediction is right: take it as the label; go on.
    LabelWrong,
    /// Both are right; go on.
    BothAcceptable,
    /// Neither is right; go on.
    Neither,
    /// Can't tell; go on.
    Unsure,
    /// Set class number n (from 0) as the label; go on.
    Class(u8),
    /// Choose the label from all classes by typing.
    PickClass,
    /// Put on or take off the tag on that letter.
    Tag(char),
    /// Make a tag.
    NewTag,
    /// Mark as very easy.
    VeryEasy,
    /// Mark as very hard.
    VeryHard,
    /// Write a note.
    Note,
    /// Go on without a decision.
    Next,
    /// Go back.
    Previous,
    /// Go to the first error.
    First,
    /// Go to the last error.
    Last,
    /// Go to the next error that is not reviewed.
    NextOpen,
    /// Take back the last decision.
    Undo,
    /// Bring it back.
    Redo,
    /// Show more of a long text.
    ScrollDown,
    /// Show what was above.
    ScrollUp,
    /// Walk the errors in another order.
    Reorder,
    /// Show the keys.
    Help,
    /// Leave.
    Quit,
    /// Confirm a prompt or a choice.
    Accept,
    /// Leave a prompt, a choice or the help.
    Cancel,
    /// Move up in a list.
    Up,
    /// Move down in a list.
    Down,
}

/// Where a key is pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Context {
    /// Looking at an error.
    Review,
    /// Typing a note or the name of a tag.
    Prompt,
    /// Choosing a class.
    Picker,
    /// Reading the keys.
    Help,
}

/// A row of the table.
#[derive(Debug)]
pub struct Row {
    /// What it does.
    pub command: Command,
    /// Its name in the keymap.
    pub id: &'static str,
    /// One line for the help.
    pub help: &'static str,
    /// Its heading in the help.
    pub group: &'static str,
    /// Where it holds.
    pub contexts: &'static [Context],
}

const REVIEW: &[Context] = &[Context::Review];
const FIELD: &[Context] = &[Context::Prompt, Context::Picker];
const LIST: &[Context] = &[Context::Picker, Context::Help];
const POPUP: &[Context] = &[Context::Prompt, Context::Picker, Context::Help];

const fn row(
    command: Command,
    id: &'static str,
    group: &'static str,
    contexts: &'static [Context],
    help: &'static str,
) -> Row {
    Row { command, id, help, group, contexts }
}

/// All commands, in the order of the help. `class` and `tag` stand for a range of keys.
#[rustfmt::skip]
pub const TABLE: &[Row] = &[
    row(Command::ModelWrong, "model-wrong", "Who is right", REVIEW, "the model is wrong, the label is right; next"),
    row(Command::LabelWrong, "label-wrong", "Who is right", REVIEW, "the label is wrong: take the prediction; next"),
    row(Command::BothAcceptable, "both-acceptable", "Who is right", REVIEW, "both are acceptable; next"),
    row(Command::Neither, "neither", "Who is right", REVIEW, "neither is right; next"),
    row(Command::Unsure, "unsure", "Who is right", REVIEW, "can't tell; next"),
    row(Command::Class(0), "class", "Label", REVIEW, "set the class with that number as the label; next"),
    row(Command::PickClass, "pick-class", "Label", REVIEW, "choose the label by typing a part of its name; next"),
    row(Command::Tag('a'), "tag", "Tags and marks", REVIEW, "put the tag with that letter on, or take it off"),
    row(Command::NewTag, "new-tag", "Tags and marks", REVIEW, "make a tag and put it on"),
    row(Command::VeryEasy, "very-easy", "Tags and marks", REVIEW, "mark as very easy for a person"),
    row(Command::VeryHard, "very-hard", "Tags and marks", REVIEW, "mark as very hard for a person"),
    row(Command::Note, "note", "Tags and marks", REVIEW, "write a note"),
    row(Command::Next, "next", "Moving", REVIEW, "skip: the next error, without a decision"),
    row(Command::Previous, "previous", "Moving", REVIEW, "the error before"),
    row(Command::NextOpen, "next-open", "Moving", REVIEW, "the next error that is not reviewed"),
    row(Command::First, "first", "Moving", REVIEW, "the first error"),
    row(Command::Last, "last", "Moving", REVIEW, "the last error"),
    row(Command::ScrollDown, "scroll-down", "Moving", REVIEW, "show more of a long text or row"),
    row(Command::ScrollUp, "scroll-up", "Moving", REVIEW, "show what was above"),
    row(Command::Reorder, "reorder", "Moving", REVIEW, "the next order: random, by confidence, loss, margin, entropy, label, …"),
    row(Command::Undo, "undo", "Program", REVIEW, "take back the last decision and go to it"),
    row(Command::Redo, "redo", "Program", REVIEW, "bring back what was taken back"),
    row(Command::Help, "help", "Program", REVIEW, "these keys"),
    row(Command::Quit, "quit", "Program", REVIEW, "leave; everything is saved as you go"),
    row(Command::Accept, "accept", "In a field or list", FIELD, "take it"),
    row(Command::Cancel, "cancel", "In a field or list", POPUP, "close; what was typed is kept for the next time"),
    row(Command::Up, "up", "In a field or list", LIST, "up"),
    row(Command::Down, "down", "In a field or list", LIST, "down"),
];

/// The row of a keymap name.
pub fn by_id(id: &str) -> Option<&'static Row> {
    TABLE.iter().find(|row| row.id == id)
}

impl Command {
    /// Whether it changes the decisions on the example that is shown: then it counts only if that
    /// example was on the screen when the key was pressed.
    pub fn decides(self) -> bool {
        matches!(
            self,
            Self::ModelWrong
                | Self::LabelWrong
                | Self::BothAcceptable
                | Self::Neither
                | Self::Unsure
                | Self::Class(_)
                | Self::Tag(_)
                | Self::VeryEasy
                | Self::VeryHard
                | Self::NewTag
                | Self::Note
                | Self::PickClass
        )
    }
}
