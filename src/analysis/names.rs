//! Names of tags that are likely meant to be the same, to ask before another one is made.
//!
//! Invariant: likeness is mutual, and every name is like itself.

use super::typeahead::words_of;
use strsim::{levenshtein, osa_distance};

/// From so many letters on, a word may lack a letter, have one too many, or two swapped.
const ONE_SLIP: usize = 5;
/// From so many on, it may have a wrong letter: short words have many neighbours (shirt, skirt, short).
const ONE_LETTER: usize = 7;
/// Longer runs of letters are no words; to compare them would take long.
const LONGEST: usize = 64;
/// From so many on, there may be two mistakes.
const TWO: usize = 9;

/// Those of `existing` that `name` is likely meant to be, by index, ascending:
/// - the same but for case, punctuation, spaces, and endings of number and form ("blurry", "Blurs", "blurred",
///   "blur"; a few suffixes, far less than the stemmer of Porter 1980, Program 14:130, which makes one of too much);
/// - the same words in another order;
/// - words misspelt: an insertion, deletion or swap from 5 letters on, a wrong letter from 7 on, two mistakes from
///   9 on (Damerau 1964, CACM 7:171: four in five misspelt words have a single such mistake). The first letter
///   must be the same, where slips are rare and other words begin (light, night), and so must every digit.
pub fn near_duplicates(name: &str, existing: &[&str]) -> Vec<usize> {
    let name = Name::new(name);
    (0..existing.len()).filter(|&i| name.is_like(&Name::new(existing[i]))).collect()
}

struct Name<'a> {
    given: &'a str,
    /// In lower case.
    words: Vec<String>,
    /// Of the words, ascending.
    stems: Vec<String>,
}

impl<'a> Name<'a> {
    fn new(given: &'a str) -> Self {
        let words: Vec<String> = words_of(given).map(str::to_lowercase).collect();
        let mut stems: Vec<String> = words.iter().map(|word| stem(word)).collect();
        stems.sort_unstable();
        Self { given, words, stems }
    }

    fn is_like(&self, other: &Self) -> bool {
        if self.words.is_empty() || other.words.is_empty() {
            return self.given == other.given;
        }
        if self.stems == other.stems {
            return true;
        }
        let (a, b) = (self.words.concat(), other.words.concat());
        if self.words.len() != other.words.len() {
            return stem(&a) == stem(&b) || is_misspelt(&a, &b);
        }
        let same = |(a, b): (&String, &String)| stem(a) == stem(b) || is_misspelt(a, b);
        a == b || self.words.iter().zip(&other.words).all(same)
    }
}

/// Whether one word is the other with mistakes.
fn is_misspelt(a: &str, b: &str) -> bool {
    let digits = |word: &str| word.chars().filter(char::is_ascii_digit).collect::<String>();
    if a.chars().next() != b.chars().next() || digits(a) != digits(b) {
        return false;
    }
    let (long, short) = (a.chars().count(), b.chars().count());
    let letters = long.min(short);
    if !(ONE_SLIP..=LONGEST).contains(&letters) || long.abs_diff(short) > 2 {
        return false;
    }
    match osa_distance(a, b) {
        0 => true,
        // A swap takes two steps without swaps.
        1 => letters >= ONE_LETTER || long != short || levenshtein(a, b) == 2,
        2 => letters >= TWO,
        _ => false,
    }
}

/// A word in lower case without its ending.
fn stem(word: &str) -> String {
    let word = singular(word);
    let endings = [("iness", 4), ("ness", 3), ("ing", 3), ("ed", 3), ("y", 4), ("e", 3)];
    let short = endings
        .iter()
        .find_map(|&(ending, least)| word.strip_suffix(ending).filter(|rest| is_stem(rest, least)));
    let stem = short.unwrap_or(&word);
    // blurr-y, fogg-y
    let once = stem.char_indices().next_back().map_or("", |(last, _)| &stem[..last]);
    let doubled = stem.chars().next_back().is_some_and(|c| !c.is_numeric() && once.ends_with(c));
    if doubled && is_stem(once, 3) { once.to_owned() } else { stem.to_owned() }
}

