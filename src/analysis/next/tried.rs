//! What was tried already, and what came of it.

use crate::analysis::significance::LEVEL;
use crate::analysis::{Comparison, Estimate};
use crate::dataset::experiment::{ExpectedGain, Experiment, Journal, Measured, Outcome};
use crate::dataset::same_tag_name;
use serde::Serialize;

/// A change of the error, as a share, that is not worth having where nobody said what was expected. Our
/// choice: half a point.
const NEGLIGIBLE: f64 = 0.005;

/// The counts of a comparison as the journal keeps them.
pub fn measured(comparison: &Comparison) -> Measured {
    let &Comparison { examples, fixed, broken, still_wrong, changed, .. } = comparison;
    Measured { examples, fixed, broken, still_wrong, changed }
}

/// The comparison that such counts stand for.
pub fn comparison(measured: Measured) -> Comparison {
    let Measured { examples, fixed, broken, still_wrong, changed } = measured;
    Comparison {
        examples,
        errors_before: still_wrong.saturating_add(fixed),
        errors_after: still_wrong.saturating_add(broken),
        fixed,
        broken,
        still_wrong,
        changed,
    }
}

/// The measured effect of an experiment.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Effect {
    /// Error after less error before with its 95 % interval: below 0 it helped.
    pub difference: Estimate,
    /// McNemar's exact test.
    pub p_value: f64,
    /// What that makes of the experiment.
    pub proposed: Outcome,
}

/// What the counts say, held against what was expected.
///
/// It worked or made things worse where the difference is beyond chance. It did nothing where it is not,
/// and the interval leaves no room for half of the gain that was expected, or for half a point where
/// nothing was. Else the examples are too few to tell.
pub fn effect(counts: Measured, expected: Option<ExpectedGain>) -> Effect {
    let evidence = comparison(counts).evidence();
    let difference = evidence.difference;
    let hoped = expected.map(|e| e.low.unwrap_or(e.gain / 2.0)).filter(|gain| *gain > 0.0);
    let proposed = if evidence.p_value < LEVEL {
        if difference.value < 0.0 { Outcome::Worked } else { Outcome::MadeItWorse }
    } else if -difference.low < hoped.unwrap_or(NEGLIGIBLE) {
        Outcome::DidNothing
    } else {
        Outcome::Undecided
    };
    Effect { difference, p_value: evidence.p_value, proposed }
}

/// An experiment with an intervention.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Tried {
    /// The experiment.
    pub id: String,
    /// Whether it has ended.
    pub finished: bool,
    /// What a person said came of it, else what the numbers propose.
    pub outcome: Option<Outcome>,
    /// The measured effect.
    pub effect: Option<Effect>,
}

impl Tried {
    /// What the journal says of an experiment.
    pub fn of(experiment: &Experiment) -> Self {
        let fields = &experiment.fields;
        let effect = fields.measured.map(|counts| effect(counts, fields.expected));
        Self {
            id: experiment.id.clone(),
            finished: experiment.is_finished(),
            outcome: fields.outcome.or(effect.map(|effect| effect.proposed)),
            effect,
        }
    }
}

/// Whether two keys name the same: case and spaces don't count.
pub fn same_key(a: &str, b: &str) -> bool {
    same_tag_name(a, b)
}

/// The experiments that were about `key`, the oldest first.
pub(super) fn with(key: &str, journal: &Journal) -> Vec<Tried> {
    let about = |e: &&Experiment| e.targets().iter().any(|target| same_key(target, key));
    journal.experiments.iter().filter(about).map(Tried::of).collect()
}
