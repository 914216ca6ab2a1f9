//! What can be written at the caret: fields, words, columns, and the values of each.

use super::Names;
use super::fields::{
    COLUMN, DIFFICULTIES, FIELDS, FLAGS, Field, Target, VERDICTS, column_name, orders,
};
use super::lex::{Kind, Op, Token, Word, lex, op};
use super::names::{Fit, Typed};
use super::write::{column, quote};
use crate::dataset::{Column, Difficulty, Verdict};
use std::collections::HashMap;
use std::ops::Range;

/// Candidates that are offered.
const MOST: usize = 50;
/// Rows that are looked at for the values of a column.
const LOOKED_AT: usize = 10_000;
/// Distinct values above which those of a column are not offered.
const FEW: usize = 50;

/// What can be written at the caret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// The bytes of the text that a candidate replaces.
    pub range: Range<usize>,
    /// The best first, at most 50.
    pub items: Vec<Candidate>,
}

/// One thing that can be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// What to put in place of [`Completion::range`].
    pub insert: String,
    /// What it means, in a few words; may be empty.
    pub help: String,
}

/// The values of the metadata columns that have few, by column: made once, because a pass over the
/// cells takes too long for each key.
#[derive(Debug, Clone, Default)]
pub struct Vocabulary {
    columns: Vec<Vec<String>>,
}

impl Vocabulary {
    /// Looks at the first 10,000 cells of each column. One with more than 50 distinct values has
    /// none to offer; else the most frequent come first.
    pub fn new(columns: &[Column]) -> Self {
        Self { columns: columns.iter().map(values).collect() }
    }
}

fn values(column: &Column) -> Vec<String> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for cell in column.cells.iter().take(LOOKED_AT).filter(|cell| !cell.is_empty()) {
        *counts.entry(cell).or_default() += 1;
        if counts.len() > FEW {
            return Vec::new();
        }
    }
    let mut counts: Vec<(&str, usize)> = counts.into_iter().collect();
    counts.sort_unstable_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    counts.into_iter().map(|(value, _)| value.to_owned()).collect()
}

/// What can be written at the byte `caret` of `text`; `saved` are the names of saved filters.
pub fn complete(
    text: &str,
    caret: usize,
    names: &Names<'_>,
    words: &Vocabulary,
    saved: &[String],
) -> Completion {
    let caret = text.floor_char_boundary(caret);
    let (tokens, _) = lex(&text[..caret]);
    let (word, before) = typed(&text[..caret], &tokens);
    let start = tokens.get(before.len()).map_or(caret, |token| token.at.start);
    let range = start..end(text, start, caret, &word);
    let value = matches!(before.last(), Some(Token { kind: Kind::Op(_) | Kind::Comma, .. }));
    if value {
        let offers = field(before, names).map(|field| of_value(field, names, words));
        return Completion { range, items: best(&word.text, &offers.unwrap_or_default()) };
    }
    let mut items = best_terms(&word, names, saved);
    if op(text[range.end..].trim_start()).is_some() {
        // The operator that is there already stays.
        for item in &mut items {
            let name = item.insert.trim_end_matches([':', '=', '>', '<', '~']).len();
            item.insert.truncate(name);
        }
    }
    Completion { range, items }
}

/// The word that ends at the caret, perhaps empty, and the tokens before it.
fn typed<'t>(text: &str, tokens: &'t [Token]) -> (Word, &'t [Token]) {
    match tokens.split_last() {
        Some((Token { kind, at }, before)) if at.end == text.len() => match kind {
            Kind::Word(word) => return (word.clone(), before),
            // `or` may become `order`.
            Kind::And | Kind::Or | Kind::Not if text.ends_with(char::is_alphabetic) => {
                let word = text[at.clone()].to_owned();
                return (Word { bare: word.len(), text: word, ..Word::default() }, before);
            }
            _ => {}
        },
        _ => {}
    }
    (Word::default(), tokens)
}

/// Where the word under the caret ends: what is typed again is not left behind it.
fn end(text: &str, start: usize, caret: usize, word: &Word) -> usize {
    if start == caret {
        return caret;
    }
    let (tokens, _) = lex(text);
    let whole = tokens.iter().find(|token| token.at.start == start);
    let Some(Token { at, .. }) = whole else { return caret };
    // Quotes that are still open would reach to those of the next value.
    let written = &text[at.clone()];
    let closed = written.ends_with('"') && written.matches('"').count() == 2;
    if !word.quoted || closed { at.end } else { caret }
}

