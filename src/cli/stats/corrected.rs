//! `gaffe stats corrected`: the accuracy under the true labels.

use crate::analysis::{
    self, CorrectStratum, Corrected, ErrorStratum, Missing, Proportion, correct_sample_for,
};
use crate::cli::print::{Format, count};
use crate::cli::{Selection, desk};
use crate::dataset::Order;
use crate::insight::proportion;
use crate::insight::{Page, Sheet, field, interval_of};
use crate::project::Project;
use anyhow::Result;
use clap::Args;
use serde::Serialize;
use std::io::Write;

#[derive(Args)]
#[command(after_help = "Examples:\n  gaffe stats corrected\n  gaffe review --correct\n\n\
    Fixing labels only where the model disagrees makes it look better than it is. The estimate \
    takes a random sample of the correct predictions into account: gaffe review --correct.")]
pub struct CorrectedArgs {
    #[command(flatten)]
    selection: Selection,
    #[command(flatten)]
    format: Format,
}

#[derive(Serialize)]
struct Report {
    errors: ErrorStratum,
    correct: CorrectStratum,
    #[serde(flatten)]
    corrected: Corrected,
    /// Correct predictions to review in all for ± 1 point.
    suggested_sample: Option<usize>,
}

/// Half of the width of the interval that the suggested sample is for.
const HALF_WIDTH: f64 = 0.01;

/// Prints the accuracies.
pub fn run(project: &Project, args: &CorrectedArgs, out: &mut dyn Write) -> Result<()> {
    let desk = desk(project, &args.selection, Order::default())?;
    let (errors, correct) = desk.strata();
    let report = Report {
        errors,
        correct,
        corrected: analysis::corrected(&errors, &correct)?,
        suggested_sample: correct_sample_for(&errors, &correct, HALF_WIDTH),
    };
    let Corrected { gold, after_fixes, estimate, noise, .. } = &report.corrected;
    let mut sheet =
        Sheet::new(&[field("", "figure"), field("share", "share"), interval_of("share")]);
    let mut row = |name: &str, p: Option<Proportion>| {
        let [share, range] = proportion(p);
        sheet.row([name.into(), share, range]);
    };
    row("accuracy under the gold labels", gold.map(Proportion::exact));
    row("after the fixes alone", after_fixes.map(Proportion::exact));
    row("under the true labels, estimated", *estimate);
    row("gold labels that are wrong", *noise);
    row("… among the errors", report.corrected.noise_in_errors);
    row("… among the correct predictions", report.corrected.noise_in_correct);
    let title = crate::insight::title(desk.project(), desk.examples().split, &desk.run().name);
    Page::new(title, sheet).notes(notes(project, &report)).print(&report, args.format, out)
}

fn notes(project: &Project, report: &Report) -> Vec<String> {
    let of = |sampled: usize, of: usize| format!("{} of {}", count(sampled), count(of));
    let mut notes = vec![format!(
        "drawn at random and judged: {} errors, {} correct predictions",
        of(report.errors.sampled, report.errors.examples),
        of(report.correct.sampled, report.correct.examples)
    )];
    for missing in &report.corrected.missing {
        notes.push(match missing {
            Missing::Examples => "no example has a prediction".to_owned(),
            Missing::ErrorSample => {
                format!("no estimate without a sample of errors: {}", project.command("review"))
            }
            Missing::CorrectSample => format!(
                "no estimate without a sample of correct predictions: {}",
                project.command("review --correct")
            ),
        });
    }
    if let Some(n) = report.suggested_sample.filter(|&n| n > report.correct.sampled) {
        notes.push(format!("for ± 1 point: about {} correct predictions in all", count(n)));
    }
    notes
}
