//! The facade that commands and screens share: open a project, its examples, runs and decisions.
//!
//! Invariant: decisions are made by a [`Desk`] and written down by the store, in that order, and by
//! nothing else.

mod check;
mod child;
mod desk;
mod embeddings;
mod error;
mod experiments;
mod gate;
mod identity;
mod kept;
mod machine;
mod marks;
mod model_files;
mod models;
mod partial;
mod presets;
mod properties;
mod runs;
mod samples;
mod score_worker;
mod scores;
mod shared;
mod vectors;
mod what_if;
mod worker;

pub use check::{Case, Check, Finding, Glance, Kind, RunCheck, SplitCheck, Watch, describe_list};
pub use desk::{Beside, Desk, Difficulties, Effective, Likeness, Preview, Sight, Snapshot, Subset};
pub use error::ProjectError;
pub use experiments::{ExperimentLog, LOG_FILE, LogEdit, LogFile};
pub use gate::Gate;
pub use identity::Followed;
pub use machine::Machine;
pub use model_files::{ModelChoice, ModelFile};
pub use models::{Known, MeasuredModel, ModelMark};
pub use partial::Failure;
pub use properties::{Measured, Unreadable, measure_file};
pub use runs::{EmbeddingMark, Reserved, RunSource, ScoredRun};
pub use samples::{SampleList, Samples};
pub use score_worker::{SCORER, ScoreOutcome, ScoreTask, score_in_process, score_work};
pub use scores::{ScoreJob, ScoreNews, Scoring};
pub use shared::Shared;
pub use vectors::{Vectors, content_vectors, make_vectors};
pub use what_if::{Evidence, EvidenceCells, Fresh, Rescorer, Trial, Variant};
pub use worker::{Request, WORKER, measure_in_process, work};

use crate::analysis::{self, ErrorRate, Relabels};
use crate::dataset::{ClassNames, Examples, Ledger, Order, Run, Split};
use crate::ingest::{Config, FILE_NAME};
use crate::media::is_media;
use crate::store::{self, Store};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

/// The folder in the project's where decisions and scored runs are kept.
const DATA_DIR: &str = ".gaffe";

/// What to do about a file that is missing.
const NAMED: &str = "gaffe.toml names it: correct the path there";

/// An open project: its settings, not yet its data.
#[derive(Debug, Clone)]
pub struct Project {
    root: PathBuf,
    config: Config,
    classes: ClassNames,
    kept: Arc<kept::Kept>,
}

/// The decisions of a project, open for writing.
pub struct Writable {
    /// Writes events down.
    pub store: Store,
    /// The state of all decisions.
    pub ledger: Ledger,
    /// What was mended on opening, in sentences.
    pub repairs: Vec<String>,
    /// Which decisions followed their examples to other ids, in sentences.
    pub moved: Vec<String>,
}

/// A run's errors on one split.
#[derive(Debug, Clone, Copy)]
pub struct SplitErrors {
    /// The split.
    pub split: Split,
    /// Under the effective labels.
    pub error: ErrorRate,
    /// How many labels of the split were corrected.
    pub relabelled: usize,
}

impl Project {
    /// Opens the project in `root`.
    ///
    /// # Errors
    /// No `gaffe.toml` there, or a wrong one.
    pub fn open(root: &Path) -> Result<Self, ProjectError> {
        let root = if root.ends_with(FILE_NAME) { folder_of(root) } else { root };
        if !root.join(FILE_NAME).is_file() {
            return Err(ProjectError::NoProject(root.into()));
        }
        Self::new(root, Config::load(root)?)
    }

    /// The project that `config` would make in `root`.
    ///
    /// # Errors
    /// A list of classes that is none.
    pub fn new(root: &Path, config: Config) -> Result<Self, ProjectError> {
        let classes = config.class_names(root)?;
        Ok(Self { root: root.into(), config, classes, kept: Arc::default() })
    }

    /// The nearest folder at or above `from` that holds a project.
    pub fn find(from: &Path) -> Option<PathBuf> {
        // Links are not resolved: a model that is linked into a project belongs to that project.
        let from = std::path::absolute(from).ok()?;
        from.ancestors().find(|dir| dir.join(FILE_NAME).is_file()).map(Path::to_path_buf)
    }

    /// The project's folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A command as it can be typed where the program was run: elsewhere than in the project it needs -p.
    pub fn command(&self, command: &str) -> String {
        let here = std::env::current_dir().ok().and_then(|here| Self::find(&here));
        let same = |a: &Path, b: &Path| a.canonicalize().ok() == b.canonicalize().ok();
        if here.is_some_and(|here| same(&here, self.root())) {
            return format!("gaffe {command}");
        }
        format!("gaffe {command} -p {}", shell_word(&self.root().display().to_string()))
    }

