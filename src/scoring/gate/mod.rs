//! Whether a model gives what was imported for it, and if not, the likeliest reason: found by trying.
//!
//! Invariant: a reason is named only if it brings the predictions clearly nearer to the imported ones, and how
//! near is told.

mod model;
mod trials;

use super::input::Preprocess;

/// How far probabilities of one example may be from the imported ones: half the sum of their differences. Other
/// decoders and engines stay below it; a wrong step of the preprocessing seldom does.
const NEAR: f64 = 0.1;
/// The share of examples that must agree.
const ENOUGH: f64 = 0.99;
/// How many examples each change is tried on before the best is tried on all.
const SCREENED: usize = 8;
/// How many changes are made one after the other.
const ROUNDS: usize = 3;
/// How many of the best settings are changed further.
const KEPT: usize = 2;
/// The share of the distance that a change must leave at most to go on: one of two wrong settings helps little.
const STEP: f64 = 0.95;
/// A reason must leave at most this share of the distance.
const BETTER: f64 = 0.7;

/// Class probabilities of examples, each K.
pub type Rows = [Vec<f32>];

/// How far two sets of predictions of the same examples agree.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Agreement {
    /// Examples that were compared.
    pub of: usize,
    /// Those whose probabilities agree within a total variation distance of 0.1.
    pub agree: usize,
    /// The mean total variation distance, from 0 to 1.
    pub distance: f64,
}

impl Agreement {
    /// Compares rows pairwise; rows of other lengths disagree.
    pub fn of(ours: &Rows, theirs: &Rows) -> Self {
        let apart: Vec<f64> = ours.iter().zip(theirs).map(|(a, b)| variation(a, b)).collect();
        let of = apart.len();
        let agree = apart.iter().filter(|&&distance| distance <= NEAR).count();
        Self { of, agree, distance: apart.iter().sum::<f64>() / of.max(1) as f64 }
    }

    /// Whether 99 % of the examples agree.
    pub fn is_enough(&self) -> bool {
        self.agree as f64 >= ENOUGH * self.of as f64
    }
}

/// Why predictions differ from the imported ones.
#[derive(Debug, Clone, PartialEq)]
pub struct Reason {
    /// On one line.
    pub what: String,
    /// The lines of `[preprocess]` that mend it; none if it is no matter of the preprocessing.
    pub lines: Vec<String>,
    /// How far the predictions agree once it is mended.
    pub agreement: Agreement,
}

/// Scores the first so many examples with other settings; `None` if the model can't be used so.
pub type Score<'a> = dyn FnMut(&Preprocess, usize) -> Option<Vec<Vec<f32>>> + 'a;

/// The change that brings the model's predictions nearest to `theirs`, among those that people get wrong: colour
/// order, mean and deviation, range, resize, crop, filter, orientation, a softmax too many, the order of classes.
pub fn likeliest(given: &Preprocess, theirs: &Rows, score: &mut Score<'_>) -> Option<Reason> {
    let ours = score(given, theirs.len())?;
    let before = Agreement::of(&ours, theirs);
    let read = misread(&ours, theirs);
    if let Some(reason) = read.as_ref().filter(|reason| reason.agreement.is_enough()) {
        return Some(reason.clone());
    }
    let best = descend(given, theirs, score)?;
    let ours = score(&best, theirs.len())?;
    let agreement = Agreement::of(&ours, theirs);
    let lines = trials::lines(given, &best);
    let what = format!("with {} in [preprocess]", lines.join(", "));
    let prepared = Reason { what, lines, agreement };
    let reasons = [Some(prepared), read].into_iter().flatten();
    reasons
        .filter(|reason| reason.agreement.distance <= BETTER * before.distance)
        .min_by(|a, b| a.agreement.distance.total_cmp(&b.agreement.distance))
}

/// Changes one thing after the other, on top of the two best so far, until the predictions are near or nothing
/// helps any more.
fn descend(given: &Preprocess, theirs: &Rows, score: &mut Score<'_>) -> Option<Preprocess> {
    let few = SCREENED.min(theirs.len());
    let mut distance = |settings: &Preprocess| {
        let ours = score(settings, few)?;
        (ours.len() == few).then(|| Agreement::of(&ours, &theirs[..few]).distance)
    };
    let mut best = vec![(distance(given)?, given.clone())];
    let mut known = vec![given.clone()];
    for _ in 0..ROUNDS {
        let (least, mut tried) = (best[0].0, best.clone());
        for change in best.iter().flat_map(|(_, settings)| trials::changes(settings)) {
            if !known.contains(&change) {
                tried.extend(distance(&change).map(|distance| (distance, change.clone())));
                known.push(change);
            }
        }
        tried.sort_by(|a, b| a.0.total_cmp(&b.0));
        tried.truncate(KEPT);
        best = tried;
        if best[0].0 > STEP * least || best[0].0 < NEAR / 4.0 {
            break;
        }
    }
    best.into_iter().next().map(|(_, settings)| settings)
}

