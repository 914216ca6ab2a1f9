//! `gaffe stats label-issues`: labels that are probably wrong.

use super::args::by_name;
use super::input::Source;
use crate::analysis::label_issues::{
    ClassOverlap, ClassQuality, ConfidentLearning, FilterBy, LabelIssue, Options, Score,
};
use crate::analysis::{AnalysisError, Labelled, Probability};
use crate::cli::TestGuard;
use crate::cli::print::{Format, count, percent};
use crate::dataset::ClassNames;
use crate::insight::{Cell, Field, Page, Sheet, field};
use crate::insight::{Input, labelled, nothing};
use anyhow::Result;
use clap::Args;
use serde::Serialize;
use std::io::Write;
use std::path::Path;

#[derive(Args)]
#[command(after_help = "Examples:\n  gaffe stats label-issues\n  \
    gaffe stats label-issues --filter-by both --csv\n  \
    gaffe stats label-issues --probs p.npy --labels y.npy --json\n\n\
    Confident learning as in cleanlab 2.9. The probabilities should come from examples that the \
    model was not fitted on: it has learnt wrong labels of the others by heart.")]
pub struct LabelIssuesArgs {
    #[command(flatten)]
    source: Source,
    /// How label issues are chosen
    #[arg(long, value_name = "FILTER", default_value = FilterBy::default().name(),
        value_parser = by_name(&FilterBy::ALL, FilterBy::name))]
    filter_by: FilterBy,
    /// What ranks them, lowest first
    #[arg(long, value_name = "SCORE", default_value = Score::default().name(),
        value_parser = by_name(&Score::ALL, Score::name))]
    rank_by: Score,
    /// Rank by probabilities less the thresholds of the classes
    #[arg(long)]
    adjust: bool,
    /// The share of the estimated issues to return
    #[arg(long, value_name = "SHARE", default_value_t = 1.0)]
    frac_noise: f64,
    /// Leave classes alone that have no more examples than this
    #[arg(long, value_name = "N", default_value_t = 1)]
    min_examples: u32,
    #[command(flatten)]
    guard: TestGuard,
    #[command(flatten)]
    format: Format,
}

#[derive(Serialize)]
struct Report<'a> {
    classes: &'a [String],
    options: Options,
    /// Examples with a label and a prediction.
    examples: usize,
    /// 1 − the share of examples that are estimated to have a wrong label.
    health: Option<f64>,
    estimated_issues: usize,
    /// The same from the calibrated joint.
    estimated_issues_calibrated: usize,
    /// Whether each row is a label issue.
    flags: Vec<bool>,
    /// Lowest score first.
    issues: Vec<Issue<'a>>,
    /// Label quality of every row; null where it is left out.
    scores: Vec<Option<f64>>,
    thresholds: Vec<f64>,
    confident_joint: Vec<Vec<u32>>,
    /// Calibrated to the number of examples of each class.
    calibrated_joint: Vec<Vec<u32>>,
    class_quality: Vec<ClassQuality>,
    overlaps: Vec<ClassOverlap>,
}

#[derive(Serialize)]
struct Issue<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    #[serde(flatten)]
    issue: LabelIssue,
}

/// Prints the issues and how good the labels are.
pub fn run(project: Option<&Path>, args: &LabelIssuesArgs, out: &mut dyn Write) -> Result<()> {
    let input = args.source.read(project)?;
    let options = Options {
        filter_by: args.filter_by,
        frac_noise: args.frac_noise,
        min_examples_per_class: args.min_examples,
        rank_by: args.rank_by,
        adjust_pred_probs: args.adjust,
    };
    let mut report = labelled!(input, data => report(data, &options, &input))?;
    let all = report.issues.len();
    if let Some(data) = &input.project {
        let hidden = |row: u32| data.is_hidden(row as usize, args.guard.unlock_test);
        report.issues.retain(|issue| !hidden(issue.issue.row));
    }
    let hidden = all - report.issues.len();
    let classes = &input.classes;
    let issues = issue_sheet(&report.issues, classes);
    Page::new(head(&input, &report, all), issues)
        .with("classes, worst labels first", class_sheet(&report.class_quality, classes))
        .with("classes taken for each other", overlap_sheet(&report.overlaps, classes))
        .notes(nothing(report.examples))
        .notes((hidden > 0).then(|| format!("{} {HIDDEN}", count(hidden))))
        .print(&report, args.format, out)
}