fn singular(word: &str) -> String {
    if let Some(rest) = word.strip_suffix("ies") {
        return format!("{rest}y");
    }
    let ends_in = |ends: &[&str]| ends.iter().any(|end| word.ends_with(end));
    let rest = if ends_in(&["sses", "shes", "ches", "xes"]) {
        word.strip_suffix("es")
    } else if ends_in(&["ss", "us", "is"]) {
        None
    } else {
        word.strip_suffix('s')
    };
    rest.filter(|rest| is_stem(rest, 3)).unwrap_or(word).to_owned()
}

/// Whether enough is left of a word without its ending: so many letters, one of them a vowel.
fn is_stem(rest: &str, least: usize) -> bool {
    rest.chars().count() >= least && rest.contains(['a', 'e', 'i', 'o', 'u', 'y'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_same_in_other_words_is_found() {
        for (a, b) in [
            ("blurry", "Blur"),
            ("blurry", "Blurred"),
            ("Blurriness", "blur"),
            ("blurring", "blurs"),
            ("noise", "noisy"),
            ("foggy", "fog"),
            ("dark", "darkness"),
            ("shadow", "Shadows"),
            ("reflection", "reflections"),
            ("boxes", "box"),
            ("bodies", "body"),
            ("sleeve", "sleeves"),
            ("sleeved", "sleeve"),
            ("low contrast", "low-contrast"),
            ("low contrast", "lowContrast"),
            ("low contrast", "Low_Contrast"),
            ("low contrast", "lowcontrast"),
            ("low contrast", "contrast, low"),
            ("two objects", "objects two"),
            ("blurry", "blury"),
            ("ambiguous", "ambigous"),
            ("ambiguous", "ambigious"),
            ("occluded", "occulded"),
            ("occluded", "ocluded"),
            ("occluded", "occludet"),
            ("low contrast", "low contrats"),
            ("overexposed", "over-exposed"),
            ("overexposed", "overexpposd"),
            ("Ärmel", "ärmel"),
            ("…", "…"),
        ] {
            assert_eq!(near_duplicates(a, &["", b]), [1], "{a}, {b}");
        }
    }

    #[test]
    fn other_things_are_left_alone() {
        for (a, b) in [
            ("light", "night"),
            ("bright", "fright"),
            ("shirt", "skirt"),
            ("shirt", "short"),
            ("coat", "boat"),
            ("cat", "car"),
            ("house", "horse"),
            ("front", "frost"),
            ("overexposed", "underexposed"),
            ("low contrast", "no contrast"),
            ("low contrast", "high contrast"),
            ("top left", "top right"),
            ("left arm", "left art"),
            ("class 10", "class 11"),
            ("version1", "version2"),
            ("visible", "invisible"),
            ("red", "reed"),
            ("to", "too"),
            ("bus", "business"),
            ("sky", "ski"),
            ("occluded", "cluttered"),
            ("two objects", "three objects"),
            ("label wrong", "label missing"),
            ("blurry", ""),
            ("…", "!"),
        ] {
            assert_eq!(near_duplicates(a, &[b]), Vec::<usize>::new(), "{a}, {b}");
        }
    }

    proptest! {
        #[test]
        fn likeness_is_mutual(a in "[a-dA-D1 ée-]{0,12}", b in "[a-dA-D1 ée-]{0,12}", c in ".{0,9}") {
            for (a, b) in [(&a, &b), (&a, &c)] {
                prop_assert_eq!(near_duplicates(a, &[b]).len(), near_duplicates(b, &[a]).len());
                prop_assert_eq!(near_duplicates(a, &[a]), [0]);
            }
        }
    }
}
