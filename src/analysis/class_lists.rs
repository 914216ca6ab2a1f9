//! Whether the predictions are numbered by another list of the classes than the given one.
//!
//! Invariant: another list is named only where it makes significantly more predictions right.

use super::baselines::worse_than_guessing;
use super::bottleneck::Errors;
use super::significance::{LEVEL, binomial_half};
use serde::Serialize;
use std::cmp::Ordering;

/// How tools list classes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Listing {
    /// By the bytes of the names: "10" before "2", "Z" before "a". scikit-learn, torchvision, Keras.
    Bytes,
    /// By the numbers in the names: "2" before "10".
    Numbers,
    /// By the names without case.
    WithoutCase,
    /// By the first example that has the class (`pandas.factorize`).
    FirstSeen,
    /// The given list from its end.
    Reversed,
}

impl Listing {
    const ALL: [Self; 5] =
        [Self::Bytes, Self::Numbers, Self::WithoutCase, Self::FirstSeen, Self::Reversed];

    /// As a part of a sentence.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bytes => "in byte order",
            Self::Numbers => "in the order of their numbers",
            Self::WithoutCase => "in alphabetical order without case",
            Self::FirstSeen => "in the order in which they first occur",
            Self::Reversed => "the other way round",
        }
    }

    /// For each place of the list the class that stands there; `seen` are classes in the order in which they occur.
    fn list(self, names: &[String], seen: &[u32]) -> Vec<u32> {
        let mut list: Vec<u32> = (0..names.len() as u32).collect();
        let name = |k: &u32| names[*k as usize].as_str();
        match self {
            Self::Bytes => list.sort_by(|a, b| name(a).cmp(name(b))),
            Self::Numbers => list.sort_by(|a, b| natural(name(a), name(b))),
            Self::WithoutCase => list.sort_by_key(|k| name(k).to_lowercase()),
            Self::FirstSeen => {
                let place = |k: &u32| seen.iter().position(|s| s == k).unwrap_or(usize::MAX);
                list.sort_by_cached_key(place);
            }
            Self::Reversed => list.reverse(),
        }
        list
    }
}

/// Names by the numbers in them, else by their bytes.
fn natural(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a, b);
    loop {
        let (left, right) = (a.split_at(digits(a)), b.split_at(digits(b)));
        if !left.0.is_empty() && !right.0.is_empty() {
            let [first, second] = [left.0, right.0].map(|number| number.trim_start_matches('0'));
            let order = first.len().cmp(&second.len()).then_with(|| first.cmp(second));
            if order.is_ne() {
                return order;
            }
            (a, b) = (left.1, right.1);
            continue;
        }
        let (mut rest, mut other) = (a.chars(), b.chars());
        match (rest.next(), other.next()) {
            (Some(x), Some(y)) if x == y => (a, b) = (rest.as_str(), other.as_str()),
            (x, y) => return x.cmp(&y),
        }
    }
}

/// Digits that a text begins with.
fn digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

/// Classes in the order in which they first occur.
pub fn first_seen(gold: &[u32], classes: usize) -> Vec<u32> {
    let (mut is_seen, mut seen) = (vec![false; classes], Vec::new());
    for &class in gold {
        if is_seen.get(class as usize) == Some(&false) {
            is_seen[class as usize] = true;
            seen.push(class);
            if seen.len() == classes {
                break;
            }
        }
    }
    seen
}

/// A list that the predictions seem to be numbered by.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OtherList {
    /// Which.
    pub listing: Listing,
    /// The names in its order.
    pub classes: Vec<String>,
    /// The share of right predictions as the classes are listed now.
    pub accuracy: f64,
    /// That share by this list.
    pub accuracy_then: f64,
}

/// Finds a list by which the predictions make sense where they make none as they are. Of the predictions that it
/// changes, it must make more than twice as many right as are now (more, where the whole run is worse than guessing),
/// beyond chance: McNemar's exact test at 0.05, corrected for the number of lists (Bonferroni). Predictions outside
/// of the list are none. `seen` as [`first_seen`] gives it.
pub fn other_list(
    names: &[String],
    gold: &[u32],
    predictions: &[u32],
    seen: &[u32],
) -> Option<OtherList> {
    let pairs = || gold.iter().zip(predictions).filter(|(_, p)| (**p as usize) < names.len());
    let (examples, right) =
        pairs().fold((0, 0), |(n, right), (g, p)| (n + 1, right + usize::from(g == p)));
    let is_bad =
        |right| worse_than_guessing(Errors { errors: examples - right, examples }, names.len());
    let mut best: Option<(usize, Listing, Vec<u32>)> = None;
    for listing in Listing::ALL {
        let list = listing.list(names, seen);
        let (mut now, mut then) = (0, 0);
        for (&gold, &prediction) in pairs() {
            let meant = list[prediction as usize];
            if meant != prediction {
                now += usize::from(gold == prediction);
                then += usize::from(gold == meant);
            }
        }
        let (factor, all) = (if is_bad(right) { 1 } else { 2 }, right - now + then);
        let level = LEVEL / Listing::ALL.len() as f64;
        let is_better = then > factor * now && binomial_half(now, now + then) < level;
        if is_better && !is_bad(all) && best.as_ref().is_none_or(|(most, ..)| all > *most) {
            best = Some((all, listing, list));
        }
    }
    let (all, listing, list) = best?;
    let share = |right: usize| right as f64 / examples as f64;
    let classes = list.iter().map(|&k| names[k as usize].clone()).collect();
    Some(OtherList { listing, classes, accuracy: share(right), accuracy_then: share(all) })
}

#[cfg(test)]
#[path = "class_lists_tests.rs"]
mod tests;
