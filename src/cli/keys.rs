//! `gaffe keys`: every command of the review with the keys it has, and who says so.

use super::print::{self, Format, Table};
use super::settings::{self, KeymapArg};
use crate::tui::command::Context;
use crate::tui::keymap::{Binding, show};
use crate::tui::settings::Macro;
use anyhow::Result;
use clap::Args;
use serde::Serialize;
use std::io::Write;

#[derive(Args)]
#[command(
    after_help = "Examples:\n  gaffe keys\n  gaffe keys --keymap vim\n  gaffe keys --keymap ./mine.toml --json"
)]
pub struct KeysArgs {
    #[command(flatten)]
    keymap: KeymapArg,
    #[command(flatten)]
    format: Format,
}

const FIELDS: [&str; 5] = ["context", "keys", "command", "help", "source"];

#[derive(Serialize)]
struct KeyRow {
    context: &'static str,
    keys: Vec<String>,
    command: &'static str,
    help: String,
    source: String,
}

/// Prints the keys.
pub fn run(args: &KeysArgs, out: &mut dyn Write) -> Result<()> {
    let settings = settings::load()?;
    let (name, keymap) = args.keymap.keymap(&settings)?;
    // Macros have a row each.
    let commands = keymap.bindings().filter(|binding| binding.row.id != MACRO);
    let mut rows: Vec<KeyRow> = commands.map(|binding| of_command(&binding)).collect();
    rows.extend(settings.macros.iter().map(of_macro));
    // Stable: within a context the order of the help stays.
    let first: Vec<&str> = rows.iter().map(|row| row.context).collect();
    rows.sort_by_key(|row| first.iter().position(|context| *context == row.context));
    if args.format.json {
        return print::json(&rows, out);
    }
    if args.format.csv {
        let flat =
            rows.iter().map(|r| (r.context, r.keys.join(" "), r.command, &r.help, &r.source));
        return print::csv(&FIELDS, &flat.collect::<Vec<_>>(), out);
    }
    let file = settings::file().map(|file| file.display().to_string()).unwrap_or_default();
    let found = if std::path::Path::new(&file).is_file() { "" } else { " (not there)" };
    writeln!(out, "keymap {name}; settings {file}{found}\n")?;
    Ok(table(&rows, &file).print(out)?)
}

fn table(rows: &[KeyRow], settings: &str) -> Table {
    let mut table = Table::new(&["in", "keys", "command", "from"]);
    for row in rows {
        let keys: Vec<String> = row.keys.iter().map(|key| show(key)).collect();
        let keys = if keys.is_empty() { "(none)".to_owned() } else { keys.join(" ") };
        let command = if row.command == MACRO { row.help.clone() } else { row.command.to_owned() };
        let source = if row.source == settings { "settings" } else { &row.source };
        table.row([row.context.to_owned(), keys, command, source.to_owned()]);
    }
    table
}

const MACRO: &str = "macro";

fn of_command(binding: &Binding<'_>) -> KeyRow {
    KeyRow {
        context: binding.context.name(),
        keys: binding.keys.to_vec(),
        command: binding.row.id,
        help: binding.row.help.to_owned(),
        source: binding.source.to_owned(),
    }
}

fn of_macro(bound: &Macro) -> KeyRow {
    KeyRow {
        context: Context::Review.name(),
        keys: vec![bound.key.clone()],
        command: MACRO,
        help: bound.label.clone(),
        source: bound.file.display().to_string(),
    }
}
