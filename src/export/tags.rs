//! One row for each reviewed example, with its tags.

use super::io_error;
use crate::dataset::{ClassNames, Difficulty, Examples, Ledger, Run, Verdict};
use serde::Serialize;
use std::io::{self, Write};

/// A reviewed example with everything that was decided about it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReviewedExample {
    /// The example.
    pub id: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// The gold label.
    pub gold: String,
    /// The label that counts.
    pub label: String,
    /// What the run predicts; nothing if it has no prediction.
    pub prediction: Option<String>,
    /// Its probability.
    pub confidence: Option<f32>,
    /// Who is right.
    pub verdict: Option<&'static str>,
    /// How hard it is.
    pub difficulty: Option<&'static str>,
    /// Classes that are right beside the label.
    pub also_right: Vec<String>,
    /// Whether it is to be looked at again.
    pub flagged: bool,
    /// Whether it was put off.
    pub skipped: bool,
    /// The note.
    pub note: String,
}

/// The examples of a split with a decision, in the order of the data.
pub fn reviewed_examples(
    examples: &Examples,
    classes: &ClassNames,
    run: &Run,
    ledger: &Ledger,
) -> Vec<ReviewedExample> {
    let name = |class: u32| classes.name(class).to_owned();
    let example = |(row, id): (usize, &str)| {
        let review = ledger.review(examples.split, id)?;
        let tag = |&tag| ledger.tag(tag).map(|tag| tag.name.clone());
        let (gold, prediction) = (examples.gold[row], run.prediction(row));
        Some(ReviewedExample {
            id: id.to_owned(),
            tags: review.tags.iter().filter_map(tag).collect(),
            gold: name(gold),
            label: name(ledger.relabel(examples.split, id, classes).unwrap_or(gold)),
            prediction: prediction.map(name),
            confidence: run.known_confidence(row),
            verdict: prediction.and_then(|p| review.verdict_on(classes.name(p))).map(Verdict::name),
            difficulty: review.difficulty.map(Difficulty::name),
            also_right: review.also.clone(),
            flagged: review.flagged,
            skipped: review.skipped,
            note: review.note.clone(),
        })
    };
    examples.ids.iter().enumerate().filter_map(example).collect()
}

/// Writes them as CSV; several tags or classes are joined with `;`.
///
/// # Errors
/// When `out` can't be written to.
pub fn write_tags(examples: &[ReviewedExample], out: &mut dyn Write) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    writer
        .write_record([
            "id",
            "tags",
            "gold",
            "label",
            "prediction",
            "confidence",
            "verdict",
            "difficulty",
            "also_right",
            "flagged",
            "skipped",
            "note",
        ])
        .map_err(io_error)?;
    for e in examples {
        writer
            .write_record([
                e.id.as_str(),
                &e.tags.join(";"),
                &e.gold,
                &e.label,
                e.prediction.as_deref().unwrap_or(""),
                &e.confidence.map_or_else(String::new, |p| p.to_string()),
                e.verdict.unwrap_or(""),
                e.difficulty.unwrap_or(""),
                &e.also_right.join(";"),
                yes(e.flagged),
                yes(e.skipped),
                &e.note,
            ])
            .map_err(io_error)?;
    }
    writer.flush()
}

fn yes(flag: bool) -> &'static str {
    if flag { "yes" } else { "" }
}
