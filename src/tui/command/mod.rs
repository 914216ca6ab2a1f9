//! What a key can ask for.

mod table;

pub use super::context::Context;
pub use table::{Row, TABLE, by_id};

use crate::insight::View;

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
    /// Choose classes that are right beside the label.
    AlsoRight,
    /// Put on or take off the tag on that letter.
    Tag(char),
    /// Put a tag on by typing its name, or make one.
    PickTag,
    /// Take the suggestion that is shown.
    TakeSuggestion,
    /// Mark as very easy.
    VeryEasy,
    /// Mark as very hard.
    VeryHard,
    /// Write a note.
    Note,
    /// Flag it, or take the flag away.
    Flag,
    /// Put it off; go on.
    Skip,
    /// Make the last whole decision here; go on.
    Repeat,
    /// Make the last whole decision on the next n examples.
    RepeatMany,
    /// Make the decision of macro number n; go on.
    Macro(u8),
    /// Mark, or take the mark away.
    Mark,
    /// Mark all from the last mark to here.
    MarkRange,
    /// Mark all that are listed.
    MarkAll,
    /// Take all marks away.
    Unmark,
    /// Decide on all that are marked.
    Apply,
    /// Show a page of thumbnails.
    Grid,
    /// Show thumbnails of one confusion cell.
    GridCell,
    /// Leave the picture on that letter out.
    Tile(char),
    /// Leave the picture under the cursor out.
    Except,
    /// Larger pictures.
    Larger,
    /// Smaller pictures.
    Smaller,
    /// Go on without a decision.
    Next,
    /// Go back.
    Previous,
    /// One row of pictures up.
    Above,
    /// One row of pictures down.
    Below,
    /// Go to the next one that is not reviewed.
    NextOpen,
    /// Go to the next of the same confusion cell.
    NextInCell,
    /// Go to a number or an id.
    Jump,
    /// Return from a jump.
    Back,
    /// Go to the first one.
    First,
    /// Go to the last one.
    Last,
    /// Show more.
    ScrollDown,
    /// Show what was above.
    ScrollUp,
    /// List only what matches a filter.
    Find,
    /// List all again, then take the marks away.
    Clear,
    /// Keep the filter under a name.
    SaveFilter,
    /// List the next of the three queues.
    Queue,
    /// Walk the examples most like this one.
    Similar,
    /// Walk the errors in another order.
    Reorder,
    /// Take back the last decision.
    Undo,
    /// Bring it back.
    Redo,
    /// Show the last decisions.
    History,
    /// Show the taxonomy.
    Tags,
    /// Show the progress.
    Progress,
    /// Show the guards.
    Guards,
    /// Ask the model that is here about the example, as it is and as it would be.
    WhatIf,
    /// Score the split with another model, or stop that.
    Score,
    /// The picture with left and right changed over.
    TryFlip,
    /// The picture a quarter turn on.
    TryTurn,
    /// The picture without colours.
    TryGrey,
    /// The picture blurred.
    TryBlur,
    /// The picture lighter.
    TryLighter,
    /// The picture darker.
    TryDarker,
    /// The middle of the picture.
    TryCrop,
    /// Show where the evidence is.
    Evidence,
    /// The example as it is.
    Restore,
    /// Other colours.
    NextTheme,
    /// Find a command by its name.
    Palette,
    /// Show the keys.
    Help,
    /// Back to the shell.
    Suspend,
    /// Leave.
    Quit,
    /// Confirm a prompt or a choice.
    Accept,
    /// Leave a prompt, a choice, a screen.
    Cancel,
    /// Move up in a list.
    Up,
    /// Move down in a list.
    Down,
    /// Complete the word.
    Complete,
    /// Take it without leaving.
    Toggle,
    /// Another name for a tag.
    TagRename,
    /// Another letter for a tag.
    TagLetter,
    /// Describe a tag.
    TagDescribe,
    /// Show a tag by the example on the screen.
    TagExample,
    /// Merge a tag into another.
    TagMerge,
    /// Split a tag.
    TagSplit,
    /// Delete a tag.
    TagDelete,
    /// Add a set of tags.
    TagPreset,
    /// Open a screen that decides.
    View(View),
    /// The screen of the next tab.
    NextView,
    /// The screen of the tab before.
    PreviousView,
    /// Part the numbers by something else.
    ViewBy,
    /// Sort them otherwise.
    ViewOrder,
    /// Other units, or another scale.
    ViewScale,
    /// Beside another run.
    ViewVersus,
    /// Keep what the row is about as a slice with a name.
    Pin,
    /// Forget the name of a slice.
    Unpin,
    /// Other examples.
    ViewWhich,
    /// Closer on the map.
    Closer,
    /// Farther away on the map.
    Farther,
    /// A corner of a lasso.
    Corner,
    /// Choose what the lasso holds.
    Gather,
    /// Take what the lasso holds out of what is chosen.
    Release,
    /// Measure the models of the runs, or stop that.
    Measure,
    /// Say what an intervention costs.
    SetDays,
    /// Start an experiment with an intervention.
    StartExperiment,
    /// Show what was tried.
    ShowTried,
    /// Rank the queue anew.
    Rerank,
    /// Copy the tables as text.
    CopyText,
    /// Copy the first table as CSV.
    CopyCsv,
    /// Copy the tables as Markdown.
    CopyMarkdown,
}

impl Command {
    /// Its row, whatever its argument.
    pub fn row(self) -> &'static Row {
        let discriminant = std::mem::discriminant(&self);
        let same = |row: &&Row| match self {
            Self::View(_) => row.command == self,
            _ => std::mem::discriminant(&row.command) == discriminant,
        };
        // Every command has a row, as a test sees to.
        TABLE.iter().find(same).unwrap_or(&TABLE[0])
    }

    /// Whether it acts on the examples that are shown.
    pub fn on_sight(self) -> bool {
        self.row().on_sight
    }

    /// The command with what stands behind its name, as in `class 3` and `tag b`.
    pub fn with_argument(self, text: &str) -> Option<Self> {
        let letter = || text.chars().next().filter(|_| text.chars().count() == 1);
        match self {
            Self::Class(_) => text.parse().ok().map(Self::Class),
            Self::Macro(_) => text.parse().ok().map(Self::Macro),
            Self::Tag(_) => letter().map(Self::Tag),
            Self::Tile(_) => letter().map(Self::Tile),
            other => text.is_empty().then_some(other),
        }
    }

    /// What stands behind its name; empty for most.
    pub fn argument(self) -> String {
        match self {
            Self::Class(number) | Self::Macro(number) => number.to_string(),
            Self::Tag(letter) | Self::Tile(letter) => letter.to_string(),
            _ => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_found_by_its_name_and_argument() {
        for row in TABLE {
            assert_eq!(row.command.row().id, row.id);
            let argument = row.command.argument();
            assert_eq!(by_id(row.id).unwrap().command.with_argument(&argument), Some(row.command));
        }
        assert_eq!(Command::Class(0).with_argument("7"), Some(Command::Class(7)));
        assert_eq!(Command::Tag('a').with_argument("bc"), None);
        assert_eq!(Command::Undo.with_argument("x"), None);
    }
}
