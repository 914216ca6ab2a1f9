//! From data files to a project file: which column is what, which file is which.
//!
//! Invariant: reads, never writes; the caller shows the guess and writes it.

use super::table::list;
use super::{
    ColumnNames, Config, IngestError, RunFiles, open_table, read_headers, roles, table_error,
};
use crate::dataset::Split;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A project file made from data files.
#[derive(Debug)]
pub struct Guess {
    /// The folder of the table, which becomes the project's.
    pub root: PathBuf,
    /// What was understood.
    pub config: Config,
    /// What was taken for granted, in sentences that the user should see.
    pub assumed: Vec<String>,
}

/// Understands a table (`.csv`, `.tsv`) with, if given, its probabilities (`.npy`), a model
/// (`.onnx`) and the names of the classes in order (`.txt`, one a line).
///
/// # Errors
/// No table or two, a file of another kind, no column that could be the label.
pub fn guess(paths: &[PathBuf]) -> Result<Guess, IngestError> {
    let files = Files::sort(paths)?;
    let root = files.table.parent().filter(|p| !p.as_os_str().is_empty());
    let root = root.unwrap_or(Path::new(".")).to_path_buf();
    let columns = guess_columns(&files.table)?;
    let classes = match &files.classes {
        Some(path) => read_lines(path)?,
        None => labels_in(&files.table, &columns.label)?,
    };
    let split = guess_split(&files.table);
    let relative = |path: &Path| relative_to(&root, path);
    let mut config = Config {
        name: project_name(&root),
        classes,
        columns,
        splits: [(split, relative(&files.table)?)].into(),
        ..Config::default()
    };
    if let Some(path) = &files.probabilities {
        let model = files.model.as_deref().map(relative).transpose()?;
        config.runs.insert("v1".to_owned(), RunFiles::of(model, split, relative(path)?));
    }
    let assumed = assumed(&files, &config);
    Ok(Guess { root, config, assumed })
}

fn assumed(files: &Files, config: &Config) -> Vec<String> {
    let mut said = Vec::new();
    if let (Some(probabilities), None) = (&files.probabilities, &files.classes) {
        let names: Vec<&str> = config.classes.iter().take(6).map(String::as_str).collect();
        let more = if config.classes.len() > names.len() { ", …" } else { "" };
        said.push(format!(
            "classes are taken in byte order: {}{more}\n  \
             if the columns of {} are in another order, give the names in a .txt, one a line",
            names.join(", "),
            probabilities.display()
        ));
    }
    if let (Some(model), None) = (&files.model, &files.probabilities) {
        said.push(format!(
            "there are no predictions yet; make some with: gaffe score --model {}",
            model.display()
        ));
    }
    said
}

#[derive(Default)]
struct Files {
    table: PathBuf,
    probabilities: Option<PathBuf>,
    model: Option<PathBuf>,
    classes: Option<PathBuf>,
}

impl Files {
    fn sort(paths: &[PathBuf]) -> Result<Self, IngestError> {
        let mut table = None;
        let mut files = Self::default();
        for path in paths {
            let place = match extension(path).as_deref() {
                Some("csv" | "tsv") => &mut table,
                Some("npy") => &mut files.probabilities,
                Some("onnx") => &mut files.model,
                Some("txt") => &mut files.classes,
                _ => {
                    let remedy = "give a table (.csv, .tsv), and if you have them its probabilities \
                                  (.npy), a model (.onnx) and the class names (.txt)";
                    return Err(IngestError::new(path, "not a form that is read", remedy));
                }
            };
            if place.replace(path.clone()).is_some() {
                let remedy = "give one; others can be added in gaffe.toml";
                return Err(IngestError::new(path, "a second file of the same kind", remedy));
            }
        }
        let none = || IngestError::new(&paths[0], "no table among the files", "add a .csv or .tsv");
        files.table = table.ok_or_else(none)?;
        Ok(files)
    }
}

fn guess_columns(path: &Path) -> Result<ColumnNames, IngestError> {
    let headers = read_headers(path, &mut open_table(path)?)?;
    let columns = roles::guess(&headers.iter().collect::<Vec<_>>());
    if columns.label.is_empty() {
        let there = list(&headers);
        let what = format!("no column looks like the label (columns: {there})");
        let remedy = match headers.len() {
            1 => "separate the columns by commas, or by tabs in a .tsv",
            _ => "name it \"label\", or write gaffe.toml by hand",
        };
        return Err(IngestError::new(path, what, remedy).at(1));
    }
    Ok(columns)
}

