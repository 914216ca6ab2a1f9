//! Two sets that are compared: splits, parts of one split, or files.

use super::parts::{Part, Parts, which};
use crate::analysis::effective_labels;
use crate::analysis::shift::{Feature, Pair, Side};
use crate::dataset::{ClassNames, Column, Examples, Ledger, Matrix, Run, Split};
use crate::ingest::read_embeddings;
use crate::insight::{Input, Progress};
use crate::project::Project;
use anyhow::{Result, ensure};
use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

/// One of the two sets.
pub struct Set {
    /// What it is.
    pub name: String,
    /// Its rows of the data, all if `None`.
    pub rows: Option<Vec<u32>>,
    /// Two parts of a split share it.
    pub data: Arc<Data>,
    /// How examples of it are selected in the review; `None` if they are of another split.
    pub filter: Option<String>,
}

impl Set {
    /// How many examples it has.
    pub fn len(&self) -> usize {
        let data = &self.data;
        let columns = [data.labels.as_ref(), data.predictions.as_ref()];
        let all = columns.into_iter().flatten().map(Vec::len).max();
        self.rows.as_ref().map_or(all.unwrap_or(0), Vec::len)
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// What is known of some examples.
#[derive(Default)]
pub struct Data {
    /// Effective labels.
    pub labels: Option<Vec<u32>>,
    /// Predicted classes.
    pub predictions: Option<Vec<u32>>,
    /// Probability of the predicted class, NaN where there is none.
    pub confidence: Option<Vec<f64>>,
    /// The metadata of the examples.
    pub examples: Option<Arc<Examples>>,
    /// The column that the sets were made by: it says nothing of how they differ.
    pub without: Option<String>,
    /// One row an example.
    pub embeddings: Option<Matrix>,
}

impl Data {
    /// The columns that are compared.
    pub fn columns(&self) -> impl Iterator<Item = &Column> {
        let metadata = self.examples.iter().flat_map(|examples| &examples.metadata);
        metadata.filter(|column| self.without.as_ref() != Some(&column.name))
    }
}

/// Both sets and what is said about them.
pub struct Sets {
    /// What they are, to print above results.
    pub title: String,
    /// The one before.
    pub first: Set,
    /// The one after.
    pub second: Set,
    /// The classes of both.
    pub classes: ClassNames,
    /// What could not be compared.
    pub notes: Vec<String>,
    /// Whether the first set is what the model was fitted on.
    pub from_train: bool,
}

/// Where splits are read from.
pub struct Reading<'a> {
    /// The project.
    pub project: &'a Project,
    /// Its decisions.
    pub ledger: &'a Ledger,
    /// What is on the desk, of which a filter may leave some out.
    pub here: Option<&'a Input>,
    /// How far it is.
    pub progress: &'a Progress,
}

impl Reading<'_> {
    /// Two splits. Without `run` predictions are not compared.
    ///
    /// # Errors
    /// No such split or run, or files that can't be used.
    pub fn splits(
        &self,
        [from, to]: [Split; 2],
        run: Option<&str>,
        embeddings: [Option<&Path>; 2],
    ) -> Result<Sets> {
        let mut notes = Vec::new();
        if run.is_none() {
            notes.push(format!(
                "predictions and confidence: no run has both {from} and {to}\n  \
                 score what is missing: gaffe score --model MODEL.onnx --name RUN --split {from}"
            ));
        }
        let read = |split: Split, embeddings| {
            let data = Arc::new(self.data(split, run, embeddings)?.1);
            let filter = self.is_here(split).then(String::new);
            let rows = filter.as_ref().and_then(|_| self.rows());
            Ok::<_, anyhow::Error>(Set { name: split.to_string(), rows, data, filter })
        };
        self.at(0)?;
        let first = read(from, embeddings[0])?;
        self.at(1)?;
        let second = read(to, embeddings[1])?;
        self.at(2)?;
        let run = run.map_or_else(String::new, |run| format!(" · {run}"));
        Ok(Sets {
            title: format!("{} · {from} → {to}{run}", self.project.config().name),
            first,
            second,
            classes: self.project.classes().clone(),
            notes,
            from_train: from == Split::Train,
        })
    }

    /// Two parts of a split, made by a column.
    ///
    /// # Errors
    /// No such column or value, or files that can't be used.
    pub fn parts(
        &self,
        split: Split,
        run: Option<&str>,
        parts: &Parts,
        embeddings: Option<&Path>,
    ) -> Result<Sets> {
        self.at(0)?;
        let (examples, data) = self.data(split, run, embeddings)?;
        self.at(2)?;
        let data = Arc::new(Data { without: Some(parts.column.clone()), ..data });
        let [first, second] = which(&examples, parts, &self.project.table(split)?)?;
        let kept: Option<HashSet<u32>> =
            self.rows().filter(|_| self.is_here(split)).map(|rows| rows.into_iter().collect());
        let set = |part: &Part| {
            let is_kept = |row: &u32| kept.as_ref().is_none_or(|kept| kept.contains(row));
            let rows = part.rows.iter().copied().filter(is_kept).collect();
            let filter = part.filter.clone().filter(|_| self.is_here(split));
            Set { name: part.name.clone(), rows: Some(rows), data: data.clone(), filter }
        };
        let notes = match run {
            Some(_) => vec![],
            None => {
                vec![format!("predictions and confidence: no run has predictions for {split} yet")]
            }
        };
        let run = run.map_or_else(String::new, |run| format!(" · {run}"));
        let (name, column) = (&self.project.config().name, &parts.column);
        Ok(Sets {
            title: format!("{name} · {split} · {column}: {} → {}{run}", first.value, second.value),
            first: set(&first),
            second: set(&second),
            classes: self.project.classes().clone(),
            notes,
            from_train: false,
        })
    }

