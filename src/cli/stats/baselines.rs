//! `gaffe stats baselines`: whether a run is better than what costs nothing, and than people.

use super::args;
use super::input::Source;
use crate::analysis::baselines::{
    Baseline, BaselineKind, NeighbourOptions, Neighbours, Predicted, Standing, against_human,
    against_predictions, label_baselines, nearest_neighbours,
};
use crate::analysis::bottleneck::{BestError, Errors};
use crate::analysis::effective_labels;
use crate::analysis::neighbours::Recall;
use crate::analysis::orders::Distance;
use crate::cli::print::{Format, count, interval, percent};
use crate::dataset::Split;
use crate::ingest::{IngestError, read_embeddings, read_labels};
use crate::insight::{Cell, Field, Page, Sheet, field, in_csv, interval_of};
use crate::insight::{Input, approximate, nothing};
use anyhow::{Result, bail, ensure};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

#[derive(Args)]
#[command(after_help = "Examples:\n  gaffe stats baselines\n  \
    gaffe stats baselines --train-embeddings train.npy --embeddings dev.npy\n  \
    gaffe stats baselines --probs p.npy --labels y.npy --train-labels t.npy --human-error 0.05\n\n\
    The gap is the baseline's error less the run's: above 0 the run is better. p comes from \
    McNemar's exact test, for rates that are known from the binomial test.")]
pub struct BaselinesArgs {
    #[command(flatten)]
    source: Source,
    /// Labels of the training examples [default: of the project's train split, else those at hand]
    #[arg(long, value_name = "L.npy")]
    train_labels: Option<PathBuf>,
    /// Embeddings of the training examples, one row each in the order of their labels
    #[arg(long, value_name = "T.npy", requires = "embeddings")]
    train_embeddings: Option<PathBuf>,
    /// Embeddings of the examples that are predicted, one row each
    #[arg(long, value_name = "D.npy", requires = "train_embeddings")]
    embeddings: Option<PathBuf>,
    /// Near by Euclidean distance, in place of the cosine
    #[arg(long, requires = "embeddings")]
    euclidean: bool,
    /// The error of people, a share or counted as K/N [default: `human_error` of gaffe.toml]
    #[arg(long, value_name = "X", value_parser = args::best_error)]
    human_error: Option<BestError>,
    #[command(flatten)]
    format: Format,
}

#[derive(Serialize)]
struct Report {
    run: Errors,
    /// Number of training labels that the class shares come from; none if they come from the labels
    /// that the run is held against.
    train_labels: Option<usize>,
    baselines: Vec<Baseline>,
    #[serde(skip_serializing_if = "Option::is_none")]
    neighbours: Option<Searched>,
}

/// How many embeddings were compared.
#[derive(Serialize)]
struct Searched {
    nearness: Distance,
    train_used: usize,
    train: usize,
    examples_used: usize,
    examples: usize,
    /// If not all were compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    recall: Option<Recall>,
}

/// Prints each baseline beside the run.
pub fn run(project: Option<&Path>, args: &BaselinesArgs, out: &mut dyn Write) -> Result<()> {
    let input = args.source.read(project)?;
    let model = Predicted::new(&input.labels, &input.predictions)?;
    let train = train_labels(args, &input)?;
    let mut baselines = label_baselines(model, train.as_deref(), input.classes.len())?;
    let nearness = if args.euclidean { Distance::Euclidean } else { Distance::Cosine };
    let neighbours = neighbours(args, &input, train.as_deref(), nearness)?;
    if let Some(found) = &neighbours {
        let kind = BaselineKind::NearestNeighbour;
        baselines.extend(against_predictions(kind, model, &found.predictions)?);
    }
    let of_project = input.project.as_ref().and_then(|p| p.project.config().human_error);
    if let Some(human) = args.human_error.or(of_project.map(BestError::Known)) {
        baselines.extend(against_human(model.errors(), human)?);
    }
    let report = Report {
        run: model.errors(),
        train_labels: train.as_ref().map(Vec::len),
        baselines,
        neighbours: neighbours.map(|found| searched(&found, nearness)),
    };
    let page = Page::new(head(&input, report.run), sheet(&report.baselines));
    page.notes(notes(&report)).print(&report, args.format, out)
}

/// Labels given by hand, else those of the project's train split as corrected so far.
fn train_labels(args: &BaselinesArgs, input: &Input) -> Result<Option<Vec<u32>>> {
    if let Some(path) = &args.train_labels {
        return Ok(Some(read_labels(path, &input.classes)?));
    }
    let Some(from) = &input.project else { return Ok(None) };
    let has_train = from.project.config().splits.contains_key(&Split::Train);
    if from.examples().split == Split::Train || !has_train {
        return Ok(None);
    }
    let train = from.project.examples(Split::Train)?;
    let relabels = from.project.relabels(&train, &from.shared.ledger);
    Ok(Some(effective_labels(&train.gold, &relabels)))
}

