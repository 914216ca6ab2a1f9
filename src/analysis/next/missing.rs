//! What is not known, and what should make one careful.

use super::evidence::{ComparedRuns, Evidence, Screen, TallyEvidence};
use super::gaps::may_be_mismatch;
use super::words::{points, quoted};
use super::{Intervention, needed};
use crate::analysis::bottleneck::{Bottleneck, Gap, GapKind};
use crate::analysis::{Basis, Idea};
use serde::Serialize;

/// Reviewed flags from which on their precision says something.
const ENOUGH_FLAGS: usize = 20;

/// Something that would show more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Missing {
    /// The screen that would show it.
    pub screen: Screen,
    /// What to do, and what it would show.
    pub text: String,
    /// The command for that, without the program's name.
    pub command: Option<String>,
}

fn missing_of(screen: Screen, text: impl Into<String>, command: Option<String>) -> Missing {
    Missing { screen, text: text.into(), command }
}

/// What would show more, the most telling first. Of screens that are still computed nothing is said.
pub(super) fn missing(evidence: &Evidence) -> Vec<Missing> {
    if evidence.dev.examples == 0 {
        let text = "predictions for dev: without them there is nothing to choose from";
        return vec![missing_of(Screen::Tally, text, None)];
    }
    if evidence.dev.errors == 0 {
        let text = "an error: on this dev set there is none left to learn from";
        return vec![missing_of(Screen::Tally, text, None)];
    }
    let lines = [tally(evidence), flags(evidence), slices(evidence), compare(evidence)];
    let known = |missing: &Missing| !evidence.pending.contains(&missing.screen);
    lines.into_iter().flatten().chain(levels(evidence)).filter(known).collect()
}

fn tally(evidence: &Evidence) -> Option<Missing> {
    let walk = format!("review --run {} --order random", quoted(&evidence.run));
    let none = TallyEvidence {
        errors: evidence.dev.errors,
        reviewed: 0,
        drawn: 0,
        basis: Basis::ReviewedOnly,
        kinds: vec![],
    };
    let tally = evidence.tally.as_ref().unwrap_or(&none);
    if tally.basis == Basis::AllErrors {
        return None;
    }
    let enough = match Idea::of(tally.drawn) {
        Idea::None => (20_usize, "a rough idea"),
        Idea::Rough => (50, "a good idea"),
        Idea::Good => (100, "a very good idea"),
        Idea::VeryGood => return None,
    };
    let left = tally.errors.saturating_sub(tally.reviewed);
    let more = enough.0.saturating_sub(tally.drawn).min(left);
    let text = match (tally.reviewed, more) {
        (_, 0) => return None,
        (0, _) => format!("review {more} errors in random order: which kinds there are"),
        _ => format!("review {more} more errors in random order: {} of the shares", enough.1),
    };
    Some(missing_of(Screen::Tally, text, Some(walk)))
}

fn flags(evidence: &Evidence) -> Option<Missing> {
    let flags = evidence.label_issues?;
    let more = ENOUGH_FLAGS.saturating_sub(flags.reviewed).min(flags.open);
    let text = format!("look at {more} more flagged labels: how many of the flags are right");
    let command = format!("stats label-issues --run {}", quoted(&evidence.run));
    (more > 0).then(|| missing_of(Screen::LabelIssues, text, Some(command)))
}

fn slices(evidence: &Evidence) -> Option<Missing> {
    let text = "a metadata column, or measured properties: where the errors are";
    let none = evidence.slices.is_none();
    none.then(|| missing_of(Screen::Slices, text, Some("stats properties".to_owned())))
}

fn compare(evidence: &Evidence) -> Option<Missing> {
    let text = "a second run: what a change fixes and what it breaks";
    let command = Some("score --model MODEL.onnx".to_owned());
    evidence.compare.is_none().then(|| missing_of(Screen::Compare, text, command))
}

fn levels(evidence: &Evidence) -> Vec<Missing> {
    let mut lines = Vec::new();
    if evidence.is_part {
        return lines;
    }
    let mut say = |text: String, command: Option<String>| {
        lines.push(missing_of(Screen::Bottleneck, text, command));
    };
    let run = quoted(&evidence.run);
    let has = |kind| {
        let gaps = evidence.bottleneck.iter().flat_map(|b| &b.gaps);
        gaps.into_iter().find(|gap| gap.kind == kind)
    };
    let Some(variance) = has(GapKind::Variance) else {
        let text = "predictions for train: whether it is bias or variance".to_owned();
        say(text, Some(format!("score --model MODEL.onnx --name {run} --split train")));
        return lines;
    };
    for gap in evidence.bottleneck.iter().flat_map(|b| &b.gaps) {
        if let Some(n) = gap.examples_needed.filter(|_| !gap.size.stands_out()) {
            let (name, size) = (gap.kind.name(), points(gap.size));
            say(format!("about {n} examples in each set: {name}, {size}, is not clear"), None);
        }
    }
    if evidence.bottleneck.as_ref().is_some_and(|b| b.best_assumed) {
        let text = "human_error in gaffe.toml: how much of the error on train can go away";
        say(text.to_owned(), None);
    }
    if is_doubtful(evidence.bottleneck.as_ref(), variance) {
        let text = "errors on train-dev: whether it is variance, or dev unlike train";
        say(text.to_owned(), Some(format!("stats bottleneck --run {run} --train-dev K/N")));
    }
    lines
}

fn is_doubtful(bottleneck: Option<&Bottleneck>, variance: &Gap) -> bool {
    variance.size.low > 0.0 && bottleneck.is_some_and(may_be_mismatch)
}

/// What should be known before a gain is believed.
pub(super) fn cautions(evidence: &Evidence, interventions: &[Intervention]) -> Vec<String> {
    let mut cautions = Vec::new();
    if evidence.is_part {
        let text = "only of what is listed: gaps between train and dev are those of all examples";
        cautions.push(text.to_owned());
    }
    let gaps = evidence.bottleneck.iter().flat_map(|b| &b.gaps);
    let mut fitted = gaps.filter(|gap| gap.kind == GapKind::DevOverfit && gap.size.low > 0.0);
    if let Some(gap) = fitted.next() {
        cautions.push(format!(
            "test error is {} above dev: dev was chosen on too often, get fresh dev examples first",
            points(gap.size)
        ));
    }
    cautions.extend(evidence.compare.as_ref().and_then(|runs| got_worse(evidence, runs)));
    if let Some(goal) = &evidence.goal {
        cautions
            .extend(goal.unmet.iter().map(|unmet| format!("the goal is not met: {}", unmet.text)));
    }
    cautions.extend(needed(evidence).map(|gain| {
        let enough = interventions.iter().filter(|i| i.reaches_goal == Some(true)).count();
        let of = interventions.len();
        format!(
            "the goal needs {:.1} points less: {enough} of these {of} can bring that alone",
            gain * 100.0
        )
    }));
    cautions
}

fn got_worse(evidence: &Evidence, runs: &ComparedRuns) -> Option<String> {
    let found = runs.comparison.evidence();
    let (before, run) = (&runs.before, &evidence.run);
    let command = format!("gaffe compare {} {}", quoted(before), quoted(run));
    (found.is_beyond_chance() && found.difference.value > 0.0).then(|| {
        let size = points(found.difference);
        format!("{run} errs {size} more than {before}: {command} shows where")
    })
}