/// The field whose value comes next, and how it is compared.
fn field(before: &[Token], names: &Names<'_>) -> Option<(Target, Op)> {
    let place = before.iter().rposition(|token| matches!(token.kind, Kind::Op(_)))?;
    let (Kind::Op(op), Kind::Word(word)) =
        (&before[place].kind, &before[place.checked_sub(1)?].kind)
    else {
        return None;
    };
    // The number behind p:CLASS has no names.
    let second = place.checked_sub(2).map(|second| &before[second].kind);
    if matches!(second, Some(Kind::Op(_) | Kind::Comma)) {
        return None;
    }
    Some((Target::of(word, &(0..0), names).ok().flatten()?, *op))
}

/// A name that what was typed is held against, what is inserted for it, and help.
type Offer<'a> = (&'a str, String, &'a str);

fn of_value<'a>(
    (target, op): (Target, Op),
    names: &'a Names<'a>,
    words: &'a Vocabulary,
) -> Vec<Offer<'a>> {
    let plain = |name: &'a str| (name, quote(name), "");
    let classes = || names.classes.names().iter().map(String::as_str);
    let hyphens = |name: &'static str| (name, name.replace(' ', "-"), "");
    match target {
        Target::Column(_) if !matches!(op, Op::Is | Op::Equal | Op::Unequal) => Vec::new(),
        Target::Column(index) => {
            let values = words.columns.get(index).into_iter().flatten();
            values.map(|value| plain(value)).collect()
        }
        Target::Field(_, field) => match field {
            Field::Class(_) => classes().map(plain).collect(),
            Field::Probability => {
                classes().map(|name| (name, format!("{}>", quote(name)), "")).collect()
            }
            Field::Tag => {
                let tags = names.tags.iter();
                tags.map(|tag| (&*tag.name, quote(&tag.name), &*tag.description)).collect()
            }
            Field::Verdict => VERDICTS.into_iter().map(Verdict::name).map(hyphens).collect(),
            Field::Difficulty => {
                DIFFICULTIES.into_iter().map(Difficulty::name).map(hyphens).collect()
            }
            Field::Order => {
                orders().map(|order| (order.key(), order.key().to_owned(), order.name())).collect()
            }
            Field::Is => FLAGS.iter().map(|row| (row.0, row.0.to_owned(), row.2)).collect(),
            Field::Number(_) | Field::Whole(_) | Field::Part(_) => Vec::new(),
        },
    }
}

fn best_terms(word: &Word, names: &Names<'_>, saved: &[String]) -> Vec<Candidate> {
    let filters =
        || saved.iter().map(|name| (name.as_str(), format!("@{}", quote(name)), "a saved filter"));
    if let Some(name) = word.saved() {
        return best(name, &filters().collect::<Vec<_>>());
    }
    let columns = |prefix: &'static str| {
        names.columns.iter().map(move |c| {
            let (op, help) = if c.numbers.is_some() { (">", "numbers") } else { ("=", "words") };
            let name = if prefix.is_empty() {
                column(&c.name)
            } else {
                prefix.to_owned() + &quote(&c.name)
            };
            (c.name.as_str(), name + op, help)
        })
    };
    if let Some(name) = column_name(word) {
        return best(name, &columns(COLUMN).collect::<Vec<_>>());
    }
    if word.quoted {
        return best(&word.text, &columns("").collect::<Vec<_>>());
    }
    let fields = FIELDS.iter().map(|row| (row.0, format!("{}{}", row.0, row.2), row.3));
    let flags = FLAGS.iter().map(|row| (row.0, row.0.to_owned(), row.2));
    let offers = fields.chain(flags).chain(columns("")).chain(filters());
    best(&word.text, &offers.collect::<Vec<_>>())
}

/// Those that fit what was typed, the best first; equal ones keep their order.
fn best(typed: &str, offers: &[Offer<'_>]) -> Vec<Candidate> {
    let typed = Typed::new(typed);
    let fit = |offer: &&Offer<'_>| typed.fit(offer.0);
    let mut fitting: Vec<(Fit, &Offer<'_>)> =
        offers.iter().filter_map(|offer| Some((fit(&offer)?, offer))).collect();
    fitting.sort_by_key(|&(fit, _)| fit);
    let candidate = |(_, offer): (Fit, &Offer<'_>)| Candidate {
        insert: offer.1.clone(),
        help: offer.2.to_owned(),
    };
    fitting.into_iter().take(MOST).map(candidate).collect()
}
