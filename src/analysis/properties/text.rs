//! Properties of a text's characters and words.

use super::{Modality, Properties, Property, share};
use std::collections::HashSet;

pub(super) const PROPERTIES: [Property; 9] = [
    Property { name: "characters", unit: "characters", meaning: "length, with white space" },
    Property { name: "words", unit: "words", meaning: "runs between white space" },
    Property { name: "word length", unit: "characters", meaning: "mean length of a word" },
    Property {
        name: "non-letters",
        unit: "0–1",
        meaning: "share of characters that are no letters",
    },
    Property { name: "capitals", unit: "0–1", meaning: "share of letters that are capitals" },
    Property { name: "digits", unit: "0–1", meaning: "share of characters that are numerals" },
    Property { name: "non-ascii", unit: "0–1", meaning: "share of characters outside ASCII" },
    Property { name: "repetition", unit: "0–1", meaning: "share of words that occurred before" },
    Property { name: "longest run", unit: "characters", meaning: "longest run of one character" },
];

#[derive(Default)]
struct Counts {
    all: usize,
    visible: usize,
    letters: usize,
    capitals: usize,
    digits: usize,
    non_ascii: usize,
    longest: usize,
}

/// Properties of a text. A character is a Unicode scalar value, as in Python's `len`; a word is what
/// lies between white space, so that a Chinese or Japanese sentence is one word. Except for
/// `characters`, white space is not counted: shares are of the other characters, and absent if there
/// are none.
///
/// - non-letters: neither `Alphabetic` in Unicode (which vowel signs of Indic scripts are).
/// - capitals: share of the letters that are `Uppercase`; absent without letters.
/// - digits: share of characters in Unicode's categories Nd, Nl and No.
/// - repetition: share of words that occurred before in the text, in small letters: 1 − the
///   type–token ratio.
/// - longest run: length of the longest run of one character, white space apart.
pub fn text(text: &str) -> Properties {
    let counts = count(text);
    let lower = text.to_lowercase();
    let (mut words, mut seen) = (0, HashSet::new());
    for word in lower.split_whitespace() {
        words += 1;
        seen.insert(word);
    }
    let values = [
        Some(counts.all as f64),
        Some(words as f64),
        share(counts.visible, words),
        share(counts.visible - counts.letters, counts.visible),
        share(counts.capitals, counts.letters),
        share(counts.digits, counts.visible),
        share(counts.non_ascii, counts.visible),
        share(words - seen.len(), words),
        Some(counts.longest as f64),
    ];
    Properties::new(Modality::Text, values)
}

fn count(text: &str) -> Counts {
    let mut counts = Counts::default();
    let (mut last, mut run) = (None, 0);
    for c in text.chars() {
        counts.all += 1;
        run = if last == Some(c) { run + 1 } else { 1 };
        last = Some(c);
        if c.is_whitespace() {
            continue;
        }
        counts.visible += 1;
        counts.letters += usize::from(c.is_alphabetic());
        counts.capitals += usize::from(c.is_uppercase() && c.is_alphabetic());
        counts.digits += usize::from(c.is_numeric());
        counts.non_ascii += usize::from(!c.is_ascii());
        counts.longest = counts.longest.max(run);
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(given: &str, expected: &[(&str, Option<f64>)]) {
        let properties = text(given);
        for &(name, value) in expected {
            let found = properties.get(name);
            let near = found.zip(value).is_some_and(|(a, b)| (a - b).abs() < 1e-12);
            assert!(near || found == value, "{given:?} {name}: {found:?}");
        }
    }

    #[test]
    fn an_english_sentence() {
        check(
            "The cat saw THE dog, 22 times!!!",
            &[
                ("characters", Some(32.0)),
                ("words", Some(7.0)),
                ("word length", Some(26.0 / 7.0)),
                ("non-letters", Some(6.0 / 26.0)),
                ("capitals", Some(4.0 / 20.0)),
                ("digits", Some(2.0 / 26.0)),
                ("non-ascii", Some(0.0)),
                ("repetition", Some(1.0 / 7.0)),
                ("longest run", Some(3.0)),
            ],
        );
    }

    #[test]
    fn other_scripts_and_emoji() {
        check(
            "今天 天气",
            &[("words", Some(2.0)), ("non-letters", Some(0.0)), ("capitals", Some(0.0))],
        );
        check(
            "😀😀 ok",
            &[("non-letters", Some(0.5)), ("non-ascii", Some(0.5)), ("longest run", Some(2.0))],
        );
        check("ÉTÉ été", &[("repetition", Some(0.5)), ("capitals", Some(0.5))]);
    }

    #[test]
    fn nothing_to_count_is_absent() {
        check("", &[("characters", Some(0.0)), ("words", Some(0.0)), ("word length", None)]);
        check(" \n\t ", &[("characters", Some(4.0)), ("digits", None), ("longest run", Some(0.0))]);
        check("123", &[("capitals", None), ("non-letters", Some(1.0)), ("repetition", Some(0.0))]);
    }

    proptest! {
        #[test]
        fn shares_are_shares_and_doubling_a_text_repeats_its_words(given in "\\PC{0,40}") {
            let once = text(&given);
            for (property, value) in once.iter() {
                let most = if property.unit == "0–1" { 1.0 } else { 40.0 };
                prop_assert!(value.is_none_or(|v| (0.0..=most).contains(&v)), "{} {:?}", property.name, value);
            }
            let twice = text(&format!("{given}\n{given}"));
            if let Some(repeated) = twice.get("repetition") {
                prop_assert!(repeated >= 0.5);
                prop_assert_eq!(twice.get("capitals"), once.get("capitals"));
            }
        }
    }
}
