//! `gaffe stats shift`: what moved between two splits or two batches.

use super::shift_sets::{Set, Sets, read};
use crate::analysis::shift::{
    Feature, Moved, Pair, Shift, ShiftDetail, ShiftOptions, Side, by_strength, shifts,
};
use crate::cli::SplitArg;
use crate::cli::print::{Format, count};
use crate::insight::{Cell, Field, Page, Sheet, field, in_csv};
use anyhow::Result;
use clap::Args;
use serde::Serialize;
use std::collections::HashSet;
use std::io::Write;
use std::path::{Path, PathBuf};

#[derive(Args)]
#[command(
    after_help = "Examples:\n  gaffe stats shift\n  gaffe stats shift --from dev --to test\n  \
    gaffe stats shift --split dev --column batch --first 2024-01 --second 2024-02\n  \
    gaffe stats shift --from-probs a.npy --to-probs b.npy --json\n\n\
    Effects: total variation distance of shares and the Kolmogorov–Smirnov distance, 0 to 1; for \
    embeddings the distance of the means in units of the spread. p is corrected for the number of \
    tests (Holm). On many examples a tiny move is found: read the effect beside that of chance."
)]
pub struct ShiftArgs {
    /// The first split
    #[arg(long, value_enum, default_value = "train", conflicts_with_all = ["column", "from_probs"])]
    pub(super) from: SplitArg,
    /// The second split
    #[arg(long, value_enum, default_value = "dev", conflicts_with_all = ["column", "from_probs"])]
    pub(super) to: SplitArg,
    /// The run whose predictions are compared [default: the first that has both]
    #[arg(long, value_name = "NAME", conflicts_with = "from_probs")]
    pub(super) run: Option<String>,
    /// Compare two batches of one split: the metadata column that names them
    #[arg(long, value_name = "COLUMN", requires_all = ["first", "second"], conflicts_with = "from_probs")]
    pub(super) column: Option<String>,
    /// The first batch, as the column writes it
    #[arg(long, value_name = "VALUE", requires = "column")]
    pub(super) first: Option<String>,
    /// The second batch
    #[arg(long, value_name = "VALUE", requires = "column")]
    pub(super) second: Option<String>,
    /// The split of the batches [default: dev]
    #[arg(long, value_enum, requires = "column")]
    pub(super) split: Option<SplitArg>,
    /// Embeddings of the split of the batches, one row an example
    #[arg(long, value_name = "E.npy", requires = "column")]
    pub(super) embeddings: Option<PathBuf>,
    /// Class probabilities of the first set, without a project
    #[arg(long, value_name = "A.npy", requires = "to_probs")]
    pub(super) from_probs: Option<PathBuf>,
    /// Class probabilities of the second set
    #[arg(long, value_name = "B.npy", requires = "from_probs")]
    pub(super) to_probs: Option<PathBuf>,
    /// Labels of the first set: .npy of class indices, or text with one class a line
    #[arg(long, value_name = "A.npy", requires_all = ["from_probs", "to_labels"])]
    pub(super) from_labels: Option<PathBuf>,
    /// Labels of the second set
    #[arg(long, value_name = "B.npy", requires_all = ["from_probs", "from_labels"])]
    pub(super) to_labels: Option<PathBuf>,
    /// Class names in the order of the columns, one a line [default: 0, 1, …]
    #[arg(long, value_name = "C.txt", requires = "from_probs")]
    pub(super) classes: Option<PathBuf>,
    /// Embeddings of the first set, one row an example
    #[arg(long, value_name = "A.npy", requires = "to_embeddings", conflicts_with = "column")]
    pub(super) from_embeddings: Option<PathBuf>,
    /// Embeddings of the second set
    #[arg(long, value_name = "B.npy", requires = "from_embeddings", conflicts_with = "column")]
    pub(super) to_embeddings: Option<PathBuf>,
    /// Of the random draws that test embeddings
    #[arg(long, default_value_t = 0)]
    seed: u64,
    #[command(flatten)]
    format: Format,
}

#[derive(Serialize)]
struct Report<'a> {
    first: &'a str,
    second: &'a str,
    /// Strongest first.
    features: Vec<Shift>,
    not_compared: Vec<String>,
}

