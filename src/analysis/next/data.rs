//! Interventions on data: labels, and more examples like those that are wrong.

use super::evidence::{
    ErrorKind, Evidence, KindEvidence, LabelIssueEvidence, RareClass, Screen, SliceEvidence,
    TallyEvidence,
};
use super::words::{points, quoted, share, walk};
use super::{ExpectedGain, Intervention, Kind, bound, error};
use crate::analysis::bottleneck::Errors;
use crate::analysis::{Basis, Estimate, Proportion, wilson};
use crate::dataset::tag_name;

/// Reviewed flags below which their precision is not worth a number: of 4 right ones out of 4 the
/// interval begins at one half. Our choice.
const LEAST_FLAGS: usize = 5;

/// What a slice or class gains when the condition holds that its name says.
const AS_THE_REST: &str = "if it erred as the rest does";

pub(super) fn interventions(evidence: &Evidence) -> Vec<Intervention> {
    let kinds = evidence.tally.iter().flat_map(|tally| tally.kinds.iter().map(move |k| (tally, k)));
    let tags = kinds.filter_map(|(tally, kind)| of_kind(evidence, tally, kind));
    let slices = evidence.slices.iter().flatten().filter_map(|slice| of_slice(evidence, slice));
    let rare = evidence.train.iter().flat_map(|train| &train.rare);
    let classes = rare.filter_map(|class| of_class(evidence, class));
    labels(evidence).into_iter().chain(tags).chain(slices).chain(classes).collect()
}

/// The error that a kind stands for. Where only picked errors were reviewed, any of the others may be of
/// it too.
fn ceiling_gain(
    evidence: &Evidence,
    tally: &TallyEvidence,
    kind: &KindEvidence,
) -> Option<Estimate> {
    let now = error(evidence);
    let Proportion { share, low, high } = kind.ceiling;
    let seen = Estimate { value: now - share, low: now - high, high: now - low };
    if tally.basis != Basis::ReviewedOnly {
        return bound(evidence, seen);
    }
    let open = tally.errors.saturating_sub(tally.reviewed) as f64;
    let open = open / evidence.dev.examples.max(1) as f64;
    bound(evidence, Estimate { high: seen.value + open, ..seen })
}

/// `41 of 100 reviewed errors, 41.0 % (32.0–50.8) of all`
fn counted(tally: &TallyEvidence, kind: &KindEvidence) -> String {
    let KindEvidence { count, .. } = kind;
    let reviewed = tally.reviewed;
    match tally.basis {
        Basis::ReviewedOnly => {
            format!("{count} of {reviewed} reviewed errors, picked: any of the others may be too")
        }
        Basis::AllErrors => {
            format!("{count} of all {reviewed} errors, {}", share(kind.share))
        }
        Basis::RandomSample | Basis::PartlyRandom => {
            format!("{count} of {reviewed} reviewed errors, {} of all", share(kind.share))
        }
    }
}

fn of_kind(
    evidence: &Evidence,
    tally: &TallyEvidence,
    kind: &KindEvidence,
) -> Option<Intervention> {
    let at_most = ceiling_gain(evidence, tally, kind)?;
    let (key, is, about, title, first) = match &kind.kind {
        // Its own intervention, with the flags.
        ErrorKind::LabelWrong => return None,
        ErrorKind::BothAcceptable => (
            "acceptable".to_owned(),
            Kind::FixData,
            "guideline where two labels are acceptable".to_owned(),
            "Settle the guideline where two labels are acceptable".to_owned(),
            "walk them and write down which label they get",
        ),
        ErrorKind::Tag(name) => (
            format!("tag:{}", tag_name(name)),
            Kind::CollectData,
            format!("tag {name}"),
            format!("Collect or make training data like the errors tagged {name}"),
            "walk them for what the new data must have",
        ),
    };
    let walk = walk(&evidence.run, &kind.filter);
    let found = Intervention {
        filter: Some(kind.filter.clone()),
        ..Intervention::new(key, is, at_most).called(about, title)
    };
    Some(found.because(Screen::Tally, counted(tally, kind)).first(first, Some(walk)))
}

/// Wrong labels of dev: by the share of the reviewed errors if it says something of all, else by the
/// flags. Fixing them does not make the model better but the number true.
fn labels(evidence: &Evidence) -> Option<Intervention> {
    let is_wrong = |kind: &&KindEvidence| kind.kind == ErrorKind::LabelWrong;
    let tally = evidence.tally.as_ref();
    let counts = tally.and_then(|tally| Some((tally, tally.kinds.iter().find(is_wrong)?)));
    let by_tally = counts.and_then(|(tally, kind)| ceiling_gain(evidence, tally, kind));
    let flags = evidence.label_issues.filter(|flags| flags.open > 0);
    let by_flags = flags.and_then(|flags| flagged_gain(evidence, flags));
    let holds = tally.is_some_and(|tally| tally.basis != Basis::ReviewedOnly);
    let at_most = if holds { by_tally.or(by_flags) } else { by_flags.or(by_tally) }?;
    let command = format!("stats label-issues --run {}", quoted(&evidence.run));
    let mut found = Intervention::new("labels", Kind::FixData, at_most)
        .called("labels of dev", "Fix the wrong labels of dev")
        .first("look at the flagged labels, the most doubtful first", Some(command));
    found.beside = Some("makes the error true, not the model better".to_owned());
    if let Some((tally, kind)) = counts {
        found = found.because(Screen::Tally, format!("label wrong: {}", counted(tally, kind)));
    }
    if let Some(flags) = flags {
        found = found.because(Screen::LabelIssues, flagged(flags));
    }
    Some(found)
}