/// Distinct labels in byte order, as torchvision, Keras and scikit-learn number them; whole numbers
/// in order of value.
fn labels_in(path: &Path, column: &str) -> Result<Vec<String>, IngestError> {
    let mut reader = open_table(path)?;
    let headers = reader.headers().map_err(|e| table_error(path, &e))?;
    let at = headers.iter().position(|h| h == column).unwrap_or(0);
    let mut labels = BTreeSet::new();
    for record in reader.records() {
        let record = record.map_err(|e| table_error(path, &e))?;
        let label = record.get(at).unwrap_or("");
        if label.is_empty() {
            let line = record.position().map_or(0, csv::Position::line);
            let remedy = "give it one, or take the row out";
            return Err(IngestError::new(path, "an example without a label", remedy).at(line));
        }
        if !labels.contains(label) {
            labels.insert(label.to_owned());
        }
    }
    let mut labels: Vec<String> = labels.into_iter().collect();
    if labels.iter().all(|l| l.parse::<u64>().is_ok()) {
        labels.sort_by_key(|l| l.parse::<u64>().unwrap_or(0));
    }
    Ok(labels)
}

fn read_lines(path: &Path) -> Result<Vec<String>, IngestError> {
    let text = std::fs::read_to_string(path).map_err(|e| IngestError::io(path, &e))?;
    let text = text.trim_start_matches('\u{feff}');
    Ok(text.lines().map(str::trim).filter(|l| !l.is_empty()).map(str::to_owned).collect())
}

/// Train and test are recognised by name; anything else is taken for what errors are looked at on.
fn guess_split(path: &Path) -> Split {
    let stem = path.file_stem().and_then(|s| s.to_str()).unwrap_or("").to_lowercase();
    let words: Vec<&str> = stem.split(|c: char| !c.is_alphanumeric()).collect();
    Split::ALL
        .into_iter()
        .find(|split| *split != Split::Dev && words.contains(&split.name()))
        .unwrap_or(Split::Dev)
}

fn extension(path: &Path) -> Option<String> {
    Some(path.extension()?.to_str()?.to_lowercase())
}

fn project_name(root: &Path) -> String {
    let whole = root.canonicalize().unwrap_or_else(|_| root.to_path_buf());
    whole.file_name().map_or_else(|| "project".to_owned(), |n| n.to_string_lossy().into_owned())
}

fn relative_to(root: &Path, path: &Path) -> Result<PathBuf, IngestError> {
    let whole = |p: &Path| p.canonicalize().map_err(|e| IngestError::io(p, &e));
    let (root, path) = (whole(root)?, whole(path)?);
    Ok(path.strip_prefix(&root).map_or(path.clone(), Path::to_path_buf))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(names: &[(&str, &str)]) -> (tempfile::TempDir, Vec<PathBuf>) {
        let dir = tempfile::tempdir().unwrap();
        let paths = names.iter().map(|(name, text)| {
            let path = dir.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        });
        let paths = paths.collect();
        (dir, paths)
    }

    #[test]
    fn understands_a_table_with_probabilities() {
        let table = "ID,filename,target,light\na,x.png,dog,1\nb,y.png,cat,2\n";
        let (_dir, paths) = files(&[("valid.csv", table), ("probs.npy", "")]);
        let config = guess(&paths).unwrap().config;
        assert_eq!(config.classes, ["cat", "dog"]);
        assert_eq!(config.columns.id.as_deref(), Some("ID"));
        assert_eq!(config.columns.file.as_deref(), Some("filename"));
        assert_eq!(config.columns.label, "target");
        assert_eq!(config.splits[&Split::Dev], Path::new("valid.csv"));
        assert_eq!(config.runs["v1"].dev.as_deref(), Some(Path::new("probs.npy")));
    }

    #[test]
    fn numbers_are_classes_in_order_of_value_and_names_come_from_a_list() {
        let table = "text,label\nhi,10\nho,2\n";
        let (_dir, paths) = files(&[("test.csv", table)]);
        let config = guess(&paths).unwrap().config;
        assert_eq!(config.classes, ["2", "10"]);
        assert!(config.splits.contains_key(&Split::Test));
        let (_dir, paths) = files(&[("a.csv", table), ("classes.txt", "no\nyes\n")]);
        assert_eq!(guess(&paths).unwrap().config.classes, ["no", "yes"]);
    }

    #[test]
    fn says_what_is_missing() {
        let error = |names: &[(&str, &str)]| {
            let (_dir, paths) = files(names);
            guess(&paths).unwrap_err().to_string()
        };
        assert!(error(&[("p.npy", "")]).contains("no table among the files"));
        assert!(
            error(&[("a.csv", "x,y\n1,2\n")])
                .contains("no column looks like the label (columns: x, y)")
        );
        assert!(error(&[("a.csv", ""), ("b.csv", "")]).contains("a second file of the same kind"));
        assert!(error(&[("a.doc", "")]).contains("not a form that is read"));
    }
}
