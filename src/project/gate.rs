//! Whether a model gives what was imported for it: if not, a run of it would compare nothing with nothing.
//!
//! Invariant: nothing is kept by it.

use super::{Project, ProjectError};
use crate::dataset::Examples;
use crate::scoring::{Agreement, Model, Reason, Sample};
use std::path::{Path, PathBuf};

/// Examples that are compared.
const COMPARED: usize = 32;

/// How far a model agrees with the predictions that were imported for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Gate {
    /// The run of the project file that names the model.
    pub run: String,
    /// How far they agree.
    pub agreement: Agreement,
    /// The likeliest reason why they don't, if one was found.
    pub reason: Option<Reason>,
}

impl Project {
    /// Compares a model with the run of `gaffe.toml` that it made, on 32 examples spread over the table; `None` if no
    /// run names it and has probabilities for the split. If they disagree, the reason is looked for.
    ///
    /// # Errors
    /// Imported probabilities that can't be read, an engine without memory.
    pub fn gate(
        &self,
        path: &Path,
        model: &Model,
        examples: &Examples,
    ) -> Result<Option<Gate>, ProjectError> {
        let Some(name) = self.imported_for(path, examples) else { return Ok(None) };
        let imported = self.run(&name, examples.split, examples)?;
        let samples = self.samples(examples)?.turned(model.upright());
        let step = (examples.len() / COMPARED).max(1);
        let mut scorer = model.scorer()?;
        let (mut rows, mut ours, mut theirs) = (Vec::new(), Vec::new(), Vec::new());
        for row in (0..examples.len()).step_by(step).take(COMPARED) {
            let known = imported.probs.row(row);
            let Ok(sample) = samples.get(row) else { continue };
            let Ok(prediction) = scorer.score(&sample) else { continue };
            if known.iter().all(|p| p.is_finite()) {
                rows.push(row);
                ours.push(prediction.probs);
                theirs.push(known.to_vec());
            }
        }
        let agreement = Agreement::of(&ours, &theirs);
        let look = |at: usize, upright: bool| -> Option<Sample<'_>> {
            self.samples(examples).ok()?.turned(upright).get(*rows.get(at)?).ok()
        };
        let reason =
            if agreement.is_enough() { None } else { model.reason_to_differ(&look, &theirs) };
        Ok(Some(Gate { run: name, agreement, reason }))
    }

    /// The run of the project file that has this model, and probabilities for the split.
    fn imported_for(&self, path: &Path, examples: &Examples) -> Option<String> {
        let whole = |path: PathBuf| path.canonicalize().ok();
        let path = whole(path.to_owned())?;
        let runs = self.config().runs.iter();
        let mut fitting = runs.filter(|(_, files)| {
            let model = files.model.as_ref().and_then(|model| whole(self.root().join(model)));
            model.is_some_and(|model| model == path) && files.split(examples.split).is_some()
        });
        fitting.next().map(|(name, _)| name.clone())
    }
}

impl Gate {
    /// # Errors
    /// [`ProjectError::Mismatch`] if they disagree on more than one of a hundred.
    pub fn check(&self) -> Result<(), ProjectError> {
        if self.agreement.is_enough() {
            return Ok(());
        }
        let Agreement { of, agree, .. } = self.agreement;
        let reason = match &self.reason {
            Some(reason) => {
                let Agreement { agree, of, .. } = reason.agreement;
                format!("likeliest reason: {} ({agree} of {of} agree then)", reason.what)
            }
            None => "no likely reason was found: compare how both make the input".to_owned(),
        };
        Err(ProjectError::Mismatch { run: self.run.clone(), agree, of, reason })
    }
}