/// Open flags times the share of the reviewed ones that were right. The most doubtful were looked at
/// first, so that this is rather too much. With too few reviewed nothing is known.
fn flagged_gain(evidence: &Evidence, flags: LabelIssueEvidence) -> Option<Estimate> {
    let examples = evidence.dev.examples.max(1) as f64;
    let Proportion { share, low, high } = precision(flags)?;
    let gain = |share: f64| share * flags.open as f64 / examples;
    bound(evidence, Estimate { value: gain(share), low: gain(low), high: gain(high) })
}

fn precision(flags: LabelIssueEvidence) -> Option<Proportion> {
    let LabelIssueEvidence { reviewed, wrong, .. } = flags;
    let share = wrong.min(reviewed) as f64 / reviewed as f64;
    let (low, high) = wilson(share, reviewed as f64);
    (reviewed >= LEAST_FLAGS).then_some(Proportion { share, low, high })
}

fn flagged(flags: LabelIssueEvidence) -> String {
    let LabelIssueEvidence { open, reviewed, wrong } = flags;
    match precision(flags) {
        None => format!("{open} errors with a flagged label to look at"),
        Some(right) => format!(
            "{open} errors with a flagged label to look at; of {reviewed} seen {wrong} were wrong, {}",
            share(right)
        ),
    }
}

/// The errors of `part` among all dev examples, and what is left of them if it erred as the rest does:
/// the difference of the rates times the size of the part.
fn part_gain(
    evidence: &Evidence,
    part: Errors,
    honest: [Errors; 2],
) -> Option<(Estimate, Option<ExpectedGain>)> {
    let examples = evidence.dev.examples.max(1) as f64;
    let all = part.errors as f64 / examples;
    let at_most = bound(evidence, Estimate { value: all, low: all, high: all })?;
    let [inside, outside] = honest;
    if inside.examples == 0 || outside.examples == 0 {
        return Some((at_most, None));
    }
    let size = part.examples as f64 / examples;
    let difference = Estimate::newcombe(inside.rate(), outside.rate());
    let gain = |x: f64| (x * size).max(0.0).min(at_most.value);
    let gain = Estimate {
        value: gain(difference.value),
        low: gain(difference.low),
        high: gain(difference.high),
    };
    Some((at_most, Some(ExpectedGain { gain, condition: AS_THE_REST })))
}

fn of_slice(evidence: &Evidence, slice: &SliceEvidence) -> Option<Intervention> {
    let (at_most, expected) = part_gain(evidence, slice.slice, slice.honest)?;
    let Errors { errors, examples } = slice.slice;
    let [inside, outside] = slice.honest.map(Errors::rate);
    let part = 100.0 * examples as f64 / evidence.dev.examples.max(1) as f64;
    let text = format!(
        "{errors} errors in {part:.1} % of dev; where it was not looked for, error {} against {}",
        share(inside),
        share(outside)
    );
    let key = slice.filter.as_ref().unwrap_or(&slice.name);
    let title = format!("Collect or make training data for {}", slice.name);
    let found = Intervention {
        expected,
        filter: slice.filter.clone(),
        ..Intervention::new(format!("slice:{key}"), Kind::CollectData, at_most)
            .called(slice.name.clone(), title)
    };
    let walk = slice.filter.as_ref().map(|filter| walk(&evidence.run, filter));
    Some(found.because(Screen::Slices, text).first("walk its errors, and tag why", walk))
}

fn of_class(evidence: &Evidence, class: &RareClass) -> Option<Intervention> {
    let (at_most, expected) = part_gain(evidence, class.class, [class.class, class.rest])?;
    // A rare class that is learnt well needs nothing.
    let difference = Estimate::newcombe(class.class.rate(), class.rest.rate());
    if difference.low <= 0.0 {
        return None;
    }
    let text = format!(
        "{} training examples of {}; it errs {} more than the rest",
        class.train,
        class.name,
        points(difference)
    );
    let name = &class.name;
    let title = format!("Collect training data of the rare class {name}");
    let found = Intervention {
        expected,
        filter: Some(class.filter.clone()),
        ..Intervention::new(format!("class:{}", tag_name(name)), Kind::CollectData, at_most)
            .called(format!("rare class {name}"), title)
    };
    let walk = walk(&evidence.run, &class.filter);
    Some(found.because(Screen::Confusion, text).first("walk its errors", Some(walk)))
}
