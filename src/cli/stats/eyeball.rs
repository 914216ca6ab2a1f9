//! `gaffe stats eyeball`: dev in a part to look at and a part that only its numbers are read of.

use super::args;
use crate::analysis::baselines::Predicted;
use crate::analysis::bottleneck::Errors;
use crate::analysis::eyeball::{
    Advice, Parts, PartsCompared, advise, compare_parts, part_errors, parts,
};
use crate::cli::print::{Format, count};
use crate::dataset::{Examples, Split};
use crate::insight::{Cell, Page, Sheet, field, interval_of, number, p_value};
use crate::project::{Project, ProjectError};
use anyhow::Result;
use clap::Args;
use serde::Serialize;
use std::io::Write;

#[derive(Args)]
#[command(after_help = "Examples:\n  gaffe stats eyeball --share 0.3\n  \
    gaffe stats eyeball --share 0.3 --csv > parts.csv\n\n\
    An example stays in its part whatever else the table holds: the part is made from its id. \
    With `eyeball = 0.3` in gaffe.toml the review shows that part of dev alone. \
    --csv lists the part of every example of dev.")]
pub struct EyeballArgs {
    /// The run [default: the first one with predictions for dev]
    #[arg(long, value_name = "NAME")]
    run: Option<String>,
    /// The share of dev to look at [default: `eyeball` of gaffe.toml, else 0.5]
    #[arg(long, value_parser = args::share)]
    share: Option<f64>,
    #[command(flatten)]
    format: Format,
}

#[derive(Serialize)]
struct Report<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    run: Option<&'a str>,
    share: f64,
    eyeball: Part<'a>,
    blackbox: Part<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    compared: Option<PartsCompared>,
    #[serde(skip_serializing_if = "Option::is_none")]
    advice: Option<Advice>,
}

#[derive(Serialize)]
struct Part<'a> {
    /// Errors among the examples that have a prediction.
    #[serde(flatten)]
    errors: Option<Errors>,
    ids: Vec<&'a str>,
}

/// What a run does on both parts and on all of dev.
struct OfRun {
    name: String,
    eyeball: Errors,
    blackbox: Errors,
    all: Errors,
}

/// Prints the errors on both parts; as CSV the part of each example.
pub fn run(project: &Project, args: &EyeballArgs, out: &mut dyn Write) -> Result<()> {
    let examples = project.examples(Split::Dev)?;
    let share = args.share.or(project.config().eyeball).unwrap_or(0.5);
    let parts = parts(&examples.ids, share);
    let of_run = match project.run_name(args.run.as_deref(), Split::Dev) {
        Ok(name) => Some(of_run(project, name, &examples, &parts)?),
        // Examples can be parted before anything is predicted.
        Err(ProjectError::NoRuns(_)) => None,
        Err(error) => return Err(error.into()),
    };
    let report = report(share, &examples, &parts, of_run.as_ref());
    let run = report.run.map_or_else(String::new, |run| format!(" · {run}"));
    let title = format!("{} · dev{run}", project.config().name);
    let sheet = if args.format.csv { listing(&examples, &parts) } else { summary(&report) };
    let page = Page::new(title, sheet);
    page.notes(notes(&report)).print(&report, args.format, out)
}

fn of_run(project: &Project, name: String, examples: &Examples, parts: &Parts) -> Result<OfRun> {
    let run = project.run(&name, Split::Dev, examples)?;
    // Labels are fixed in the part that is looked at: only the gold labels are fair to both.
    let labels = &examples.gold;
    let of = |rows: &[u32]| part_errors(labels, run.predictions(), rows);
    let all = Predicted::new(labels, run.predictions())?.errors();
    Ok(OfRun { name, eyeball: of(&parts.eyeball), blackbox: of(&parts.blackbox), all })
}

fn report<'a>(
    share: f64,
    examples: &'a Examples,
    parts: &Parts,
    run: Option<&'a OfRun>,
) -> Report<'a> {
    let ids = |rows: &[u32]| rows.iter().map(|&row| examples.ids.get(row as usize)).collect();
    Report {
        run: run.map(|run| run.name.as_str()),
        share,
        eyeball: Part { errors: run.map(|run| run.eyeball), ids: ids(&parts.eyeball) },
        blackbox: Part { errors: run.map(|run| run.blackbox), ids: ids(&parts.blackbox) },
        compared: run.and_then(|run| compare_parts(run.eyeball, run.blackbox)),
        advice: run.map(|run| advise(run.all)),
    }
}

/// The part of each example in the order of the table.
fn listing(examples: &Examples, parts: &Parts) -> Sheet {
    let mut part = vec!["blackbox"; examples.len()];
    for &row in &parts.eyeball {
        part[row as usize] = "eyeball";
    }
    let mut sheet = Sheet::new(&[field("id", "id"), field("part", "part")]);
    for (id, part) in examples.ids.iter().zip(part) {
        sheet.row([id.into(), part.into()]);
    }
    sheet
}

fn summary(report: &Report<'_>) -> Sheet {
    let mut sheet = Sheet::new(&[
        field("part", "part"),
        field("examples", "examples"),
        field("predicted", "predicted"),
        field("errors", "errors"),
        field("error", "error"),
        interval_of("error"),
    ]);
    for (name, part) in [("eyeball", &report.eyeball), ("blackbox", &report.blackbox)] {
        let mut row = vec![name.into(), part.ids.len().into()];
        match part.errors {
            Some(errors) if errors.examples > 0 => {
                row.extend([errors.examples.into(), errors.errors.into()]);
                row.extend(crate::insight::proportion(Some(errors.rate())));
            }
            _ => row.extend([Cell::None, Cell::None, Cell::None, Cell::None]),
        }
        sheet.row(row);
    }
    sheet
}

fn notes(report: &Report<'_>) -> Vec<String> {
    let mut notes = Vec::new();
    match (&report.compared, report.run) {
        (Some(compared), _) => notes.extend(verdict(compared)),
        (None, Some(_)) => notes.push("a part is empty: choose a share between 0 and 1".to_owned()),
        (None, None) => notes
            .push("no run has predictions for dev yet: gaffe score --model MODEL.onnx".to_owned()),
    }
    if let Some(advice) = report.advice {
        notes.push(suggestion(&advice));
    }
    notes
}

fn verdict(compared: &PartsCompared) -> Vec<String> {
    let PartsCompared { gap, p, overfit, .. } = compared;
    let gap = format!(
        "blackbox less eyeball error: {:+.1} % (95 % {:+.1} to {:+.1}), under the gold labels;\n\
         p {} (one-sided: how likely eyeball comes out so much better by chance)",
        gap.value * 100.0,
        gap.low * 100.0,
        gap.high * 100.0,
        p_value(*p)
    );
    let meaning = if *overfit {
        "warning: the eyeball part has become better beyond noise: it was fitted by what was learnt\n\
         from looking at it. Look at fresh examples: add some to dev, or raise --share"
    } else {
        "the eyeball part is not better beyond noise: no sign that it was fitted"
    };
    vec![gap, meaning.to_owned()]
}

fn suggestion(advice: &Advice) -> String {
    if !advice.enough_for_both {
        return format!(
            "suggested share: 1, all {} examples: too few for 100 errors to look at and 1,000\n\
             examples of a blackbox part",
            count(advice.eyeball)
        );
    }
    format!(
        "suggested share: {}, which is {} examples with about {} errors; {} stay unseen",
        number(advice.share),
        count(advice.eyeball),
        number(advice.errors.round()),
        count(advice.blackbox)
    )
}
