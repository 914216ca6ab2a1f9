//! Label issues: labels that are probably wrong, the likeliest first; what was decided on them; how often
//! the flags were right, and how many are left.
//!
//! Invariant: what is listed is what may be looked at; flags, scores and joint are of all examples.

mod decided;
mod page;

pub use decided::Judged;
pub use page::by_rank;

use super::{Input, Watch, labelled};
use crate::analysis::label_issues::{
    ClassOverlap, ClassQuality, ConfidentLearning, LabelIssue, Options, Precision,
};
use crate::analysis::{AnalysisError, Labelled, Probability};
use anyhow::Result;
use serde::Serialize;

/// What can be chosen.
#[derive(Debug, Clone, PartialEq)]
pub struct Ask {
    /// How issues are chosen and ranked.
    pub options: Options,
    /// Whether examples of the test split may be listed.
    pub unlock_test: bool,
}

impl Default for Ask {
    fn default() -> Self {
        // A review of the test split is open only when it was unlocked.
        Self { options: Options::default(), unlock_test: true }
    }
}

/// What is shown.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    classes: Vec<String>,
    options: Options,
    /// Examples with a label and a prediction.
    examples: usize,
    /// 1 − the share of examples that are estimated to have a wrong label.
    health: Option<f64>,
    estimated_issues: usize,
    /// The same from the calibrated joint.
    estimated_issues_calibrated: usize,
    /// Whether each row is a label issue.
    flags: Vec<bool>,
    /// Lowest score first.
    issues: Vec<Issue>,
    /// Label quality of every row; null where it is left out.
    scores: Vec<Option<f64>>,
    thresholds: Vec<f64>,
    confident_joint: Vec<Vec<u32>>,
    /// Calibrated to the number of examples of each class.
    calibrated_joint: Vec<Vec<u32>>,
    class_quality: Vec<ClassQuality>,
    overlaps: Vec<ClassOverlap>,
    /// The flags of the labels as they came that were decided on, lowest score first.
    #[serde(skip_serializing_if = "Option::is_none")]
    decided: Option<Vec<Issue>>,
    /// How often flags were right: those that were decided on, and `issues`.
    #[serde(skip_serializing_if = "Option::is_none")]
    precision: Option<Precision>,
    #[serde(skip)]
    title: String,
    /// Issues that are not listed.
    #[serde(skip)]
    hidden: usize,
}

/// A label that is probably wrong, and what was decided on it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Issue {
    /// Its id, in a project.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Row, labels and quality.
    #[serde(flatten)]
    pub issue: LabelIssue,
    /// What was decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub judged: Option<Judged>,
}

/// Finds the issues, and looks up what was decided on them.
///
/// # Errors
/// Options that are not defined.
pub fn answer(input: &Input, ask: &Ask, watch: &mut Watch<'_>) -> Result<Report> {
    let report = labelled!(input, data => {
        let mut report = report(data, &ask.options, input)?;
        if watch.progress.at(1, 2) {
            decided::look_up(&mut report, data, ask, input)?;
        }
        report
    });
    Ok(report)
}

fn report<T: Probability>(
    data: Labelled<'_, T>,
    options: &Options,
    input: &Input,
) -> Result<Report, AnalysisError> {
    let learning = ConfidentLearning::new(data);
    let found = learning.find(options)?;
    let (raw, calibrated) = (learning.confident_joint(), learning.calibrated_joint());
    let k = raw.classes();
    let flags = found.flags(data.len());
    let issue = |issue: LabelIssue| Issue { id: None, issue, judged: None };
    Ok(Report {
        flags,
        classes: input.classes.names().to_vec(),
        options: *options,
        examples: learning.examples(),
        health: learning.health(),
        estimated_issues: learning.num_label_issues(),
        estimated_issues_calibrated: learning.num_label_issues_calibrated(),
        issues: found.issues.into_iter().map(issue).collect(),
        scores: learning.scores(options.rank_by, options.adjust_pred_probs)?,
        thresholds: learning.thresholds().to_vec(),
        confident_joint: (0..k).map(|given| raw.row(given).to_vec()).collect(),
        calibrated_joint: (0..k).map(|given| calibrated.row(given).to_vec()).collect(),
        class_quality: learning.class_quality(),
        overlaps: learning.overlapping_classes(),
        decided: None,
        precision: None,
        title: input.title.clone(),
        hidden: 0,
    })
}

impl Report {
    /// Those that nobody has decided on, then those that somebody has; each lowest score first.
    pub fn queue(&self) -> impl Iterator<Item = &LabelIssue> {
        let open = self.issues.iter().filter(|issue| issue.judged.is_none());
        open.chain(self.decided.iter().flatten()).map(|issue| &issue.issue)
    }

    /// How often the flags were right; none without a project.
    pub fn precision(&self) -> Option<&Precision> {
        self.precision.as_ref()
    }

    /// Issues that are not listed, as they must not be looked at.
    pub fn hidden(&self) -> usize {
        self.hidden
    }

    /// How the issues are chosen and ranked.
    pub fn options(&self) -> &Options {
        &self.options
    }
}

#[cfg(test)]
mod tests;