    /// Whether `path` is a file of the project's: its settings, data, models or decisions.
    pub fn owns(&self, path: &Path) -> bool {
        let whole = |path: &Path| path.canonicalize().ok();
        let Some(path) = whole(path) else { return false };
        let runs = self.config.runs.values();
        let models = runs.clone().filter_map(|run| run.model.as_deref());
        let probabilities =
            runs.flat_map(|run| Split::ALL.into_iter().filter_map(|s| run.split(s)));
        let files = self.config.splits.values().map(PathBuf::as_path);
        let own = [FILE_NAME, LOG_FILE].map(Path::new);
        let mut files = files.chain(models).chain(probabilities).chain(own);
        files.any(|file| whole(&self.root.join(file)).as_ref() == Some(&path))
            || whole(&self.data_dir()).is_some_and(|dir| path.starts_with(dir))
            || self.has_in_a_table(&path)
    }

    /// Whether a file lies in a folder that is a table. In the project's own folder other files may lie than those that hold
    /// examples.
    fn has_in_a_table(&self, path: &Path) -> bool {
        const DATA: [&str; 4] = ["metadata.csv", "metadata.jsonl", "metadata.parquet", "data.yaml"];
        let ends = |kinds: &[&str]| {
            path.extension().is_some_and(|e| kinds.iter().any(|kind| e.eq_ignore_ascii_case(kind)))
        };
        let is_data = || {
            let named = path.file_name().is_some_and(|name| DATA.iter().any(|data| name == *data));
            named || is_media(path) || ends(&["arrow", "json"])
        };
        let root = self.root.canonicalize().ok();
        let tables = self.config.splits.values();
        let mut folders = tables.filter_map(|table| self.root.join(table).canonicalize().ok());
        folders
            .any(|table| path.starts_with(&table) && (Some(&table) != root.as_ref() || is_data()))
    }

    /// The split whose table or predictions `path` is.
    pub fn split_of(&self, path: &Path) -> Option<Split> {
        let whole = |path: &Path| path.canonicalize().ok();
        let path = whole(path)?;
        let is = |file: &Path| whole(&self.root.join(file)).as_ref() == Some(&path);
        let table = self.config.splits.iter().find(|(_, file)| is(file)).map(|(split, _)| *split);
        table.or_else(|| {
            let of_run = |split: &Split| {
                self.config.runs.values().any(|run| run.split(*split).is_some_and(is))
            };
            Split::ALL.into_iter().find(of_run)
        })
    }

    /// The project file's content.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The classes in column order.
    pub fn classes(&self) -> &ClassNames {
        &self.classes
    }

    /// Where decisions and scored runs are kept.
    pub fn data_dir(&self) -> PathBuf {
        self.root.join(DATA_DIR)
    }

    /// The table of a split.
    ///
    /// # Errors
    /// When the project has no such split.
    pub fn table(&self, split: Split) -> Result<PathBuf, ProjectError> {
        let table = self.config.splits.get(&split);
        table.map(|t| self.root.join(t)).ok_or(ProjectError::NoSplit(split))
    }

    /// The examples of a split. They are read once as long as the project is open.
    ///
    /// # Errors
    /// No such split, or a table that can't be used.
    pub fn examples(&self, split: Split) -> Result<Examples, ProjectError> {
        Ok(self.assembled(split)?.examples.clone())
    }

    /// The folder that picture files of a split are relative to: that of its table, which may be a folder itself.
    ///
    /// # Errors
    /// When the project has no such split.
    pub fn media_root(&self, split: Split) -> Result<PathBuf, ProjectError> {
        let table = self.table(split)?;
        if table.is_dir() { Ok(table) } else { Ok(folder_of(&table).to_path_buf()) }
    }

    /// All decisions, without taking the lock and without writing anything; those on files that have moved are on
    /// the files that there are now.
    ///
    /// # Errors
    /// A journal that can't be read.
    pub fn decisions(&self) -> Result<(Ledger, Vec<String>), ProjectError> {
        let read = store::read(&self.data_dir())?;
        let mut ledger = Ledger::replay(read.events);
        self.follow_all(&mut ledger);
        Ok((ledger, read.warnings))
    }

    /// Opens the decisions for writing. In a new project the tags of `gaffe.toml` are made, on
    /// letters that are not `reserved`. Decisions on files that have moved follow them in the splits that were read.
    ///
    /// # Errors
    /// Open elsewhere, not writable, or a wrong list of tags.
    pub fn open_decisions(
        &self,
        reserved: impl Fn(char) -> bool + Copy,
    ) -> Result<Writable, ProjectError> {
        self.open_decisions_in(&self.data_dir(), reserved)
    }

