//! What the desk's decisions amount to, kept up to date decision by decision.

use super::Desk;
use super::counts::{About, Counts};
use crate::analysis::guards::BlindAgainstSeen;
use crate::analysis::slices::{Encoding, Features};
use crate::analysis::{
    self, AnalysisError, CorrectStratum, Dashboard, ErrorStratum, Figures, Labelled, Population,
    Tally,
};
use crate::dataset::{Change, Review};
use crate::project::shared::blind_against_seen_in;

/// The figures of the run, and the metadata that they are cut by.
#[derive(Debug)]
pub(super) struct Live {
    features: Features,
    dashboard: Dashboard,
}

impl Desk {
    /// The tally of the errors reviewed so far. Its cost does not grow with the number of decisions.
    pub fn tally(&self) -> Tally {
        let Counts { tally, joined, outside, fixed, .. } = &self.counts;
        let errors = self.gold_errors + joined;
        tally.tally(Population {
            examples: self.with_prediction,
            errors,
            errors_after_fixes: errors + outside - fixed,
        })
    }

    /// What the reviews say of the labels, among the errors and among the correct predictions: what
    /// [`analysis::corrected`] estimates from.
    pub fn strata(&self) -> (ErrorStratum, CorrectStratum) {
        let Counts { errors, correct, .. } = &self.counts;
        let errors = ErrorStratum {
            examples: self.gold_errors,
            sampled: errors.sampled,
            right: errors.right,
            label_wrong: errors.label_wrong,
            fixed: errors.fixed,
        };
        let correct = CorrectStratum {
            examples: self.with_prediction - self.gold_errors,
            sampled: correct.sampled,
            wrong: correct.sampled - correct.right,
            fixed: correct.fixed,
        };
        (errors, correct)
    }

    /// Every figure of the run under the effective labels, with the errors of each value of the
    /// metadata. The first call reads all probabilities; relabels are followed from then on.
    ///
    /// # Errors
    /// Columns of other lengths than the run.
    pub fn figures(&mut self) -> Result<Figures, AnalysisError> {
        let live = match self.dashboard.take() {
            Some(live) => live,
            None => Box::new(self.count_figures()?),
        };
        let figures = live.dashboard.figures(&live.features);
        self.dashboard = Some(live);
        Ok(figures)
    }

    fn count_figures(&self) -> Result<Live, AnalysisError> {
        let n = self.examples.len();
        let mut labels = analysis::effective_labels(&self.examples.gold, &self.relabels());
        for (row, label) in (0..).zip(&mut labels) {
            // Left out, as in the tally.
            *label = if self.is_shown(row) { *label } else { u32::MAX };
        }
        let features = Features::of_columns(&self.examples.metadata, n, Encoding::of_rows(n))?;
        let dashboard = Dashboard::new(Labelled::new(&self.run.probs, &labels)?, &features)?;
        Ok(Live { features, dashboard })
    }

    /// The first verdicts on errors of this run that were judged one by one on the walk, blind against
    /// seen. Reads all decisions that stand.
    pub fn blind_against_seen(&self) -> Option<BlindAgainstSeen> {
        blind_against_seen_in(&self.ledger, &self.examples, &self.run.name)
    }

    /// The label that counts under a review.
    fn label(&self, row: u32, review: &Review) -> u32 {
        let relabel = review.relabel.as_ref().and_then(|r| self.classes.index(&r.class));
        relabel.unwrap_or(self.gold(row))
    }

    pub(super) fn count_all(&mut self) {
        let mut counts = Counts::default();
        let mut reviewed = vec![false; self.examples.len()];
        for (&row, review) in self.reviews.iter() {
            self.count(&mut counts, row, review, true);
            reviewed[row as usize] = self.counts_as_reviewed(row, review);
        }
        (self.counts, self.reviewed) = (counts, reviewed);
    }

    fn counts_as_reviewed(&self, row: u32, review: &Review) -> bool {
        self.prediction_name(row).is_some_and(|prediction| review.is_reviewed(prediction))
    }

    /// Counts what `review` says of a row, or takes it back.
    fn count(&self, counts: &mut Counts, row: u32, review: &Review, add: bool) {
        if !self.is_shown(row) {
            return;
        }
        let Some(prediction) = self.run.prediction(row as usize) else { return };
        let about = About {
            gold: self.gold(row),
            prediction,
            label: self.label(row, review),
            predicted: self.classes.name(prediction),
            run: &self.run.name,
        };
        counts.count(&about, review, add);
    }

    /// Follows changes in the counts.
    pub(super) fn follow(&mut self, changes: &[Change]) {
        let mut counts = std::mem::take(&mut self.counts);
        let mut live = self.dashboard.take();
        for change in changes.iter().filter(|c| c.split == self.examples.split) {
            let Some(&row) = self.rows.get(&change.id) else { continue };
            self.count(&mut counts, row, &change.before, false);
            self.count(&mut counts, row, &change.after, true);
            self.reviewed[row as usize] = self.counts_as_reviewed(row, &change.after);
            self.reviews.put(row, &change.after);
            if let Some(live) = live.as_mut().filter(|_| self.is_shown(row)) {
                let probs = self.run.probs.row(row as usize);
                let labels = (self.label(row, &change.before), self.label(row, &change.after));
                live.dashboard.relabelled(&live.features, row as usize, probs, labels);
            }
        }
        (self.counts, self.dashboard) = (counts, live);
    }
}
