//! The one table of commands. Keys, palette, help, replay and the README's key table are made from it.
//!
//! Invariant: whatever a user can do on a screen is one row here.

use super::{Command, Context};
use crate::insight::View;

/// A row of the table.
#[derive(Debug)]
pub struct Row {
    /// What it does.
    pub command: Command,
    /// Its name in the keymap and in recorded sessions.
    pub id: &'static str,
    /// Its name for people.
    pub name: &'static str,
    /// One line for the help.
    pub help: &'static str,
    /// Its heading in the help.
    pub group: &'static str,
    /// Where it holds.
    pub contexts: &'static [Context],
    /// Whether it acts on the examples that are shown: then it counts only if these were on the
    /// screen when the key was pressed.
    pub on_sight: bool,
}

const REVIEW: &[Context] = &[Context::Review];
const GRID: &[Context] = &[Context::Grid];
const BOARD: &[Context] = &[Context::Board, Context::Labels];
const TABLES: &[Context] = &[Context::Board];
const LABELS: &[Context] = &[Context::Labels];
const JUDGES: &[Context] = &[Context::Review, Context::Grid, Context::Labels];
const SCREENS: &[Context] = &[Context::Review, Context::Grid];
const WALKS: &[Context] = &[Context::Review, Context::Grid, Context::Board, Context::Labels];
const STEPS: &[Context] =
    &[Context::Review, Context::Grid, Context::Board, Context::Labels, Context::WhatIf];
const KEEPING: &[Context] = &[Context::Review, Context::Grid, Context::Board];
const VIEWS: &[Context] = &[Context::Review, Context::Board, Context::Labels];
const PAGES: &[Context] = &[
    Context::Board,
    Context::Labels,
    Context::Review,
    Context::Grid,
    Context::Picker,
    Context::Help,
    Context::History,
    Context::Tags,
    Context::WhatIf,
];
const ENDS: &[Context] = &[
    Context::Board,
    Context::Labels,
    Context::Review,
    Context::Grid,
    Context::Help,
    Context::History,
    Context::Tags,
];
const TAKING: &[Context] = &[
    Context::Board,
    Context::Labels,
    Context::Grid,
    Context::Prompt,
    Context::Picker,
    Context::Find,
    Context::Help,
    Context::History,
    Context::Tags,
    Context::Confirm,
    Context::WhatIf,
];
const POPUPS: &[Context] = &[
    Context::Board,
    Context::Labels,
    Context::Grid,
    Context::Prompt,
    Context::Picker,
    Context::Find,
    Context::Help,
    Context::History,
    Context::Tags,
    Context::Choose,
    Context::Confirm,
    Context::Card,
    Context::WhatIf,
];
const LISTS: &[Context] = &[
    Context::Board,
    Context::Labels,
    Context::Picker,
    Context::Find,
    Context::Help,
    Context::History,
    Context::Tags,
    Context::WhatIf,
];
const COMPLETING: &[Context] = &[Context::Find];
const TOGGLING: &[Context] = &[Context::Picker];
const ANYWHERE: &[Context] = &Context::ALL;
const TAGS: &[Context] = &[Context::Tags];
const TRYING: &[Context] = &[Context::WhatIf];
const UNDOING: &[Context] = &[Context::Review, Context::Grid, Context::Labels, Context::Tags];

type Text = &'static str;

/// A command of the program.
const fn act(
    command: Command,
    id: Text,
    name: Text,
    group: Text,
    contexts: &'static [Context],
    help: Text,
) -> Row {
    Row { command, id, name, help, group, contexts, on_sight: false }
}

/// A command that acts on what is shown.
const fn see(
    command: Command,
    id: Text,
    name: Text,
    group: Text,
    contexts: &'static [Context],
    help: Text,
) -> Row {
    Row { on_sight: true, ..act(command, id, name, group, contexts, help) }
}

