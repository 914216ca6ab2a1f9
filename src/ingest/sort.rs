//! What each of the files is that a project is made of.
//!
//! Invariant: a file is told by its content; where that could be several things its name decides.

use super::npy::{array_shape, is_array};
use super::{ColumnNames, Form, Frame, IngestError, form_of, read_frame, roles};
use std::path::{Path, PathBuf};

/// A file or folder, and what it is.
#[derive(Debug)]
pub struct Source {
    /// As it was given.
    pub path: PathBuf,
    /// What it is.
    pub kind: Kind,
}

/// A table that was read.
pub struct Table {
    /// Its form.
    pub form: &'static Form,
    /// What its columns could be.
    pub columns: ColumnNames,
    /// What else they could be, in sentences.
    pub doubts: Vec<String>,
    /// Its rows.
    pub frame: Frame,
}

/// What a file is.
pub enum Kind {
    /// A table.
    Table(Box<Table>),
    /// A matrix of probabilities: rows and columns.
    Array(usize, usize),
    /// The names of the classes.
    Names(Vec<String>),
    /// A model.
    Model,
}

impl std::fmt::Debug for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Table(table) => f.write_str(table.form.name),
            Self::Array(rows, columns) => write!(f, "{rows} × {columns}"),
            Self::Names(names) => write!(f, "{} names", names.len()),
            Self::Model => f.write_str("a model"),
        }
    }
}

impl Source {
    /// The columns and rows, if it is a table.
    pub fn table(&self) -> Option<(&ColumnNames, &Frame)> {
        match &self.kind {
            Kind::Table(table) => Some((&table.columns, &table.frame)),
            _ => None,
        }
    }

    /// The columns, if it is a matrix.
    pub fn width(&self) -> Option<usize> {
        match self.kind {
            Kind::Array(_, width) => Some(width),
            _ => None,
        }
    }
}

/// Tells what a file or folder is; tables are read. `told` are columns that the user named.
///
/// # Errors
/// A file that can't be read or has no form that is known.
pub fn sort(path: &Path, told: &ColumnNames) -> Result<Source, IngestError> {
    let kind = match super::forms::extension(path).as_str() {
        "onnx" => Kind::Model,
        "npy" | "" if is_array(path) => match array_shape(path)?.as_slice() {
            [rows, columns] => Kind::Array(*rows, *columns),
            _ => table(path, told)?,
        },
        "txt" | "names" if form_of(path).is_err() => Kind::Names(names(path)?),
        "json" if let Some(names) = id2label(path) => Kind::Names(names),
        _ => table(path, told)?,
    };
    Ok(Source { path: path.to_path_buf(), kind })
}

fn table(path: &Path, told: &ColumnNames) -> Result<Kind, IngestError> {
    let (form, frame) = read_frame(path)?;
    let names: Vec<&str> = frame.fields.iter().map(|field| field.name.as_str()).collect();
    let columns = roles::told(roles::guess(&names), told, &names);
    let doubts = roles::doubts(&columns, told, &names);
    Ok(Kind::Table(Box::new(Table { form, columns, doubts, frame })))
}

/// The names of classes, one a line; `0 cat`, as `synset.txt` and Teachable Machine have it, is `cat`.
fn names(path: &Path) -> Result<Vec<String>, IngestError> {
    let text = std::fs::read_to_string(path).map_err(|e| IngestError::io(path, &e))?;
    let text = text.trim_start_matches('\u{feff}');
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let lines: Vec<&str> = lines.collect();
    let numbered = |(at, line): (usize, &&str)| {
        let (number, name) = line.split_once([' ', ',', '\t'])?;
        (number.parse() == Ok(at)).then(|| name.trim().to_owned())
    };
    let named: Option<Vec<String>> = lines.iter().enumerate().map(numbered).collect();
    if lines.is_empty() {
        return Err(IngestError::new(path, "no names of classes in it", "write one a line"));
    }
    Ok(named.unwrap_or_else(|| lines.into_iter().map(str::to_owned).collect()))
}

/// The names in the `id2label` of a Hugging Face `config.json`, in the order of their numbers.
fn id2label(path: &Path) -> Option<Vec<String>> {
    let size = std::fs::metadata(path).ok()?.len();
    let text = std::fs::read_to_string(path).ok().filter(|_| size < 64 << 20)?;
    let config: serde_json::Value = serde_json::from_str(&text).ok()?;
    let names = config.get("id2label")?.as_object()?;
    (0..names.len()).map(|at| Some(names.get(&at.to_string())?.as_str()?.to_owned())).collect()
}
