//! The words of the language: what the parser knows and the completion offers comes from these tables.

use super::lex::Word;
use super::names::lower;
use super::{FilterError, Names};
use crate::dataset::{Difficulty, Order, Verdict};
use std::ops::Range;

/// Which class of an example is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Gold,
    Pred,
    Label,
    Relabel,
    Also,
}

/// A number of an example.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Measure {
    Confidence,
    Margin,
    Loss,
    Entropy,
    /// Of the class with that index.
    Probability(u32),
    Tags,
    /// The metadata column with that index.
    Column(usize),
}

/// A text of an example.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    Id,
    /// The text that is shown, or the name of the file.
    Media,
    Note,
    /// Who corrected the label.
    Author,
    /// The metadata column with that index.
    Column(usize),
}

/// What a field asks about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Class(Side),
    Number(Measure),
    Probability,
    Tag,
    Verdict,
    Difficulty,
    Order,
    Is,
    /// A whole text, with wildcards.
    Whole(Source),
    /// A part of a text.
    Part(Source),
}

/// Name, meaning, how it usually goes on, help.
pub(super) const FIELDS: [(&str, Field, &str, &str); 20] = [
    ("gold", Field::Class(Side::Gold), ":", "the label that came with the data"),
    ("pred", Field::Class(Side::Pred), ":", "the class that the run predicts"),
    ("label", Field::Class(Side::Label), ":", "the label that counts: corrected, else gold"),
    ("relabel", Field::Class(Side::Relabel), ":", "the corrected label"),
    ("also", Field::Class(Side::Also), ":", "a class that is right too"),
    ("conf", Field::Number(Measure::Confidence), ">", "probability of the prediction, 0 to 1"),
    ("margin", Field::Number(Measure::Margin), "<", "lead of the top class over the second"),
    ("loss", Field::Number(Measure::Loss), ">", "−ln p of the label that counts"),
    ("entropy", Field::Number(Measure::Entropy), ">", "entropy of the prediction, in nats"),
    ("p", Field::Probability, ":", "probability of a class: p:CLASS>0.3"),
    ("tag", Field::Tag, ":", "a tag it has"),
    ("tags", Field::Number(Measure::Tags), ">", "how many tags it has"),
    ("verdict", Field::Verdict, ":", "who is right"),
    ("difficulty", Field::Difficulty, ":", "how hard it is for a person"),
    ("by", Field::Whole(Source::Author), ":", "who corrected the label"),
    ("order", Field::Order, ":", "the order in which it was come upon"),
    ("is", Field::Is, ":", "a word such as reviewed or flagged"),
    ("id", Field::Whole(Source::Id), ":", "the id; * stands for anything"),
    ("note", Field::Part(Source::Note), "~", "a part of the note"),
    ("text", Field::Part(Source::Media), "~", "a part of the text or of the file's name"),
];

/// What a word alone asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flag {
    Reviewed,
    Open,
    Flagged,
    Skipped,
    Unsure,
    Relabelled,
    Noted,
    Marked,
    Error,
    Correct,
    Blind,
}

/// Name, meaning, help.
pub(super) const FLAGS: [(&str, Flag, &str); 11] = [
    ("reviewed", Flag::Reviewed, "there is a verdict or a tag"),
    ("open", Flag::Open, "not reviewed yet"),
    ("flagged", Flag::Flagged, "to be looked at again"),
    ("skipped", Flag::Skipped, "put off, and not decided since"),
    ("unsure", Flag::Unsure, "the verdict is unsure"),
    ("relabelled", Flag::Relabelled, "the label was corrected"),
    ("noted", Flag::Noted, "there is a note"),
    ("marked", Flag::Marked, "marked for a change of many at once"),
    ("error", Flag::Error, "the prediction is not the label that counts"),
    ("correct", Flag::Correct, "the prediction is the label that counts"),
    ("blind", Flag::Blind, "decided with the prediction hidden"),
];

/// All verdicts, as screens list them.
pub(super) const VERDICTS: [Verdict; 5] = [
    Verdict::ModelWrong,
    Verdict::LabelWrong,
    Verdict::BothAcceptable,
    Verdict::Neither,
    Verdict::Unsure,
];

pub(super) const DIFFICULTIES: [Difficulty; 2] = [Difficulty::VeryEasy, Difficulty::VeryHard];

/// All orders in which an example may have been come upon.
pub(super) fn orders() -> impl Iterator<Item = Order> + Clone {
    Order::ALL.into_iter().chain(Order::ON_REQUEST).chain([Order::Picked])
}

/// Begins the name of a column that might be taken for another word.
pub(super) const COLUMN: &str = "col.";

/// What the word before an operator names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    Field(&'static str, Field),
    Column(usize),
}

impl Target {
    /// Looks a word up: built-in words first, then columns. Quotes and `col.` mean a column.
    /// `Ok(None)` for neither.
    ///
    /// # Errors
    /// Two columns whose names differ in case only, and not in the way it is written.
    pub fn of(
        word: &Word,
        at: &Range<usize>,
        names: &Names<'_>,
    ) -> Result<Option<Self>, FilterError> {
        if let Some(name) = column_name(word) {
            return Ok(column(name, at, names)?.map(Self::Column));
        }
        if let Some(&(name, field, ..)) =
            FIELDS.iter().find(|row| !word.quoted && row.0.eq_ignore_ascii_case(&word.text))
        {
            return Ok(Some(Self::Field(name, field)));
        }
        Ok(column(&word.text, at, names)?.map(Self::Column))
    }
}

/// The name behind `col.`.
pub(super) fn column_name(word: &Word) -> Option<&str> {
    let (prefix, name) = word.text.split_at_checked(COLUMN.len())?;
    (word.bare >= COLUMN.len() && prefix.eq_ignore_ascii_case(COLUMN)).then_some(name)
}

fn column(name: &str, at: &Range<usize>, names: &Names<'_>) -> Result<Option<usize>, FilterError> {
    if let Some(exact) = names.columns.iter().position(|column| column.name == name) {
        return Ok(Some(exact));
    }
    let same = |&(_, candidate): &(usize, &str)| lower(candidate) == lower(name);
    let mut found = names.columns.iter().map(|column| column.name.as_str()).enumerate();
    let (first, second) = (found.find(same), found.find(same));
    match (first, second) {
        (Some((_, a)), Some((_, b))) => {
            let what = format!("there are the columns `{a}` and `{b}`");
            Err(FilterError::new(at.clone(), what, "write the name with the same capitals"))
        }
        (first, _) => Ok(first.map(|(index, _)| index)),
    }
}
