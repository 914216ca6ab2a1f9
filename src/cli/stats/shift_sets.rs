//! The two sets that `gaffe stats shift` compares: splits, batches of a split, or files.

use super::shift::ShiftArgs;
use crate::analysis::effective_labels;
use crate::cli::{decisions, locate};
use crate::dataset::{ClassNames, Column, Examples, Ledger, Matrix, Run, Split};
use crate::ingest::{IngestError, Probs, read_embeddings, read_labels, read_probs};
use crate::insight::{class_names, classes_of, metadata, tops};
use crate::project::Project;
use anyhow::{Result, ensure};
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// One of the two sets.
pub(super) struct Set {
    pub name: String,
    /// Its rows of the data, all if `None`.
    pub rows: Option<Vec<u32>>,
    /// Two batches share it.
    pub data: Rc<Data>,
}

/// What is known of some examples.
pub(super) struct Data {
    pub labels: Option<Vec<u32>>,
    pub predictions: Option<Vec<u32>>,
    /// Probability of the predicted class, NaN where there is none.
    pub confidence: Option<Vec<f64>>,
    pub metadata: Vec<Column>,
    pub embeddings: Option<Matrix>,
}

/// Both sets and what is said about them.
pub(super) struct Sets {
    pub title: String,
    pub first: Set,
    pub second: Set,
    pub classes: ClassNames,
    /// What could not be compared.
    pub notes: Vec<String>,
    /// Whether the first set is what the model was fitted on.
    pub from_train: bool,
}

/// Reads what the options name.
pub(super) fn read(project: Option<&Path>, args: &ShiftArgs) -> Result<Sets> {
    if let Some((from, to)) = args.from_probs.as_ref().zip(args.to_probs.as_ref()) {
        return of_files(from, to, args);
    }
    let project = locate(project, None)?;
    match &args.column {
        Some(column) => of_batches(&project, column, args),
        None => of_splits(&project, args),
    }
}

fn of_splits(project: &Project, args: &ShiftArgs) -> Result<Sets> {
    let splits = [args.from.into(), args.to.into()];
    let [from, to] = splits;
    ensure!(from != to, "--from and --to are both {from}\n  batches of one split: --column COLUMN");
    let runs = project.runs()?;
    let has_both = |splits_of: &[Split]| splits.iter().all(|split| splits_of.contains(split));
    let both = runs.iter().find(|run| has_both(&run.splits)).map(|run| run.name.clone());
    let run = args.run.clone().or(both);
    let ledger = decisions(project)?;
    let mut notes = Vec::new();
    if run.is_none() {
        notes.push(format!(
            "predictions and confidence: no run has both {from} and {to}\n  \
             score what is missing: gaffe score --model MODEL.onnx --name RUN --split {from}"
        ));
    }
    let read = |split, embeddings: Option<&PathBuf>| {
        let data = of_split(project, split, run.as_deref(), &ledger, embeddings)?;
        Ok::<_, anyhow::Error>(Set { name: split.to_string(), rows: None, data: Rc::new(data) })
    };
    let first = read(from, args.from_embeddings.as_ref())?;
    let second = read(to, args.to_embeddings.as_ref())?;
    let run = run.map_or_else(String::new, |run| format!(" · {run}"));
    Ok(Sets {
        title: format!("{} · {from} → {to}{run}", project.config().name),
        first,
        second,
        classes: project.classes().clone(),
        notes,
        from_train: from == Split::Train,
    })
}

fn of_split(
    project: &Project,
    split: Split,
    run: Option<&str>,
    ledger: &Ledger,
    embeddings: Option<&PathBuf>,
) -> Result<Data> {
    let examples = project.examples(split)?;
    let run = run.map(|run| project.run(run, split, &examples)).transpose()?;
    let labels = effective_labels(&examples.gold, &project.relabels(&examples, ledger));
    let n = examples.len();
    let embeddings = embeddings.map(|path| read_embeddings(path, n)).transpose()?;
    Ok(Data {
        labels: Some(labels),
        predictions: run.as_ref().map(|run| run.predictions().to_vec()),
        confidence: run.as_ref().map(confidence),
        metadata: examples.metadata,
        embeddings,
    })
}

fn confidence(run: &Run) -> Vec<f64> {
    let one = |row| run.prediction(row).map_or(f64::NAN, |_| f64::from(run.confidence(row)));
    (0..run.len()).map(one).collect()
}

