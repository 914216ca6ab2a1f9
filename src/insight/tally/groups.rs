//! The errors in parts: by class, by run, by the values of a column.

use super::Kind;
use crate::analysis::{Basis, Tally};
use crate::dataset::{ClassNames, Column, Ledger, Run};
use crate::find::{column, quote};
use crate::insight::FromProject;
use crate::project::Shared;
use anyhow::{Result, anyhow, ensure};
use serde::Serialize;
use std::collections::BTreeSet;

/// A part of the errors.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Group {
    pub name: String,
    #[serde(skip)]
    pub filter: Option<String>,
    pub errors: usize,
    pub reviewed: usize,
    pub basis: Basis,
    pub categories: Vec<Kind>,
}

/// Values of a column from which on it is none to part by.
const MOST_GROUPS: usize = 50;

/// The parts that errors can be parted by: classes, runs, and the columns of few values.
pub(super) fn parts(shared: &Shared) -> Vec<String> {
    let few = |column: &&Column| values(column).len() <= MOST_GROUPS;
    let columns = shared.examples().metadata.iter().filter(few).map(|column| column.name.clone());
    ["class", "run"].map(str::to_owned).into_iter().chain(columns).collect()
}

/// The different values of a column in byte order, or the first ones of too many.
fn values(column: &Column) -> BTreeSet<&str> {
    let mut values = BTreeSet::new();
    for cell in column.cells.iter() {
        values.insert(cell);
        if values.len() > MOST_GROUPS {
            break;
        }
    }
    values
}

/// The parts with errors, those with the most of them first.
pub(super) fn groups(
    from: &FromProject,
    by: &str,
    is_in: &impl Fn(u32) -> bool,
) -> Result<Vec<Group>> {
    let shared = &from.shared;
    let mut groups = if let Some(found) = shared.examples().metadata.iter().find(|c| c.name == by) {
        by_column(shared, found, is_in)?
    } else {
        match by {
            "class" => by_class(shared, is_in),
            "run" => by_run(from, is_in)?,
            _ => {
                let there = parts(shared).join(", ");
                return Err(anyhow!("errors can't be parted by {by:?}\n  there is: {there}"));
            }
        }
    };
    groups.retain(|group| group.errors > 0);
    groups.sort_by(|a, b| b.errors.cmp(&a.errors).then_with(|| a.name.cmp(&b.name)));
    Ok(groups)
}

fn by_class(shared: &Shared, is_in: &impl Fn(u32) -> bool) -> Vec<Group> {
    let classes: &ClassNames = &shared.snapshot.classes;
    let gold = &shared.examples().gold;
    let part = |row: u32| is_in(row).then(|| gold[row as usize] as usize);
    let tallies = shared.tallies(shared.run(), classes.len(), part);
    let names = classes.names().iter();
    let group = |(name, tally): (&String, Tally)| {
        Group::new(name, Some(format!("gold:{}", quote(name))), &tally, &shared.ledger)
    };
    names.zip(tallies).map(group).collect()
}

fn by_column(shared: &Shared, found: &Column, is_in: &impl Fn(u32) -> bool) -> Result<Vec<Group>> {
    let values: Vec<&str> = values(found).into_iter().collect();
    ensure!(
        values.len() <= MOST_GROUPS,
        "column {:?} has more than {MOST_GROUPS} values\n  \
         choose one with few, such as where or how the data was taken",
        found.name
    );
    let part = |row: u32| {
        let value = found.cells.get(row as usize);
        is_in(row).then(|| values.binary_search(&value).ok()).flatten()
    };
    let tallies = shared.tallies(shared.run(), values.len(), part);
    let group = |(value, tally): (&&str, Tally)| {
        let filter = format!("{}={}", column(&found.name), quote(value));
        Group::new(value, Some(filter), &tally, &shared.ledger)
    };
    Ok(values.iter().zip(tallies).map(group).collect())
}

/// Each run's own errors; another run's can't be walked from here.
fn by_run(from: &FromProject, is_in: &impl Fn(u32) -> bool) -> Result<Vec<Group>> {
    let shared = &from.shared;
    let split = shared.examples().split;
    let mut groups = Vec::new();
    for source in from.project.runs()?.iter().filter(|run| run.splits.contains(&split)) {
        let is_here = source.name == shared.run().name;
        let other: Option<Run> = if is_here {
            None
        } else {
            Some(from.project.run(&source.name, split, shared.examples())?)
        };
        let run = other.as_ref().unwrap_or_else(|| shared.run());
        for tally in shared.tallies(run, 1, |row| is_in(row).then_some(0)) {
            let filter = is_here.then(String::new);
            groups.push(Group::new(&source.name, filter, &tally, &shared.ledger));
        }
    }
    Ok(groups)
}

impl Group {
    fn new(name: &str, filter: Option<String>, tally: &Tally, ledger: &Ledger) -> Self {
        Self {
            name: name.to_owned(),
            filter,
            errors: tally.population.errors,
            reviewed: tally.reviewed,
            basis: tally.basis,
            categories: tally.rows.iter().map(|row| Kind::new(row, tally.basis, ledger)).collect(),
        }
    }
}
