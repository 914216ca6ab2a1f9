//! The examples behind the counts, to be walked.

use super::groups::{Members, Parting};
use crate::analysis::{Turn, TwoRuns};
use crate::dataset::Run;
use crate::insight::FromProject;

/// What became of examples from the first run to the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Outcome {
    /// Right in the first, wrong in the second.
    #[default]
    Broken,
    /// Wrong in the first, right in the second.
    Fixed,
    /// Wrong in both.
    StillWrong,
    /// Predicted otherwise, right or wrong.
    Changed,
}

impl Outcome {
    /// All of them, those first that say most of the second run.
    pub const ALL: [Self; 4] = [Self::Broken, Self::Fixed, Self::StillWrong, Self::Changed];

    /// How it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Broken => "broken",
            Self::Fixed => "fixed",
            Self::StillWrong => "still wrong",
            Self::Changed => "changed",
        }
    }

    /// `broken by v2`.
    pub(super) fn said(self, before: &str, after: &str) -> String {
        match self {
            Self::Broken | Self::Fixed => format!("{} by {after}", self.name()),
            Self::StillWrong => format!("wrong in {before} and {after}"),
            Self::Changed => format!("{before} and {after} differ"),
        }
    }

    fn holds(self, turn: Turn) -> bool {
        match self {
            Self::Broken => !turn.was_wrong && turn.is_wrong,
            Self::Fixed => turn.was_wrong && !turn.is_wrong,
            Self::StillWrong => turn.was_wrong && turn.is_wrong,
            Self::Changed => turn.changed,
        }
    }
}

/// Rows by outcome: what the run that is wrong is surest of comes first.
#[derive(Debug, Clone, Default)]
pub struct Rows([Vec<u32>; 4]);

impl Rows {
    /// Those of an outcome.
    pub fn of(&self, outcome: Outcome) -> &[u32] {
        &self.0[outcome as usize]
    }
}

/// The rows of each group, then those of all.
pub(super) fn of(
    pair: &TwoRuns<'_>,
    (first, second): (&Run, &Run),
    parting: Option<&Parting>,
    from: &FromProject,
) -> Vec<Rows> {
    let rows = from.shared.all_rows();
    let of_outcome = |outcome: Outcome| {
        let holds = |row: &u32| pair.turn(*row as usize).is_some_and(|turn| outcome.holds(turn));
        let mut rows: Vec<u32> = rows.iter().copied().filter(holds).collect();
        let wrong = if outcome == Outcome::Fixed { first } else { second };
        let sure = |row: &u32| wrong.confidence(*row as usize);
        rows.sort_by(|a, b| sure(b).total_cmp(&sure(a)));
        rows
    };
    let all = Rows(Outcome::ALL.map(of_outcome));
    let count = parting.map_or(0, |parting| parting.groups.len());
    let mut parts: Vec<Rows> = vec![Rows::default(); count];
    match parting.map(|parting| &parting.members) {
        None => {}
        Some(Members::One(places)) => {
            for (outcome, rows) in all.0.iter().enumerate() {
                for &row in rows {
                    let place = places.get(row as usize).copied().unwrap_or(usize::MAX);
                    if let Some(part) = parts.get_mut(place) {
                        part.0[outcome].push(row);
                    }
                }
            }
        }
        Some(Members::Several(members)) => {
            for (part, members) in parts.iter_mut().zip(members) {
                let is_in = |row: &&u32| members.binary_search(row).is_ok();
                let rows = all.0.iter().map(|rows| rows.iter().filter(is_in).copied().collect());
                part.0.iter_mut().zip(rows).for_each(|(own, rows)| *own = rows);
            }
        }
    }
    parts.push(all);
    parts
}
