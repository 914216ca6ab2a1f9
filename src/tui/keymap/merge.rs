//! Layers of keys, the later ones over the earlier ones, and what contradicts itself in them.
//!
//! Invariant: within a context a key has one command; two that claim it are refused by name.

use super::key::{Key, Stroke};
use super::layer::{Entry, Layer, with_key};
use super::{Bound, Keymap};
use crate::ingest::IngestError;
use crate::tui::command::{Command, Context, TABLE};
use crate::tui::settings::Macro;
use std::collections::HashMap;
use std::path::Path;

/// What wants a key: a command, or a macro.
struct Claim<'a> {
    name: &'a str,
    context: Context,
    section: String,
    file: &'a Path,
    line: u64,
    /// How high its layer lies.
    rank: usize,
}

/// Joins layers. A command that a later layer names has the keys it has there, and no others.
pub(super) fn merge(layers: &[Layer], macros: &[Macro]) -> Result<Keymap, IngestError> {
    let mut keymap = Keymap::default();
    let entries = effective(layers);
    let mut claims: Vec<Claim<'_>> =
        entries.iter().map(|(rank, l, e)| claim(*rank, l, e)).collect();
    let mut owners: HashMap<(Context, Key), usize> = HashMap::new();
    for (at, (_, layer, entry)) in entries.iter().enumerate() {
        for (text, stroke) in &entry.keys {
            let Stroke::One(key) = *stroke else { continue };
            own(&mut owners, (entry.context, key), at, text, &claims)?;
            keymap.commands.insert((entry.context, key), with_key(entry.row.command, key));
        }
        let keys = entry.keys.iter().map(|(text, _)| text.clone()).collect();
        let source = layer.file.display().to_string();
        keymap.bound.insert((entry.context, entry.row.id), Bound { keys, source });
    }
    for (number, bound) in macros.iter().enumerate() {
        let key = Key::parse(&bound.key).map_err(|why| bound.refuse(why))?;
        claims.push(Claim {
            name: "the macro on it",
            context: Context::Review,
            section: "macros".to_owned(),
            file: &bound.file,
            line: bound.line,
            rank: layers.len(),
        });
        own(&mut owners, (Context::Review, key), claims.len() - 1, &bound.key, &claims)?;
        let number = u8::try_from(number).map_err(|_| bound.refuse("there are 256 already"))?;
        keymap.commands.insert((Context::Review, key), Command::Macro(number));
    }
    add_ranges(&mut keymap, &entries, &claims)?;
    check_ways_out(&keymap, &entries, layers)?;
    Ok(keymap)
}

/// The entry of each command in the topmost layer that has one, with the number of that layer.
fn effective(layers: &[Layer]) -> Vec<(usize, &Layer, &Entry)> {
    let mut found: Vec<(usize, &Layer, &Entry)> = Vec::new();
    for (rank, layer) in layers.iter().enumerate() {
        for entry in &layer.entries {
            let same = |(_, _, other): &&mut (usize, &Layer, &Entry)| {
                other.context == entry.context && other.row.id == entry.row.id
            };
            match found.iter_mut().find(same) {
                Some(lower) => *lower = (rank, layer, entry),
                None => found.push((rank, layer, entry)),
            }
        }
    }
    found
}

fn claim<'a>(rank: usize, layer: &'a Layer, entry: &Entry) -> Claim<'a> {
    Claim {
        name: entry.row.id,
        context: entry.context,
        section: format!("{}{}", layer.prefix, entry.context.name()),
        file: &layer.file,
        line: entry.line,
        rank,
    }
}

/// Gives a key to a claim, unless another has it.
fn own(
    owners: &mut HashMap<(Context, Key), usize>,
    key: (Context, Key),
    claim: usize,
    text: &str,
    claims: &[Claim<'_>],
) -> Result<(), IngestError> {
    match owners.insert(key, claim) {
        Some(other) if other != claim => Err(conflict(text, &claims[other], &claims[claim])),
        _ => Ok(()),
    }
}

/// A range takes only what is left over, so it comes last.
fn add_ranges(
    keymap: &mut Keymap,
    entries: &[(usize, &Layer, &Entry)],
    claims: &[Claim<'_>],
) -> Result<(), IngestError> {
    let mut owners = HashMap::new();
    for (at, (_, _, entry)) in entries.iter().enumerate() {
        for (_, stroke) in &entry.keys {
            let Stroke::Range(first, last) = *stroke else { continue };
            for letter in first..=last {
                let key = Key::plain(letter);
                own(&mut owners, (entry.context, key), at, &letter.to_string(), claims)?;
                let command = with_key(entry.row.command, key);
                keymap.commands.entry((entry.context, key)).or_insert(command);
            }
        }
    }
    Ok(())
}

/// Two claims on one key. The one of the later layer is the one to be told where it stands.
fn conflict(key: &str, one: &Claim<'_>, other: &Claim<'_>) -> IngestError {
    let (first, second) = if other.rank > one.rank { (other, one) } else { (one, other) };
    let (place, remedy) = if first.file == second.file {
        (String::new(), format!("keep it in one of them (line {} and {})", first.line, second.line))
    } else {
        let section = second.context.name();
        let free = format!("free it with {} = [] under [keys.{section}]", second.name);
        (format!(" ({})", second.file.display()), format!("{free}, or give that other keys there"))
    };
    let (section, first_name, second_name) = (&first.section, first.name, second.name);
    let what =
        format!("[{section}] {key:?} is claimed by {first_name} and by {second_name}{place}");
    IngestError::new(first.file, what, remedy).at(first.line)
}

/// Whatever is opened can be closed.
fn check_ways_out(
    keymap: &Keymap,
    entries: &[(usize, &Layer, &Entry)],
    layers: &[Layer],
) -> Result<(), IngestError> {
    for row in TABLE.iter().filter(|row| matches!(row.id, "cancel" | "quit")) {
        for &context in row.contexts {
            if !keymap.keys(context, row.id).is_empty() {
                continue;
            }
            let taken = entries.iter().find(|(_, _, e)| e.context == context && e.row.id == row.id);
            let Some(layer) = taken.map(|(_, layer, _)| *layer).or(layers.first()) else {
                continue;
            };
            let section = format!("[{}{}]", layer.prefix, context.name());
            let what = format!("{section} has no key for {}: there would be no way out", row.id);
            let error = IngestError::new(&layer.file, what, format!("give {} a key", row.id));
            return Err(match taken {
                Some((_, _, entry)) => error.at(entry.line),
                None => error,
            });
        }
    }
    Ok(())
}