/// All commands, in the order of the help. `class`, `tag` and `tile` stand for a range of keys,
/// `macro` for the keys that the settings give.
#[rustfmt::skip]
pub const TABLE: &[Row] = &[
    see(Command::ModelWrong, "model-wrong", "Model wrong", "Who is right", JUDGES, "the model is wrong, the label is right; next"),
    see(Command::LabelWrong, "label-wrong", "Label wrong", "Who is right", JUDGES, "the label is wrong: take the prediction; next"),
    see(Command::BothAcceptable, "both-acceptable", "Both acceptable", "Who is right", JUDGES, "both are acceptable; next"),
    see(Command::Neither, "neither", "Neither", "Who is right", JUDGES, "neither is right; next"),
    see(Command::Unsure, "unsure", "Unsure", "Who is right", JUDGES, "can't tell: into the queue of the unsure ones; next"),
    see(Command::Class(0), "class", "Class by digit", "Label", JUDGES, "set the class with that number as the label; next"),
    see(Command::PickClass, "pick-class", "Class by name", "Label", JUDGES, "choose the label by typing a part of its name; next"),
    see(Command::AlsoRight, "also-right", "Also right", "Label", REVIEW, "several labels are right: choose which are right too"),
    see(Command::Tag('a'), "tag", "Tag by letter", "Tags and marks", REVIEW, "put the tag with that letter on, or take it off"),
    see(Command::PickTag, "pick-tag", "Tag by name", "Tags and marks", SCREENS, "put a tag on by its name, or make a new one"),
    see(Command::TakeSuggestion, "take-suggestion", "Take the suggestion", "Tags and marks", REVIEW, "take what is suggested from examples like this one"),
    see(Command::VeryEasy, "very-easy", "Very easy", "Tags and marks", SCREENS, "mark as very easy for a person"),
    see(Command::VeryHard, "very-hard", "Very hard", "Tags and marks", SCREENS, "mark as very hard for a person"),
    see(Command::Note, "note", "Note", "Tags and marks", REVIEW, "write a note"),
    see(Command::Flag, "flag", "Flag", "Tags and marks", SCREENS, "flag it for another look, whatever is decided; or take the flag away"),
    see(Command::Skip, "skip", "Skip", "Tags and marks", REVIEW, "put it off: into the queue of the skipped ones; next"),
    see(Command::Repeat, "repeat", "Repeat", "Again and many", REVIEW, "decide here what was decided last: verdict, label and tags; next"),
    see(Command::RepeatMany, "repeat-many", "Repeat on the next n", "Again and many", REVIEW, "the same on the next n examples; asks for n"),
    see(Command::Macro(0), "macro", "Macro", "Again and many", REVIEW, "make the decision that the key stands for; next"),
    see(Command::Mark, "mark", "Mark", "Again and many", SCREENS, "mark this example, or take the mark away"),
    see(Command::MarkRange, "mark-range", "Mark a range", "Again and many", SCREENS, "mark all from the last mark to here"),
    see(Command::MarkAll, "mark-all", "Mark all", "Again and many", REVIEW, "mark all that are listed"),
    act(Command::Unmark, "unmark", "Unmark all", "Again and many", SCREENS, "take all marks away"),
    see(Command::Apply, "apply", "Decide on the marked", "Again and many", REVIEW, "decide on all marked examples at once: the next key says what"),
    act(Command::Grid, "grid", "Grid", "Again and many", REVIEW, "a page of thumbnails: all the same, except these"),
    act(Command::GridCell, "grid-cell", "Grid of this cell", "Again and many", REVIEW, "thumbnails of those with the label and the prediction of this one"),
    see(Command::Tile('a'), "tile", "Except by letter", "In the grid", GRID, "leave the picture with that letter out, or take it back in"),
    see(Command::Except, "except", "Except", "In the grid", GRID, "leave the picture under the cursor out, or take it back in"),
    act(Command::Larger, "larger", "Larger", "In the grid", GRID, "larger pictures"),
    act(Command::Smaller, "smaller", "Smaller", "In the grid", GRID, "smaller pictures"),
    act(Command::Next, "next", "Next", "Moving", STEPS, "the next one, without a decision"),
    act(Command::Previous, "previous", "Previous", "Moving", STEPS, "the one before"),
    act(Command::Above, "above", "Up", "Moving", GRID, "one row up"),
    act(Command::Below, "below", "Down", "Moving", GRID, "one row down"),
    act(Command::NextOpen, "next-open", "Next open", "Moving", REVIEW, "the next one that is not reviewed"),
    act(Command::NextInCell, "next-in-cell", "Next of the same cell", "Moving", REVIEW, "the next with the same label and prediction"),
    act(Command::Jump, "jump", "Jump", "Moving", REVIEW, "go to a number in the list, or to an id"),
    act(Command::Back, "back", "Back", "Moving", REVIEW, "return to where the last jump began"),
    act(Command::First, "first", "First", "Moving", ENDS, "the first one"),
    act(Command::Last, "last", "Last", "Moving", ENDS, "the last one"),
    act(Command::ScrollDown, "scroll-down", "Page down", "Moving", PAGES, "more of a long text or row; the next page"),
    act(Command::ScrollUp, "scroll-up", "Page up", "Moving", PAGES, "what was above"),
    act(Command::Find, "find", "Find", "Finding", WALKS, "list only what matches a filter: gold:Shirt conf>0.9 -reviewed"),
    act(Command::Clear, "clear", "Clear", "Finding", REVIEW, "list all again; then take the marks away"),
    act(Command::SaveFilter, "save-filter", "Save the filter", "Finding", KEEPING, "keep the filter under a name: @name brings it back"),
    act(Command::Queue, "queue", "Queue", "Finding", REVIEW, "list what is skipped; then unsure; then flagged; then all"),
    see(Command::Similar, "similar", "More like this", "Finding", REVIEW, "walk the examples most like this one"),
    act(Command::Reorder, "reorder", "Next order", "Finding", REVIEW, "the next order: random, by confidence, loss, margin, entropy, label, …"),
    act(Command::Undo, "undo", "Undo", "Program", UNDOING, "take back the last decision and go to it"),
    act(Command::Redo, "redo", "Redo", "Program", UNDOING, "bring back what was taken back"),
    act(Command::History, "history", "History", "Program", REVIEW, "the last decisions: go to one, mend it, return"),
    act(Command::Tags, "tags", "Tags", "Program", REVIEW, "all tags: rename, merge, split, describe, delete, another letter"),
    act(Command::Progress, "progress", "Progress", "Program", REVIEW, "how fast, how much is left, what is saturated; set a goal"),
    act(Command::Guards, "guards", "Guards", "Program", REVIEW, "guards against fooling oneself: blind slice, re-test, haste"),
    act(Command::WhatIf, "what-if", "What if", "Program", REVIEW, "what the model here says now, of this example and of it changed; where it looks"),
    act(Command::Score, "score", "Score with a model", "Program", VIEWS, "score this split with another model while the review goes on; again: stop"),
    act(Command::NextTheme, "next-theme", "Next theme", "Program", WALKS, "other colours: dark, light, high-contrast, colour-blind"),
    act(Command::Palette, "palette", "Commands", "Program", WALKS, "find any command by its name"),
    act(Command::Help, "help", "Keys", "Program", WALKS, "these keys"),
    act(Command::Suspend, "suspend", "Suspend", "Program", ANYWHERE, "back to the shell; fg returns"),
    act(Command::Quit, "quit", "Quit", "Program", VIEWS, "leave; everything is saved as you go"),
    act(Command::View(View::Tally), "tally", "Tally", "What to do next", VIEWS, "the kinds of error, most frequent first, and what solving each would bring"),
    act(Command::View(View::Confusion), "confusion", "Confusion", "What to do next", VIEWS, "which class is taken for which"),
    act(Command::View(View::Slices), "slices", "Slices", "What to do next", VIEWS, "where the errors are: given and found slices"),
    act(Command::View(View::LabelIssues), "label-issues", "Label issues", "What to do next", VIEWS, "labels that are probably wrong, the likeliest first"),
    act(Command::View(View::Calibration), "calibration", "Calibration", "What to do next", VIEWS, "whether the model is as sure as it is right"),
    act(Command::View(View::Bottleneck), "bottleneck", "Bottleneck", "What to do next", VIEWS, "which gap holds back: people, train, dev, test"),
    act(Command::View(View::Compare), "compare", "Compare", "What to do next", VIEWS, "what another run fixed and what it broke"),
    act(Command::View(View::Next), "what-next", "Next", "What to do next", VIEWS, "what is worth doing, by gain and cost; the journal of what was tried"),
    act(Command::View(View::Goal), "goal", "Goal", "What to do next", VIEWS, "which run meets the goal, and by how much"),
    act(Command::View(View::Shift), "shift", "Shift", "What to do next", VIEWS, "what moved between train and dev, or batch and batch"),
    act(Command::View(View::Cost), "cost", "Cost", "What to do next", VIEWS, "time, memory and money for each prediction"),
    act(Command::View(View::Map), "map", "Map", "What to do next", VIEWS, "all examples in a plane, like beside like"),
    act(Command::NextView, "next-view", "Next screen", "On these screens", BOARD, "the screen of the next tab"),
    act(Command::PreviousView, "previous-view", "Screen before", "On these screens", BOARD, "the screen of the tab before"),
    act(Command::ViewBy, "view-by", "Part by", "On these screens", BOARD, "part the numbers by class, run, a column …"),
    act(Command::ViewOrder, "view-order", "Sort", "On these screens", BOARD, "sort them otherwise"),
    act(Command::ViewScale, "view-scale", "Scale", "On these screens", BOARD, "other units, or another scale"),
    act(Command::ViewVersus, "view-versus", "Other run", "On these screens", BOARD, "beside another run, another split, another batch"),
    act(Command::Pin, "pin", "Pin", "On these screens", TABLES, "keep what the row is about as a slice: a filter with a name"),
    act(Command::Unpin, "unpin", "Unpin", "On these screens", TABLES, "forget the name of a pinned slice"),
    act(Command::ViewWhich, "view-which", "Which examples", "On these screens", TABLES, "all examples, or the errors only"),
    act(Command::Closer, "closer", "Closer", "On these screens", TABLES, "on the map: closer to the cursor"),
    act(Command::Farther, "farther", "Farther", "On these screens", TABLES, "on the map: farther away"),
    act(Command::Corner, "corner", "Corner", "On these screens", TABLES, "on the map: a corner of a lasso; two make a rectangle"),
    act(Command::Gather, "gather", "Choose", "On these screens", TABLES, "on the map: choose what the lasso holds, or the cursor"),
    act(Command::Release, "release", "Leave out", "On these screens", TABLES, "on the map: take that out of what is chosen"),
    act(Command::Measure, "measure", "Measure", "On these screens", TABLES, "measure the models on this machine: time, memory; again: stop"),
    act(Command::SetDays, "set-days", "Cost in days", "On these screens", TABLES, "next: say what the intervention costs in days; they are ranked by gain a day"),
    act(Command::StartExperiment, "start-experiment", "Try it", "On these screens", TABLES, "next: start an experiment with the intervention, in the journal of what was tried"),
    act(Command::ShowTried, "show-tried", "What was tried", "On these screens", TABLES, "next: the journal of what was tried, and what would show more"),
    act(Command::Rerank, "rerank", "Rank anew", "On these screens", LABELS, "rank the queue anew: the decided ones go to its end"),
    act(Command::CopyText, "copy", "Copy", "On these screens", BOARD, "copy the tables as text"),
    act(Command::CopyCsv, "copy-csv", "Copy as CSV", "On these screens", BOARD, "copy the first table as CSV, all of it"),
    act(Command::CopyMarkdown, "copy-markdown", "Copy as Markdown", "On these screens", BOARD, "copy the tables as Markdown"),
    act(Command::Evidence, "evidence", "Evidence", "What if", TRYING, "where the evidence is: parts are hidden one by one"),
    act(Command::TryFlip, "try-flip", "Flip", "What if", TRYING, "the picture with left and right changed over"),
    act(Command::TryTurn, "try-turn", "Turn", "What if", TRYING, "the picture turned by a quarter"),
    act(Command::TryGrey, "try-grey", "Grey", "What if", TRYING, "the picture without colours"),
    act(Command::TryBlur, "try-blur", "Blur", "What if", TRYING, "the picture blurred"),
    act(Command::TryLighter, "try-lighter", "Lighter", "What if", TRYING, "the picture lighter"),
    act(Command::TryDarker, "try-darker", "Darker", "What if", TRYING, "the picture darker"),
    act(Command::TryCrop, "try-crop", "Crop", "What if", TRYING, "the middle of the picture alone"),
    act(Command::Restore, "restore", "Restore", "What if", TRYING, "the example as it is"),
    act(Command::Accept, "accept", "Take", "In a field or list", TAKING, "take it"),
    act(Command::Cancel, "cancel", "Close", "In a field or list", POPUPS, "close; what was typed is kept for the next time"),
    act(Command::Up, "up", "Up", "In a field or list", LISTS, "up"),
    act(Command::Down, "down", "Down", "In a field or list", LISTS, "down"),
    act(Command::Complete, "complete", "Complete", "In a field or list", COMPLETING, "complete the word"),
    act(Command::Toggle, "toggle", "Toggle", "In a field or list", TOGGLING, "put it on or take it off, and stay"),
    act(Command::TagRename, "tag-rename", "Rename the tag", "In the list of tags", TAGS, "another name"),
    act(Command::TagLetter, "tag-letter", "Letter of the tag", "In the list of tags", TAGS, "another letter"),
    act(Command::TagDescribe, "tag-describe", "Describe the tag", "In the list of tags", TAGS, "say in a sentence when it is to be given"),
    act(Command::TagExample, "tag-example", "Example of the tag", "In the list of tags", TAGS, "take the example on the screen as the one that shows it"),
    act(Command::TagMerge, "tag-merge", "Merge the tag", "In the list of tags", TAGS, "merge it into another"),
    act(Command::TagSplit, "tag-split", "Split the tag", "In the list of tags", TAGS, "split it: a new tag for the marked examples"),
    act(Command::TagDelete, "tag-delete", "Delete the tag", "In the list of tags", TAGS, "delete it, from its examples too"),
    act(Command::TagPreset, "tag-preset", "Add a preset", "In the list of tags", TAGS, "add a set of tags: general, causes, pictures, texts, rows, sounds, or one of your own"),
];

/// The row of a keymap name.
pub fn by_id(id: &str) -> Option<&'static Row> {
    TABLE.iter().find(|row| row.id == id)
}
