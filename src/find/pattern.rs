//! Patterns over texts: literal pieces with anything between them.

use super::lex::Word;
use super::names::lower;

/// Literal pieces that a text must have in this order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern {
    pieces: Vec<String>,
    /// The first piece begins the text and the last one ends it.
    whole: bool,
    /// The pieces are in lower case, and so is the text to be.
    ignores_case: bool,
}

impl Pattern {
    /// The whole text, as it is written.
    pub fn exact(word: &Word) -> Self {
        Self { pieces: pieces(word), whole: true, ignores_case: false }
    }

    /// The whole text, ignoring case.
    pub fn whole(word: &Word) -> Self {
        Self { whole: true, ..Self::part(word) }
    }

    /// A part of the text, ignoring case.
    pub fn part(word: &Word) -> Self {
        let pieces = pieces(word).iter().map(|piece| lower(piece)).collect();
        Self { pieces, whole: false, ignores_case: true }
    }

    /// Whether `text` fits.
    pub fn fits(&self, text: &str) -> bool {
        let same: fn(&[u8], &[u8]) -> bool = <[u8]>::eq;
        match (self.ignores_case, text.is_ascii()) {
            (false, _) => self.finds(text.as_bytes(), same),
            (true, true) => self.finds(text.as_bytes(), <[u8]>::eq_ignore_ascii_case),
            (true, false) => self.finds(lower(text).as_bytes(), same),
        }
    }

    /// Takes each piece where it first comes, which leaves most room for those behind it.
    fn finds(&self, text: &[u8], same: impl Fn(&[u8], &[u8]) -> bool + Copy) -> bool {
        let mut rest = text;
        let mut middle = self.pieces.as_slice();
        if self.whole {
            let Some((first, behind)) = self.pieces.split_first() else { return text.is_empty() };
            let Some((begin, after)) = text.split_at_checked(first.len()) else { return false };
            if !same(begin, first.as_bytes()) {
                return false;
            }
            let Some((last, between)) = behind.split_last() else { return after.is_empty() };
            let Some(split) = after.len().checked_sub(last.len()) else { return false };
            if !same(&after[split..], last.as_bytes()) {
                return false;
            }
            (rest, middle) = (&after[..split], between);
        }
        middle.iter().all(|piece| match position(rest, piece.as_bytes(), same) {
            Some(at) => {
                rest = &rest[at + piece.len()..];
                true
            }
            None => false,
        })
    }
}

/// The word, cut at its stars.
fn pieces(word: &Word) -> Vec<String> {
    let mut from = 0;
    let mut pieces = Vec::with_capacity(word.stars.len() + 1);
    for &star in &word.stars {
        pieces.push(word.text[from..star].to_owned());
        from = star + 1;
    }
    pieces.push(word.text[from..].to_owned());
    pieces
}

/// Where `piece` first stands in `text`. Most places are ruled out by their first byte.
fn position(text: &[u8], piece: &[u8], same: impl Fn(&[u8], &[u8]) -> bool) -> Option<usize> {
    let Some(first) = piece.first() else { return Some(0) };
    let last = text.len().checked_sub(piece.len())?;
    (0..=last).find(|&at| {
        text[at].eq_ignore_ascii_case(first) && same(&text[at..at + piece.len()], piece)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn word(text: &str) -> Word {
        let stars = text.match_indices('*').map(|(at, _)| at).collect();
        Word { text: text.into(), stars, ..Word::default() }
    }

    /// By the definition, with backtracking.
    fn slow(pattern: &[char], text: &[char]) -> bool {
        match pattern.split_first() {
            None => text.is_empty(),
            Some(('*', rest)) => (0..=text.len()).any(|skip| slow(rest, &text[skip..])),
            Some((c, rest)) => text.first() == Some(c) && slow(rest, &text[1..]),
        }
    }

    #[test]
    fn ignores_case_in_every_script() {
        assert!(Pattern::whole(&word("ÄRMEL*")).fits("ärmel lang"));
        assert!(Pattern::part(&word("ΟΔΟΣ")).fits("οδοσ"));
        assert!(Pattern::part(&word("k")).fits("5 \u{212a}"), "the Kelvin sign");
        assert!(!Pattern::exact(&word("Dev*")).fits("dev-1"));
    }

    proptest! {
        #[test]
        fn wildcards_agree_with_the_definition(pattern in "[ab*]{0,6}", text in "[ab]{0,8}") {
            let chars = |text: &str| text.chars().collect::<Vec<_>>();
            let fits = slow(&chars(&pattern), &chars(&text));
            prop_assert_eq!(Pattern::exact(&word(&pattern)).fits(&text), fits);
            prop_assert_eq!(Pattern::whole(&word(&pattern)).fits(&text.to_uppercase()), fits);
            let part = slow(&chars(&format!("*{pattern}*")), &chars(&text));
            prop_assert_eq!(Pattern::part(&word(&pattern)).fits(&text), part);
        }
    }
}
