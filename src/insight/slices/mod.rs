//! Slices: the named ones, the given ones, and the worst combinations that are found.
//!
//! Invariant: a slice that is named is a filter that is kept under a name, and nothing else; each
//! slice that a filter can select leads to its errors by that filter.

mod lines;
mod page;
mod rows;
mod terms;
mod versus;

pub(crate) use terms::Terms;

pub use lines::{Found, Given, Lossy, Pinned};
pub use versus::Versus;

use super::{FromProject, Input, Insight, Watch};
use crate::analysis::slices::{
    ByValue, Counts, SearchOptions, Skipped, confirm_while, min_support, search,
};
use crate::dataset::Column;
use anyhow::Result;
use rows::{Rows, Wrong};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;

/// What can be chosen.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ask {
    /// A tag: the slices are then those of the reviewed errors, and what counts is the tag.
    pub of: Option<String>,
    /// Another run, which is held against this one on every slice.
    pub versus: Option<String>,
    /// The filters that have names: the slices that are pinned.
    pub pins: BTreeMap<String, String>,
    /// Which kinds of slice are wanted.
    pub show: Show,
    /// Their order on the page.
    pub order: Order,
    /// How slices are searched.
    pub options: SearchOptions,
    /// Which examples are searched and which test what was found.
    pub seed: u64,
}

/// Which kinds of slice are wanted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Show {
    /// All.
    #[default]
    All,
    /// Those with names.
    Pinned,
    /// The values of the columns.
    Given,
    /// What the search finds.
    Found,
}

impl Show {
    /// All of them, in the order in which a key goes through them.
    pub const ALL: [Self; 4] = [Self::All, Self::Pinned, Self::Given, Self::Found];

    fn has(self, kind: Self) -> bool {
        self == Self::All || self == kind
    }
}

/// In which order slices stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Order {
    /// Those that are most surely worse or better than the rest first.
    #[default]
    Surety,
    /// The highest error first.
    Error,
    /// The largest first.
    Size,
    /// Where there is most to solve first.
    Ceiling,
}

impl Order {
    /// All of them, in the order in which a key goes through them.
    pub const ALL: [Self; 4] = [Self::Surety, Self::Error, Self::Size, Self::Ceiling];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Surety => "surety",
            Self::Error => "error",
            Self::Size => "size",
            Self::Ceiling => "ceiling",
        }
    }

    fn said(self) -> &'static str {
        match self {
            Self::Surety => "surest first",
            Self::Error => "highest error first",
            Self::Size => "largest first",
            Self::Ceiling => "lowest ceiling first",
        }
    }
}

/// What is shown.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    title: String,
    all: Option<Counts>,
    /// Of all examples; half of it is needed on the half that is searched.
    min_support: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    versus: Option<Versus>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pinned: Vec<Pinned>,
    values: Vec<Given>,
    found: Vec<Found>,
    /// By loss: not confirmed.
    by_loss: Vec<Lossy>,
    skipped: Vec<Skipped>,
    /// Filters with names that can't be read, and why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unreadable: Vec<(String, String)>,
    #[serde(skip)]
    tag: Option<String>,
    #[serde(skip)]
    examples: usize,
    #[serde(skip)]
    order: Order,
    #[serde(skip)]
    show: Show,
    /// Whether slices are still to be found.
    #[serde(skip)]
    is_searching: bool,
    /// Whether what is listed as an error may be none any more.
    #[serde(skip)]
    has_fixed_labels: bool,
    /// The other runs of the split.
    #[serde(skip)]
    runs: Vec<String>,
}

/// Stands behind the filter of a slice where errors whose label was fixed are listed too: these are
/// not counted.
pub const ONLY_ERRORS: &str = " error";

/// Parts that progress is counted in.
const PARTS: usize = 1000;

/// Cuts the examples into slices: first, as a part of the answer, those that are named and given, then
/// those that are found.
///
/// # Errors
/// No such tag or run, or options of the search that make no sense.
pub fn answer(input: &Input, ask: &Ask, watch: &mut Watch<'_>) -> Result<Report> {
    answer_with(input, vec![], ask, watch)
}

/// The same with columns that were measured of the examples; what the data brings along goes before
/// what is measured under the same name.
///
/// # Errors
/// As [`answer`].
pub fn answer_with(
    input: &Input,
    measured: Vec<Column>,
    ask: &Ask,
    watch: &mut Watch<'_>,
) -> Result<Report> {
    watch.progress.at(0, PARTS);
    let rows = match &ask.of {
        Some(tag) => Rows::of_tag(input, tag, measured, ask.seed)?,
        None => Rows::of_input(input, measured, ask.seed)?,
    };
    let other = match (&ask.versus, &input.project) {
        (Some(run), Some(from)) => Some(versus::Other::read(from, input, run)?),
        _ => None,
    };
    report(&rows, ask, other.as_ref(), watch)
}

/// Slices of any table with a column that says what is an error.
///
/// # Errors
/// A table that can't be read, or has no such column.
pub fn of_table(table: &Path, error: &str, ask: &Ask, watch: &mut Watch<'_>) -> Result<Report> {
    report(&Rows::of_table(table, error, ask.seed)?, ask, None, watch)
}

