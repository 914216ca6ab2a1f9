//! The bottleneck: which gap between error levels holds the model back.

use super::{
    Cell, Enter, Field, Input, Page, Sheet, Watch, difference, field, in_csv, interval_of,
    proportion,
};
use crate::analysis::bottleneck::{
    BestError, Bottleneck, ErrorLevels, Errors, Gap, GapKind, bottleneck,
};
use crate::analysis::{AnalysisError, ErrorRate, Proportion};
use crate::dataset::Split;
use crate::project::{Project, SplitErrors};
use crate::report::{count, interval, percent};
use anyhow::{Result, anyhow};
use serde::Serialize;

/// What can be chosen.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ask {
    /// The error of people, in place of the project's.
    pub best: Option<BestError>,
    /// Errors among examples that are like train but were not fitted on.
    pub train_dev: Option<Errors>,
}

/// What is shown.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    #[serde(skip_serializing_if = "Option::is_none")]
    run: Option<String>,
    /// From the error that the model was fitted to, to test.
    sets: Vec<Level>,
    #[serde(flatten)]
    bottleneck: Bottleneck,
    /// What usually makes the binding gap smaller, the first thing to try first.
    remedies: &'static [&'static str],
    /// The split that is reviewed.
    #[serde(skip)]
    split: Option<Split>,
    #[serde(skip)]
    title: String,
    #[serde(skip)]
    levels: ErrorLevels,
    #[serde(skip)]
    notes: Vec<String>,
}

/// The errors on one set.
#[derive(Debug, Clone, Serialize)]
pub struct Level {
    set: &'static str,
    #[serde(flatten)]
    errors: Errors,
    error: Proportion,
}

/// The levels of the run under review, on whole splits.
///
/// # Errors
/// Data of a split that can't be used.
pub fn answer(input: &Input, ask: &Ask, _watch: &mut Watch<'_>) -> Result<Report> {
    let from = input.project.as_ref().ok_or_else(|| anyhow!("levels are those of a project"))?;
    let (project, run) = (&from.project, &from.shared.run().name);
    let found = project.run_errors(run, &from.shared.ledger)?;
    let best = ask.best.or(project.config().human_error.map(BestError::Known));
    let levels = ErrorLevels { best, train_dev: ask.train_dev, ..levels_of(&found) };
    let title = format!("{} · {run}", project.config().name);
    let mut notes: Vec<String> = relabelled(&found).into_iter().collect();
    notes.extend(missing(project, run, &found));
    let part = "the filter is not obeyed here: levels are those of whole splits".to_owned();
    notes.extend(input.is_part.then_some(part));
    let report = of_levels(title, Some(run.clone()), levels, notes)?;
    Ok(Report { split: Some(from.shared.examples().split), ..report })
}

/// The levels of the splits that a run has.
pub(super) fn levels_of(found: &[SplitErrors]) -> ErrorLevels {
    let of = |split| {
        let ErrorRate { examples, errors, .. } = found.iter().find(|f| f.split == split)?.error;
        Some(Errors { errors, examples })
    };
    let (train, dev, test) = (of(Split::Train), of(Split::Dev), of(Split::Test));
    ErrorLevels { train, dev, test, ..ErrorLevels::default() }
}

/// The gaps between levels, however they are known.
///
/// # Errors
/// Levels that make no sense.
pub fn of_levels(
    title: String,
    run: Option<String>,
    levels: ErrorLevels,
    notes: Vec<String>,
) -> Result<Report, AnalysisError> {
    let bottleneck = bottleneck(&levels)?;
    Ok(Report {
        run,
        sets: sets(&levels),
        remedies: bottleneck.binding.map_or(&[], GapKind::remedies),
        bottleneck,
        split: None,
        title,
        levels,
        notes,
    })
}

/// Corrections that only some sets got make or hide a gap.
fn relabelled(found: &[SplitErrors]) -> Option<String> {
    let some = found.iter().any(|f| f.relabelled > 0);
    let all = found.iter().all(|f| f.relabelled > 0);
    let counts = found.iter().map(|f| format!("{} {}", f.split, count(f.relabelled)));
    (some && !all).then(|| {
        format!(
            "labels corrected: {}; fixes in one set alone move its error against the others",
            counts.collect::<Vec<_>>().join(", ")
        )
    })
}

/// How to get the predictions that the run lacks.
fn missing(project: &Project, run: &str, found: &[SplitErrors]) -> Vec<String> {
    let config = project.config();
    let lacks = |split: &Split| found.iter().all(|f| f.split != *split);
    let how = |split: Split| {
        if !config.splits.contains_key(&split) {
            return format!("no {split} split: add its table under [splits] in gaffe.toml");
        }
        if config.runs.contains_key(run) {
            return format!(
                "no {split} predictions of {run} yet: add {split} = \"FILE.npy\" under [runs.{run}] \
                 in gaffe.toml,\nor keep those of its model as another run: {}",
                project.command(&format!("score --model MODEL.onnx --split {split}"))
            );
        }
        let command = format!("score --model MODEL.onnx --name {run} --split {split}");
        format!("no {split} predictions of {run} yet: {}", project.command(&command))
    };
    let asked = |split: &Split| *split == Split::Train || config.splits.contains_key(split);
    Split::ALL.into_iter().filter(lacks).filter(asked).map(how).collect()
}

fn sets(levels: &ErrorLevels) -> Vec<Level> {
    let set = |(set, errors): (&'static str, Option<Errors>)| {
        errors.map(|errors| Level { set, errors, error: errors.rate() })
    };
    let sets = [
        ("train", levels.train),
        ("train-dev", levels.train_dev),
        ("dev", levels.dev),
        ("test", levels.test),
    ];
    sets.into_iter().filter_map(set).collect()
}

