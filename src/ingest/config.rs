//! `gaffe.toml`: where the data lies and what its columns mean.
//!
//! Invariant: a key that is not known is refused, so that a typing error never passes in silence.

use super::{CostConfig, IngestError};
use crate::analysis::goal::Goal;
use crate::dataset::{ClassNames, Split};
use crate::scoring::Preprocess;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The name of the project file.
pub const FILE_NAME: &str = "gaffe.toml";

/// The project file. Paths are relative to its folder.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The project's name, shown on every screen.
    pub name: String,
    /// Class names in the order of the columns of the probabilities.
    pub classes: Vec<String>,
    /// The tags to start with; `@general` stands for those of that preset.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Files with tags that can be added by the name of the file.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tag_presets: Vec<PathBuf>,
    /// The share of examples that people get wrong, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub human_error: Option<f64>,
    /// The share of dev that is looked at; the rest is kept unseen, its metrics are shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub eyeball: Option<f64>,
    /// Which columns of the tables hold what.
    pub columns: ColumnNames,
    /// The table of each split.
    pub splits: BTreeMap<Split, PathBuf>,
    /// Runs whose probabilities came with the data.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub runs: BTreeMap<String, RunFiles>,
    /// What is wanted of a run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goal: Option<Goal>,
    /// What predictions cost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<CostConfig>,
    /// How pictures are made into the model's input; never guessed, so never written.
    #[serde(default, skip_serializing)]
    pub preprocess: Preprocess,
}

/// Names of columns in the tables. All other columns are metadata.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnNames {
    /// Stable ids; without it the file or a hash of the row's content is the id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Picture or sound files, relative to the table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Texts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Gold labels: names of classes, or their indices.
    pub label: String,
    /// The class that a model gives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prediction: Option<String>,
    /// The probability of that class, where no others are known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<String>,
    /// A model's probabilities: a column of lists, or `prob_*` for columns whose names begin so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probabilities: Option<String>,
    /// Columns of whose cells the id is made where there is neither id, file nor text: others may be added later.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub id_of: Vec<String>,
    /// Which split a row belongs to, where one file holds several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split: Option<String>,
}

/// The files of a run.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct RunFiles {
    /// The model that made the probabilities.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<PathBuf>,
    /// Its predictions for train: `.npy`, N×K, rows in the order of the table, or a table of any form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub train: Option<PathBuf>,
    /// The same for dev.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dev: Option<PathBuf>,
    /// The same for test.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<PathBuf>,
}

impl ColumnNames {
    /// Whether a model's predictions are among them.
    pub fn predicts(&self) -> bool {
        self.prediction.is_some() || self.probabilities.is_some()
    }
}

impl RunFiles {
    /// Whether it has no predictions.
    pub fn is_empty(&self) -> bool {
        Split::ALL.iter().all(|&split| self.split(split).is_none())
    }

    /// Sets the file of a split's predictions.
    pub fn set(&mut self, split: Split, file: PathBuf) {
        *match split {
            Split::Train => &mut self.train,
            Split::Dev => &mut self.dev,
            Split::Test => &mut self.test,
        } = Some(file);
    }

    /// The probabilities of a split.
    pub fn split(&self, split: Split) -> Option<&Path> {
        match split {
            Split::Train => self.train.as_deref(),
            Split::Dev => self.dev.as_deref(),
            Split::Test => self.test.as_deref(),
        }
    }
}

impl Config {
    /// Reads `gaffe.toml` in `root`.
    ///
    /// # Errors
    /// A file that can't be read or parsed (with the line), and values that make no sense.
    pub fn load(root: &Path) -> Result<Self, IngestError> {
        let path = root.join(FILE_NAME);
        let text = std::fs::read_to_string(&path).map_err(|e| IngestError::io(&path, &e))?;
        let config: Self = toml::from_str(&text).map_err(|e| {
            IngestError::toml(&path, &text, &e, "README.md shows a whole gaffe.toml")
        })?;
        config.check(&path)?;
        Ok(config)
    }

    /// The file's text, as `gaffe init` writes it.
    ///
    /// # Errors
    /// Paths that are not Unicode.
    pub fn to_toml(&self) -> Result<String, IngestError> {
        toml::to_string(self).map_err(|e| IngestError::new(Path::new(FILE_NAME), e.to_string(), ""))
    }

    /// The class list.
    ///
    /// # Errors
    /// An empty list or a name twice.
    pub fn class_names(&self, root: &Path) -> Result<ClassNames, IngestError> {
        let remedy = "correct `classes`: one name for each column of the probabilities";
        ClassNames::new(self.classes.clone())
            .map_err(|e| IngestError::new(&root.join(FILE_NAME), e.to_string(), remedy))
    }

    fn check(&self, path: &Path) -> Result<(), IngestError> {
        let refuse = |what: &str, remedy: &str| Err(IngestError::new(path, what, remedy));
        if self.splits.is_empty() {
            return refuse("no split has a table", "add `dev = \"dev.csv\"` under [splits]");
        }
        if self.eyeball.is_some_and(|share| !(share > 0.0 && share <= 1.0)) {
            return refuse("eyeball is no share", "give it above 0 and up to 1, such as 0.5");
        }
        if self.human_error.is_some_and(|e| !(0.0..=1.0).contains(&e)) {
            return refuse("human_error is no share", "give it between 0 and 1, such as 0.05");
        }
        if self.columns.file.is_some() && self.columns.text.is_some() {
            return refuse(
                "both `file` and `text` are set",
                "keep the one to look at in [columns]",
            );
        }
        if let Some(name) = self.runs.keys().find(|name| !is_run_name(name)) {
            let what = format!("{name:?} can't be the name of a run");
            return refuse(&what, "use letters, digits, '-', '_' and '.'");
        }
        Ok(())
    }
}

/// Whether `name` can be a run's: it becomes a folder.
pub fn is_run_name(name: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    !name.is_empty() && name.len() <= 100 && !name.starts_with('.') && name.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(text: &str) -> Result<Config, String> {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(FILE_NAME), text).unwrap();
        Config::load(dir.path())
            .map_err(|e| e.to_string().replace(&format!("{}/", dir.path().display()), ""))
    }

    const GOOD: &str = "name = \"a\"\nclasses = [\"x\", \"y\"]\n[columns]\nlabel = \"label\"\n\
                        [splits]\ndev = \"dev.csv\"\n[runs.v1]\nmodel = \"m.onnx\"\ndev = \"p.npy\"\n";

    #[test]
    fn what_is_written_is_read_back() {
        let config = load(GOOD).unwrap();
        let again = load(&config.to_toml().unwrap()).unwrap();
        assert_eq!(format!("{config:?}"), format!("{again:?}"));
        assert_eq!(again.runs["v1"].dev.as_deref(), Some(Path::new("p.npy")));
    }

    #[test]
    fn errors_name_the_line() {
        let broken = load("name = \"a\"\nclasses = [\"x\"\n[columns]\n").unwrap_err();
        assert!(broken.starts_with("gaffe.toml:"), "{broken}");
        let unknown = load(&GOOD.replace("name =", "nmae =")).unwrap_err();
        assert!(unknown.starts_with("gaffe.toml:1: unknown field `nmae`"), "{unknown}");
        let split = load(&GOOD.replace("dev = \"p.npy\"", "devv = \"p.npy\"")).unwrap_err();
        assert!(split.contains("devv"), "{split}");
        let share = load(&format!("human_error = 16.5\n{GOOD}")).unwrap_err();
        assert!(share.contains("human_error is no share"), "{share}");
    }
}