/// Prints every feature, strongest move first.
pub fn run(project: Option<&Path>, args: &ShiftArgs, out: &mut dyn Write) -> Result<()> {
    let mut sets = read(project, args)?;
    let one_sided = one_sided(&sets.first, &sets.second);
    sets.notes.extend(one_sided);
    let options = ShiftOptions { seed: args.seed, ..ShiftOptions::default() };
    let mut features = shifts(&features(&sets), &options);
    by_strength(&mut features);
    let report = Report {
        first: &sets.first.name,
        second: &sets.second.name,
        features,
        not_compared: sets.notes.clone(),
    };
    let page = Page::new(sets.title.clone(), sheet(&report.features))
        .with("what moved most", moves(&report))
        .with(format!("new in {}", report.second), unseen(&report));
    page.notes(notes(&report, &sets)).print(&report, args.format, out)
}

fn features(sets: &Sets) -> Vec<Feature<'_>> {
    let both = [&sets.first, &sets.second];
    let mut features = Vec::new();
    if let [Some(a), Some(b)] = both.map(|set| part(set, set.data.labels.as_deref())) {
        features.push(Feature { name: "label", pair: Pair::Classes([a, b], &sets.classes) });
    }
    if let [Some(a), Some(b)] = both.map(|set| part(set, set.data.predictions.as_deref())) {
        features.push(Feature { name: "prediction", pair: Pair::Classes([a, b], &sets.classes) });
    }
    if let [Some(a), Some(b)] = both.map(|set| part(set, set.data.confidence.as_deref())) {
        features.push(Feature { name: "confidence", pair: Pair::Numbers([a, b]) });
    }
    for column in &sets.first.data.metadata {
        let other = sets.second.data.metadata.iter().find(|other| other.name == column.name);
        if let (Some(a), Some(b)) = (part(&sets.first, Some(column)), part(&sets.second, other)) {
            features.push(Feature::sides(a, b));
        }
    }
    if let [Some(a), Some(b)] = both.map(|set| part(set, set.data.embeddings.as_ref())) {
        features.push(Feature { name: "embedding", pair: Pair::Embeddings([a, b]) });
    }
    features
}

fn part<'a, T: ?Sized>(set: &'a Set, values: Option<&'a T>) -> Option<Side<'a, T>> {
    values.map(|values| Side { values, rows: set.rows.as_deref() })
}

/// Columns that only one of both has.
fn one_sided(first: &Set, second: &Set) -> Vec<String> {
    let only = |a: &Set, b: &Set| -> Option<String> {
        let names: HashSet<&str> = b.data.metadata.iter().map(|c| c.name.as_str()).collect();
        let only =
            a.data.metadata.iter().map(|c| c.name.as_str()).filter(|name| !names.contains(name));
        let only = only.collect::<Vec<_>>().join(", ");
        (!only.is_empty()).then(|| format!("columns that only {} has: {only}", a.name))
    };
    [only(first, second), only(second, first)].into_iter().flatten().collect()
}

const FIELDS: [Field; 10] = [
    field("feature", "feature"),
    field("measure", "measure"),
    in_csv("first_examples"),
    in_csv("second_examples"),
    field("effect", "effect"),
    field("by chance", "by_chance"),
    field("missing", "missing"),
    field("p", "p"),
    field("corrected", "p_corrected"),
    field("moved", "moved"),
];

fn sheet(features: &[Shift]) -> Sheet {
    let mut sheet = Sheet::new(&FIELDS);
    for shift in features {
        let measure = match shift.detail {
            ShiftDetail::Numbers(_) => "KS distance",
            ShiftDetail::Categories(_) => "total variation",
            ShiftDetail::Embeddings(_) => "means apart",
            ShiftDetail::NotComparable => "",
        };
        let moved = match shift.moved {
            Moved::Moved => "yes",
            Moved::NotShown => "no",
            Moved::NotTested => "not tested",
        };
        let number = |x: Option<f64>| x.map_or(Cell::None, Cell::Number);
        let [first, second] = shift.examples.map(Cell::Count);
        let (effect, chance) = (number(shift.effect), number(shift.by_chance));
        let p = |x: Option<f64>| x.map_or(Cell::None, Cell::P);
        let (p, corrected) = (p(shift.p), p(shift.corrected));
        let name = shift.name.as_str().into();
        let missing = match shift.missing {
            [0, 0] => Cell::None,
            [first, second] => format!("{first}, {second}").into(),
        };
        sheet.row([
            name,
            measure.into(),
            first,
            second,
            effect,
            chance,
            missing,
            p,
            corrected,
            moved.into(),
        ]);
    }
    sheet
}

