//! One row for each tagged example.

use crate::dataset::{Difficulty, Verdict};
use crate::project::Desk;
use serde::Serialize;
use std::io::Write;

/// A tagged example with everything that was decided about it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TaggedExample {
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
    pub confidence: f32,
    /// Who is right.
    pub verdict: Option<&'static str>,
    /// How hard it is.
    pub difficulty: Option<&'static str>,
    /// The note.
    pub note: String,
}

/// The tagged examples of the split, in the order of the data.
pub fn tagged_examples(desk: &Desk) -> Vec<TaggedExample> {
    let classes = desk.classes();
    let name = |class: u32| classes.name(class).to_owned();
    let example = |(row, id): (u32, &str)| {
        let review = desk.ledger().review(id).filter(|review| !review.tags.is_empty())?;
        let tag = |&tag| desk.ledger().tag(tag).map(|tag| tag.name.clone());
        Some(TaggedExample {
            id: id.to_owned(),
            tags: review.tags.iter().filter_map(tag).collect(),
            gold: name(desk.gold(row)),
            label: name(desk.effective(row).class),
            prediction: desk.run().prediction(row as usize).map(name),
            confidence: desk.run().confidence(row as usize),
            verdict: review.verdict.map(Verdict::name),
            difficulty: review.difficulty.map(Difficulty::name),
            note: review.note.clone(),
        })
    };
    (0_u32..).zip(desk.examples().ids.iter()).filter_map(example).collect()
}

/// Writes them as CSV; several tags are joined with `;`.
///
/// # Errors
/// When `out` can't be written to.
pub fn write_tags(examples: &[TaggedExample], out: &mut dyn Write) -> Result<(), csv::Error> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record([
        "id",
        "tags",
        "gold",
        "label",
        "prediction",
        "confidence",
        "verdict",
        "difficulty",
        "note",
    ])?;
    for e in examples {
        writer.write_record([
            e.id.as_str(),
            &e.tags.join(";"),
            &e.gold,
            &e.label,
            e.prediction.as_deref().unwrap_or(""),
            &e.confidence.to_string(),
            e.verdict.unwrap_or(""),
            e.difficulty.unwrap_or(""),
            &e.note,
        ])?;
    }
    writer.flush()?;
    Ok(())
}
