//! Filters on the command line.

use crate::find::{Filter, FilterError, Names};
use crate::media::text;
use crate::project::{Desk, Project};
use crate::store::load_filters;
use anyhow::Result;
use std::collections::BTreeSet;
use std::sync::atomic::AtomicBool;

/// What is wrong with a filter, and where in it.
pub fn wrong(text: &str, error: &FilterError) -> anyhow::Error {
    let columns = |bytes: usize| text.get(..bytes).map_or(0, text::width);
    let (start, end) = (columns(error.at.start), columns(error.at.end));
    let mark = format!("{}{}", " ".repeat(start), "^".repeat(end.saturating_sub(start).max(1)));
    let remedy =
        if error.remedy.is_empty() { String::new() } else { format!("\n  {}", error.remedy) };
    anyhow::anyhow!("filter: {}\n  {text}\n  {mark}{remedy}", error.what)
}

/// Those of `rows` that the filter selects.
pub fn select(project: &Project, desk: &Desk, rows: &[u32], text: &str) -> Result<Vec<u32>> {
    let names = Names {
        classes: desk.classes(),
        tags: desk.ledger().tags(),
        columns: &desk.examples().metadata,
    };
    let saved = load_filters(&project.data_dir())?;
    let filter = Filter::parse_with(text, &saved, &names).map_err(|error| wrong(text, &error))?;
    let never = AtomicBool::new(false);
    let found = desk.snapshot().select(&filter, rows, &BTreeSet::new(), &never);
    Ok(found.unwrap_or_default())
}
