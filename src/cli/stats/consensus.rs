//! `gaffe stats consensus`: one label an example out of several people's.

use super::args::by_name;
use super::votes::{VotesArgs, extent, project_if_any};
use crate::analysis::annotators::{Consensus, Limits, Merged, Method, Voter, Votes};
use crate::analysis::{AnalysisError, Probability};
use crate::cli::Selection;
use crate::cli::print::{Format, count};
use crate::dataset::{ClassNames, Matrix};
use crate::ingest::{IngestError, Probs, VoteTable, read_probs};
use crate::insight::tops;
use crate::insight::{Cell, Field, Page, Sheet, field};
use crate::project::{Project, ProjectError};
use anyhow::{Result, bail, ensure};
use clap::Args;
use serde::Serialize;
use std::collections::HashMap;
use std::io::Write;
use std::path::{Path, PathBuf};

#[derive(Args)]
#[command(after_help = "Examples:\n  gaffe stats consensus --votes votes.csv\n  \
    gaffe stats consensus --votes votes.csv --method dawid-skene --csv\n  \
    gaffe stats consensus --votes table.csv --wide --probs p.npy --json\n\n\
    CROWDLAB weighs the people and the model by how far each can be trusted. The model should not \
    have been fitted on these examples. In a project its run is taken, joined by the ids.")]
pub struct ConsensusArgs {
    #[command(flatten)]
    votes: VotesArgs,
    /// Class probabilities: .npy, one row an example in the order in which --votes first has them
    #[arg(long, value_name = "P.npy", conflicts_with_all = ["run", "split"])]
    probs: Option<PathBuf>,
    #[command(flatten)]
    selection: Selection,
    /// How labels are merged [default: crowdlab if there are probabilities, else dawid-skene]
    #[arg(long, value_parser = by_name(&Method::ALL, Method::name))]
    method: Option<Method>,
    #[command(flatten)]
    format: Format,
}

/// Votes, and probabilities in the order of their examples.
struct Input {
    table: VoteTable,
    probs: Option<Probs>,
    /// Where the probabilities are from.
    model: Option<String>,
}

#[derive(Serialize)]
struct Report<'a> {
    classes: &'a [String],
    method: Method,
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    model_weight: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    converged: Option<bool>,
    /// In the order of the table.
    examples: Vec<Labelled<'a>>,
    annotators: Vec<Rated<'a>>,
}

#[derive(Serialize)]
struct Labelled<'a> {
    example: &'a str,
    label: Option<&'a str>,
    quality: Option<f64>,
    agreement: Option<f64>,
    votes: usize,
}

#[derive(Serialize)]
struct Rated<'a> {
    annotator: &'a str,
    votes: usize,
    quality: Option<f64>,
    agreement: Option<f64>,
    worst_class: Option<&'a str>,
    weight: Option<f64>,
}

/// Prints the labels, the least certain ones first, and the annotators.
pub fn run(project: Option<&Path>, args: &ConsensusArgs, out: &mut dyn Write) -> Result<()> {
    let input = match &args.probs {
        Some(probs) => of_files(args, probs)?,
        None => of_project(args, project)?,
    };
    let merged = merge(args.method, &input)?;
    let report = report(&input, &merged);
    let mut shown: Vec<&Labelled<'_>> = report.examples.iter().collect();
    if !args.format.csv {
        // Programs get the order of the table; people look at doubtful labels.
        let key = |example: &Labelled<'_>| example.quality.unwrap_or(f64::INFINITY);
        shown.sort_by(|a, b| key(a).total_cmp(&key(b)));
    }
    let page = Page::new(head(args, &input, &merged), label_sheet(&shown))
        .with("annotators", annotator_sheet(&report.annotators));
    page.notes(notes(&report)).print(&report, args.format, out)
}

