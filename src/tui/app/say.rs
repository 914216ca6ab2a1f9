//! Decisions in words.

use crate::analysis::pace::SelfAgreement;
use crate::dataset::{Action, Answer, Change, Choice, Event, Ledger, Review, TagChange, TagId};
use crate::project::Desk;

/// Why "label wrong" says nothing of a correct prediction.
pub const AGREEING: &str =
    "the model agrees with the label: if it is wrong, choose the right class";

/// What an event did: the example and everything that is now decided about it.
pub fn decision(event: &Event, ledger: &Ledger) -> String {
    let on_the_spot = event.action == Action::Decide
        && matches!(event.tags.as_slice(), [TagChange { before: None, .. }]);
    match event.changes.as_slice() {
        [one] if event.tags.is_empty() || on_the_spot => {
            format!("{}: {}", one.id, review(&one.after, ledger))
        }
        [first, ..] if event.tags.is_empty() => {
            // An undo lists what it takes back from its end.
            let back = matches!(event.action, Action::Undo(_));
            let first = event.changes.last().filter(|_| back).unwrap_or(first);
            format!("{}, {} first", examples(event.changes.len()), first.id)
        }
        [] => taxonomy(event, ledger),
        changes => format!("{}: {}", taxonomy(event, ledger), examples(changes.len())),
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

/// A decision as a line of the history: which example, and what was decided.
pub fn entry(event: &Event, ledger: &Ledger) -> (String, String) {
    let Some(first) = event.changes.first() else {
        return ("tags".to_owned(), taxonomy(event, ledger));
    };
    let more = event.changes.len() - 1;
    let more = if more > 0 { format!(" +{more}") } else { String::new() };
    (format!("{}{more}", first.id), review(&first.after, ledger))
}

/// `8 of 9 decided the same again, kappa 0.78 (0.40–1.00)`
pub fn agreement(found: &SelfAgreement) -> String {
    let kappa = found.kappa.as_ref().map_or_else(String::new, |k| {
        format!(", kappa {:.2} ({:.2}–{:.2})", k.value, k.low, k.high)
    });
    format!("{} of {} decided the same again{kappa}", found.agreed, found.n)
}

/// A number in a minute: `26`, `8.5`.
pub fn rate(per_minute: f64) -> String {
    if per_minute >= 10.0 { format!("{per_minute:.0}") } else { format!("{per_minute:.1}") }
}

/// A time to come: `under a minute`, `11 min`, `2.5 h`.
pub fn minutes(minutes: f64) -> String {
    match minutes {
        m if m < 1.0 => "under a minute".to_owned(),
        m if m < 90.0 => format!("{m:.0} min"),
        m if m < 1200.0 => format!("{:.1} h", m / 60.0),
        m => format!("{:.0} h", m / 60.0),
    }
}

/// A time that has passed, in milliseconds: `now`, `12 s`, `3 min`, `5 h`, `2 days`.
pub fn ago(ms: u64) -> String {
    match ms / 1000 {
        0..5 => "now".to_owned(),
        s @ 5..60 => format!("{s} s"),
        s @ 60..3600 => format!("{} min", s / 60),
        s @ 3600..172_800 => format!("{} h", s / 3600),
        s => format!("{} days", s / 86_400),
    }
}

/// What became of the tags.
fn taxonomy(event: &Event, ledger: &Ledger) -> String {
    let back = matches!(event.action, Action::Undo(_));
    match event.tags.as_slice() {
        [one] => tag_change(one, event, ledger),
        [TagChange { after: Some(_), .. }, ..] if !back => format!("{} new tags", event.tags.len()),
        [TagChange { after: None, .. }, ..] => format!("{} tags taken back", event.tags.len()),
        changes => format!("{} tags are back", changes.len()),
    }
}

fn tag_change(change: &TagChange, event: &Event, ledger: &Ledger) -> String {
    let back = matches!(event.action, Action::Undo(_));
    let name = change.before.as_ref().or(change.after.as_ref()).map_or("", |tag| &tag.name);
    match (&change.before, &change.after) {
        (None, _) if back => format!("tag {name} is back"),
        (None, _) => format!("new tag {name}"),
        (Some(_), None) if back => format!("tag {name} taken back"),
        (Some(_), None) => match merged_into(event) {
            Some(into) => format!("tag {name} merged into {}", tag_name(into, ledger)),
            None => format!("tag {name} deleted"),
        },
        (Some(before), Some(after)) if before.name != after.name => {
            format!("tag {name} is now {}", after.name)
        }
        (Some(before), Some(after)) if before.key != after.key => match after.key {
            Some(key) => format!("tag {name} is on {key}"),
            None => format!("tag {name} has no letter"),
        },
        (Some(before), Some(after)) if before.example != after.example => match &after.example {
            Some(example) => format!("tag {name} is shown by {}", example.id),
            None => format!("no example shows tag {name}"),
        },
        (Some(_), Some(_)) => format!("tag {name} described otherwise"),
    }
}

/// The tag that took the place of the one that went.
fn merged_into(event: &Event) -> Option<TagId> {
    let new = |change: &Change| {
        let tags = &change.after.tags;
        tags.iter().find(|tag| !change.before.tags.contains(tag)).copied()
    };
    event.changes.iter().find_map(new)
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
pub fn dropped(count: usize, held: bool, page: bool) -> String {
    let keys = if count == 1 { "1 key".to_owned() } else { format!("{count} keys") };
    let why = match (held, page) {
        (true, _) => "a held key decides once",
        (false, true) => "not all of this page was on the screen yet",
        (false, false) => "this example was not on the screen yet",
    };
    format!("{keys} dropped: {why}")
}
