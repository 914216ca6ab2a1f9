//! One entry to all orders.

use super::{Distance, by_confusion, by_disagreement, by_distance, by_entropy, by_loss, by_margin};
use super::{by_score, by_uncertainty, diverse};
use crate::analysis::label_issues::{ConfidentLearning, Score};
use crate::analysis::{AnalysisError, Labelled};
use crate::dataset::{Examples, Matrix, Order, Run, stable_hash};
use rayon::slice::ParallelSliceMut;

/// Rows that the diverse order spreads out; the rest follows by distance.
const CENTRES: usize = 200;

/// What orders are made from.
#[derive(Debug, Clone, Copy)]
pub struct Ranking<'a> {
    /// The examples of the split.
    pub examples: &'a Examples,
    /// The run that is reviewed.
    pub run: &'a Run,
    /// The labels that losses are held against, N.
    pub labels: &'a [u32],
    /// The probabilities of other runs, for their disagreement with this one.
    pub others: &'a [Matrix],
    /// N×D, for likeness; without them rows of probabilities are compared.
    pub embeddings: Option<&'a Matrix>,
    /// The row that others are compared with.
    pub similar_to: Option<u32>,
}

impl Ranking<'_> {
    /// Sorts `rows` (ascending on entry) into `order`. Ties keep the order of the data.
    ///
    /// # Errors
    /// Columns of other lengths than the run.
    pub fn sort(&self, rows: Vec<u32>, order: Order) -> Result<Vec<u32>, AnalysisError> {
        let probs = &self.run.probs;
        let vectors = self.embeddings.unwrap_or(probs);
        let data = || Labelled::new(probs, self.labels);
        Ok(match order {
            Order::Data | Order::Picked => rows,
            Order::Random => self.shuffled(rows),
            Order::Confident => self.confident(rows),
            Order::Hesitant => by_uncertainty(&rows, probs),
            Order::Loss => by_loss(&rows, data()?),
            Order::Margin => by_margin(&rows, probs),
            Order::Entropy => by_entropy(&rows, probs),
            Order::LabelIssue => by_score(&rows, &label_quality(data()?)?),
            Order::Disagreement => {
                let runs: Vec<&Matrix> = std::iter::once(probs).chain(self.others).collect();
                by_disagreement(&rows, &runs)
            }
            Order::Cell => by_confusion(&rows, data()?),
            Order::Similar => match self.similar_to {
                Some(to) => by_distance(&rows, vectors, to, Distance::Cosine),
                None => rows,
            },
            Order::Diverse => diverse(&rows, vectors, CENTRES, Distance::Cosine),
        })
    }

    /// By a hash of the id: the shuffle stays the same when the data is sorted otherwise or grows.
    fn shuffled(&self, mut rows: Vec<u32>) -> Vec<u32> {
        rows.par_sort_by_cached_key(|&row| {
            stable_hash(self.examples.ids.get(row as usize).bytes())
        });
        rows
    }

    fn confident(&self, mut rows: Vec<u32>) -> Vec<u32> {
        let confidence = |row: u32| self.run.confidence(row as usize);
        rows.sort_by(|&a, &b| confidence(b).total_cmp(&confidence(a)));
        rows
    }
}

/// Self-confidence less the thresholds of the classes, so that classes on which the model is unsure
/// throughout don't fill the head of the list. NaN where there is none.
fn label_quality(data: Labelled<'_, f32>) -> Result<Vec<f64>, AnalysisError> {
    let scores = ConfidentLearning::new(data).scores(Score::SelfConfidence, true)?;
    Ok(scores.into_iter().map(|score| score.unwrap_or(f64::NAN)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{Media, Split, TextColumn};

    fn data(confidences: &[f32]) -> (Examples, Run) {
        let mut ids = TextColumn::default();
        for i in 0..confidences.len() {
            ids.push(&format!("dev-{i:05}")).unwrap();
        }
        let gold = vec![0; confidences.len()];
        let values: Vec<f32> = confidences.iter().flat_map(|&c| [c, 1.0 - c]).collect();
        let run = Run::new("r", Matrix::new(values, confidences.len(), 2).unwrap()).unwrap();
        (
            Examples {
                split: Split::Dev,
                ids,
                gold,
                media: Media::Row,
                metadata: vec![],
                origin: crate::dataset::Origin::default(),
            },
            run,
        )
    }

    fn sort(examples: &Examples, run: &Run, rows: std::ops::Range<u32>, order: Order) -> Vec<u32> {
        let labels = &examples.gold;
        let (embeddings, similar_to) = (None, Some(1));
        let ranking = Ranking { examples, run, labels, others: &[], embeddings, similar_to };
        ranking.sort(rows.collect(), order).unwrap()
    }

    #[test]
    fn orders_by_confidence_both_ways() {
        let (examples, run) = data(&[0.6, 0.9, 0.7, 0.9]);
        let sort = |order| sort(&examples, &run, 0..4, order);
        assert_eq!(sort(Order::Confident), [1, 3, 2, 0]);
        assert_eq!(sort(Order::Hesitant), [0, 2, 1, 3]);
        assert_eq!(sort(Order::Data), [0, 1, 2, 3]);
        assert_eq!(sort(Order::Similar), [1, 3, 2, 0]);
    }

    #[test]
    fn every_order_keeps_every_row() {
        let (examples, run) = data(&[0.6, 0.3, 0.7, 0.2, 0.9]);
        for order in Order::ALL.into_iter().chain(Order::ON_REQUEST) {
            let mut rows = sort(&examples, &run, 1..5, order);
            rows.sort_unstable();
            assert_eq!(rows, [1, 2, 3, 4], "{order:?}");
        }
    }

    #[test]
    fn the_random_order_of_a_subset_is_the_order_within_the_whole() {
        let (examples, run) = data(&[0.8; 200]);
        let all = sort(&examples, &run, 0..200, Order::Random);
        let some = sort(&examples, &run, 50..150, Order::Random);
        let kept: Vec<u32> = all.iter().copied().filter(|r| (50..150).contains(r)).collect();
        assert_eq!(some, kept);
        // a shuffle: near the number of ascents that chance gives, (n - 1) / 2
        let ascents = all.windows(2).filter(|w| w[0] < w[1]).count();
        assert!((75..125).contains(&ascents), "{ascents}");
    }
}
