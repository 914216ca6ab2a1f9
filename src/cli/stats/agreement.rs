//! `gaffe stats agreement`: how far people agree.

use super::votes::{VotesArgs, extent, project_if_any};
use crate::analysis::annotators::{Agreement, Coefficient, FEW_ITEMS, PairAgreement, agreement};
use crate::cli::print::{Format, count};
use crate::insight::{Cell, Page, Sheet, field, interval_of};
use anyhow::Result;
use clap::Args;
use serde::Serialize;
use std::io::Write;
use std::path::Path;

#[derive(Args)]
#[command(after_help = "Examples:\n  gaffe stats agreement --votes votes.csv\n  \
    gaffe stats agreement --votes votes.csv --annotator person --csv\n  \
    gaffe stats agreement --votes table.csv --wide --json\n\n\
    Alpha, AC1 and kappa are 1 for full agreement and 0 for what chance gives. AC1 stays sensible \
    when nearly all labels are of one class. --csv writes the pairs.")]
pub struct AgreementArgs {
    #[command(flatten)]
    votes: VotesArgs,
    /// The same seed gives the same interval of alpha
    #[arg(long, default_value_t = 0)]
    seed: u64,
    #[command(flatten)]
    format: Format,
}

#[derive(Serialize)]
struct Report<'a> {
    classes: &'a [String],
    annotators: &'a [String],
    examples: usize,
    votes: usize,
    /// In pairs, annotators are indices of `annotators`.
    #[serde(flatten)]
    agreement: Agreement,
}

/// Prints agreement over all, then of every two.
pub fn run(project: Option<&Path>, args: &AgreementArgs, out: &mut dyn Write) -> Result<()> {
    let classes = match args.votes.class_names()? {
        Some(classes) => Some(classes),
        None => project_if_any(project)?.map(|project| project.classes().clone()),
    };
    let table = args.votes.read(classes.as_ref())?;
    let report = Report {
        classes: table.classes.names(),
        annotators: &table.annotators,
        examples: table.examples.len(),
        votes: table.votes.all().len(),
        agreement: agreement(&table.votes, args.seed),
    };
    let pairs = pair_sheet(&report.agreement.pairs, &table.annotators);
    let head = format!("{}   {}", args.votes.votes.display(), extent(&table));
    let page = if args.format.csv {
        Page::new(head, pairs)
    } else {
        Page::new(head, sheet(&report.agreement)).with("every two", pairs)
    };
    page.notes(notes(&report.agreement)).print(&report, args.format, out)
}

fn sheet(agreement: &Agreement) -> Sheet {
    let mut sheet =
        Sheet::new(&[field("", "measure"), field("value", "value"), interval_of("value")]);
    let percent = agreement
        .percent
        .map_or([Cell::None, Cell::None], |p| [Cell::Share(p.share), Cell::Range(p.low, p.high)]);
    let rows = [
        ("agreement", percent),
        ("Krippendorff's alpha", coefficient(agreement.alpha)),
        ("Gwet's AC1", coefficient(agreement.ac1)),
    ];
    for (name, [value, range]) in rows {
        sheet.row([name.into(), value, range]);
    }
    sheet
}

fn pair_sheet(pairs: &[PairAgreement], annotators: &[String]) -> Sheet {
    let mut sheet = Sheet::new(&[
        field("annotator", "first"),
        field("and", "second"),
        field("shared", "shared"),
        field("agree", "agreement"),
        interval_of("agreement"),
        field("kappa", "kappa"),
        interval_of("kappa"),
        field("", "few"),
    ]);
    let name = |annotator: u32| Cell::from(annotators[annotator as usize].as_str());
    for pair in pairs {
        let [kappa, span] = coefficient(pair.kappa);
        sheet.row([
            name(pair.first),
            name(pair.second),
            pair.shared.into(),
            Cell::Share(pair.percent.share),
            Cell::Range(pair.percent.low, pair.percent.high),
            kappa,
            span,
            if pair.few { "few" } else { "" }.into(),
        ]);
    }
    sheet
}

fn coefficient(c: Option<Coefficient>) -> [Cell; 2] {
    c.map_or([Cell::None, Cell::None], |c| [Cell::Number(c.value), Cell::Span(c.low, c.high)])
}

fn notes(agreement: &Agreement) -> Vec<String> {
    if agreement.items == 0 {
        return vec!["no example has labels of two people: there is nothing to compare".to_owned()];
    }
    let mut notes = vec![format!("examples with two labels or more: {}", count(agreement.items))];
    if agreement.few || agreement.pairs.iter().any(|pair| pair.few) {
        notes.push(format!(
            "few: under {FEW_ITEMS} shared examples; the figures may be far off, see the intervals"
        ));
    }
    if agreement.alpha.is_none() {
        notes.push("all labels are of one class: alpha is not defined".to_owned());
    }
    notes
}