/// Values listed of each feature that moved.
const VALUES: usize = 3;

/// Shares of values, and medians of numbers, of the features that moved.
fn moves(report: &Report<'_>) -> Sheet {
    let mut sheet = Sheet::new(&[
        field("feature", "feature"),
        field("value", "value"),
        field("first", "first"),
        field("second", "second"),
    ]);
    for shift in report.features.iter().filter(|shift| shift.moved == Moved::Moved) {
        let name = || Cell::from(shift.name.as_str());
        match &shift.detail {
            ShiftDetail::Categories(detail) => {
                for value in detail.moves.iter().take(VALUES) {
                    let [a, b] = shift.shares(value).map(Cell::Share);
                    sheet.row([name(), shown(&value.value), a, b]);
                }
            }
            ShiftDetail::Numbers(detail) => {
                let quartile = |i: usize, quartiles: Option<[f64; 3]>| {
                    quartiles.map_or(Cell::None, |q| Cell::Number(q[i]))
                };
                for (i, what) in ["lower quartile", "median", "upper quartile"].iter().enumerate() {
                    let [a, b] = [detail.first, detail.second].map(|q| quartile(i, q));
                    sheet.row([name(), (*what).into(), a, b]);
                }
            }
            ShiftDetail::Embeddings(_) | ShiftDetail::NotComparable => {}
        }
    }
    sheet
}

/// What the first set has not: values, and numbers outside of its range.
fn unseen(report: &Report<'_>) -> Sheet {
    let mut sheet = Sheet::new(&[
        field("feature", "feature"),
        field("value", "value"),
        field("examples", "examples"),
    ]);
    for shift in &report.features {
        let name = || Cell::from(shift.name.as_str());
        match &shift.detail {
            ShiftDetail::Numbers(detail) if detail.outside > 0 => {
                sheet.row([name(), "outside of the range".into(), detail.outside.into()]);
            }
            ShiftDetail::Categories(detail) => {
                for value in detail.unseen.iter().take(VALUES) {
                    sheet.row([name(), shown(&value.value), value.second.into()]);
                }
                if detail.unseen_values > VALUES {
                    let all = format!("all {} new values", count(detail.unseen_values));
                    sheet.row([name(), all.into(), detail.unseen_examples.into()]);
                }
            }
            _ => {}
        }
    }
    sheet
}

fn shown(value: &str) -> Cell {
    if value.is_empty() { "(empty)".into() } else { value.into() }
}

fn notes(report: &Report<'_>, sets: &Sets) -> Vec<String> {
    let moved = |shift: &&Shift| shift.moved == Moved::Moved;
    let names: Vec<&str> =
        report.features.iter().filter(moved).map(|shift| shift.name.as_str()).collect();
    let mut notes = vec![if names.is_empty() {
        "nothing moved beyond noise".to_owned()
    } else {
        format!("moved beyond noise, strongest first: {}", names.join(", "))
    }];
    if sets.from_train && names.iter().any(|name| ["prediction", "confidence"].contains(name)) {
        notes.push(
            "a model is surer of examples that it was fitted on: its confidence moves from train\n\
             even where the data does not"
                .to_owned(),
        );
    }
    notes.extend(report.not_compared.iter().map(|what| format!("not compared: {what}")));
    let differ = |s: &&Shift| matches!(s.detail, ShiftDetail::NotComparable);
    if report.features.iter().any(|shift| differ(&shift)) {
        notes.push("not compared: embeddings of other dimensions, or fewer than two a set".into());
    }
    notes
}
