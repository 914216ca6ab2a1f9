//! Which class a person means who types: the list of a picker where Enter takes the top one.
//!
//! Invariant: a class whose name is typed in full stands on top, whatever the model says of it.

use crate::dataset::ClassNames;

/// Part of the prior that recent choices can take from the model.
const CACHE: f64 = 0.1;
/// A choice counts this much of the one after it: half of it after seven.
const DECAY: f64 = 0.9;

/// What is known before a key is typed.
#[derive(Debug, Clone, Copy, Default)]
pub struct ClassQuery<'a> {
    /// The model's probabilities for this example, K; others, or none, count as all equal.
    pub probs: &'a [f32],
    /// Classes chosen lately, the latest first; a class may stand more than once.
    pub recent: &'a [u32],
    /// Classes that have keys of their own here, such as gold label and prediction. They come last among
    /// those that match equally well.
    pub last: &'a [u32],
}

/// How well a name matches, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Tier {
    /// The name as it is spelled.
    Spelled,
    /// The name in other case.
    Whole,
    /// The name begins with it.
    Prefix,
    /// A word of the name begins with it, or the name does when its punctuation is left out.
    Word,
    /// The first letters of the words begin with it.
    Initials,
    /// It stands within the name.
    Within,
    /// Its letters stand in the name in this order.
    Scattered,
}

/// The names of all classes, prepared once for any number of keys.
#[derive(Debug, Clone)]
pub struct ClassIndex {
    names: Vec<Name>,
}

impl ClassIndex {
    /// Folds the names: lower case, white space as single spaces, cut into words.
    pub fn new(classes: &ClassNames) -> Self {
        Self { names: classes.names().iter().map(|name| Name::new(name)).collect() }
    }

    /// The classes that match what is typed, best first. White space in `typed` separates words, each of
    /// which must match; the worst of them decides. Case is ignored. Nothing typed matches every class.
    ///
    /// Tiers, best first: the whole name, prefix of the name, prefix of a word (words end at anything that
    /// is no letter or digit, and where camelCase goes up), initials of the words, part of the name,
    /// letters in the same order. Within a tier the most probable comes first, then the shortest name.
    ///
    /// P(c) = (1 − w(1 − dⁿ)) p(c) + w(1 − d) Σᵢ dⁱ [rᵢ = c] with the n recent choices r₀ (the latest), r₁, …,
    /// w = 0.1, d = 0.9: the model mixed with an exponentially decaying cache (Kuhn & De Mori 1990, IEEE Trans.
    /// PAMI 12:570; Clarkson & Robinson 1997, ICASSP). The right classes of errors recur, since the same
    /// classes are confused again and again, and p, being of one example, does not know which. A mixture, no
    /// product: neither a class with p = 0 nor one never chosen is ruled out. p is the model's
    /// probability given that it is none of `last`, which nobody types. In simulations this w costs no keys
    /// where classes never recur (0.3 does), and gains as many as 0.3 where they do and the model knows nothing.
    pub fn rank(&self, typed: &str, query: &ClassQuery<'_>) -> Vec<u32> {
        let typed = Typed::new(typed);
        let prior = self.prior(query);
        let mut found: Vec<(Tier, bool, f64, u32)> = Vec::new();
        for (k, (name, prior)) in (0..).zip(self.names.iter().zip(prior)) {
            if let Some(tier) = name.tier(&typed) {
                found.push((tier, query.last.contains(&k), prior, k));
            }
        }
        let length = |k: u32| self.names[k as usize].text.len();
        found.sort_unstable_by(|a, b| {
            let equal = || length(a.3).cmp(&length(b.3)).then(a.3.cmp(&b.3));
            (a.0, a.1).cmp(&(b.0, b.1)).then_with(|| b.2.total_cmp(&a.2)).then_with(equal)
        });
        found.into_iter().map(|found| found.3).collect()
    }

    /// P of every class; finite.
    fn prior(&self, query: &ClassQuery<'_>) -> Vec<f64> {
        let given = query.probs.len() == self.names.len();
        let p = |k: usize| match query.probs.get(k).map(|&p| f64::from(p)) {
            Some(p) if given => p.clamp(0.0, 1.0),
            _ => 1.0,
        };
        // clamp lets NaN through, max does not
        let mut prior: Vec<f64> = (0..self.names.len()).map(|k| p(k).max(0.0)).collect();
        for &k in query.last {
            if let Some(p) = prior.get_mut(k as usize) {
                *p = 0.0;
            }
        }
        let sum: f64 = prior.iter().sum();
        let forgotten = DECAY.powf(query.recent.len() as f64);
        let model = if sum > 0.0 { (1.0 - CACHE * (1.0 - forgotten)) / sum } else { 0.0 };
        for p in &mut prior {
            *p *= model;
        }
        let mut weight = CACHE * (1.0 - DECAY);
        for &k in query.recent {
            if let Some(p) = prior.get_mut(k as usize) {
                *p += weight;
            }
            weight *= DECAY;
        }
        prior
    }
}

