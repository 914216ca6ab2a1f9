//! How fast a person reviews, whether too fast, and whether they would decide the same way again.
//!
//! Invariant: only time at work counts: no break, and nothing from before the session.

use super::annotators::{Coefficient, Votes, pair_agreements};
use super::{Proportion, spread::quantile};
use crate::dataset::Verdict;
use serde::Serialize;

/// A longer gap between two decisions is a break, in ms.
pub const BREAK_MS: u64 = 120_000;
/// Work over which the rate is taken, in ms.
const RECENT_MS: u64 = 600_000;
/// With fewer timed decisions nothing is said of the time left.
const FEWEST: usize = 5;
/// A decision in less time is hasty, in ms. Only to tell whether a picture shows an animal takes people about
/// 445 ms in the median (Thorpe, Fize & Marlot 1996, Nature 381:520).
pub const HASTY_MS: u64 = 300;

/// A decision and when it was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timed {
    /// Milliseconds since 1970-01-01 UTC.
    pub at: u64,
    /// How many examples it covers.
    pub examples: usize,
}

/// How fast a session goes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Pace {
    /// Decisions of the session.
    pub decisions: usize,
    /// Examples that they cover.
    pub examples: usize,
    /// Examples decided in a minute, over the last ten minutes of work.
    pub per_minute: f64,
    /// Median time of the decisions on one example, in seconds; `None` if there is none with a known time.
    pub median_seconds: Option<f64>,
    /// Minutes that the examples left take at this rate; `None` before five decisions have a known time.
    pub minutes_left: Option<f64>,
}

/// The pace of a session: its decisions in the order they were made, the number of examples left, and the
/// present in ms since 1970.
///
/// A decision took the time since the one before. The first one's time is unknown, as is that of one after a
/// break (a gap of more than [`BREAK_MS`]) or after the clock was set back; such decisions count in `decisions`
/// and `examples` only. The rate is examples over time, and the time since the last decision belongs to it
/// unless it is a break: the maximum likelihood of a constant rate where the last wait is not over (a censored
/// exponential; Cox & Oakes 1984, *Analysis of Survival Data*, ch. 3). `None` while no decision has a time.
pub fn pace(session: &[Timed], left: usize, now: u64) -> Option<Pace> {
    let timed: Vec<(u64, usize)> = session
        .windows(2)
        .filter_map(|pair| Some((gap(pair[0].at, pair[1].at)?, pair[1].examples)))
        .collect();
    let (mut time, mut covered) = (gap(session.last()?.at, now).unwrap_or(0), 0_usize);
    for &(gap, examples) in timed.iter().rev() {
        if covered > 0 && time >= RECENT_MS {
            break;
        }
        time = time.saturating_add(gap);
        covered = covered.saturating_add(examples);
    }
    let per_minute =
        (time > 0 && covered > 0).then(|| covered as f64 / (time as f64 / 60_000.0))?;
    let single = timed.iter().filter(|(_, examples)| *examples == 1);
    let mut seconds: Vec<f64> = single.map(|(gap, _)| *gap as f64 / 1000.0).collect();
    seconds.sort_unstable_by(f64::total_cmp);
    Some(Pace {
        decisions: session.len(),
        examples: session.iter().fold(0, |sum, timed| sum.saturating_add(timed.examples)),
        per_minute,
        median_seconds: quantile(&seconds, 0.5),
        minutes_left: (timed.len() >= FEWEST).then(|| left as f64 / per_minute),
    })
}

/// The time from one to the other; `None` for a break and for a clock set back.
fn gap(from: u64, to: u64) -> Option<u64> {
    to.checked_sub(from).filter(|gap| *gap <= BREAK_MS)
}

/// How many of the latest decisions were hasty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Hasty {
    /// Made in less than [`HASTY_MS`].
    pub fast: usize,
    /// Of so many.
    pub of: usize,
}

impl Hasty {
    /// Whether to ask the person to slow down: when at least half are fast. A held key or an obvious run gives
    /// a few; half of twenty is a habit.
    pub fn warns(self) -> bool {
        self.fast > 0 && self.fast * 2 >= self.of
    }
}

/// How many of the last `window` decisions took less than [`HASTY_MS`]; `times` in ms since 1970, in the order
/// they were made, one for each keystroke that decides (a bulk decision once). `None` while fewer have one
/// before them.
pub fn hasty(times: &[u64], window: usize) -> Option<Hasty> {
    let first = times.len().checked_sub(window.checked_add(1)?)?;
    let fast = times[first..].windows(2).filter(|t| gap(t[0], t[1]).is_some_and(|g| g < HASTY_MS));
    (window > 0).then(|| Hasty { fast: fast.count(), of: window })
}

/// How far a person agrees with themselves.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SelfAgreement {
    /// Examples that were decided twice.
    pub n: usize,
    /// How many of them got the same verdict.
    pub agreed: usize,
    /// Their share, with Wilson's interval.
    pub agreement: Proportion,
    /// Cohen's kappa with its interval; `None` when both times one and the same verdict was given throughout.
    pub kappa: Option<Coefficient>,
    /// Whether there are too few to rely on: fewer than [`FEW_ITEMS`](super::annotators::FEW_ITEMS).
    pub few: bool,
}

/// Agreement of the first and the second verdict on the same examples, the second given without sight of the
/// first: the person taken as two annotators. `None` without pairs.
pub fn self_agreement(pairs: &[(Verdict, Verdict)]) -> Option<SelfAgreement> {
    let verdicts: Vec<u32> =
        pairs.iter().flat_map(|&(first, again)| [first as u32, again as u32]).collect();
    let votes = Votes::from_table(&verdicts, 2, Verdict::Unsure as usize + 1).ok()?;
    let pair = pair_agreements(&votes).pop()?;
    Some(SelfAgreement {
        n: pair.shared,
        agreed: pair.agreed,
        agreement: pair.percent,
        kappa: pair.kappa,
        few: pair.few,
    })
}

#[cfg(test)]
#[path = "pace_tests.rs"]
mod tests;
