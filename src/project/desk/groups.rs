//! The tally of parts of the data: of what a filter selects, of each class, of each value of a column.

use super::counts::{About, Counts};
use crate::analysis::{Population, Tally};
use crate::dataset::{Difficulty, Run};
use crate::project::Shared;

/// How many reviewed errors are marked as very easy, and as very hard.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Difficulties {
    /// Anybody would get them right.
    pub very_easy: usize,
    /// An expert might not.
    pub very_hard: usize,
}

/// What is counted of a part.
#[derive(Default)]
struct Part {
    examples: usize,
    gold_errors: usize,
    counts: Counts,
}

impl Part {
    fn tally(&self) -> Tally {
        let Counts { tally, joined, outside, fixed, .. } = &self.counts;
        let errors = self.gold_errors + joined;
        let errors_after_fixes = errors + outside - fixed;
        tally.tally(Population { examples: self.examples, errors, errors_after_fixes })
    }
}

impl Shared {
    /// The tally of `run`'s errors in each of `parts` parts; `part` says to which one a row belongs, if to
    /// any. O(N + reviewed).
    pub fn tallies(
        &self,
        run: &Run,
        parts: usize,
        part: impl Fn(u32) -> Option<usize>,
    ) -> Vec<Tally> {
        let mut made: Vec<Part> = (0..parts).map(|_| Part::default()).collect();
        for row in self.all_rows() {
            let Some(prediction) = run.prediction(row as usize) else { continue };
            let Some(part) = part(row).and_then(|at| made.get_mut(at)) else { continue };
            part.examples += 1;
            part.gold_errors += usize::from(prediction != self.examples().gold[row as usize]);
            self.count(run, row, prediction, &mut part.counts);
        }
        made.iter().map(Part::tally).collect()
    }

    fn count(&self, run: &Run, row: u32, prediction: u32, counts: &mut Counts) {
        let Some(review) = self.snapshot.reviews.get(&row) else { return };
        let classes = &self.snapshot.classes;
        let gold = self.examples().gold[row as usize];
        let relabel = review.relabel.as_ref().and_then(|label| classes.index(&label.class));
        let about = About {
            gold,
            prediction,
            label: relabel.unwrap_or(gold),
            predicted: classes.name(prediction),
            run: &run.name,
        };
        counts.count(&about, review, true);
    }

    /// How hard the reviewed errors are for a person, in the rows of the walk that
    /// `is_in` holds of.
    pub fn difficulties(&self, is_in: impl Fn(u32) -> bool) -> Difficulties {
        let mut found = Difficulties::default();
        for &row in self.snapshot.rows.iter().filter(|&&row| is_in(row) && self.is_reviewed(row)) {
            let Some(review) = self.snapshot.reviews.get(&row) else { continue };
            match review.difficulty {
                Some(Difficulty::VeryEasy) => found.very_easy += 1,
                Some(Difficulty::VeryHard) => found.very_hard += 1,
                None => {}
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use crate::dataset::{Answer, Choice, Ledger, Order, Split, Stamp, Verdict};
    use crate::project::Project;
    use std::path::Path;

    #[test]
    fn the_whole_as_one_part_has_the_tally_of_the_desk() {
        let project = Project::open(Path::new("sample_data/fashion")).unwrap();
        let mut ledger = Ledger::default();
        ledger.set_up(&project.config().tags, Stamp::default(), |_| false).unwrap();
        let mut desk = project.desk(Split::Dev, "v1", Order::Random, ledger).unwrap();
        let tag = desk.ledger().tags()[0].id;
        for (at, row) in desk.list().to_vec().into_iter().take(20).enumerate() {
            let choice = if at % 3 == 0 {
                Choice::of(Answer::Verdict(Verdict::LabelWrong))
            } else {
                Choice { tags: vec![tag], ..Choice::of(Answer::Verdict(Verdict::ModelWrong)) }
            };
            desk.apply(&[row], &choice, at as u64).unwrap();
        }
        let shared = desk.share();
        let whole = shared.tallies(shared.run(), 1, |_| Some(0));
        assert_eq!(whole, [desk.tally()]);
        let labels = &shared.examples().gold;
        let parts = shared.tallies(shared.run(), 10, |row| Some(labels[row as usize] as usize));
        let reviewed: usize = parts.iter().map(|tally| tally.reviewed).sum();
        let errors: usize = parts.iter().map(|tally| tally.population.errors).sum();
        assert_eq!((reviewed, errors), (desk.tally().reviewed, desk.tally().population.errors));
    }
}
