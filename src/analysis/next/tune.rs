//! Interventions that need no new data and no other model.

use super::evidence::{ComparedRuns, Evidence, Screen};
use super::words::{change, quoted};
use super::{Intervention, Kind, bound};
use crate::analysis::Estimate;
use crate::analysis::calibration::Temperature;

/// The share of the log loss that a temperature must save to be worth a line. Our choice: less is
/// mostly the noise of fitting it to dev.
const LEAST_SAVED: f64 = 0.01;

pub(super) fn interventions(evidence: &Evidence) -> Vec<Intervention> {
    let calibrated = evidence.calibration.and_then(|found| temperature(evidence, found));
    let broken = evidence.compare.as_ref().and_then(|runs| regressions(evidence, runs));
    calibrated.into_iter().chain(broken).collect()
}

/// A temperature changes no prediction, so it takes away no error.
fn temperature(evidence: &Evidence, found: Temperature) -> Option<Intervention> {
    let Temperature { temperature, log_loss_before, log_loss_after, ece_before, ece_after, .. } =
        found;
    let saved = log_loss_before - log_loss_after;
    let is_worth_it = saved > LEAST_SAVED * log_loss_before && !found.at_bound;
    if evidence.dev.examples == 0 || !is_worth_it {
        return None;
    }
    let none = Estimate { value: 0.0, low: 0.0, high: 0.0 };
    let title = format!("Divide the logits by {temperature:.2}, so that the confidence holds");
    let text = format!(
        "log loss {log_loss_before:.3} → {log_loss_after:.3}, ECE {:.1} → {:.1} %, on dev itself",
        ece_before * 100.0,
        ece_after * 100.0
    );
    let mut found = Intervention::new("temperature", Kind::Tune, none)
        .called("temperature", title)
        .because(Screen::Calibration, text)
        .first(
            "see the curve, and fit it to examples that are not measured",
            Some(format!("stats calibration --run {}", quoted(&evidence.run))),
        );
    found.beside = Some(format!("log loss {saved:.3} lower; no prediction changes"));
    Some(found)
}

/// What the run before had right.
fn regressions(evidence: &Evidence, runs: &ComparedRuns) -> Option<Intervention> {
    let ComparedRuns { before, comparison } = runs;
    let gain = comparison.broken as f64 / evidence.dev.examples.max(1) as f64;
    let at_most = bound(evidence, Estimate { value: gain, low: gain, high: gain })?;
    let run = &evidence.run;
    let difference = comparison.evidence().difference;
    let text = format!(
        "{} fixed, {} broken since {before}; error {}",
        comparison.fixed,
        comparison.broken,
        change(difference)
    );
    let title = format!("Win back what {before} had right and {run} has wrong");
    let found = Intervention::new("regressions", Kind::Tune, at_most)
        .called(format!("what {before} had right"), title);
    let command = format!("compare {} {} --by class", quoted(before), quoted(run));
    Some(found.because(Screen::Compare, text).first(
        "see where they are; weigh such examples more, or average both models",
        Some(command),
    ))
}
