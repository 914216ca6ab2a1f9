//! `gaffe stats calibration`: how far confidence can be believed.

use super::input::Source;
use crate::analysis::calibration::{
    BINS, Bin, Bins, CalibrationError, ClassConfidence, Lean, Temperature, class_confidence,
    temperature, tops,
};
use crate::cli::print::{Format, count};
use crate::insight::proportion;
use crate::insight::{Cell, Page, Sheet, field, interval_of, number};
use crate::insight::{labelled, nothing};
use anyhow::Result;
use clap::Args;
use serde::Serialize;
use std::io::Write;
use std::path::Path;

#[derive(Args)]
#[command(after_help = "Examples:\n  gaffe stats calibration\n  \
    gaffe stats calibration --equal-mass --csv\n  \
    gaffe stats calibration --probs p.npy --labels y.npy --json\n\n\
    ECE is the mean gap between confidence and accuracy over the bins, MCE the largest. \
    Dividing the logits by the temperature makes the log loss smallest.")]
pub struct CalibrationArgs {
    #[command(flatten)]
    source: Source,
    /// Number of bins of the confidence
    #[arg(long, value_name = "N", default_value_t = BINS as u16, value_parser = clap::value_parser!(u16).range(1..=1000))]
    bins: u16,
    /// Show bins that hold equally many examples, in place of equally wide ones
    #[arg(long)]
    equal_mass: bool,
    #[command(flatten)]
    format: Format,
}

#[derive(Serialize)]
struct Class<'a> {
    class: &'a str,
    #[serde(flatten)]
    confidence: ClassConfidence,
}

#[derive(Serialize)]
struct Report<'a> {
    examples: usize,
    equal_width: Option<CalibrationError>,
    equal_mass: Option<CalibrationError>,
    /// Of the probability of class 1, with two classes.
    binary: Option<CalibrationError>,
    temperature: Option<Temperature>,
    bins: Vec<Bin>,
    /// By predicted class; classes that are never predicted are left out.
    classes: Vec<Class<'a>>,
}

/// Prints errors, reliability curve, temperature and classes.
pub fn run(project: Option<&Path>, args: &CalibrationArgs, out: &mut dyn Write) -> Result<()> {
    let input = args.source.read(project)?;
    let n = usize::from(args.bins);
    let tops = labelled!(input, data => tops(data));
    let (width, mass) = (Bins::equal_width(&tops, n), Bins::equal_mass(&tops, n));
    let classes = class_confidence(&tops, input.classes.len());
    let class =
        |(k, c): (u32, Option<_>)| Some(Class { class: input.classes.name(k), confidence: c? });
    let report = Report {
        examples: tops.len(),
        equal_width: width.error(),
        equal_mass: mass.error(),
        binary: labelled!(input, data => Bins::binary(data, n)).ok().and_then(|bins| bins.error()),
        temperature: labelled!(input, data => temperature(data, n)),
        bins: if args.equal_mass { mass.bins() } else { width.bins() },
        classes: (0_u32..).zip(classes).filter_map(class).collect(),
    };
    let head = format!("{}   {} examples", input.title, count(report.examples));
    Page::new(head, bin_sheet(&report.bins))
        .with("by predicted class", class_sheet(&report.classes))
        .notes(nothing(report.examples))
        .notes(notes(&report))
        .print(&report, args.format, out)
}

fn bin_sheet(bins: &[Bin]) -> Sheet {
    let mut sheet = Sheet::new(&[
        field("from", "low"),
        field("to", "high"),
        field("examples", "examples"),
        field("confidence", "confidence"),
        field("accuracy", "accuracy"),
        interval_of("accuracy"),
    ]);
    for bin in bins.iter().filter(|bin| bin.count > 0) {
        let [accuracy, range] = proportion(bin.accuracy);
        sheet.row([
            Cell::Number(bin.low),
            Cell::Number(bin.high),
            bin.count.into(),
            bin.confidence.map_or(Cell::None, Cell::Share),
            accuracy,
            range,
        ]);
    }
    sheet
}

fn class_sheet(classes: &[Class<'_>]) -> Sheet {
    let mut sheet = Sheet::new(&[
        field("class", "class"),
        field("predicted", "predicted"),
        field("confidence", "confidence"),
        field("accuracy", "accuracy"),
        interval_of("accuracy"),
        field("", "lean"),
    ]);
    for Class { class, confidence: c } in classes {
        let [accuracy, range] = proportion(Some(c.accuracy));
        let lean = match c.lean {
            Lean::Over => "over-confident",
            Lean::Under => "under-confident",
            Lean::Neither => "",
        };
        let confidence = Cell::Share(c.confidence);
        sheet.row([(*class).into(), c.predicted.into(), confidence, accuracy, range, lean.into()]);
    }
    sheet
}

fn notes(report: &Report<'_>) -> Vec<String> {
    let errors = |name: &str, error: Option<CalibrationError>| {
        error.map(|e| format!("{name} bins: ECE {}, MCE {}", number(e.ece), number(e.mce)))
    };
    let temperature = report.temperature.map(|t| {
        let bound = if t.at_bound { " (the limit of the search)" } else { "" };
        format!(
            "temperature {}{bound}: log loss {} → {}, ECE {} → {}",
            number(t.temperature),
            number(t.log_loss_before),
            number(t.log_loss_after),
            number(t.ece_before),
            number(t.ece_after)
        )
    });
    let errors =
        [errors("equally wide", report.equal_width), errors("equally full", report.equal_mass)];
    let binary = report.binary.map(|e| format!("probability of class 1: ECE {}", number(e.ece)));
    errors.into_iter().chain([binary, temperature]).flatten().collect()
}
