//! Runs on disk: those that `gaffe.toml` names, and those that were scored here.
//!
//! Invariant: the probabilities of a scored run are whole or not there: written aside, then renamed.

use super::partial::Failure;
use super::{Project, ProjectError};
use crate::dataset::{Examples, Run, Split};
use crate::ingest::{
    IngestError, Precision, is_run_name, join, read_frame, read_matrix, settle, told,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// A run and where its probabilities lie.
#[derive(Debug, Clone)]
pub struct RunSource {
    /// Its name.
    pub name: String,
    /// The splits it has probabilities for.
    pub splits: Vec<Split>,
    files: BTreeMap<Split, PathBuf>,
}

impl RunSource {
    fn path(&self, split: Split) -> PathBuf {
        self.files.get(&split).cloned().unwrap_or_default()
    }
}

/// The folder of a run that is to be written.
#[derive(Debug)]
pub struct Reserved {
    folders: [PathBuf; 3],
}

impl Drop for Reserved {
    fn drop(&mut self) {
        for folder in self.folders.iter().rev() {
            // Only empty folders go; the rest is somebody's.
            let _ = fs::remove_dir(folder);
        }
    }
}

/// What is written beside the probabilities of a scored run.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct ScoredRun {
    /// The model file.
    pub model: PathBuf,
    /// When: milliseconds since 1970-01-01 UTC.
    pub at: u64,
    /// Names the ids and classes that it was scored for, in their order.
    pub data: String,
    /// Names the files below the folder that they have in common, and what they hold: that folder may be another later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub files: Option<String>,
    /// Rows scored.
    pub examples: usize,
    /// Rows without a prediction.
    #[serde(alias = "unreadable")]
    pub failed: usize,
    /// Wall time of the scoring, all its starts together.
    pub seconds: f64,
    /// SHA-256 of the model's file, or of its files one after the other.
    #[serde(default)]
    pub sha256: String,
    /// What ran it, with its version.
    #[serde(default)]
    pub engine: String,
    /// How the input was made.
    #[serde(default)]
    pub input: String,
    /// Which output was read and how.
    #[serde(default)]
    pub output: String,
    /// What lies in the file of embeddings, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub embedding: Option<EmbeddingMark>,
    /// What might surprise, in sentences.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// Threads that ran the model.
    #[serde(default)]
    pub threads: usize,
    /// The version of this program.
    #[serde(default)]
    pub version: String,
    /// The first 10,000 rows without a prediction, and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failures: Vec<Failure>,
}

/// What lies in a file of embeddings.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EmbeddingMark {
    /// The tensor of the graph, and its width.
    pub tensor: String,
    /// D.
    pub width: usize,
    /// How values are kept.
    pub precision: Precision,
}

impl Project {
    /// All runs: those of the project file, then the scored ones, each by name.
    ///
    /// # Errors
    /// When the folder of scored runs can't be read.
    pub fn runs(&self) -> Result<Vec<RunSource>, ProjectError> {
        let mut runs: Vec<RunSource> = self
            .config()
            .runs
            .iter()
            .map(|(name, files)| {
                let file = |split| files.split(split).map(|path| (split, self.root().join(path)));
                source(name.clone(), Split::ALL.into_iter().filter_map(file).collect())
            })
            .collect();
        runs.extend(self.scored()?);
        Ok(runs)
    }

    /// The name of the run to use: `wanted`, else the first that has probabilities for `split`.
    ///
    /// # Errors
    /// When there is none.
    pub fn run_name(&self, wanted: Option<&str>, split: Split) -> Result<String, ProjectError> {
        Ok(choose(wanted, &self.runs()?, split)?.name.clone())
    }

    /// Reads a run's probabilities for `examples`.
    ///
    /// # Errors
    /// No such run, a file of another shape or with nothing in common, rows that are no probabilities.
    pub fn run(&self, name: &str, split: Split, examples: &Examples) -> Result<Run, ProjectError> {
        let run = self.read_run(name, split, examples)?;
        run.notes.iter().for_each(|note| self.tell(note));
        Ok(run)
    }

    fn read_run(&self, name: &str, split: Split, examples: &Examples) -> Result<Run, ProjectError> {
        let runs = self.runs()?;
        let path = choose(Some(name), &runs, split)?.path(split);
        self.check_data(&path, examples)?;
        if path.extension().is_some_and(|end| end.eq_ignore_ascii_case("npy")) {
            return self.run_of_array(name, &path, examples);
        }
        let classes = self.classes();
        let wrong = |why: String| IngestError::told(&path, &why);
        let mut notes = Vec::new();
        let told = if self.table(split)? == path {
            told(&self.assembled(split)?.said, examples.len(), classes).map_err(wrong)?
        } else {
            let (_, frame) = read_frame(&path).map_err(|e| e.or_remedy(super::NAMED))?;
            notes.clone_from(&frame.notes);
            let joined = join(&path, frame, &self.config().columns, examples)?;
            notes.push(joined.describe(&path));
            told(&joined.said, examples.len(), classes).map_err(wrong)?
        };
        notes.extend(told.notes);
        let run = Run::new(name, told.matrix).map_err(|e| wrong(e.to_string()))?;
        Ok(run.about(told.known, notes))
    }

