//! Interventions on the gaps between error levels: what usually makes each smaller, by preference.
//!
//! After Ng, *Machine Learning Yearning*, ch. 25, 27, 42, 43. A gap is what all of its remedies could
//! bring together, so that each of them can bring that much at most.

use super::evidence::{Evidence, Screen};
use super::words::points;
use super::{Intervention, Kind, bound};
use crate::analysis::bottleneck::{Bottleneck, Gap, GapKind};

/// Training examples a class below which a model that was trained on other data is worth a try. A rule
/// of thumb: the `ImageNet` classes have about as many.
const FEW_A_CLASS: usize = 1_000;

/// A way to make a gap smaller.
struct Remedy {
    key: &'static str,
    kind: Kind,
    about: &'static str,
    title: &'static str,
    first: &'static str,
}

const MORE_DATA: Remedy = Remedy {
    key: "variance:data",
    kind: Kind::CollectData,
    about: "more training data",
    title: "Add training data: the gap between train and dev is variance",
    first: "train on half of the data: if dev error rises much, more data will lower it",
};

const REGULARISE: Remedy = Remedy {
    key: "variance:regularise",
    kind: Kind::Tune,
    about: "regularise more, or stop earlier",
    title: "Regularise more, augment, or stop earlier",
    first: "try a few strengths of weight decay or dropout, and compare the runs",
};

const PRETRAINED: Remedy = Remedy {
    key: "variance:fine-tune",
    kind: Kind::FineTune,
    about: "from a pre-trained model",
    title: "Start from a model that was trained on more data, and fine-tune it",
    first: "fine-tune the last layers first, and compare the runs",
};

const LIKE_DEV: Remedy = Remedy {
    key: "mismatch:data",
    kind: Kind::CollectData,
    about: "more like dev",
    title: "Collect or make training data that is more like dev",
    first: "see what moved between train and dev, and what the errors have of it",
};

const TUNE_ON_LIKE_DEV: Remedy = Remedy {
    key: "mismatch:fine-tune",
    kind: Kind::FineTune,
    about: "on examples like dev",
    title: "Fine-tune the model on examples like those of dev",
    first: "keep dev itself out of it: take examples from the same source",
};

const OTHER_MODEL: Remedy = Remedy {
    key: "bias:model",
    kind: Kind::AdjustModel,
    about: "inputs or architecture",
    title: "Use inputs or an architecture that suit the task better: it errs on what it was fitted to",
    first: "look at errors on training examples and add what the input lacks",
};

const LOOSEN: Remedy = Remedy {
    key: "bias:regularise",
    kind: Kind::Tune,
    about: "regularise less",
    title: "Regularise less; expect more variance",
    first: "halve weight decay or dropout, and compare the runs",
};

const LARGER: Remedy = Remedy {
    key: "bias:scale",
    kind: Kind::ScaleCompute,
    about: "larger model, or longer training",
    title: "Train a larger model, or longer",
    first: "double the width or the epochs: does the error on train fall?",
};

pub(super) fn interventions(evidence: &Evidence) -> Vec<Intervention> {
    let Some(bottleneck) = evidence.bottleneck.as_ref().filter(|_| !evidence.is_part) else {
        return vec![];
    };
    let clear = bottleneck.gaps.iter().filter(|gap| gap.size.low > 0.0);
    clear.flat_map(|gap| of_gap(evidence, bottleneck, gap)).collect()
}

fn of_gap(evidence: &Evidence, bottleneck: &Bottleneck, gap: &Gap) -> Vec<Intervention> {
    let Some(at_most) = bound(evidence, gap.size) else { return vec![] };
    let moved = evidence.shift.as_deref().unwrap_or_default();
    let remedies: &[&Remedy] = match gap.kind {
        // Without train-dev examples variance and mismatch are one gap: what moved speaks for the latter.
        GapKind::Variance if may_be_mismatch(bottleneck) && !moved.is_empty() => {
            &[&LIKE_DEV, &MORE_DATA, &REGULARISE, &TUNE_ON_LIKE_DEV]
        }
        GapKind::Variance if has_few_examples(evidence) => &[&MORE_DATA, &REGULARISE, &PRETRAINED],
        GapKind::Variance => &[&MORE_DATA, &REGULARISE],
        GapKind::Mismatch => &[&LIKE_DEV, &TUNE_ON_LIKE_DEV],
        GapKind::AvoidableBias => &[&OTHER_MODEL, &LOOSEN, &LARGER],
        // Fresh dev examples change no error: a caution says so.
        GapKind::DevOverfit => &[],
    };
    let assumed = gap.kind == GapKind::AvoidableBias && bottleneck.best_assumed;
    let against = if assumed { ", with the error of people taken as 0" } else { "" };
    let intervention = |remedy: &&Remedy| {
        let text = format!("{}: {}{against}", gap.kind.name(), points(gap.size));
        let mut found = Intervention::new(remedy.key, remedy.kind, at_most)
            .called(remedy.about, remedy.title)
            .because(Screen::Bottleneck, text);
        if remedy.key.starts_with("mismatch") && !moved.is_empty() {
            found = found.because(Screen::Shift, moved_text(moved));
        }
        let command = (remedy.key == LIKE_DEV.key).then(|| "stats shift".to_owned());
        found.first(remedy.first, command)
    };
    remedies.iter().map(intervention).collect()
}

/// Whether the gap between train and dev can be either.
pub(super) fn may_be_mismatch(bottleneck: &Bottleneck) -> bool {
    bottleneck.gaps.iter().all(|gap| gap.kind != GapKind::Mismatch)
}

fn has_few_examples(evidence: &Evidence) -> bool {
    evidence
        .train
        .as_ref()
        .is_some_and(|train| train.examples < train.classes.saturating_mul(FEW_A_CLASS))
}

/// The features that moved most.
fn moved_text(moved: &[String]) -> String {
    const NAMED: usize = 3;
    let named = moved.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
    let more = moved.len().saturating_sub(NAMED);
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("from train to dev moved: {named}{rest}")
}
