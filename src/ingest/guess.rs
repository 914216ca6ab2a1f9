//! From data files to a project file: which column is what, which file is which.
//!
//! Invariant: reads, never writes; the caller shows the guess and writes it.

use super::identity::own_columns;
use super::sort::{Kind, Source, Table, sort};
use super::{ColumnNames, Config, Frame, IngestError, RunFiles, classes, is_run_name, roles};
use crate::dataset::Split;
use std::path::{Path, PathBuf};

/// A project file made from data files.
#[derive(Debug)]
pub struct Guess {
    /// The folder of the table, which becomes the project's.
    pub root: PathBuf,
    /// What was understood.
    pub config: Config,
    /// What was understood and taken for granted, in sentences that the user should see.
    pub assumed: Vec<String>,
    /// The tables that were read, by path.
    pub tables: Vec<(PathBuf, Frame)>,
}

/// Understands data files: tables of any form with gold labels and, if given, predictions in the same tables, in
/// others or in arrays (`.npy`), a model (`.onnx`) and the names of the classes in order (`.txt`, one a line).
///
/// `told` are columns that the user named; they count where a table has them.
///
/// # Errors
/// No labels, two tables for one split, a file that has no form, a column that no table has.
pub fn guess(paths: &[PathBuf], told: &ColumnNames) -> Result<Guess, GuessError> {
    let sources = paths.iter().map(|path| sort(path, told)).collect::<Result<Vec<_>, _>>()?;
    check_told(&sources, told)?;
    let mut guess = Guesser::new(sources)?;
    guess.splits()?;
    guess.classes()?;
    guess.runs()?;
    Ok(guess.finish()?)
}

/// Why files could not be understood.
#[derive(Debug, thiserror::Error)]
pub enum GuessError {
    /// A table in which no column looks like the label: one of these may be.
    #[error("{error}")]
    NoLabel {
        /// To be shown.
        error: IngestError,
        /// The names of its columns.
        columns: Vec<String>,
    },
    /// Another reason.
    #[error(transparent)]
    Other(#[from] IngestError),
}

/// # Errors
/// A column that the user named and no table has.
fn check_told(sources: &[Source], told: &ColumnNames) -> Result<(), IngestError> {
    let tables = || sources.iter().filter_map(|source| Some((source, source.table()?.1)));
    let named = [
        told.id.as_deref(),
        told.file.as_deref(),
        told.text.as_deref(),
        Some(told.label.as_str()).filter(|label| !label.is_empty()),
        told.prediction.as_deref(),
        told.confidence.as_deref(),
        told.probabilities.as_deref(),
        told.split.as_deref(),
    ];
    let missing = |name: &&str| tables().all(|(_, frame)| frame.field(name).is_none());
    match (named.into_iter().flatten().find(missing), tables().next()) {
        (Some(name), Some((source, frame))) => {
            let there = super::assemble::listed(frame);
            let remedy = format!("there is: {there}");
            Err(IngestError::new(&source.path, format!("no column {name:?}"), remedy))
        }
        _ => Ok(()),
    }
}

/// What was found so far.
struct Guesser {
    root: PathBuf,
    /// Tables with gold labels.
    tables: Vec<Source>,
    /// What has predictions and no gold labels.
    others: Vec<Source>,
    names: Option<(PathBuf, Vec<String>)>,
    model: Option<PathBuf>,
    config: Config,
    assumed: Vec<String>,
}

impl Guesser {
    fn new(sources: Vec<Source>) -> Result<Self, GuessError> {
        let (mut tables, mut others, mut names, mut model) = (vec![], vec![], None, None);
        let first = sources[0].path.clone();
        for source in sources {
            let again = || {
                let remedy = "give one; others can be added in gaffe.toml";
                Err(IngestError::new(&source.path, "a second file of the same kind", remedy).into())
            };
            match &source.kind {
                Kind::Table(table) if table.columns.label.is_empty() => others.push(source),
                // both files of a pair may be given
                Kind::Table(table) if tables.iter().any(|other| same_pair(other, table)) => {}
                Kind::Table(..) => tables.push(source),
                Kind::Array(..) => others.push(source),
                Kind::Names(_) if names.is_some() => return again(),
                Kind::Model if model.is_some() => return again(),
                Kind::Names(list) => names = Some((source.path.clone(), list.clone())),
                Kind::Model => model = Some(source.path.clone()),
            }
        }
        let Some(table) = tables.first() else { return Err(no_labels(&first, &others)) };
        let root = common_folder(tables.iter().map(|table| table.path.as_path()))
            .unwrap_or_else(|| folder_of(&table.path).to_path_buf());
        let config = Config { name: project_name(&root), ..Config::default() };
        Ok(Self { root, tables, others, names, model, config, assumed: Vec::new() })
    }

