//! Decisions in words.

use crate::dataset::{Event, Ledger, Review, TagId};

/// Why "label wrong" says nothing of a correct prediction.
pub const AGREEING: &str =
    "the model agrees with the label: if it is wrong, choose the right class";

/// What an event did: the example and everything that is now decided about it.
pub fn decision(event: &Event, ledger: &Ledger) -> String {
    match event.changes.as_slice() {
        [] => "tags".to_owned(),
        [one] => format!("{}: {}", one.id, review(&one.after, ledger)),
        [first, ..] => format!("{} and {} more", first.id, event.changes.len() - 1),
    }
}

/// A review in one line; `nothing decided` when it is empty.
pub fn review(review: &Review, ledger: &Ledger) -> String {
    let mut parts: Vec<String> = Vec::new();
    match (review.verdict, &review.relabel) {
        (Some(verdict), Some(label)) => {
            parts.push(format!("{} → {}", verdict.name(), label.class));
        }
        (Some(verdict), None) => parts.push(verdict.name().to_owned()),
        (None, Some(label)) => parts.push(format!("→ {}", label.class)),
        (None, None) => {}
    }
    parts.extend(review.tags.iter().map(|&tag| tag_name(tag, ledger)));
    parts.extend(review.difficulty.map(|d| d.name().to_owned()));
    if !review.note.is_empty() {
        parts.push("note".to_owned());
    }
    if parts.is_empty() { "nothing decided".to_owned() } else { parts.join(", ") }
}

fn tag_name(tag: TagId, ledger: &Ledger) -> String {
    ledger.tag(tag).map_or_else(|| "a deleted tag".to_owned(), |tag| tag.name.clone())
}

/// Keys that came too early, or again and again from a key that is held down.
pub fn dropped(count: usize, held: bool) -> String {
    let keys = if count == 1 { "1 key".to_owned() } else { format!("{count} keys") };
    let why =
        if held { "a held key decides once" } else { "this example was not on the screen yet" };
    format!("{keys} dropped: {why}")
}
