//! What is wrong or strange in a project's data, its runs and what its decisions are about.
//!
//! Invariant: only reads. What one split or run is like keeps none of the others from being checked, except for a
//! table that can't be used at all.

mod data;
mod files;
mod report;

pub use files::Glance;
pub use report::{Case, Check, Example, Finding, Kind, RunCheck, SplitCheck};

use super::{Project, ProjectError, Scoring};
use crate::analysis::class_lists::{OtherList, first_seen, other_list};
use crate::analysis::duplicates::Content;
use crate::analysis::{Proportion, Relabels, error_rate};
use crate::dataset::{Examples, Ledger, Run, Split, TextColumn};
use crate::report::percent;
use crate::store;
use std::sync::atomic::{AtomicBool, Ordering};

/// Cases of a finding that are named.
const LISTED: usize = 100;

/// Who waits for a check.
pub struct Watch<'a> {
    /// Told how many files of all splits are looked at, and how many of them are none.
    pub tick: &'a (dyn Fn(Scoring) + Sync),
    /// Set when nobody waits any more.
    pub cancel: &'a AtomicBool,
}

/// What is found while splits are read.
#[derive(Default)]
struct Findings {
    all: Vec<Finding>,
    contents: Vec<Content>,
}

impl Findings {
    fn add(&mut self, finding: Finding) {
        if finding.count > 0 {
            self.all.push(finding);
        }
    }
}

impl Project {
    /// Checks the data of the splits; with `decode` all files are read and decoded, else only looked for. `None` when it was
    /// stopped.
    ///
    /// # Errors
    /// A table that can't be used.
    pub fn check(
        &self,
        splits: &[Split],
        decode: bool,
        watch: &Watch<'_>,
    ) -> Result<Option<Check>, ProjectError> {
        let mut found = Findings::default();
        let read = splits.iter().map(|&split| self.examples(split));
        let read = read.collect::<Result<Vec<_>, _>>()?;
        let of = read.iter().filter_map(|e| e.media.files()).map(TextColumn::len).sum();
        let is_rows = self.config().columns.file.is_none() && self.config().columns.text.is_none();
        let mut at = Scoring { done: 0, of, resumed: 0, failed: 0 };
        for examples in &read {
            self.check_rows(examples, &mut found)?;
            let Some(looked) = self.look_at_files(examples, decode, &mut at, watch)? else {
                return Ok(None);
            };
            data::check_content(examples, &looked, is_rows, &mut found);
        }
        if watch.cancel.load(Ordering::Relaxed) {
            return Ok(None);
        }
        self.check_duplicates(&read, &mut found);
        let runs = self.check_runs(&read, &mut found)?;
        self.check_decisions(&read, &mut found)?;
        found.all.sort_by_key(|finding| !finding.serious);
        let about = |examples: &Examples| self.about(examples);
        Ok(Some(Check {
            project: self.config().name.clone(),
            classes: self.classes().names().to_vec(),
            splits: read.iter().map(about).collect(),
            runs,
            decoded: decode,
            findings: found.all,
        }))
    }

    fn check_runs(
        &self,
        read: &[Examples],
        found: &mut Findings,
    ) -> Result<Vec<RunCheck>, ProjectError> {
        let mut checks = Vec::new();
        for source in self.runs()? {
            for examples in read.iter().filter(|e| source.splits.contains(&e.split)) {
                match self.run(&source.name, examples.split, examples) {
                    Ok(run) => checks.push(self.check_run(&run, examples, found)),
                    Err(error) => {
                        let what = format!("{} on {} can't be used", source.name, examples.split);
                        let finding = Finding::new(Kind::UnusableRun, 1, what).of(&source.name);
                        let case = Case { reason: Some(error.to_string()), ..Case::default() };
                        found.add(finding.on(examples.split).with(vec![case]));
                    }
                }
            }
        }
        Ok(checks)
    }

    fn check_run(&self, run: &Run, examples: &Examples, found: &mut Findings) -> RunCheck {
        let (name, split) = (&run.name, examples.split);
        let rate = error_rate(&examples.gold, &Relabels::new(), run);
        let without = (0..run.len()).filter(|&row| run.prediction(row).is_none());
        let first = without.clone().take(LISTED).map(|row| example(examples, row, None));
        let first = first.map(|example| Case { example: Some(example), ..Case::default() });
        let count = run.len() - rate.examples;
        let what = format!("{name} has no prediction for {} of {split}", number(count, "example"));
        found.add(
            Finding::new(Kind::NoPrediction, count, what).on(split).of(name).with(first.collect()),
        );
        let other_list = self.other_list(run, examples);
        if let Some(other) = &other_list {
            let what = describe_list(other, name, split);
            found.add(Finding::new(Kind::ClassOrder, rate.examples, what).on(split).of(name));
        }
        let right = rate.examples - rate.errors;
        let accuracy =
            (rate.examples > 0).then(|| Proportion::sampled(right, rate.examples, usize::MAX));
        RunCheck {
            run: name.clone(),
            split,
            predicted: rate.examples,
            without: count,
            accuracy,
            notes: run.notes.clone(),
            other_list,
        }
    }

    /// A list of the classes by which a run's predictions make more sense.
    pub fn other_list(&self, run: &Run, examples: &Examples) -> Option<OtherList> {
        let names = self.classes().names();
        let seen = first_seen(&examples.gold, names.len());
        other_list(names, &examples.gold, run.predictions(), &seen)
    }

    fn check_decisions(&self, read: &[Examples], found: &mut Findings) -> Result<(), ProjectError> {
        let journal = store::read(&self.data_dir())?;
        for warning in journal.warnings {
            found.add(Finding::new(Kind::Journal, 1, warning));
        }
        let mut ledger = Ledger::replay(journal.events);
        for examples in read {
            let split = examples.split;
            if let Some(followed) = self.follow(&mut ledger, examples) {
                let (count, what) = (followed.count, followed.describe());
                found.add(Finding::new(Kind::Moved, count, what).on(split));
            }
            let ids = self.unmatched(&ledger, examples);
            let example = |id: &&str| Example { split, id: (*id).to_owned(), label: None };
            let case = |id| Case { example: Some(example(id)), ..Case::default() };
            let first: Vec<Case> = ids.iter().take(LISTED).map(case).collect();
            let are = if ids.len() == 1 { "is on an example" } else { "are on examples" };
            let count = number(ids.len(), "decision");
            let what = format!("{count} {are} that {split} does not have now; kept");
            found.add(Finding::new(Kind::Unmatched, ids.len(), what).on(split).with(first));
        }
        Ok(())
    }
}

/// What is to be said of a list that explains a run, and what to do.
pub fn describe_list(other: &OtherList, run: &str, split: Split) -> String {
    const SHOWN: usize = 12;
    let shown = other.classes.iter().take(SHOWN).map(|name| format!("{name:?}"));
    let more = if other.classes.len() > SHOWN { ", …" } else { "" };
    format!(
        "the columns of {run} seem to be in another order than the classes: {} {} of the predictions on {split} are \
         right, as listed {}\n  set `classes` in gaffe.toml if that is so: [{}{more}]",
        other.listing.name(),
        percent(other.accuracy_then),
        percent(other.accuracy),
        shown.collect::<Vec<_>>().join(", "),
    )
}

fn example(examples: &Examples, row: usize, label: Option<&str>) -> Example {
    let (id, label) = (examples.ids.get(row).to_owned(), label.map(str::to_owned));
    Example { split: examples.split, id, label }
}

/// So many things.
fn number(n: usize, of: &str) -> String {
    format!("{} {of}{}", crate::report::count(n), if n == 1 { "" } else { "s" })
}