/// A name, prepared.
#[derive(Debug, Clone)]
struct Name {
    spelled: String,
    /// In lower case, white space as single spaces.
    text: String,
    /// Its letters and digits alone.
    letters: String,
    /// Where words begin in `letters`.
    words: Vec<u32>,
    initials: String,
    /// Which characters it has; see [`characters`].
    characters: u64,
}

impl Name {
    fn new(spelled: &str) -> Self {
        let text = fold(spelled);
        let (mut letters, mut initials, mut words) = (String::new(), String::new(), Vec::new());
        for word in words_of(spelled) {
            words.push(letters.len() as u32);
            let start = letters.len();
            letters.extend(word.chars().flat_map(char::to_lowercase));
            initials.extend(letters[start..].chars().next());
        }
        let characters = characters(&text);
        Self { spelled: spelled.to_owned(), text, letters, words, initials, characters }
    }

    fn tier(&self, typed: &Typed) -> Option<Tier> {
        if typed.characters & !self.characters != 0 {
            return None;
        }
        if self.text == typed.text && !typed.text.is_empty() {
            return Some(if self.spelled == typed.spelled { Tier::Spelled } else { Tier::Whole });
        }
        if self.text.starts_with(&typed.text) {
            return Some(Tier::Prefix);
        }
        if !typed.letters.is_empty() && self.letters.starts_with(&typed.letters) {
            return Some(Tier::Word);
        }
        let worst = |worst: Tier, word: &str| Some(worst.max(self.tier_of_word(word)?));
        typed.text.split(' ').try_fold(Tier::Prefix, worst)
    }

    fn tier_of_word(&self, word: &str) -> Option<Tier> {
        if self.text.starts_with(word) {
            return Some(Tier::Prefix);
        }
        let begins = |&start: &u32| self.letters[start as usize..].starts_with(word);
        if self.words.iter().any(begins) {
            return Some(Tier::Word);
        }
        if self.initials.starts_with(word) {
            return Some(Tier::Initials);
        }
        if self.text.contains(word) || self.letters.contains(word) {
            return Some(Tier::Within);
        }
        let mut left = self.text.chars();
        word.chars().all(|c| left.any(|other| other == c)).then_some(Tier::Scattered)
    }
}

/// What is typed, prepared.
struct Typed {
    spelled: String,
    text: String,
    letters: String,
    characters: u64,
}

impl Typed {
    fn new(typed: &str) -> Self {
        let text = fold(typed);
        let letters = text.chars().filter(|c| c.is_alphanumeric()).collect();
        // A space may stand for a hyphen or for nothing.
        let characters = characters(&text) & !characters(" ");
        Self { spelled: typed.to_owned(), text, letters, characters }
    }
}

/// Lower case; white space at the ends away, else as single spaces.
fn fold(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    for word in name.split_whitespace() {
        if !text.is_empty() {
            text.push(' ');
        }
        text.extend(word.chars().flat_map(char::to_lowercase));
    }
    text
}

/// One bit for each of the characters of a folded text; several share a bit. What has a bit that a name lacks
/// can't match it, which rules most names out at once.
fn characters(text: &str) -> u64 {
    text.chars().fold(0, |bits, c| bits | 1 << (c as u32 % 64))
}

/// Runs of letters and digits, cut where camelCase goes up: before a capital that follows none, and before
/// the last of several capitals if a small letter comes next.
pub(super) fn words_of(name: &str) -> impl Iterator<Item = &str> {
    name.split(|c: char| !c.is_alphanumeric()).flat_map(humps).filter(|word| !word.is_empty())
}

fn humps(run: &str) -> Vec<&str> {
    let chars: Vec<(usize, char)> = run.char_indices().collect();
    let mut starts = vec![0];
    for i in 1..chars.len() {
        let next_small = chars.get(i + 1).is_some_and(|next| next.1.is_lowercase());
        if chars[i].1.is_uppercase() && (!chars[i - 1].1.is_uppercase() || next_small) {
            starts.push(chars[i].0);
        }
    }
    let ends = starts.iter().skip(1).copied().chain([run.len()]);
    starts.iter().zip(ends).map(|(&start, end)| &run[start..end]).collect()
}

#[cfg(test)]
#[path = "typeahead_tests.rs"]
mod tests;
