//! Finds the name that is meant by what was typed, or the ones that are most like it.

use super::FilterError;
use super::error::shown;
use crate::dataset::fold;
use std::ops::Range;

/// Names that an error lists.
const LISTED: usize = 5;
/// Characters that names are compared by when a typing error is looked for.
const COMPARED: usize = 64;

/// Text without the difference between capitals and small letters, character by character.
pub(super) fn lower(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}

/// What was typed, ready to be held against many names.
pub(super) struct Typed<'a> {
    text: &'a str,
    lower: String,
    folded: String,
}

/// How well a name fits; the first is the best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    Exact,
    Case,
    Punctuation,
    Begins,
    Contains,
}

impl<'a> Typed<'a> {
    pub fn new(text: &'a str) -> Self {
        Self { text, lower: lower(text), folded: fold(text) }
    }

    /// How well `name` fits, if it does.
    pub fn fit(&self, name: &str) -> Option<Fit> {
        if name == self.text {
            return Some(Fit::Exact);
        }
        let lower = lower(name);
        if lower == self.lower {
            return Some(Fit::Case);
        }
        if self.folded.is_empty() {
            // Only punctuation, or nothing yet.
            return lower.starts_with(&self.lower).then_some(Fit::Begins);
        }
        let folded = fold(name);
        if folded == self.folded {
            Some(Fit::Punctuation)
        } else if folded.starts_with(&self.folded) {
            Some(Fit::Begins)
        } else {
            folded.contains(&self.folded).then_some(Fit::Contains)
        }
    }
}

/// The index of the one name that is meant: an exact one, else one that differs in case, in
/// punctuation, the only one that begins so, the only one that contains it.
///
/// # Errors
/// None, or several that fit equally well.
pub(super) fn choose<'n>(
    kind: &str,
    names: impl Iterator<Item = &'n str> + Clone,
    text: &str,
    at: &Range<usize>,
) -> Result<usize, FilterError> {
    let typed = Typed::new(text);
    let fits = || names.clone().map(|name| typed.fit(name));
    let best = if text.is_empty() { None } else { fits().flatten().min() };
    let same = |(_, fit): &(usize, Option<Fit>)| best.is_some() && *fit == best;
    let found: Vec<usize> = fits().enumerate().filter(same).map(|(index, _)| index).collect();
    match found.as_slice() {
        [one] => Ok(*one),
        [] => Err(unknown(kind, names, text, at)),
        several => {
            let listed: Vec<&str> = names
                .enumerate()
                .filter(|(index, _)| several.contains(index))
                .map(|(_, name)| name)
                .take(LISTED)
                .collect();
            let more = if several.len() > LISTED { ", …" } else { "" };
            let what = format!("{kind} {} could be any of {}", shown(text), several.len());
            let remedy = format!("write more of the name: {}{more}", listed.join(", "));
            Err(FilterError::new(at.clone(), what, remedy))
        }
    }
}

/// There is no such name: the error names the nearest ones, else the first ones.
pub(super) fn unknown<'n>(
    kind: &str,
    names: impl Iterator<Item = &'n str> + Clone,
    text: &str,
    at: &Range<usize>,
) -> FilterError {
    let near = nearest(names.clone(), text);
    let remedy = if !near.is_empty() {
        format!("did you mean {}?", near.join(" or "))
    } else if names.clone().next().is_none() {
        format!("there is no {kind} at all")
    } else {
        let some: Vec<&str> = names.clone().take(LISTED).collect();
        let more = if names.count() > LISTED { ", …" } else { "" };
        format!("there are {}{more}", some.join(", "))
    };
    FilterError::new(at.clone(), format!("there is no {kind} {}", shown(text)), remedy)
}

/// Up to three names that a typing error could have been made in, the nearest first.
pub(super) fn nearest<'n>(names: impl Iterator<Item = &'n str>, text: &str) -> Vec<&'n str> {
    let typed: Vec<char> = fold(text).chars().collect();
    if typed.is_empty() || typed.len() > COMPARED {
        return Vec::new();
    }
    let apart = |name: &str| {
        let name: Vec<char> = fold(name).chars().take(COMPARED).collect();
        // The beginning of a name may be all that was typed.
        let begin = &name[..typed.len().min(name.len())];
        edits(&typed, &name).min(edits(&typed, begin))
    };
    let most = typed.len().div_ceil(3);
    let mut near: Vec<(usize, &str)> =
        names.map(|name| (apart(name), name)).filter(|&(edits, _)| edits <= most).collect();
    near.sort_by_key(|&(edits, _)| edits);
    near.into_iter().take(3).map(|(_, name)| name).collect()
}

/// Insertions, deletions, substitutions and swaps of neighbours that make `b` of `a`: the optimal
/// string alignment distance (Boytsov 2011, ACM J. Exp. Algorithmics 16, sec. 2.1).
fn edits(a: &[char], b: &[char]) -> usize {
    let mut before = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            let changed = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = changed.min(last[j] + 1).min(row[j - 1] + 1);
            if swapped {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 5] = ["T-shirt/top", "Trouser", "Ankle boot", "Boot", "a boot"];

    fn chosen(text: &str) -> Result<usize, String> {
        choose("class", NAMES.into_iter(), text, &(0..1)).map_err(|e| e.to_string())
    }

    #[test]
    fn takes_the_best_fit_and_only_if_it_is_one() {
        assert_eq!(chosen("boot"), Ok(3));
        assert_eq!(chosen("ankle_boot"), Ok(2));
        assert_eq!(chosen("tsh"), Ok(0));
        assert_eq!(chosen("ouse"), Ok(1));
        assert_eq!(
            chosen("t"),
            Err("class `t` could be any of 2\n  write more of the name: T-shirt/top, Trouser"
                .into())
        );
    }

    #[test]
    fn names_what_a_typing_error_was_made_in() {
        assert_eq!(nearest(NAMES.into_iter(), "Touser"), ["Trouser"]);
        assert_eq!(nearest(NAMES.into_iter(), "Anlke"), ["Ankle boot"]);
        assert_eq!(nearest(NAMES.into_iter(), "lorry"), [""; 0]);
        assert_eq!(edits(&['a', 'b', 'c'], &['b', 'a', 'c', 'd']), 2);
        assert_eq!(edits(&[], &['x']), 1);
    }
}