    /// Says how far it is.
    fn at(&self, step: usize) -> Result<()> {
        ensure!(self.progress.at(step, STEPS), "nobody waits for it any more");
        Ok(())
    }

    fn is_here(&self, split: Split) -> bool {
        let from = self.here.and_then(|input| input.project.as_ref());
        from.is_some_and(|from| from.examples().split == split)
    }

    /// The rows that a filter keeps of the split on the desk; `None` for all.
    fn rows(&self) -> Option<Vec<u32>> {
        let labels = &self.here?.labels;
        let kept = (0_u32..).zip(labels).filter(|(_, label)| **label != u32::MAX);
        let rows: Vec<u32> = kept.map(|(row, _)| row).collect();
        (rows.len() < labels.len()).then_some(rows)
    }

    fn data(
        &self,
        split: Split,
        run: Option<&str>,
        embeddings: Option<&Path>,
    ) -> Result<(Arc<Examples>, Data)> {
        let from = self.here.filter(|_| self.is_here(split)).and_then(|here| here.project.as_ref());
        let examples = match from {
            Some(from) => from.shared.snapshot.examples.clone(),
            None => Arc::new(self.project.examples(split)?),
        };
        let run = match (from, run) {
            (_, None) => None,
            (Some(from), Some(run)) if from.shared.run().name == run => {
                Some(from.shared.snapshot.run.clone())
            }
            (_, Some(run)) => Some(self.project.kept_run(run, split, &examples)?),
        };
        let relabels = self.project.relabels(&examples, self.ledger);
        let n = examples.len();
        let data = Data {
            labels: Some(effective_labels(&examples.gold, &relabels)),
            predictions: run.as_ref().map(|run| run.predictions().to_vec()),
            confidence: run.as_ref().map(|run| confidence(run)),
            embeddings: embeddings.map(|path| read_embeddings(path, n)).transpose()?,
            examples: Some(examples.clone()),
            without: None,
        };
        Ok((examples, data))
    }
}

/// Parts that progress is counted in: both sets are read, then compared.
pub(super) const STEPS: usize = 4;

fn confidence(run: &Run) -> Vec<f64> {
    let one = |row| run.prediction(row).map_or(f64::NAN, |_| f64::from(run.confidence(row)));
    (0..run.len()).map(one).collect()
}

impl Sets {
    /// What both have.
    pub(super) fn features(&self) -> Vec<Feature<'_>> {
        let both = [&self.first, &self.second];
        let mut features = Vec::new();
        if let Some(sides) = self.labels() {
            features.push(Feature { name: "label", pair: Pair::Classes(sides, &self.classes) });
        }
        if let [Some(a), Some(b)] = both.map(|set| part(set, set.data.predictions.as_deref())) {
            let pair = Pair::Classes([a, b], &self.classes);
            features.push(Feature { name: "prediction", pair });
        }
        if let [Some(a), Some(b)] = both.map(|set| part(set, set.data.confidence.as_deref())) {
            features.push(Feature { name: "confidence", pair: Pair::Numbers([a, b]) });
        }
        for column in self.first.data.columns() {
            let other = self.second.data.columns().find(|other| other.name == column.name);
            if let (Some(a), Some(b)) = (part(&self.first, Some(column)), part(&self.second, other))
            {
                features.push(Feature::sides(a, b));
            }
        }
        if let [Some(a), Some(b)] = both.map(|set| part(set, set.data.embeddings.as_ref())) {
            features.push(Feature { name: "embedding", pair: Pair::Embeddings([a, b]) });
        }
        features
    }

    /// The labels of both.
    pub(super) fn labels(&self) -> Option<[Side<'_, [u32]>; 2]> {
        let labels = |set| part(set, set.data.labels.as_deref());
        Some([labels(&self.first)?, labels(&self.second)?])
    }

    /// Columns that only one of both has.
    pub(super) fn one_sided(&self) -> Vec<String> {
        let only = |a: &Set, b: &Set| -> Option<String> {
            let names: HashSet<&str> = b.data.columns().map(|c| c.name.as_str()).collect();
            let own = a.data.columns().map(|c| c.name.as_str());
            let only = own.filter(|name| !names.contains(name)).collect::<Vec<_>>().join(", ");
            (!only.is_empty()).then(|| format!("columns that only {} has: {only}", a.name))
        };
        let (first, second) = (&self.first, &self.second);
        [only(first, second), only(second, first)].into_iter().flatten().collect()
    }
}

fn part<'a, T: ?Sized>(set: &'a Set, values: Option<&'a T>) -> Option<Side<'a, T>> {
    values.map(|values| Side { values, rows: set.rows.as_deref() })
}