    /// Which table is which split.
    fn splits(&mut self) -> Result<(), IngestError> {
        for source in &self.tables {
            let Kind::Table(table) = &source.kind else { continue };
            let Table { form, columns, doubts, frame } = &**table;
            let there = split_column(frame, columns);
            let named = guess_split(&source.path);
            let splits = if there.is_empty() { vec![named] } else { there };
            for split in splits {
                let path = relative_to(&self.root, &source.path)?;
                if self.config.splits.insert(split, path).is_some() {
                    let what = format!("a second table for the split {split}");
                    let remedy = "give one table a split: their names tell which (train.csv, dev.csv, test.csv)";
                    return Err(IngestError::new(&source.path, what, remedy));
                }
            }
            self.assumed.push(describe(source, form.name, columns, frame.rows));
            self.assumed.extend(doubts.iter().cloned());
            self.assumed.extend(frame.notes.iter().cloned());
        }
        if let Some((columns, _)) = self.tables[0].table() {
            self.config.columns = columns.clone();
        }
        let ColumnNames { id, file, text, .. } = &self.config.columns;
        if id.is_none() && file.is_none() && text.is_none() {
            let tables: Vec<_> = self.tables.iter().filter_map(Source::table).collect();
            self.config.columns.id_of = own_columns(&tables);
        }
        Ok(())
    }

    fn classes(&mut self) -> Result<(), IngestError> {
        let sources = || self.tables.iter().chain(&self.others);
        let tables: Vec<_> = sources().filter_map(Source::table).collect();
        let widths: Vec<_> = sources().filter_map(Source::width).collect();
        let found = classes::find(self.names.take(), &tables, &widths)?;
        self.assumed.extend(found.assumed);
        self.config.classes = found.names;
        Ok(())
    }

    /// Predictions in the tables themselves, then those beside them.
    fn runs(&mut self) -> Result<(), IngestError> {
        let mut inside = RunFiles::default();
        for (split, path) in self.config.splits.clone() {
            let of_path =
                |source: &&Source| relative_to(&self.root, &source.path).is_ok_and(|p| p == path);
            let table = self.tables.iter().find(of_path).and_then(Source::table);
            if table.is_some_and(|(columns, _)| columns.predicts()) {
                inside.set(split, path);
            }
        }
        if !inside.is_empty() {
            self.config.runs.insert("v1".to_owned(), inside);
        }
        let several = self.others.len() > 1 || !self.config.runs.is_empty();
        for source in &self.others {
            if source.table().is_some_and(|(columns, _)| !columns.predicts()) {
                let remedy = "name the columns `label`, or `prediction`, or `prob_` and the class";
                return Err(IngestError::new(
                    &source.path,
                    "no column of labels or predictions",
                    remedy,
                ));
            }
            let split = self.split_of(source);
            let path = relative_to(&self.root, &source.path)?;
            let name = if several { run_name(&source.path) } else { "v1".to_owned() };
            self.config.runs.entry(name).or_default().set(split, path);
            if let Kind::Table(table) = &source.kind {
                let Table { form, columns, frame, .. } = &**table;
                self.assumed.push(describe(source, form.name, columns, frame.rows));
                self.assumed.extend(frame.notes.iter().cloned());
            }
        }
        Ok(())
    }

    /// The split that predictions are of: by the name, else the only one, else the one with as many rows.
    fn split_of(&self, source: &Source) -> Split {
        let named = guess_split(&source.path);
        let splits = &self.config.splits;
        if splits.len() == 1 || !splits.contains_key(&named) {
            return splits
                .keys()
                .copied()
                .find(|split| *split == Split::Dev)
                .unwrap_or_else(|| splits.keys().next().copied().unwrap_or(Split::Dev));
        }
        named
    }