fn report(
    rows: &Rows<'_>,
    ask: &Ask,
    other: Option<&versus::Other<'_>>,
    watch: &mut Watch<'_>,
) -> Result<Report> {
    let mut report = Report::empty(rows, ask)?;
    match &rows.wrong {
        Wrong::Flags(errors) => report.count(rows, errors, ask, other, watch)?,
        Wrong::Losses(losses) => {
            let found = search(&rows.features, losses, &ask.options)?;
            report.by_loss = found.into_iter().map(|slice| Lossy::new(rows, slice)).collect();
        }
    }
    Ok(report)
}

impl Report {
    fn empty(rows: &Rows<'_>, ask: &Ask) -> Result<Self> {
        let least = ask.options.min_support;
        Ok(Self {
            title: rows.title.clone(),
            all: None,
            min_support: least.unwrap_or_else(|| min_support(rows.wrong.counted())),
            versus: None,
            pinned: vec![],
            values: vec![],
            found: vec![],
            by_loss: vec![],
            skipped: rows.features.skipped().to_vec(),
            unreadable: vec![],
            tag: rows.tag.clone(),
            examples: rows.features.rows(),
            order: ask.order,
            show: ask.show,
            is_searching: false,
            has_fixed_labels: rows.from.is_some_and(|from| !from.shared.relabels().is_empty()),
            runs: rows.from.map(other_runs).transpose()?.unwrap_or_default(),
        })
    }

    /// Counts one kind after the other; stops where it is when nobody waits any more.
    fn count(
        &mut self,
        rows: &Rows<'_>,
        errors: &[Option<bool>],
        ask: &Ask,
        other: Option<&versus::Other<'_>>,
        watch: &mut Watch<'_>,
    ) -> Result<()> {
        let by_value = ByValue::new(&rows.features, errors)?;
        self.all = Some(by_value.all());
        let mut beside = other.map(versus::Beside::new);
        if ask.show.has(Show::Pinned) {
            let Some(held) = self.select_pins(rows, ask, watch) else { return Ok(()) };
            let readable = ask.pins.iter().filter(|(name, _)| self.can_read(name));
            self.pinned = Pinned::count(readable, &held, errors, by_value.all());
            if let Some(beside) = &mut beside {
                beside.pinned(&self.pinned, &held);
            }
        }
        if ask.show.has(Show::Given) {
            let given = lines::surest_first(by_value.lines(&rows.features));
            let values = given.into_iter().map(|value| Given::new(rows, errors, value));
            self.values = values.collect();
            if let Some(beside) = &mut beside {
                beside.values(rows, &self.values);
            }
        }
        self.lay_beside(beside.as_ref());
        if ask.show.has(Show::Found) {
            self.search(rows, errors, ask, watch)?;
            if let Some(beside) = &mut beside {
                beside.found(rows, &self.found);
                self.lay_beside(Some(beside));
            }
        }
        Ok(())
    }

    /// Shows what is known, then searches.
    fn search(
        &mut self,
        rows: &Rows<'_>,
        errors: &[Option<bool>],
        ask: &Ask,
        watch: &mut Watch<'_>,
    ) -> Result<()> {
        self.is_searching = true;
        (watch.partial)(Insight::Slices(Box::new(self.clone())));
        let goes_on = |part: f64| watch.progress.at((part * PARTS as f64) as usize, PARTS);
        let found = confirm_while(&rows.features, errors, &rows.half, &ask.options, &goes_on)?;
        if let Some(found) = found {
            self.found = found.into_iter().map(|slice| Found::new(rows, errors, slice)).collect();
            self.is_searching = false;
        }
        Ok(())
    }

    /// The rows of each named filter that can be read; `None` when it was cancelled.
    fn select_pins(
        &mut self,
        rows: &Rows<'_>,
        ask: &Ask,
        watch: &Watch<'_>,
    ) -> Option<Vec<Vec<u32>>> {
        let mut held = Vec::new();
        for (name, filter) in &ask.pins {
            match rows.selected(filter, &ask.pins, watch.progress.cancelled()) {
                Ok(rows) => held.push(rows?),
                Err(why) => self.unreadable.push((name.clone(), why)),
            }
        }
        Some(held)
    }

    fn can_read(&self, name: &str) -> bool {
        self.unreadable.iter().all(|(other, _)| other != name)
    }

    /// Gives each line what the other run does there.
    fn lay_beside(&mut self, beside: Option<&versus::Beside<'_>>) {
        let Some(beside) = beside else { return };
        let mut groups = beside.groups().into_iter();
        let pinned = self.pinned.iter_mut().map(|line| &mut line.versus);
        let values = self.values.iter_mut().map(|line| &mut line.versus);
        let found = self.found.iter_mut().map(|line| &mut line.versus);
        for (line, group) in pinned.chain(values).chain(found).zip(groups.by_ref()) {
            *line = Some(group);
        }
        self.versus = Some(beside.total());
    }

    /// The other runs of the split, by which a key goes on.
    pub fn runs(&self) -> &[String] {
        &self.runs
    }
}

fn other_runs(from: &FromProject) -> Result<Vec<String>> {
    let (split, here) = (from.examples().split, &from.shared.run().name);
    let runs = from.project.runs()?.into_iter();
    let others = runs.filter(|run| run.splits.contains(&split) && run.name != *here);
    Ok(others.map(|run| run.name).collect())
}