/// Without a project: columns of probabilities are named by `--classes` or numbered.
fn of_files(args: &ConsensusArgs, path: &Path) -> Result<Input> {
    let dawid_skene = args.method == Some(Method::DawidSkene);
    ensure!(!dawid_skene, "dawid-skene takes no probabilities: leave out --probs");
    let probs = read_probs(path)?;
    let (rows, cols) = probs.shape();
    let classes = match args.votes.class_names()? {
        Some(classes) => classes,
        None => ClassNames::new((0..cols).map(|k| k.to_string()).collect())?,
    };
    let table = args.votes.read(Some(&classes))?;
    let examples = table.examples.len();
    if (rows, cols) != (examples, classes.len()) {
        let what = format!(
            "the array is {rows} × {cols}, but there are {examples} examples and {} classes",
            classes.len()
        );
        let remedy = "give one row an example, in the order in which the votes first have them,\n\
                      and one column a class, in the order of --classes C.txt";
        return Err(IngestError::new(path, what, remedy).into());
    }
    // Rows that are no distributions are refused here.
    tops(path, &probs)?;
    Ok(Input { table, probs: Some(probs), model: Some(path.display().to_string()) })
}

/// With the run of the project if there is one and the method has a use for it.
fn of_project(args: &ConsensusArgs, told: Option<&Path>) -> Result<Input> {
    let (project, own) = (project_if_any(told)?, args.votes.class_names()?);
    let classes = own.as_ref().or(project.as_ref().map(Project::classes));
    let table = args.votes.read(classes)?;
    let (split, wanted) = (args.selection.split(), args.selection.run.as_deref());
    let is_chosen = wanted.is_some() || args.selection.split.is_some();
    if let Some(method @ (Method::DawidSkene | Method::Majority)) = args.method {
        ensure!(!is_chosen, "{} takes no run: leave out --run and --split", method.name());
        return Ok(Input { table, probs: None, model: None });
    }
    let Some(project) = project else {
        ensure!(
            args.method.is_none() && !is_chosen,
            "crowdlab needs the probabilities of a model: give --probs P.npy, or a project with -p DIR\n  \
             or merge without a model: --method dawid-skene"
        );
        return Ok(Input { table, probs: None, model: None });
    };
    match project.run_name(wanted, split) {
        Ok(name) => with_run(args, table, &project, &name),
        Err(ProjectError::NoRuns(_)) if args.method.is_none() && !is_chosen => {
            Ok(Input { table, probs: None, model: None })
        }
        Err(error) => Err(error.into()),
    }
}

/// Joins the rows of a run to the votes by the ids of the examples.
fn with_run(args: &ConsensusArgs, table: VoteTable, project: &Project, run: &str) -> Result<Input> {
    ensure!(
        table.classes.names() == project.classes().names(),
        "the classes of --classes are others than the project's\n  \
         leave them out, or merge without the project's run: --method dawid-skene"
    );
    let split = args.selection.split();
    let examples = project.examples(split)?;
    let model = crate::insight::title(&project.config().name, split, run);
    let run = project.run(run, split, &examples)?;
    let row_of: HashMap<&str, usize> = examples.ids.iter().zip(0..).collect();
    let mut values = Vec::with_capacity(table.examples.len() * run.probs.cols());
    for (id, &line) in table.examples.iter().zip(&table.lines) {
        let Some(&row) = row_of.get(id.as_str()) else {
            let what = format!("no example {id:?} in {split} of {}", project.config().name);
            let remedy = "choose another split with --split, or merge without the project's run:\n\
                          --method dawid-skene";
            return Err(IngestError::new(&args.votes.votes, what, remedy).at(line).into());
        };
        values.extend_from_slice(run.probs.row(row));
    }
    let probs = Matrix::new(values, table.examples.len(), run.probs.cols())?;
    Ok(Input { table, probs: Some(Probs::F32(probs)), model: Some(model) })
}

fn merge(method: Option<Method>, input: &Input) -> Result<Merged> {
    let votes = &input.table.votes;
    Ok(match (&input.probs, method) {
        (Some(Probs::F32(probs)), _) => with_model(method, votes, probs)?,
        (Some(Probs::F64(probs)), _) => with_model(method, votes, probs)?,
        (None, Some(Method::Majority)) => Merged::by_majority::<f32>(votes, None),
        (None, _) => Merged::by_dawid_skene(votes, Limits::default()),
    })
}

