//! How often a flag is right, by its rank, and how many right ones are left among those that nobody has
//! judged: when to stop.
//!
//! Flags come ranked, the most severe first. Their precision is taken to fall with the rank, or to stay:
//! it is fitted by the pool-adjacent-violators algorithm (Ayer et al. 1955, Ann. Math. Stat. 26:641) over
//! pieces of [`PIECE`] judged flags, so that the last few do not decide alone. What lies behind the last
//! judged flag is taken to be as good as the last piece, so that the estimate is rather too high there.

use crate::analysis::{Estimate, Proportion};
use rand::SeedableRng;
use rand_distr::{Beta, Binomial, Distribution};
use rand_pcg::Pcg64Mcg;
use serde::Serialize;

/// Judged flags in a piece of the fit.
const PIECE: usize = 10;
/// Judged flags that [`Last`] tells of.
const LAST: usize = 20;
/// Judged flags from which on something is said of the rest.
pub const FEWEST: usize = 10;
/// Draws for the interval of what is left.
const DRAWS: usize = 4000;

/// What is known of a flagged label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flag {
    /// Nobody has judged it.
    Open,
    /// The label alone is not right: another class is, another one is too, or none is.
    Confirmed,
    /// The label is right.
    Refuted,
    /// A person could not tell: it is no evidence, and not among what is left.
    Unsure,
}

/// The flags of some ranks.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Segment {
    /// The first rank, from 1.
    pub from: usize,
    /// The last rank.
    pub to: usize,
    /// Flags that were confirmed or refuted.
    pub judged: usize,
    /// Those of them that were confirmed.
    pub confirmed: usize,
    /// Confirmed of judged with Wilson's interval; `None` without any.
    pub precision: Option<Proportion>,
}

/// The judged flags of the lowest ranks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Last {
    /// How many.
    pub of: usize,
    /// Those of them that were confirmed.
    pub confirmed: usize,
}

/// How good the flags are.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Precision {
    /// Flags in all.
    pub flags: usize,
    /// Those that were confirmed or refuted.
    pub judged: usize,
    /// Those of them that were confirmed.
    pub confirmed: usize,
    /// Those that a person could not tell of.
    pub unsure: usize,
    /// Those that nobody has judged.
    pub open: usize,
    /// Confirmed of judged with Wilson's interval; `None` without any.
    pub precision: Option<Proportion>,
    /// The same by rank: 1 to 20, to 50, to 100, to 200, …
    pub segments: Vec<Segment>,
    /// The last ones that were judged, by rank.
    pub last: Option<Last>,
    /// How many of the open ones would be confirmed, with a 95 % prediction interval; `None` before
    /// [`FEWEST`] are judged.
    pub expected: Option<Estimate>,
}

/// Judges the flags, ranked with the most severe first.
pub fn precision(flags: &[Flag]) -> Precision {
    let count = |wanted| flags.iter().filter(|&&flag| flag == wanted).count();
    let (confirmed, open) = (count(Flag::Confirmed), count(Flag::Open));
    let judged = confirmed + count(Flag::Refuted);
    Precision {
        flags: flags.len(),
        judged,
        confirmed,
        unsure: count(Flag::Unsure),
        open,
        precision: share(confirmed, judged),
        segments: segments(flags),
        last: last(flags),
        expected: (judged >= FEWEST).then(|| expected(&fitted(flags, judged))),
    }
}

fn share(confirmed: usize, judged: usize) -> Option<Proportion> {
    (judged > 0).then(|| Proportion::sampled(confirmed, judged, usize::MAX))
}

fn judgement(flag: Flag) -> Option<bool> {
    match flag {
        Flag::Confirmed => Some(true),
        Flag::Refuted => Some(false),
        Flag::Open | Flag::Unsure => None,
    }
}

