//! The models of runs, and what was measured of them.
//!
//! Invariant: a measurement is used only for the file it was taken of, prepared for in the same way, and on
//! a machine like the one it was taken on.

use super::machine::Machine;
use super::worker::{Request, measure_in_process};
use super::{Project, ProjectError, ScoredRun, now};
use crate::dataset::{Examples, Split};
use crate::export::write_whole;
use crate::ingest::IngestError;
use crate::scoring::{Limits, Measurement, Preprocess, Step};
use serde::{Deserialize, Serialize};
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::UNIX_EPOCH;

/// The file beside a run's probabilities.
const FILE: &str = "measured.json";
/// Examples that a model is measured with: more than are held in memory, should some be unreadable.
const EXAMPLES: usize = 400;

/// What was measured of a model, when and where.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MeasuredModel {
    /// When: milliseconds since 1970-01-01 UTC.
    pub at: u64,
    /// On which machine.
    pub machine: Machine,
    /// Of which file.
    pub model: ModelMark,
    /// How its input was made.
    pub preprocess: Preprocess,
    /// The numbers.
    #[serde(flatten)]
    pub numbers: Measurement,
}

/// Tells whether a file is the one that it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelMark {
    /// Where it was.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// When it was written: ms since 1970-01-01 UTC, 0 if unknown.
    pub modified: u64,
    /// CRC-32 of its content.
    pub crc: u32,
}

/// What is known of a run's model.
#[derive(Debug, Clone, PartialEq)]
pub enum Known {
    /// It was measured, and that still holds.
    Measured(Box<MeasuredModel>),
    /// It can be measured, and why it is to be.
    Unmeasured(&'static str),
    /// It can't be measured, and why; what to do about it.
    Impossible(String),
}

impl Known {
    /// What was measured, if it holds.
    pub fn measured(&self) -> Option<&MeasuredModel> {
        if let Self::Measured(measured) = self { Some(measured) } else { None }
    }
}

impl ModelMark {
    fn of(path: &Path) -> io::Result<Self> {
        let about = path.metadata()?;
        let since = about.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
        let modified = since.map_or(0, |t| u64::try_from(t.as_millis()).unwrap_or(0));
        Ok(Self { path: path.to_owned(), bytes: about.len(), modified, crc: crc_of(path)? })
    }

    /// Whether `path` is still that file. Its content is read only if its time differs, as in a copy.
    fn holds(&self, path: &Path) -> bool {
        let Ok(about) = path.metadata() else { return false };
        let since = about.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
        let same_time = since.is_some_and(|t| t.as_millis() == u128::from(self.modified));
        about.len() == self.bytes && (same_time || crc_of(path).is_ok_and(|crc| crc == self.crc))
    }
}

fn crc_of(path: &Path) -> io::Result<u32> {
    let (mut file, mut buffer) = (fs::File::open(path)?, vec![0; 1 << 16]);
    let mut hasher = crc32fast::Hasher::new();
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hasher.finalize()),
            n => hasher.update(&buffer[..n]),
        }
    }
}

impl Project {
    /// The model that made a run: the one that `gaffe.toml` names, or the one it was scored with here.
    pub fn model_of(&self, run: &str) -> Option<PathBuf> {
        if let Some(files) = self.config().runs.get(run) {
            return files.model.as_ref().map(|model| self.root().join(model));
        }
        let about = |split: Split| {
            let text = fs::read(self.run_dir(run).join(format!("{split}.json"))).ok()?;
            serde_json::from_slice::<ScoredRun>(&text).ok()
        };
        let newest = Split::ALL.into_iter().filter_map(about).max_by_key(|about| about.at);
        newest.map(|about| self.root().join(about.model))
    }

    /// What is known of a run's model, on a machine like `machine`. Reads the model only if it looks changed.
    pub fn known_of_model(&self, run: &str, machine: &Machine) -> Known {
        let Some(model) = self.model_of(run) else {
            let how = format!("no model is known: name it as `model` under [runs.{run}]");
            return Known::Impossible(how);
        };
        if !model.is_file() {
            return Known::Impossible(format!("its model is gone: {}", model.display()));
        }
        let Ok(text) = fs::read(self.measured_file(run)) else {
            return Known::Unmeasured("not measured");
        };
        match serde_json::from_slice::<MeasuredModel>(&text) {
            Ok(kept) if !kept.machine.is_like(machine) => {
                Known::Unmeasured("measured on another machine")
            }
            Ok(kept) if kept.preprocess != self.config().preprocess => {
                Known::Unmeasured("[preprocess] has changed since it was measured")
            }
            Ok(kept) if kept.model.holds(&model) => Known::Measured(Box::new(kept)),
            Ok(_) => Known::Unmeasured("the model has changed since it was measured"),
            Err(_) => Known::Unmeasured("what was measured can't be read"),
        }
    }

    /// Measures a run's model on some of `examples`, in a process of `program` (this program's file),
    /// and keeps what came out. Takes some 10 s; `progress` is told how far each step is.
    ///
    /// # Errors
    /// A run without a model, whatever is wrong with the model, cancelled; or the result can't be written.
    pub fn measure_model(
        &self,
        run: &str,
        examples: &Examples,
        program: &Path,
        progress: &dyn Fn(Step, f64),
        cancel: &AtomicBool,
    ) -> Result<MeasuredModel, ProjectError> {
        let request = self.measure_request(run, examples)?;
        let read = |e: io::Error| IngestError::io(&request.model, &e);
        let mark = ModelMark::of(&request.model).map_err(read)?;
        let numbers = measure_in_process(program, &request, progress, cancel)?;
        let (at, machine) = (now(), Machine::this());
        let preprocess = request.settings.preprocess;
        let measured = MeasuredModel { at, machine, model: mark, preprocess, numbers };
        self.keep_measured(run, &measured)?;
        Ok(measured)
    }

    fn measure_request(&self, run: &str, examples: &Examples) -> Result<Request, ProjectError> {
        let model = self.model_of(run).ok_or_else(|| ProjectError::NoModel(run.to_owned()))?;
        // Evenly over the table, which may be sorted by class.
        let step = (examples.len() / EXAMPLES).max(1);
        let rows = (0..examples.len()).step_by(step).take(EXAMPLES);
        let samples = self.samples(examples)?.list(rows);
        Ok(Request {
            model: std::path::absolute(&model).map_err(|e| IngestError::io(&model, &e))?,
            settings: self.model_settings(examples),
            samples: samples.map_err(|e| IngestError::io(self.root(), &e))?,
            limits: Limits::default(),
        })
    }

    fn keep_measured(&self, run: &str, measured: &MeasuredModel) -> Result<(), ProjectError> {
        let path = self.measured_file(run);
        let failed = |e: io::Error| IngestError::io(&path, &e).or_remedy("nothing was kept");
        let text = serde_json::to_vec_pretty(measured).map_err(|e| failed(e.into()))?;
        fs::create_dir_all(self.run_dir(run)).map_err(failed)?;
        write_whole(&path, |out| out.write_all(&text)).map_err(failed)?;
        Ok(())
    }

    fn measured_file(&self, run: &str) -> PathBuf {
        self.run_dir(run).join(FILE)
    }
}

#[cfg(test)]
#[path = "models_tests.rs"]
mod tests;