fn neighbours(
    args: &BaselinesArgs,
    input: &Input,
    train_labels: Option<&[u32]>,
    nearness: Distance,
) -> Result<Option<Neighbours>> {
    let Some((train_path, path)) = args.train_embeddings.as_ref().zip(args.embeddings.as_ref())
    else {
        return Ok(None);
    };
    let on_train = input.project.as_ref().is_some_and(|p| p.examples().split == Split::Train);
    ensure!(
        !on_train,
        "a training example is its own nearest neighbour\n  take --split dev or --split test"
    );
    let Some(labels) = train_labels else {
        bail!(
            "nearest neighbours need the labels of the training examples\n  \
             give them with --train-labels L.npy, or add the train split to gaffe.toml"
        );
    };
    let train = read_embeddings(train_path, labels.len())?;
    let asked = read_embeddings(path, input.labels.len())?;
    if train.cols() != asked.cols() {
        let (d, t) = (asked.cols(), train.cols());
        let what = format!("{d} dimensions, but {} has {t}", train_path.display());
        return Err(IngestError::new(path, what, "embed both with the same model").into());
    }
    let bar = spinner(&format!("comparing {} × {}", count(asked.rows()), count(train.rows())))?;
    let options = NeighbourOptions { nearness, ..NeighbourOptions::default() };
    let found = nearest_neighbours(&train, labels, &asked, &options);
    bar.finish_and_clear();
    Ok(Some(found?))
}

/// Says on a terminal that work is going on.
fn spinner(message: &str) -> Result<ProgressBar> {
    let style = ProgressStyle::with_template("{spinner} {msg} embeddings, {elapsed}")?;
    let bar = ProgressBar::new_spinner().with_style(style).with_message(message.to_owned());
    bar.enable_steady_tick(Duration::from_millis(200));
    Ok(bar)
}

fn searched(found: &Neighbours, nearness: Distance) -> Searched {
    let &Neighbours { train_used, train, dev_used, dev, recall, .. } = found;
    Searched { nearness, train_used, train, examples_used: dev_used, examples: dev, recall }
}

fn head(input: &Input, Errors { errors, examples }: Errors) -> String {
    let rate = Errors { errors, examples }.rate();
    format!(
        "{}   error {} (95 % {}), {} of {} examples",
        input.title,
        percent(rate.share),
        interval(rate.low, rate.high),
        count(errors),
        count(examples)
    )
}

const FIELDS: [Field; 9] = [
    field("baseline", "baseline"),
    in_csv("examples"),
    field("error", "error"),
    interval_of("error"),
    in_csv("run_error"),
    field("gap", "gap"),
    interval_of("gap"),
    field("p", "p"),
    field("the run is", "standing"),
];

fn sheet(baselines: &[Baseline]) -> Sheet {
    let mut sheet = Sheet::new(&FIELDS);
    for baseline in baselines {
        let name = match baseline.kind {
            BaselineKind::Majority => "majority class",
            BaselineKind::Prior => "class shares",
            BaselineKind::NearestNeighbour => "nearest neighbour",
            BaselineKind::Human => "people",
        };
        let standing = match baseline.standing {
            Standing::Better => "better",
            Standing::Worse => "worse",
            Standing::NotShown => "not told apart",
        };
        let mut row = vec![name.into(), baseline.examples.into()];
        row.extend(crate::insight::proportion(Some(baseline.error)));
        row.push(Cell::Share(baseline.model.share));
        row.extend(crate::insight::difference(baseline.difference));
        row.extend([Cell::P(baseline.p), standing.into()]);
        sheet.row(row);
    }
    sheet
}

fn notes(report: &Report) -> Vec<String> {
    let mut notes: Vec<String> = nothing(report.run.examples).into_iter().collect();
    notes.push(match report.train_labels {
        Some(n) => {
            format!("majority class and class shares are those of {} training labels", count(n))
        }
        None => "majority class and class shares are those of these labels: \
                 there are no training labels (--train-labels L.npy)"
            .to_owned(),
    });
    if let Some(s) = &report.neighbours
        && (s.train_used < s.train || s.examples_used < s.examples)
    {
        notes.push(format!(
            "to save time neighbours were drawn at random: {} of {} examples, {} of {} in train",
            count(s.examples_used),
            count(s.examples),
            count(s.train_used),
            count(s.train)
        ));
    }
    notes.extend(report.neighbours.as_ref().and_then(|s| s.recall).map(approximate));
    if report.baselines.iter().all(|b| b.kind != BaselineKind::Human) {
        let how = "--human-error 0.05, or human_error in gaffe.toml";
        notes.push(format!("the error of people is not known: {how}"));
    }
    notes
}