impl Report {
    /// People first, then the sets, each with its error.
    pub fn axis(&self) -> impl Iterator<Item = (&'static str, Proportion)> {
        let people = std::iter::once(("people", self.bottleneck.best));
        people.chain(self.sets.iter().map(|level| (level.set, level.error)))
    }

    /// The binding gap, and the set that it ends at.
    pub fn binding(&self) -> Option<(&Gap, &'static str)> {
        let is_binding = |gap: &&Gap| Some(gap.kind) == self.bottleneck.binding;
        let gap = self.bottleneck.gaps.iter().find(is_binding)?;
        Some((gap, end(gap.kind, self.levels.train_dev.is_some())))
    }

    /// What people are shown of it.
    pub fn page(&self) -> Page {
        let page = Page::new(self.title.clone(), sheet(self, &self.levels));
        page.notes(verdict(self).into_iter().chain(self.notes.iter().cloned()))
    }
}

const FIELDS: [Field; 9] = [
    field("", "set"),
    in_csv("examples"),
    in_csv("errors"),
    field("error", "error"),
    interval_of("error"),
    field("gap from above", "gap"),
    field("size", "size"),
    interval_of("size"),
    field("stands out", "stands_out"),
];

/// One row a set, each with the gap that ends at it.
fn sheet(report: &Report, levels: &ErrorLevels) -> Sheet {
    let mut sheet = Sheet::new(&FIELDS);
    let (errors, examples) = match levels.best {
        Some(BestError::Counted(e)) => (e.errors.into(), e.examples.into()),
        _ => (Cell::None, Cell::None),
    };
    let people = if report.bottleneck.best_assumed { "people, taken as 0" } else { "people" };
    let [error, range] = proportion(Some(report.bottleneck.best));
    let mut first = vec![people.into(), examples, errors, error, range];
    first.extend(gap_cells(None));
    sheet.row(first);
    for set in &report.sets {
        let ends_here = |gap: &&Gap| set.set == end(gap.kind, levels.train_dev.is_some());
        let [error, range] = proportion(Some(set.error));
        let counts = [set.errors.examples.into(), set.errors.errors.into()];
        let mut row = vec![set.set.into()];
        row.extend(counts.into_iter().chain([error, range]));
        row.extend(gap_cells(report.bottleneck.gaps.iter().find(ends_here)));
        match enter(report, set.set) {
            Some(enter) => sheet.row_into(row, enter),
            None => sheet.row(row),
        }
    }
    sheet
}

/// Only the split that is reviewed can be walked from here.
fn enter(report: &Report, set: &str) -> Option<Enter> {
    if set == report.split?.name() {
        return Some(Enter::Errors(String::new()));
    }
    let run = report.run.as_ref()?;
    let unlock = if set == "test" { " --unlock-test" } else { "" };
    matches!(set, "train" | "dev" | "test")
        .then(|| Enter::Elsewhere(format!("gaffe review --run {run} --split {set}{unlock}")))
}

fn end(kind: GapKind, with_train_dev: bool) -> &'static str {
    match kind {
        GapKind::AvoidableBias => "train",
        GapKind::Variance if with_train_dev => "train-dev",
        GapKind::Variance | GapKind::Mismatch => "dev",
        GapKind::DevOverfit => "test",
    }
}

fn gap_cells(gap: Option<&Gap>) -> [Cell; 4] {
    let Some(gap) = gap else { return [Cell::None, Cell::None, Cell::None, Cell::None] };
    let [size, range] = difference(gap.size);
    let stands_out = match gap.size.stands_out() {
        true if gap.size.value < 0.0 => "below 0",
        true => "yes",
        false => "no",
    };
    [gap.kind.name().into(), size, range, stands_out.into()]
}

fn verdict(report: &Report) -> Vec<String> {
    let Bottleneck { best_assumed, gaps, binding, .. } = &report.bottleneck;
    let mut lines = Vec::new();
    if let Some(gap) = gaps.iter().find(|gap| Some(gap.kind) == *binding) {
        let (size, range) = (percent(gap.size.value), interval(gap.size.low, gap.size.high));
        let name = gap.kind.name();
        lines.push(format!("the binding gap is {name}: {size} (95 % {range})"));
        lines.push("what usually helps, in this order:".to_owned());
        let remedies = (1..).zip(report.remedies);
        lines.extend(remedies.map(|(i, remedy)| format!("  {i}. {remedy}")));
    } else if gaps.is_empty() {
        lines.push("a gap needs two errors to lie between".to_owned());
    } else {
        lines.push("no gap stands out from noise".to_owned());
        let needs = |gap: &Gap| {
            let (name, size) = (gap.kind.name(), percent(gap.size.value));
            let n = count(gap.examples_needed?);
            Some(format!("  {name} of {size}: about {n} examples in each set would show it"))
        };
        lines.extend(gaps.iter().filter_map(needs));
    }
    let parted = gaps.iter().any(|gap| gap.kind == GapKind::Mismatch);
    if *binding == Some(GapKind::Variance) && !parted {
        lines.push(
            "it may as well be that dev is unlike train: gaffe stats shift looks for that,\n\
             and --train-dev K/N (errors of examples like train) tells both apart"
                .to_owned(),
        );
    }
    if *best_assumed {
        let where_else = report.run.as_ref().map_or("", |_| ", or human_error in gaffe.toml");
        lines.push(format!(
            "the error of people is not known, so that all error on train is taken for bias:\n\
             --human-error 0.05{where_else}"
        ));
    }
    lines
}