fn segments(flags: &[Flag]) -> Vec<Segment> {
    let ends = (1_u32..).flat_map(|power| [2, 5, 10].map(|n| n * 10_usize.saturating_pow(power)));
    let mut segments = Vec::new();
    let mut start = 0;
    for end in ends {
        if start >= flags.len() {
            break;
        }
        let part = &flags[start..end.min(flags.len())];
        let judged: Vec<bool> = part.iter().copied().filter_map(judgement).collect();
        let confirmed = judged.iter().filter(|&&is| is).count();
        let (from, to, judged) = (start + 1, start + part.len(), judged.len());
        let precision = share(confirmed, judged);
        segments.push(Segment { from, to, judged, confirmed, precision });
        start += part.len();
    }
    segments
}

fn last(flags: &[Flag]) -> Option<Last> {
    let last: Vec<bool> = flags.iter().rev().copied().filter_map(judgement).take(LAST).collect();
    let confirmed = last.iter().filter(|&&is| is).count();
    (!last.is_empty()).then_some(Last { of: last.len(), confirmed })
}

/// Flags of neighbouring ranks that have one precision.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Piece {
    judged: usize,
    confirmed: usize,
    open: usize,
}

impl Piece {
    fn is_worse(&self, than: &Self) -> bool {
        self.confirmed * than.judged < than.confirmed * self.judged
    }

    /// Of the precision given what was judged: Jeffreys' prior (Brown, Cai and `DasGupta` 2001,
    /// Stat. Sci. 16:101).
    fn shape(&self) -> (f64, f64) {
        let refuted = self.judged - self.confirmed;
        (self.confirmed as f64 + 0.5, refuted as f64 + 0.5)
    }
}

/// The fit: pieces of falling precision. `judged` is at least 1.
fn fitted(flags: &[Flag], judged: usize) -> Vec<Piece> {
    // What is left over belongs to the last piece.
    let most = (judged / PIECE).max(1);
    let mut pieces = vec![Piece::default(); most];
    let mut seen = 0;
    for &flag in flags {
        let piece = &mut pieces[(seen / PIECE).min(most - 1)];
        match judgement(flag) {
            Some(confirmed) => {
                piece.judged += 1;
                piece.confirmed += usize::from(confirmed);
                seen += 1;
            }
            None => piece.open += usize::from(flag == Flag::Open),
        }
    }
    let mut falling: Vec<Piece> = Vec::new();
    for mut piece in pieces {
        while let Some(before) = falling.pop_if(|before| before.is_worse(&piece)) {
            piece.judged += before.judged;
            piece.confirmed += before.confirmed;
            piece.open += before.open;
        }
        falling.push(piece);
    }
    falling
}

/// Confirmed ones among the open flags: the beta-binomial prediction of each piece, summed by drawing
/// (always the same numbers).
fn expected(pieces: &[Piece]) -> Estimate {
    let open: Vec<&Piece> = pieces.iter().filter(|piece| piece.open > 0).collect();
    let mean = |piece: &&Piece| {
        let (a, b) = piece.shape();
        piece.open as f64 * a / (a + b)
    };
    let value: f64 = open.iter().map(mean).sum();
    let mut rng = Pcg64Mcg::seed_from_u64(0);
    let mut draw = |piece: &Piece| {
        let (a, b) = piece.shape();
        // Both are at least ½: there is such a distribution.
        let p = Beta::new(a, b).map_or(a / (a + b), |beta| beta.sample(&mut rng));
        let trials = Binomial::new(piece.open as u64, p.clamp(0.0, 1.0));
        trials.map_or(0, |trials| trials.sample(&mut rng))
    };
    let mut drawn: Vec<u64> =
        (0..DRAWS).map(|_| open.iter().map(|piece| draw(piece)).sum()).collect();
    drawn.sort_unstable();
    let at = |part: usize| drawn[(DRAWS * part / 1000).min(DRAWS - 1)] as f64;
    Estimate { value, low: at(25).min(value), high: at(975).max(value) }
}

#[cfg(test)]
#[path = "precision_tests.rs"]
mod tests;
