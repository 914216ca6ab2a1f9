//! Votes: the labels that people gave, as a sparse table of examples × annotators.

use crate::analysis::AnalysisError;
use serde::Serialize;
use std::ops::Range;

/// A class index that stands for "no vote".
pub const NO_VOTE: u32 = u32::MAX;

/// One person's label for one example. Zero-based indices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Vote {
    /// The row of the example.
    pub example: u32,
    /// Who voted.
    pub annotator: u32,
    /// The class voted for.
    pub class: u32,
}

/// The votes of A annotators on N examples with K classes: at most one for each annotator and example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Votes {
    /// By example, then by annotator.
    all: Vec<Vote>,
    /// Where each example's votes begin, and where the last one's end: N + 1.
    starts: Vec<usize>,
    annotators: usize,
    classes: usize,
}

impl Votes {
    /// Takes votes in any order; those for [`NO_VOTE`] are dropped.
    ///
    /// # Errors
    /// An index out of range, or two votes of one annotator on one example.
    pub fn new(
        examples: usize,
        annotators: usize,
        classes: usize,
        mut votes: Vec<Vote>,
    ) -> Result<Self, AnalysisError> {
        votes.retain(|v| v.class != NO_VOTE);
        votes.sort_unstable();
        for v in &votes {
            within("example", v.example, examples)?;
            within("annotator", v.annotator, annotators)?;
            within("class", v.class, classes)?;
        }
        let same = |w: &&[Vote]| (w[0].example, w[0].annotator) == (w[1].example, w[1].annotator);
        if let Some(twice) = votes.windows(2).find(same) {
            let Vote { example, annotator, .. } = twice[0];
            let text = format!("annotator {annotator} voted twice on example {example}");
            return Err(AnalysisError::Argument(text));
        }
        let mut starts = vec![0; examples + 1];
        for v in &votes {
            starts[v.example as usize + 1] += 1;
        }
        for i in 0..examples {
            starts[i + 1] += starts[i];
        }
        Ok(Self { all: votes, starts, annotators, classes })
    }

    /// Takes a table of class indices, N×A row by row, with [`NO_VOTE`] where there is none.
    ///
    /// # Errors
    /// A number of cells that is no multiple of A, or a class out of range.
    pub fn from_table(
        cells: &[u32],
        annotators: usize,
        classes: usize,
    ) -> Result<Self, AnalysisError> {
        let examples = cells.len().checked_div(annotators).unwrap_or(0);
        if cells.len() != examples * annotators {
            let (found, expected) = (cells.len(), examples * annotators);
            return Err(AnalysisError::Length { what: "votes", found, expected });
        }
        let vote = |(i, &class): (usize, &u32)| {
            let (example, annotator) = ((i / annotators) as u32, (i % annotators) as u32);
            (class != NO_VOTE).then_some(Vote { example, annotator, class })
        };
        Self::new(
            examples,
            annotators,
            classes,
            cells.iter().enumerate().filter_map(vote).collect(),
        )
    }

    /// Number of examples, N, with those that nobody labelled.
    pub fn examples(&self) -> usize {
        self.starts.len() - 1
    }

    /// Number of annotators, A, with those who never voted.
    pub fn annotators(&self) -> usize {
        self.annotators
    }

    /// Number of classes, K, with those that nobody voted for.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// All votes, by example, then by annotator.
    pub fn all(&self) -> &[Vote] {
        &self.all
    }

    /// The votes on one example, by annotator.
    pub fn on(&self, example: usize) -> &[Vote] {
        &self.all[self.span(example)]
    }

    /// Number of examples with any vote.
    pub fn labelled(&self) -> usize {
        (0..self.examples()).filter(|&i| !self.on(i).is_empty()).count()
    }

    /// Where the votes on one example lie among [`Self::all`].
    pub(super) fn span(&self, example: usize) -> Range<usize> {
        self.starts[example]..self.starts[example + 1]
    }

    /// The votes of each annotator, as indices into [`Self::all`], ascending.
    pub(super) fn by_annotator(&self) -> Vec<Vec<usize>> {
        let mut by = vec![Vec::new(); self.annotators];
        for (i, v) in self.all.iter().enumerate() {
            by[v.annotator as usize].push(i);
        }
        by
    }
}

fn within(what: &str, index: u32, count: usize) -> Result<(), AnalysisError> {
    if (index as usize) < count {
        return Ok(());
    }
    Err(AnalysisError::Argument(format!("vote with {what} {index}, but there are only {count}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorts_votes_and_drops_missing_ones() {
        let vote = |example, annotator, class| Vote { example, annotator, class };
        let given = vec![vote(2, 1, 0), vote(0, 1, 1), vote(0, 0, 2), vote(1, 0, NO_VOTE)];
        let votes = Votes::new(3, 2, 3, given).unwrap();
        assert_eq!(votes.on(0), [vote(0, 0, 2), vote(0, 1, 1)]);
        assert!(votes.on(1).is_empty());
        assert_eq!(votes.on(2), [vote(2, 1, 0)]);
        let table = [2, 1, NO_VOTE, NO_VOTE, NO_VOTE, 0];
        assert_eq!(Votes::from_table(&table, 2, 3).unwrap(), votes);
        assert_eq!(votes.by_annotator(), [vec![0], vec![1, 2]]);
    }

    #[test]
    fn refuses_what_makes_no_table() {
        let vote = |example, annotator, class| Vote { example, annotator, class };
        for bad in [vec![vote(3, 0, 0)], vec![vote(0, 2, 0)], vec![vote(0, 0, 3)]] {
            assert!(Votes::new(3, 2, 3, bad).is_err());
        }
        let twice = Votes::new(3, 2, 3, vec![vote(1, 0, 0), vote(1, 0, 2)]).unwrap_err();
        assert_eq!(twice.to_string(), "annotator 0 voted twice on example 1");
        assert!(Votes::from_table(&[0, 0, 0], 2, 1).is_err());
        assert!(Votes::from_table(&[0], 0, 1).is_err());
        assert_eq!(Votes::from_table(&[], 0, 0).unwrap().examples(), 0);
    }
}