fn report<'a, T: Probability>(
    data: Labelled<'_, T>,
    options: &Options,
    input: &'a Input,
) -> Result<Report<'a>, AnalysisError> {
    let learning = ConfidentLearning::new(data);
    let found = learning.find(options)?;
    let ids = input.project.as_ref().map(|project| &project.examples().ids);
    let issue = |issue: LabelIssue| Issue { id: ids.map(|ids| ids.get(issue.row as usize)), issue };
    let (raw, calibrated) = (learning.confident_joint(), learning.calibrated_joint());
    let k = raw.classes();
    let flags = found.flags(data.len());
    Ok(Report {
        flags,
        classes: input.classes.names(),
        options: *options,
        examples: learning.examples(),
        health: learning.health(),
        estimated_issues: learning.num_label_issues(),
        estimated_issues_calibrated: learning.num_label_issues_calibrated(),
        issues: found.issues.into_iter().map(issue).collect(),
        scores: learning.scores(options.rank_by, options.adjust_pred_probs)?,
        thresholds: learning.thresholds().to_vec(),
        confident_joint: (0..k).map(|given| raw.row(given).to_vec()).collect(),
        calibrated_joint: (0..k).map(|given| calibrated.row(given).to_vec()).collect(),
        class_quality: learning.class_quality(),
        overlaps: learning.overlapping_classes(),
    })
}

const HIDDEN: &str = "are not listed: they are of the test split (--unlock-test shows them), or of\n\
    the part of dev that is not looked at (eyeball in gaffe.toml)";

fn head(input: &Input, report: &Report<'_>, issues: usize) -> String {
    let health = report.health.map_or_else(|| "–".to_owned(), percent);
    format!(
        "{}   {} label issues by {} among {} examples\nlabel health {health}",
        input.title,
        count(issues),
        report.options.filter_by.name(),
        count(report.examples)
    )
}

const ISSUES: [Field; 5] = [
    field("row", "row"),
    field("id", "id"),
    field("label", "label"),
    field("suggested", "suggested"),
    field("score", "score"),
];

fn issue_sheet(issues: &[Issue<'_>], classes: &ClassNames) -> Sheet {
    let mut sheet = Sheet::new(&ISSUES);
    for Issue { id, issue } in issues {
        sheet.row([
            (issue.row as usize).into(),
            id.map_or(Cell::None, Cell::from),
            classes.name(issue.given).into(),
            classes.name(issue.suggested).into(),
            Cell::Number(issue.score),
        ]);
    }
    sheet
}

fn class_sheet(quality: &[ClassQuality], classes: &ClassNames) -> Sheet {
    let mut sheet = Sheet::new(&[
        field("class", "class"),
        field("labelled so, but another", "label_issues"),
        field("share", "label_noise"),
        field("so, but labelled otherwise", "inverse_label_issues"),
        field("share", "inverse_label_noise"),
    ]);
    let share = |share: Option<f64>| share.map_or(Cell::None, Cell::Share);
    for class in quality {
        sheet.row([
            classes.name(class.class).into(),
            (class.label_issues as usize).into(),
            share(class.label_noise),
            (class.inverse_label_issues as usize).into(),
            share(class.inverse_label_noise),
        ]);
    }
    sheet
}

/// Pairs of classes that people are shown.
const PAIRS: usize = 10;

fn overlap_sheet(overlaps: &[ClassOverlap], classes: &ClassNames) -> Sheet {
    let mut sheet = Sheet::new(&[
        field("class", "a"),
        field("and", "b"),
        field("examples", "examples"),
        field("share", "share"),
    ]);
    for pair in overlaps.iter().filter(|pair| pair.examples > 0).take(PAIRS) {
        sheet.row([
            classes.name(pair.a).into(),
            classes.name(pair.b).into(),
            (pair.examples as usize).into(),
            Cell::Share(pair.share),
        ]);
    }
    sheet
}