    /// A file that came with the data has a row for each of the table's, those that are no examples included.
    fn run_of_array(
        &self,
        name: &str,
        path: &Path,
        examples: &Examples,
    ) -> Result<Run, ProjectError> {
        let (classes, origin) = (self.classes().len(), &examples.origin);
        let foreign = !path.starts_with(self.runs_dir());
        let rows = if foreign { origin.len } else { examples.len() };
        let matrix = read_matrix(path, rows, classes).map_err(|e| e.or_remedy(super::NAMED))?;
        let matrix = match origin.rows.as_deref().filter(|_| foreign) {
            None => matrix,
            Some(rows) => matrix.gather(rows),
        };
        // one pass where all is well, which for large arrays is the only one
        if let Ok(run) = Run::new(name, matrix.clone()) {
            return Ok(run);
        }
        let what = path.file_name().unwrap_or_default().to_string_lossy();
        let told = settle(matrix.values().to_vec(), classes, &what)
            .map_err(|why| IngestError::told(path, &why))?;
        let run = Run::new(name, told.matrix);
        let run = run.map_err(|e| IngestError::new(path, e.to_string(), ""))?;
        Ok(run.about(told.known, told.notes))
    }

    /// Rows of a run are matched by place, so a scored run is void when the table has changed.
    fn check_data(&self, path: &Path, examples: &Examples) -> Result<(), ProjectError> {
        let Ok(text) = fs::read(path.with_extension("json")) else { return Ok(()) };
        if !path.starts_with(self.runs_dir()) {
            return Ok(());
        }
        let about: ScoredRun = serde_json::from_slice(&text)
            .map_err(|e| IngestError::new(&path.with_extension("json"), e.to_string(), ""))?;
        if self.is_of(&about, examples) {
            return Ok(());
        }
        let what = "scored for other examples, classes or another order of them than there are now";
        let remedy = format!("score it again: gaffe score --model {}", about.model.display());
        Err(IngestError::new(path, what, remedy).into())
    }

    fn runs_dir(&self) -> PathBuf {
        self.data_dir().join("runs")
    }

    /// The folder of a run that was scored here, or of what was measured of its model.
    pub(super) fn run_dir(&self, run: &str) -> PathBuf {
        self.runs_dir().join(run)
    }

    fn scored(&self) -> Result<Vec<RunSource>, ProjectError> {
        let dir = self.runs_dir();
        if !dir.is_dir() {
            return Ok(vec![]);
        }
        let failed = |e| ProjectError::from(IngestError::io(&dir, &e));
        let mut scored = Vec::new();
        for entry in fs::read_dir(&dir).map_err(failed)? {
            let folder = entry.map_err(failed)?.path();
            let name = folder.file_name().and_then(|n| n.to_str()).unwrap_or_default().to_owned();
            let file = |split: Split| folder.join(format!("{split}.npy"));
            let files: BTreeMap<_, _> = Split::ALL
                .into_iter()
                .map(|split| (split, file(split)))
                .filter(|(_, path)| path.is_file())
                .collect();
            if !files.is_empty() {
                scored.push(source(name, files));
            }
        }
        scored.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(scored)
    }

    fn check_run_name(&self, name: &str) -> Result<(), ProjectError> {
        if self.config().runs.contains_key(name) {
            return Err(ProjectError::RunTaken(name.to_owned()));
        }
        if !is_run_name(name) {
            let remedy = "use up to 100 letters, digits, '-', '_' and '.' with --name";
            let what = format!("{name:?} can't be the name of a run");
            return Err(IngestError::new(&self.runs_dir(), what, remedy).into());
        }
        Ok(())
    }

    /// Makes sure that a run called `name` can be written, before time is spent on it. Dropping what
    /// this gives leaves nothing behind, unless the run was kept.
    ///
    /// # Errors
    /// A name that can't be used, or a folder that can't be made.
    pub fn reserve_run(&self, name: &str) -> Result<Reserved, ProjectError> {
        self.check_run_name(name)?;
        let folders = [self.data_dir(), self.runs_dir(), self.runs_dir().join(name)];
        let failed = |e| IngestError::io(&folders[2], &e);
        fs::create_dir_all(&folders[2]).map_err(failed)?;
        tempfile::tempfile_in(&folders[2]).map_err(failed)?;
        Ok(Reserved { folders })
    }
}

/// The run called `wanted`, or the first one that has probabilities for `split`.
fn choose<'a>(
    wanted: Option<&str>,
    runs: &'a [RunSource],
    split: Split,
) -> Result<&'a RunSource, ProjectError> {
    let with_split = || runs.iter().filter(|r| r.splits.contains(&split));
    match wanted {
        Some(name) => with_split().find(|r| r.name == name).ok_or_else(|| ProjectError::NoRun {
            name: name.to_owned(),
            split,
            there: with_split().map(|r| r.name.clone()).collect(),
        }),
        None => with_split().next().ok_or(ProjectError::NoRuns(split)),
    }
}

fn source(name: String, files: BTreeMap<Split, PathBuf>) -> RunSource {
    RunSource { name, splits: files.keys().copied().collect(), files }
}