/// Reasons that lie behind the model: they need no other run of it.
fn misread(ours: &Rows, theirs: &Rows) -> Option<Reason> {
    let once = |rows: &Rows| rows.iter().map(|row| before_softmax(row)).collect::<Vec<_>>();
    let reason = |what: &str, ours: &Rows, theirs: &Rows| Reason {
        what: what.to_owned(),
        lines: Vec::new(),
        agreement: Agreement::of(ours, theirs),
    };
    let theirs_twice = "the imported probabilities went through a softmax twice";
    let ours_twice = "the model gives probabilities, and a softmax is applied to them once more";
    let mut reasons =
        vec![reason(theirs_twice, ours, &once(theirs)), reason(ours_twice, &once(ours), theirs)];
    let ordered = in_their_order(ours, theirs).map(|ordered| {
        let what = "the model has its classes in another order than the imported probabilities";
        reason(what, &ordered, theirs)
    });
    // some of any predictions can be matched
    let most = |reason: &Reason| reason.agreement.agree as f64 >= MATCHED * theirs.len() as f64;
    reasons.extend(ordered.filter(most));
    reasons.into_iter().min_by(|a, b| a.agreement.distance.total_cmp(&b.agreement.distance))
}

/// Our columns, each at the place of the imported one that it shares most mass with. Not with examples of too
/// many classes: any predictions could be matched then.
fn in_their_order(ours: &Rows, theirs: &Rows) -> Option<Vec<Vec<f32>>> {
    let classes = theirs.first()?.len();
    if ours.iter().chain(theirs).any(|row| row.len() != classes) {
        return None;
    }
    let mut tops: Vec<usize> = theirs.iter().filter_map(|row| top(row)).collect();
    tops.sort_unstable();
    tops.dedup();
    if tops.len() * 2 > theirs.len() || classes > MOST_CLASSES {
        return None;
    }
    let shared = |from: usize, to: usize| {
        let both = ours.iter().zip(theirs);
        both.map(|(a, b)| f64::from(a[from].min(b[to]))).sum::<f64>()
    };
    let pairs = (0..classes).flat_map(|from| (0..classes).map(move |to| (from, to)));
    let mut pairs: Vec<_> = pairs.map(|(from, to)| (shared(from, to), from, to)).collect();
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut taken = vec![false; classes];
    let mut source = vec![None; classes];
    for (_, from, to) in pairs {
        if !taken[from] && source[to].is_none() {
            (taken[from], source[to]) = (true, Some(from));
        }
    }
    let source: Vec<usize> = source.into_iter().collect::<Option<_>>()?;
    Some(ours.iter().map(|row| source.iter().map(|&from| row[from]).collect()).collect())
}

/// The share of examples that another order of the classes must explain.
const MATCHED: f64 = 0.8;
/// The most classes whose order is looked for.
const MOST_CLASSES: usize = 200;

fn top(row: &[f32]) -> Option<usize> {
    (0..row.len()).max_by(|&a, &b| row[a].total_cmp(&row[b]))
}

/// The total variation distance; 1 if the rows are no distributions of the same classes.
fn variation(a: &[f32], b: &[f32]) -> f64 {
    if a.len() != b.len() {
        return 1.0;
    }
    let sum: f64 = a.iter().zip(b).map(|(a, b)| f64::from((a - b).abs())).sum();
    if sum.is_finite() { (sum / 2.0).min(1.0) } else { 1.0 }
}

/// What summed to 1 before a softmax made `row` of it: the logarithms, moved by what they lack.
fn before_softmax(row: &[f32]) -> Vec<f32> {
    let logs: Vec<f64> = row.iter().map(|&p| f64::from(p).ln()).collect();
    let lack = (1.0 - logs.iter().sum::<f64>()) / logs.len().max(1) as f64;
    logs.iter().map(|log| (log + lack) as f32).collect()
}

#[cfg(test)]
#[path = "gate_tests.rs"]
mod tests;
