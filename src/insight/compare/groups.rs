//! The comparison of each class, each tag, or each value of a column.

use crate::analysis::{Comparison, Group, TwoRuns, groups};
use crate::dataset::{ClassNames, Column};
use crate::insight::{FromProject, Input, tagged};
use anyhow::{Result, anyhow, ensure};
use std::collections::{HashMap, HashSet};

/// More values than this are no groups.
const MOST_GROUPS: usize = 50;

/// Groups, and which of them each row belongs to.
pub struct Parting {
    pub groups: Vec<Group>,
    /// By row; a row can have several tags.
    pub members: Members,
}

/// Which groups a row belongs to.
pub enum Members {
    /// One each; `usize::MAX` for none.
    One(Vec<usize>),
    /// The rows of each group.
    Several(Vec<Vec<u32>>),
}

/// Whether a column has few values.
pub fn has_few_values(column: &Column) -> bool {
    let mut values = HashSet::new();
    column.cells.iter().all(|cell| {
        values.insert(cell);
        values.len() <= MOST_GROUPS
    })
}

/// A column of the data goes before `class` and `tag`.
pub fn of(pair: &TwoRuns<'_>, by: &str, from: &FromProject, input: &Input) -> Result<Parting> {
    let columns = &from.examples().metadata;
    if let Some(column) = columns.iter().find(|column| column.name == by) {
        return by_column(pair, column);
    }
    match by {
        "class" => {
            let groups = by_class(pair, &input.classes);
            let class = |&label: &u32| label as usize;
            Ok(Parting { groups, members: Members::One(pair.labels.iter().map(class).collect()) })
        }
        "tag" => Ok(by_tag(pair, from)),
        _ => {
            let there = columns.iter().map(|c| c.name.as_str()).chain(["class", "tag"]);
            let there = there.collect::<Vec<_>>().join(", ");
            Err(anyhow!("no metadata column {by:?}\n  there is: {there}"))
        }
    }
}

fn by_column(pair: &TwoRuns<'_>, column: &Column) -> Result<Parting> {
    let groups = pair.by_column(column);
    ensure!(
        groups.len() <= MOST_GROUPS,
        "column {:?} has {} values, more than {MOST_GROUPS}\n  \
         choose one with few values, such as where or how the data was taken",
        column.name,
        groups.len()
    );
    let places: HashMap<&str, usize> =
        groups.iter().enumerate().map(|(at, group)| (group.value.as_str(), at)).collect();
    let place = |cell| places.get(cell).copied().unwrap_or(usize::MAX);
    let members = Members::One(column.cells.iter().map(place).collect());
    Ok(Parting { groups, members })
}

pub fn by_class(pair: &TwoRuns<'_>, classes: &ClassNames) -> Vec<Group> {
    let named = |(k, counts)| (classes.name(k).to_owned(), counts);
    groups((0_u32..).zip(pair.by_class(classes.len())).map(named))
}

fn by_tag(pair: &TwoRuns<'_>, from: &FromProject) -> Parting {
    let tags = from.shared.tags();
    let members: Vec<Vec<u32>> = tags.iter().map(|tag| tagged(&from.shared, tag.id)).collect();
    let counts = |rows: &Vec<u32>| pair.compare_rows(rows.iter().map(|&row| row as usize));
    let counted: Vec<Comparison> = members.iter().map(counts).collect();
    let groups = groups(tags.iter().map(|tag| tag.name.clone()).zip(counted));
    Parting { groups, members: Members::Several(members) }
}