    /// The same with decisions that are kept elsewhere: a copy, so that nothing is changed.
    ///
    /// # Errors
    /// As [`Project::open_decisions`].
    pub fn open_decisions_in(
        &self,
        dir: &Path,
        reserved: impl Fn(char) -> bool + Copy,
    ) -> Result<Writable, ProjectError> {
        let opened = Store::open(dir)?;
        let mut store = opened.store;
        let mut ledger = Ledger::replay(opened.events);
        if let Some(event) = self.set_up(&mut ledger, reserved)? {
            store.append(&event)?;
        }
        let mut moved = Vec::new();
        for split in self.read_splits() {
            if let Some(followed) = self.follow(&mut ledger, &split.examples) {
                store.append(&followed.event)?;
                moved.push(followed.describe());
            }
        }
        Ok(Writable { store, ledger, repairs: opened.repairs, moved })
    }

    /// Puts a run's errors on the desk, ready to be reviewed.
    ///
    /// # Errors
    /// No such run or split, or data that can't be used.
    pub fn desk(
        &self,
        split: Split,
        run: &str,
        order: Order,
        ledger: Ledger,
    ) -> Result<Desk, ProjectError> {
        let examples = self.examples(split)?;
        let run = self.run(run, split, &examples)?;
        Ok(self.desk_of(examples, run, order, ledger))
    }

    /// The same with data that is read already.
    pub fn desk_of(
        &self,
        examples: Examples,
        run: impl Into<Arc<Run>>,
        order: Order,
        ledger: Ledger,
    ) -> Desk {
        let (name, classes) = (&self.config.name, self.classes.clone());
        let eyeball = self.config.eyeball.filter(|_| examples.split == Split::Dev);
        Desk::new(name, classes, examples, run, order, ledger, whoami()).with_eyeball(eyeball)
    }

    /// The error of each run on each split it has, under the effective labels: run by run. Each
    /// table is read once.
    ///
    /// # Errors
    /// As [`Project::desk`].
    pub fn error_rates(
        &self,
        ledger: &Ledger,
    ) -> Result<Vec<(String, Split, ErrorRate)>, ProjectError> {
        let runs = self.runs()?;
        let mut rates = Vec::new();
        for split in Split::ALL {
            let of_split: Vec<_> =
                runs.iter().enumerate().filter(|(_, run)| run.splits.contains(&split)).collect();
            if of_split.is_empty() {
                continue;
            }
            let examples = self.examples(split)?;
            let relabels = self.relabels(&examples, ledger);
            for (at, source) in of_split {
                let run = self.run(&source.name, split, &examples)?;
                let rate = analysis::error_rate(&examples.gold, &relabels, &run);
                rates.push((at, (source.name.clone(), split, rate)));
            }
        }
        rates.sort_by_key(|(at, _)| *at);
        Ok(rates.into_iter().map(|(_, rate)| rate).collect())
    }

    /// The errors of one run on each split it has predictions for.
    ///
    /// # Errors
    /// As [`Project::desk`].
    pub fn run_errors(&self, run: &str, ledger: &Ledger) -> Result<Vec<SplitErrors>, ProjectError> {
        let runs = self.runs()?;
        let has = |split| runs.iter().any(|r| r.name == run && r.splits.contains(&split));
        let errors = |split| {
            let examples = self.examples(split)?;
            let relabels = self.relabels(&examples, ledger);
            let run = self.run(run, split, &examples)?;
            let error = analysis::error_rate(&examples.gold, &relabels, &run);
            Ok(SplitErrors { split, error, relabelled: relabels.len() })
        };
        Split::ALL.into_iter().filter(|&split| has(split)).map(errors).collect()
    }

    /// The corrected labels of a split by row.
    pub fn relabels(&self, examples: &Examples, ledger: &Ledger) -> Relabels {
        relabels(examples, ledger, &self.classes)
    }
}

/// One pass over the ids: the decisions are few, the examples many.
fn relabels(examples: &Examples, ledger: &Ledger, classes: &ClassNames) -> Relabels {
    if ledger.reviews(examples.split).next().is_none() {
        return Relabels::new();
    }
    let relabel = |(row, id)| Some((row, ledger.relabel(examples.split, id, classes)?));
    (0_u32..).zip(examples.ids.iter()).filter_map(relabel).collect()
}

/// A text as one word of a shell's.
pub fn shell_word(text: &str) -> String {
    let is_plain = text.chars().all(|c| c.is_alphanumeric() || "/._-".contains(c));
    if is_plain { text.to_owned() } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

fn folder_of(file: &Path) -> &Path {
    file.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Milliseconds since 1970-01-01 UTC.
pub fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |d| u64::try_from(d.as_millis()).unwrap_or(u64::MAX))
}

/// Who decides: `GAFFE_USER`, else the login name.
pub fn whoami() -> String {
    ["GAFFE_USER", "USER", "LOGNAME"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|v| !v.is_empty()))
        .unwrap_or_else(|| "unknown".to_owned())
}