    fn finish(mut self) -> Result<Guess, IngestError> {
        if let Some(model) = &self.model {
            let model = relative_to(&self.root, model)?;
            if let Some(run) = self.config.runs.values_mut().next() {
                run.model = Some(model);
            } else {
                self.assumed.push(format!(
                    "there are no predictions yet; make some with: gaffe score --model {}",
                    model.display()
                ));
            }
        }
        let mut tables = Vec::new();
        for source in self.tables.into_iter().chain(self.others) {
            let path = self.root.join(relative_to(&self.root, &source.path)?);
            if let Kind::Table(table) = source.kind {
                tables.push((path, table.frame));
            }
        }
        Ok(Guess { root: self.root, config: self.config, assumed: self.assumed, tables })
    }
}

/// Whether a table was read of the same pictures: both files of an IDX pair give the pair.
fn same_pair(other: &Source, table: &Table) -> bool {
    let first = |frame: &Frame| Some(frame.field("file")?.texts()?.get(0).to_owned());
    table.form.name == "IDX"
        && other.table().is_some_and(|(_, frame)| first(frame) == first(&table.frame))
}

/// What was understood of a table, on a line.
fn describe(source: &Source, form: &str, columns: &ColumnNames, rows: usize) -> String {
    let named = [
        ("id", columns.id.as_deref()),
        ("file", columns.file.as_deref()),
        ("text", columns.text.as_deref()),
        ("label", Some(columns.label.as_str()).filter(|label| !label.is_empty())),
        ("prediction", columns.prediction.as_deref()),
        ("confidence", columns.confidence.as_deref()),
        ("probabilities", columns.probabilities.as_deref()),
        ("split", columns.split.as_deref()),
    ];
    let same = |(role, name): &(&str, &str)| {
        if role == name { (*role).to_owned() } else { format!("{role} = {name}") }
    };
    let roles = named.iter().filter_map(|(role, name)| name.map(|name| same(&(role, name))));
    let name = source.path.file_name().unwrap_or(source.path.as_os_str()).to_string_lossy();
    format!("{name}: {form}, {rows} rows; {}", roles.collect::<Vec<_>>().join(", "))
}

fn no_labels(first: &Path, others: &[Source]) -> GuessError {
    let Some(source) = others.iter().find(|source| source.table().is_some()) else {
        let remedy = "give a table with a column of labels, such as a .csv with `label`";
        return IngestError::new(first, "no table among the files", remedy).into();
    };
    let there = source.table().map(|(_, frame)| super::assemble::listed(frame)).unwrap_or_default();
    let predicts = source.table().is_some_and(|(columns, _)| columns.predicts());
    let what = format!("no column looks like the label (columns: {there})");
    let remedy = match (predicts, source.table().map(|(_, frame)| frame.fields.len())) {
        (true, _) => "these are predictions: give the table with the gold labels too",
        (_, Some(1)) => "separate the columns by commas, or by tabs in a .tsv",
        _ => "name it: gaffe init FILE… --label COLUMN",
    };
    let error = IngestError::new(&source.path, what, remedy).at(1);
    let frame = source.table().map(|(_, frame)| frame).filter(|_| !predicts);
    let texts = frame.into_iter().flat_map(|frame| &frame.fields).filter(|f| f.texts().is_some());
    GuessError::NoLabel { error, columns: texts.map(|field| field.name.clone()).collect() }
}

/// The splits that a column tells.
fn split_column(frame: &Frame, columns: &ColumnNames) -> Vec<Split> {
    let Some(cells) = columns.split.as_deref().and_then(|name| frame.field(name)?.texts()) else {
        return Vec::new();
    };
    let has = |split: &Split| cells.iter().any(|cell| roles::split(cell) == Some(*split));
    Split::ALL.into_iter().filter(has).collect()
}

/// Train and test are recognised by the names of the file and its folder; anything else is taken for what errors are
/// looked at on.
fn guess_split(path: &Path) -> Split {
    let folder = path.parent().and_then(Path::file_name);
    let names = [path.file_stem(), folder];
    let mut words = names.into_iter().flatten().flat_map(|name| {
        let name = name.to_string_lossy().to_lowercase();
        let words = name.split(|c: char| !c.is_alphanumeric()).map(str::to_owned);
        words.collect::<Vec<_>>()
    });
    words.find_map(|word| roles::split(&word)).unwrap_or(Split::Dev)
}

/// A name for a run made of the name of its file.
fn run_name(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let plain = |c: char| if c.is_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '-' };
    let name: String = stem.chars().map(plain).collect();
    if is_run_name(&name) { name } else { "imported".to_owned() }
}

fn project_name(root: &Path) -> String {
    let whole = root.canonicalize().unwrap_or_else(|_| root.to_path_buf());
    whole.file_name().map_or_else(|| "project".to_owned(), |n| n.to_string_lossy().into_owned())
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The deepest folder that all files lie in, as the first one is written where that is its own.
fn common_folder<'a>(mut files: impl Iterator<Item = &'a Path>) -> Option<PathBuf> {
    let first = folder_of(files.next()?);
    let whole = |folder: &Path| folder.canonicalize().ok();
    let own = whole(first)?;
    let mut common = own.clone();
    for file in files {
        let folder = whole(folder_of(file))?;
        while !folder.starts_with(&common) {
            common.pop();
        }
    }
    Some(if common == own { first.to_path_buf() } else { common })
}

/// The path as it is written in the project file. A link stays one: what it leads to may change.
fn relative_to(root: &Path, path: &Path) -> Result<PathBuf, IngestError> {
    let whole = |p: &Path| p.canonicalize().map_err(|e| IngestError::io(p, &e));
    let path = match path.file_name() {
        Some(name) => whole(folder_of(path))?.join(name),
        None => whole(path)?,
    };
    Ok(path.strip_prefix(whole(root)?).map_or(path.clone(), Path::to_path_buf))
}

#[cfg(test)]
#[path = "guess_tests.rs"]
mod tests;
