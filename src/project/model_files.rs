//! The models that a person can choose from: those that runs name, and those in the project's folder.
//!
//! Invariant: looking for them is bounded, however large the folder is, and ends when it is told to.

use super::{Project, ScoreJob};
use crate::dataset::Split;
use crate::ingest::is_run_name;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Folders within each other that are looked into.
const DEPTH: usize = 4;
/// Files and folders that are looked at.
const ENTRIES: usize = 20_000;
/// Models that are found in the folder.
const FILES: usize = 500;

/// A model's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelFile {
    /// Relative to the project's folder if it is in it, else the whole path.
    pub path: String,
    /// The runs that it made.
    pub runs: Vec<String>,
    /// Its size.
    pub bytes: u64,
}

/// Models to score a split with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ModelChoice {
    /// Those without a run first, each by path.
    pub files: Vec<ModelFile>,
    /// Names that are runs of `gaffe.toml`, or have predictions for the split already.
    pub taken: BTreeSet<String>,
}

impl ModelChoice {
    /// A name for the run of a model that is not taken: as the file's, with a number behind it if need be.
    pub fn name_for(&self, model: &str) -> String {
        let usual = ScoreJob::usual_name(Path::new(model));
        let names = (2..).map(|n: u32| format!("{usual}-{n}"));
        let free = |name: &String| !self.taken.contains(name);
        [usual.clone()].into_iter().chain(names.take(self.taken.len())).find(free).unwrap_or(usual)
    }

    /// Whether a run can be called so.
    ///
    /// # Errors
    /// Why not, in a line.
    pub fn check_name(&self, name: &str) -> Result<(), String> {
        if self.taken.contains(name) {
            return Err(format!("there is a run {name} already: choose another name"));
        }
        if !is_run_name(name) {
            return Err("a run's name has up to 100 letters, digits, '-', '_' and '.'".to_owned());
        }
        Ok(())
    }
}

impl Project {
    /// The models to choose from for a split; what can't be read is passed over, and what `stop` keeps from being
    /// found is missing.
    pub fn model_choice(&self, split: Split, stop: &dyn Fn() -> bool) -> ModelChoice {
        let runs = self.runs().unwrap_or_default();
        let is_own = |name: &String| self.config().runs.contains_key(name);
        let taken = runs.iter().filter(|run| is_own(&run.name) || run.splits.contains(&split));
        let taken = taken.map(|run| run.name.clone()).collect();
        let mut made: BTreeMap<PathBuf, Vec<String>> = BTreeMap::new();
        for run in &runs {
            let model = self.model_of(&run.name).and_then(|model| model.canonicalize().ok());
            if let Some(model) = model {
                made.entry(model).or_default().push(run.name.clone());
            }
        }
        let mut walk = Walk { entries: ENTRIES, found: vec![], stop };
        walk.look(self.root(), DEPTH);
        for found in walk.found {
            if let Ok(found) = found.canonicalize() {
                made.entry(found).or_default();
            }
        }
        let root = self.root().canonicalize().unwrap_or_else(|_| self.root().to_owned());
        let file = |(path, runs): (PathBuf, Vec<String>)| {
            let bytes = path.metadata().ok().filter(fs::Metadata::is_file)?.len();
            let path = path.strip_prefix(&root).unwrap_or(&path).to_str()?.to_owned();
            Some(ModelFile { path, runs, bytes })
        };
        let mut files: Vec<ModelFile> = made.into_iter().filter_map(file).collect();
        files.sort_by_cached_key(|file| (!file.runs.is_empty(), file.path.clone()));
        ModelChoice { files, taken }
    }

    /// The file that a person means: in the project's folder, in the home folder where it begins with `~/`, or else
    /// from where the program was started.
    pub fn typed_model(&self, typed: &str) -> PathBuf {
        let home = typed.strip_prefix("~/").and_then(|rest| Some(std::env::home_dir()?.join(rest)));
        let here = self.root().join(home.unwrap_or_else(|| typed.into()));
        if here.is_file() { here } else { typed.into() }
    }
}

/// A walk through folders.
struct Walk<'a> {
    /// Entries that may still be looked at.
    entries: usize,
    found: Vec<PathBuf>,
    stop: &'a dyn Fn() -> bool,
}

impl Walk<'_> {
    /// Hidden folders, that of the decisions among them, and links to folders are left out.
    fn look(&mut self, dir: &Path, depth: usize) {
        let Ok(entries) = fs::read_dir(dir) else { return };
        let mut folders = Vec::new();
        for entry in entries.flatten() {
            if self.entries == 0 || self.found.len() == FILES || (self.stop)() {
                return;
            }
            self.entries -= 1;
            let (path, name) = (entry.path(), entry.file_name());
            if name.to_string_lossy().starts_with('.') {
                continue;
            }
            let is_onnx = path.extension().is_some_and(|end| end.eq_ignore_ascii_case("onnx"));
            match entry.file_type() {
                Ok(kind) if kind.is_dir() && depth > 1 => folders.push(path),
                Ok(kind) if !kind.is_dir() && is_onnx => self.found.push(path),
                _ => {}
            }
        }
        // Folders of thousands of pictures must not use up the walk before the likeliest one.
        folders.sort_by_cached_key(|folder| !folder.ends_with("models"));
        for folder in folders {
            self.look(&folder, depth - 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Project {
        Project::open(&Path::new(env!("CARGO_MANIFEST_DIR")).join("sample_data/fashion")).unwrap()
    }

    #[test]
    fn models_without_a_run_come_first_and_names_of_runs_are_taken() {
        let choice = sample().model_choice(Split::Dev, &|| false);
        let files: Vec<_> = choice.files.iter().map(|f| (f.path.as_str(), f.runs.len())).collect();
        assert_eq!(files, [("models/v2.onnx", 0), ("models/v1.onnx", 1)]);
        assert!(choice.files.iter().all(|file| file.bytes > 100_000));
        assert_eq!(choice.name_for("models/v2.onnx"), "v2");
        assert_eq!(choice.name_for("models/v1.onnx"), "v1-2");
        assert!(choice.check_name("v1").is_err() && choice.check_name("a/b").is_err());
        assert_eq!(choice.check_name("v2"), Ok(()));
    }

    #[test]
    fn a_walk_that_is_stopped_knows_what_the_runs_name() {
        let choice = sample().model_choice(Split::Dev, &|| true);
        assert_eq!(choice.files.len(), 1);
        assert_eq!(choice.files[0].runs, ["v1"]);
    }

    #[test]
    fn hidden_and_deep_folders_are_left_out() {
        let dir = tempfile::tempdir().unwrap();
        for path in
            ["a.onnx", "m/b.ONNX", "m/c.txt", ".hidden/d.onnx", "1/2/3/e.onnx", "1/2/3/4/f.onnx"]
        {
            let path = dir.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "x").unwrap();
        }
        let mut walk = Walk { entries: ENTRIES, found: vec![], stop: &|| false };
        walk.look(dir.path(), DEPTH);
        let mut found: Vec<_> =
            walk.found.iter().map(|p| p.file_name().unwrap().to_str().unwrap()).collect();
        found.sort_unstable();
        assert_eq!(found, ["a.onnx", "b.ONNX", "e.onnx"]);
    }

    #[test]
    fn a_typed_path_is_looked_for_in_the_project_first() {
        let project = sample();
        assert_eq!(project.typed_model("models/v2.onnx"), project.root().join("models/v2.onnx"));
        assert_eq!(project.typed_model("no/such.onnx"), Path::new("no/such.onnx"));
    }
}
