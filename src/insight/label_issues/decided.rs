//! What was decided on the flagged labels.
//!
//! Invariant: a flag that was right stays counted after its label was corrected, when it is no issue any
//! more: it is found again from the labels as they came.

use super::{Ask, Issue, Report};
use crate::analysis::label_issues::{ConfidentLearning, Flag, LabelIssue, precision};
use crate::analysis::{AnalysisError, Labelled, Probability};
use crate::dataset::{ClassNames, Review, Verdict};
use crate::insight::{FromProject, Input};
use serde::Serialize;
use std::collections::HashSet;

/// What a person found of a flagged label.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Judged {
    /// Who is right; none where only another label was set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    /// The corrected label.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub relabel: Option<String>,
    /// Whether the label alone is not right; null where the person could not tell.
    pub confirmed: Option<bool>,
}

impl Judged {
    /// What a review says of the label `gold`; none when nothing was decided about that.
    ///
    /// An issue is confirmed when the label that came with the data is not the one right answer: another
    /// class is right, another one is right too, or none is. All three are worth a change of the data;
    /// only a label that stands as it is makes the flag a false one.
    pub fn of(review: &Review, gold: &str) -> Option<Self> {
        let relabel = review.relabel.as_ref().map(|label| label.class.clone());
        let is_other = relabel.as_deref().is_some_and(|class| class != gold);
        let confirmed = match review.verdict {
            None if is_other => Some(true),
            None => return None,
            Some(Verdict::Unsure) => None,
            Some(Verdict::ModelWrong) => Some(is_other),
            // Of a prediction that was the label itself it says no more than that the label is right.
            Some(Verdict::BothAcceptable) => Some(review.about.as_deref() != Some(gold)),
            Some(Verdict::LabelWrong | Verdict::Neither) => Some(true),
        };
        Some(Self { verdict: review.verdict, relabel, confirmed })
    }

    /// In a word or two.
    pub fn said(&self) -> String {
        match (self.verdict, &self.relabel) {
            (Some(Verdict::LabelWrong | Verdict::Neither) | None, Some(class)) => {
                format!("→ {class}")
            }
            (Some(Verdict::ModelWrong), _) => "label right".to_owned(),
            (Some(Verdict::BothAcceptable), _) => "both".to_owned(),
            (Some(verdict), _) => verdict.name().to_owned(),
            (None, None) => String::new(),
        }
    }

    fn flag(&self) -> Flag {
        match self.confirmed {
            Some(true) => Flag::Confirmed,
            Some(false) => Flag::Refuted,
            None => Flag::Unsure,
        }
    }
}

/// Lists what may be looked at, with what was decided on it, and judges the flags by that.
pub(super) fn look_up<T: Probability>(
    report: &mut Report,
    data: Labelled<'_, T>,
    ask: &Ask,
    input: &Input,
) -> Result<(), AnalysisError> {
    let Some(from) = &input.project else { return Ok(()) };
    let is_shown = |issue: &LabelIssue| !from.is_hidden(issue.row as usize, ask.unlock_test);
    let all = report.issues.len();
    report.issues.retain(|issue| is_shown(&issue.issue));
    report.hidden = all - report.issues.len();
    for issue in &mut report.issues {
        issue.id = Some(from.examples().ids.get(issue.issue.row as usize).to_owned());
        issue.judged = judged(from, &input.classes, issue.issue.row);
    }
    let mut decided: Vec<Issue> = flagged_at_first(data, ask, from)?
        .into_iter()
        .filter(is_shown)
        .filter_map(|issue| {
            let judged = Some(judged(from, &input.classes, issue.row)?);
            let id = from.examples().ids.get(issue.row as usize).to_owned();
            Some(Issue { id: Some(id), issue, judged })
        })
        .collect();
    // A label that was kept may be flagged only since others were corrected.
    let known: HashSet<u32> = decided.iter().map(|issue| issue.issue.row).collect();
    let gold = &from.examples().gold;
    let is_gold = |issue: &Issue| issue.issue.given == gold[issue.issue.row as usize];
    let late = report.issues.iter().filter(|issue| issue.judged.is_some() && is_gold(issue));
    decided.extend(late.filter(|issue| !known.contains(&issue.issue.row)).cloned());
    decided.sort_by(|a, b| a.issue.score.total_cmp(&b.issue.score));
    let open = report.issues.iter().filter(|issue| issue.judged.is_none());
    let mut ranked: Vec<&Issue> = decided.iter().chain(open).collect();
    ranked.sort_by(|a, b| {
        a.issue.score.total_cmp(&b.issue.score).then(a.issue.row.cmp(&b.issue.row))
    });
    let flag = |issue: &&Issue| issue.judged.as_ref().map_or(Flag::Open, Judged::flag);
    let flags: Vec<Flag> = ranked.iter().map(flag).collect();
    report.precision = Some(precision(&flags));
    report.decided = Some(decided);
    Ok(())
}

fn judged(from: &FromProject, classes: &ClassNames, row: u32) -> Option<Judged> {
    let gold = classes.name(from.examples().gold[row as usize]);
    Judged::of(from.shared.snapshot.reviews.get(&row)?, gold)
}

/// The issues of the labels as they came with the data.
fn flagged_at_first<T: Probability>(
    data: Labelled<'_, T>,
    ask: &Ask,
    from: &FromProject,
) -> Result<Vec<LabelIssue>, AnalysisError> {
    if from.shared.snapshot.reviews.iter().next().is_none() {
        return Ok(vec![]);
    }
    let gold = &from.examples().gold;
    let is_left_out = |row: usize| data.labels()[row] == u32::MAX;
    let labels: Vec<u32> =
        (0..data.len()).map(|row| if is_left_out(row) { u32::MAX } else { gold[row] }).collect();
    let data = Labelled::new(data.probs(), &labels)?;
    Ok(ConfidentLearning::new(data).find(&ask.options)?.issues)
}
