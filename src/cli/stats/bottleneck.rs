//! `gaffe stats bottleneck`: which gap between error levels holds the model back.

use super::args;
use crate::analysis::bottleneck::{
    BestError, Bottleneck, ErrorLevels, Errors, Gap, GapKind, bottleneck,
};
use crate::analysis::{ErrorRate, Proportion};
use crate::cli::print::{Format, count, interval, percent};
use crate::cli::{decisions, locate, next_command};
use crate::dataset::Split;
use crate::insight::{Cell, Field, Page, Sheet, field, in_csv, interval_of};
use crate::project::{Project, SplitErrors};
use anyhow::Result;
use clap::Args;
use serde::Serialize;
use std::io::Write;
use std::path::Path;

#[derive(Args)]
#[command(after_help = "Examples:\n  gaffe stats bottleneck --run v2\n  \
    gaffe stats bottleneck --train-dev 52/1000\n  \
    gaffe stats bottleneck --train 20/1000 --dev 63/1000 --human-error 0.01 --json\n\n\
    A gap stands out if its 95 % interval lies above 0. Train-dev examples are like those of train, \
    but the model was not fitted on them: they tell variance from data mismatch.")]
pub struct BottleneckArgs {
    /// The run [default: the first one with predictions for dev]
    #[arg(long, value_name = "NAME")]
    run: Option<String>,
    /// The error of people, a share or counted as K/N [default: `human_error` of gaffe.toml]
    #[arg(long, value_name = "X", value_parser = args::best_error)]
    human_error: Option<BestError>,
    /// Errors among examples that are like train but were not fitted on
    #[arg(long, value_name = "K/N", value_parser = args::errors)]
    train_dev: Option<Errors>,
    /// Without a project: errors among train examples
    #[arg(long, value_name = "K/N", value_parser = args::errors, conflicts_with = "run")]
    train: Option<Errors>,
    /// Without a project: errors among dev examples
    #[arg(long, value_name = "K/N", value_parser = args::errors, conflicts_with = "run")]
    dev: Option<Errors>,
    /// Without a project: errors among test examples
    #[arg(long, value_name = "K/N", value_parser = args::errors, conflicts_with = "run")]
    test: Option<Errors>,
    #[command(flatten)]
    format: Format,
}

#[derive(Serialize)]
struct Report {
    #[serde(skip_serializing_if = "Option::is_none")]
    run: Option<String>,
    /// From the error that the model was fitted to, to test.
    sets: Vec<Level>,
    #[serde(flatten)]
    bottleneck: Bottleneck,
    /// What usually makes the binding gap smaller, the first thing to try first.
    remedies: &'static [&'static str],
}

#[derive(Serialize)]
struct Level {
    set: &'static str,
    #[serde(flatten)]
    errors: Errors,
    error: Proportion,
}

/// What is known of the model, and what should be said about it.
struct Known {
    title: String,
    run: Option<String>,
    levels: ErrorLevels,
    notes: Vec<String>,
}

/// Prints the error levels, their gaps and what helps.
pub fn run(project: Option<&Path>, args: &BottleneckArgs, out: &mut dyn Write) -> Result<()> {
    let given = [args.train, args.dev, args.test].iter().any(Option::is_some);
    let known = if given { of_counts(args) } else { of_project(&locate(project, None)?, args)? };
    let result = bottleneck(&known.levels)?;
    let report = Report {
        run: known.run,
        sets: sets(&known.levels),
        remedies: result.binding.map_or(&[], GapKind::remedies),
        bottleneck: result,
    };
    let page = Page::new(known.title, sheet(&report, &known.levels));
    page.notes(verdict(&report).into_iter().chain(known.notes)).print(&report, args.format, out)
}

fn of_counts(args: &BottleneckArgs) -> Known {
    let &BottleneckArgs { human_error: best, train_dev, train, dev, test, .. } = args;
    let levels = ErrorLevels { best, train, train_dev, dev, test };
    let mut notes = Vec::new();
    if train.is_none() {
        notes.push("bias and variance need the error on train: --train K/N".to_owned());
    }
    Known { title: "errors given by hand".to_owned(), run: None, levels, notes }
}

fn of_project(project: &Project, args: &BottleneckArgs) -> Result<Known> {
    let run = project.run_name(args.run.as_deref(), Split::Dev)?;
    let found = project.run_errors(&run, &decisions(project)?)?;
    let of = |split| {
        let ErrorRate { examples, errors, .. } = found.iter().find(|f| f.split == split)?.error;
        Some(Errors { errors, examples })
    };
    let levels = ErrorLevels {
        best: args.human_error.or(project.config().human_error.map(BestError::Known)),
        train: of(Split::Train),
        train_dev: args.train_dev,
        dev: of(Split::Dev),
        test: of(Split::Test),
    };
    let title = format!("{} · {run}", project.config().name);
    let notes = relabelled(&found).into_iter().chain(missing(project, &run, &found)).collect();
    Ok(Known { title, run: Some(run), levels, notes })
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
                next_command(project, &format!("score --model MODEL.onnx --split {split}"))
            );
        }
        let command = format!("score --model MODEL.onnx --name {run} --split {split}");
        format!("no {split} predictions of {run} yet: {}", next_command(project, &command))
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
    let [error, range] = args::proportion(Some(report.bottleneck.best));
    let mut first = vec![people.into(), examples, errors, error, range];
    first.extend(gap_cells(None));
    sheet.row(first);
    for set in &report.sets {
        let ends_here = |gap: &&Gap| set.set == end(gap.kind, levels.train_dev.is_some());
        let [error, range] = args::proportion(Some(set.error));
        let counts = [set.errors.examples.into(), set.errors.errors.into()];
        let mut row = vec![set.set.into()];
        row.extend(counts.into_iter().chain([error, range]));
        row.extend(gap_cells(report.bottleneck.gaps.iter().find(ends_here)));
        sheet.row(row);
    }
    sheet
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
    let [size, range] = args::difference(gap.size);
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