fn with_model<T: Probability>(
    method: Option<Method>,
    votes: &Votes,
    probs: &Matrix<T>,
) -> Result<Merged> {
    if method == Some(Method::Majority) {
        return Ok(Merged::by_majority(votes, Some(probs)));
    }
    match Merged::by_crowdlab(votes, probs) {
        Err(AnalysisError::Argument(what)) => {
            bail!("{what}\n  crowdlab needs some; --method majority does without")
        }
        merged => Ok(merged?),
    }
}

fn report<'a>(input: &'a Input, merged: &Merged) -> Report<'a> {
    let VoteTable { classes, examples, annotators, .. } = &input.table;
    let labelled = |(example, c): (&'a String, &Option<Consensus>)| Labelled {
        example,
        label: c.map(|c| classes.name(c.label)),
        quality: c.map(|c| c.quality),
        agreement: c.map(|c| c.agreement),
        votes: c.map_or(0, |c| c.votes),
    };
    let rated = |(annotator, v): (&'a String, &Voter)| Rated {
        annotator,
        votes: v.votes,
        quality: v.quality,
        agreement: v.agreement,
        worst_class: v.worst_class.map(|k| classes.name(k)),
        weight: v.weight,
    };
    Report {
        classes: classes.names(),
        method: merged.method,
        model: input.model.as_deref(),
        model_weight: merged.model_weight,
        converged: merged.converged,
        examples: examples.iter().zip(&merged.consensus).map(labelled).collect(),
        annotators: annotators.iter().zip(&merged.annotators).map(rated).collect(),
    }
}

fn head(args: &ConsensusArgs, input: &Input, merged: &Merged) -> String {
    let model = input.model.as_deref().map_or_else(String::new, |m| format!(" with {m}"));
    format!(
        "{}   {}\nmerged by {}{model}, the least certain first",
        args.votes.votes.display(),
        extent(&input.table),
        merged.method.name()
    )
}

const LABELS: [Field; 5] = [
    field("example", "example"),
    field("label", "label"),
    field("quality", "quality"),
    field("agree", "agreement"),
    field("labels", "votes"),
];

fn label_sheet(examples: &[&Labelled<'_>]) -> Sheet {
    let mut sheet = Sheet::new(&LABELS);
    for example in examples {
        sheet.row([
            example.example.into(),
            example.label.map_or(Cell::None, Cell::from),
            example.quality.map_or(Cell::None, Cell::Number),
            example.agreement.map_or(Cell::None, Cell::Share),
            example.votes.into(),
        ]);
    }
    sheet
}

fn annotator_sheet(annotators: &[Rated<'_>]) -> Sheet {
    let mut sheet = Sheet::new(&[
        field("annotator", "annotator"),
        field("labels", "votes"),
        field("quality", "quality"),
        field("with consensus", "agreement"),
        field("weight", "weight"),
        field("worst class", "worst_class"),
    ]);
    for rated in annotators {
        sheet.row([
            rated.annotator.into(),
            rated.votes.into(),
            rated.quality.map_or(Cell::None, Cell::Number),
            rated.agreement.map_or(Cell::None, Cell::Share),
            rated.weight.map_or(Cell::None, Cell::Number),
            rated.worst_class.map_or(Cell::None, Cell::from),
        ]);
    }
    sheet
}

fn notes(report: &Report<'_>) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(weight) = report.model_weight {
        notes.push(format!("the model's weight: {}", crate::insight::number(weight)));
    }
    let without = report.examples.iter().filter(|e| e.votes == 0).count();
    if without > 0 {
        notes.push(format!("examples without labels: {}", count(without)));
    }
    if report.converged == Some(false) {
        notes.push("the fit did not come to rest: qualities may be off".to_owned());
    }
    notes.push(
        match report.method {
            Method::Majority => "quality: the share of people who gave the label",
            Method::Crowdlab | Method::DawidSkene => {
                "quality: how probable the label is, and how far an annotator can be trusted"
            }
        }
        .to_owned(),
    );
    notes
}
