//! Decisions in words.

use crate::dataset::{Answer, Choice, Event, Ledger, Review, TagChange, TagId};
use crate::project::Desk;

/// Why "label wrong" says nothing of a correct prediction.
pub const AGREEING: &str =
    "the model agrees with the label: if it is wrong, choose the right class";

/// What an event did: the example and everything that is now decided about it.
pub fn decision(event: &Event, ledger: &Ledger) -> String {
    match event.changes.as_slice() {
        [] => event.tags.first().map_or_else(|| "tags".to_owned(), tag_change),
        [one] => format!("{}: {}", one.id, review(&one.after, ledger)),
        [first, ..] => format!("{}, {} first", examples(event.changes.len()), first.id),
    }
}

/// What an undo or a redo did: the example, what was decided, and what is now.
pub fn reverted(event: &Event, ledger: &Ledger) -> String {
    match event.changes.as_slice() {
        [one] if event.tags.is_empty() => {
            let said = |side| review(side, ledger);
            format!("{}: {} ⇒ {}", one.id, said(&one.before), said(&one.after))
        }
        _ => decision(event, ledger),
    }
}

fn tag_change(change: &TagChange) -> String {
    match (&change.before, &change.after) {
        (None, Some(tag)) => format!("new tag {}", tag.name),
        (Some(tag), None) => format!("tag {} deleted", tag.name),
        (Some(before), Some(after)) if before.name != after.name => {
            format!("tag {} is now {}", before.name, after.name)
        }
        (Some(tag), _) => format!("tag {} changed", tag.name),
        (None, None) => "tags".to_owned(),
    }
}

/// `1 example`, `12 examples`.
pub fn examples(count: usize) -> String {
    if count == 1 { "1 example".to_owned() } else { format!("{count} examples") }
}

/// A choice in words.
pub fn choice(choice: &Choice, desk: &Desk) -> String {
    let mut parts: Vec<String> = Vec::new();
    parts.extend(choice.answer.map(|answer| match answer {
        Answer::Verdict(verdict) => verdict.name().to_owned(),
        Answer::Class(class) => format!("→ {}", desk.classes().name(class)),
    }));
    parts.extend(choice.tags.iter().map(|&tag| tag_name(tag, desk.ledger())));
    let off = |&tag: &TagId| format!("not {}", tag_name(tag, desk.ledger()));
    parts.extend(choice.untag.iter().map(off));
    parts.extend(choice.difficulty.map(|d| d.name().to_owned()));
    parts.extend(choice.flagged.map(|on| if on { "flagged" } else { "not flagged" }.to_owned()));
    parts.join(", ")
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
    parts.extend(review.also.iter().map(|class| format!("also {class}")));
    parts.extend(review.tags.iter().map(|&tag| tag_name(tag, ledger)));
    parts.extend(review.difficulty.map(|d| d.name().to_owned()));
    if !review.note.is_empty() {
        parts.push("note".to_owned());
    }
    parts.extend(review.flagged.then(|| "flagged".to_owned()));
    parts.extend(review.skipped.then(|| "skipped".to_owned()));
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