fn of_batches(project: &Project, column: &str, args: &ShiftArgs) -> Result<Sets> {
    let split = args.split.map_or(Split::Dev, Split::from);
    let has = |splits: &[Split]| splits.contains(&split);
    let first = project.runs()?.into_iter().find(|run| has(&run.splits)).map(|run| run.name);
    let run = args.run.clone().or(first);
    let examples = project.examples(split)?;
    let [a, b] = [&args.first, &args.second].map(|value| value.clone().unwrap_or_default());
    ensure!(a != b, "--first and --second are both {a:?}: give two values of {column}");
    let table = project.table(split)?;
    let rows = [rows_of(&examples, column, &a, &table)?, rows_of(&examples, column, &b, &table)?];
    let ledger = decisions(project)?;
    let mut data = of_split(project, split, run.as_deref(), &ledger, args.embeddings.as_ref())?;
    // What the sets were made by says nothing of how they differ.
    data.metadata.retain(|other| other.name != column);
    let data = Rc::new(data);
    let part = |value: &str, rows: Vec<u32>| Set {
        name: format!("{column}={value}"),
        rows: Some(rows),
        data: Rc::clone(&data),
    };
    let [rows_a, rows_b] = rows;
    let mut notes = Vec::new();
    if run.is_none() {
        notes.push(format!("predictions and confidence: no run has predictions for {split} yet"));
    }
    let run = run.map_or_else(String::new, |run| format!(" · {run}"));
    Ok(Sets {
        title: format!("{} · {split} · {column}: {a} → {b}{run}", project.config().name),
        first: part(&a, rows_a),
        second: part(&b, rows_b),
        classes: project.classes().clone(),
        notes,
        from_train: false,
    })
}

/// Values that a message lists at most.
const LISTED: usize = 12;

fn rows_of(examples: &Examples, name: &str, value: &str, table: &Path) -> Result<Vec<u32>> {
    let column = metadata(examples, name, table, "")?;
    let rows: Vec<u32> =
        (0_u32..).zip(column.cells.iter()).filter(|(_, c)| *c == value).map(|(r, _)| r).collect();
    if rows.is_empty() {
        let mut there: Vec<&str> = column.cells.iter().collect();
        there.sort_unstable();
        there.dedup();
        let more = if there.len() > LISTED { ", …" } else { "" };
        there.truncate(LISTED);
        let what = format!("no example has {value:?} in column {name:?}");
        let remedy = format!("there is: {}{more}", there.join(", "));
        return Err(IngestError::new(table, what, remedy).into());
    }
    Ok(rows)
}

fn of_files(from: &Path, to: &Path, args: &ShiftArgs) -> Result<Sets> {
    let (first, second) = (read_probs(from)?, read_probs(to)?);
    let (cols, other) = (first.shape().1, second.shape().1);
    if cols != other {
        let what = format!("{other} columns, but {} has {cols}", from.display());
        let remedy = "both must be of the same model and classes";
        return Err(IngestError::new(to, what, remedy).into());
    }
    let classes = class_names(args.classes.as_deref(), cols)?;
    let labels = [args.from_labels.as_deref(), args.to_labels.as_deref()];
    let embeddings = [args.from_embeddings.as_deref(), args.to_embeddings.as_deref()];
    let first = of_file(from, &first, labels[0], embeddings[0], &classes)?;
    let second = of_file(to, &second, labels[1], embeddings[1], &classes)?;
    let notes = if labels[0].is_none() {
        vec!["labels: give --from-labels and --to-labels".to_owned()]
    } else {
        vec![]
    };
    let title = format!("{} → {}", first.name, second.name);
    Ok(Sets { title, first, second, classes, notes, from_train: false })
}

fn of_file(
    path: &Path,
    probs: &Probs,
    labels: Option<&Path>,
    embeddings: Option<&Path>,
    classes: &ClassNames,
) -> Result<Set> {
    let tops = tops(path, probs)?;
    let n = tops.len();
    let labels = labels.map(|file| labels_of(file, path, n, classes)).transpose()?;
    let data = Data {
        labels,
        predictions: Some(classes_of(&tops)),
        confidence: Some(tops.iter().map(|top| top.map_or(f64::NAN, |(_, p)| p)).collect()),
        metadata: vec![],
        embeddings: embeddings.map(|path| read_embeddings(path, n)).transpose()?,
    };
    Ok(Set { name: path.display().to_string(), rows: None, data: Rc::new(data) })
}

fn labels_of(file: &Path, probs: &Path, rows: usize, classes: &ClassNames) -> Result<Vec<u32>> {
    let labels = read_labels(file, classes)?;
    if labels.len() != rows {
        let what = format!("{} labels, but {} has {rows} rows", labels.len(), probs.display());
        return Err(IngestError::new(file, what, "give one label for each row").into());
    }
    Ok(labels)
}
