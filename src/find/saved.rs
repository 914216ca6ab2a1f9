//! Saved filters: `@name` in a text stands for one.

use super::error::shown;
use super::lex::{Kind, Token, lex};
use super::names::nearest;
use super::{Filter, FilterError, Names};
use std::collections::BTreeMap;
use std::ops::Range;

/// Bytes of a text with everything put in: names that stand for names can grow without end.
const LONGEST: usize = 1 << 16;
/// Saved filters within each other.
const DEEPEST: usize = 16;

/// The text with every `@name` replaced by the saved filter, in parentheses.
///
/// # Errors
/// A name that is unknown or stands for itself, a saved filter whose quotes or parentheses don't
/// close, or a text that becomes too long; `at` is a place in `text`.
pub fn expand(text: &str, saved: &BTreeMap<String, String>) -> Result<String, FilterError> {
    Expansion::of(text, saved).map(|expansion| expansion.text)
}

impl Filter {
    /// Reads a filter that may name saved ones. Places of errors are places in `text`, not in what
    /// the names stand for.
    ///
    /// # Errors
    /// As [`expand`] and [`Filter::parse`].
    pub fn parse_with(
        text: &str,
        saved: &BTreeMap<String, String>,
        names: &Names<'_>,
    ) -> Result<Self, FilterError> {
        let expansion = Expansion::of(text, saved)?;
        Self::parse(&expansion.text, names).map_err(|error| expansion.typed(text, error))
    }
}

/// What was put in, and where it stands in the text that was typed.
type Piece = (Range<usize>, Range<usize>);

/// A text with its names replaced.
#[derive(Default)]
struct Expansion {
    text: String,
    /// In order.
    pieces: Vec<Piece>,
}

impl Expansion {
    fn of(text: &str, saved: &BTreeMap<String, String>) -> Result<Self, FilterError> {
        let mut expansion = Self::default();
        expansion.pieces = write(text, saved, &mut Vec::new(), &mut expansion.text)?;
        Ok(expansion)
    }

    /// The error, where it stands in the text that was typed.
    fn typed(&self, text: &str, error: FilterError) -> FilterError {
        let touched = |(put, _): &&Piece| put.start < error.at.end && error.at.start < put.end;
        let piece = self.pieces.iter().find(touched);
        let at = self.place(error.at.start, false)..self.place(error.at.end, true);
        let error = FilterError { at, ..error };
        match piece {
            Some((_, typed)) => within(&text[typed.clone()], error),
            None => error,
        }
    }

    fn place(&self, byte: usize, end: bool) -> usize {
        let mut moved = (0, 0);
        for (put, typed) in &self.pieces {
            let before = if end { byte <= put.start } else { byte < put.start };
            if before {
                break;
            }
            let inside = if end { byte <= put.end } else { byte < put.end };
            if inside {
                return if end { typed.end } else { typed.start };
            }
            moved = (put.end, typed.end);
        }
        byte - moved.0 + moved.1
    }
}

/// Appends `text` with its names replaced to `out`; `open` are the names that it stands within.
/// Returns what was put in, and where it stands in `text`.
fn write<'a>(
    text: &'a str,
    saved: &'a BTreeMap<String, String>,
    open: &mut Vec<&'a str>,
    out: &mut String,
) -> Result<Vec<Piece>, FilterError> {
    let (tokens, error) = lex(text);
    if let Some(error) = error {
        return Err(error);
    }
    if !open.is_empty() {
        balanced(&tokens)?;
    }
    let mut pieces = Vec::new();
    let mut done = 0;
    for (name, at) in tokens.iter().enumerate().filter_map(|(place, _)| named(&tokens, place)) {
        let (key, body) = saved
            .get_key_value(name)
            .ok_or_else(|| missing(name, at, saved.keys().map(String::as_str)))?;
        if open.contains(&key.as_str()) {
            let what = format!("saved filter {} stands for itself", shown(name));
            return Err(FilterError::new(at.clone(), what, "save it anew without that"));
        }
        if open.len() == DEEPEST || out.len() > LONGEST {
            let what = "the saved filters grow too long";
            return Err(FilterError::new(at.clone(), what, "put fewer of them within each other"));
        }
        out.push_str(&text[done..at.start]);
        done = at.end;
        let start = out.len();
        out.push('(');
        open.push(key);
        let outermost = open.len() == 1;
        write(body, saved, open, out).map_err(|error| {
            let error = FilterError { at: at.clone(), ..error };
            if outermost { within(&text[at.clone()], error) } else { error }
        })?;
        open.pop();
        out.push(')');
        pieces.push((start..out.len(), at.clone()));
    }
    out.push_str(&text[done..]);
    Ok(pieces)
}

/// The error of a saved filter, with the name that was typed.
fn within(name: &str, error: FilterError) -> FilterError {
    FilterError { what: format!("in {}: {}", shown(name), error.what), ..error }
}

/// The saved filter that a token names: values are none.
fn named(tokens: &[Token], place: usize) -> Option<(&str, &Range<usize>)> {
    let value = place.checked_sub(1).map(|before| &tokens[before].kind);
    let Token { kind: Kind::Word(word), at } = &tokens[place] else { return None };
    if matches!(value, Some(Kind::Op(_) | Kind::Comma)) { None } else { Some((word.saved()?, at)) }
}

/// Each parenthesis has its other one, so that a filter can be put into another.
fn balanced(tokens: &[Token]) -> Result<(), FilterError> {
    let mut depth = 0_usize;
    for token in tokens {
        depth = match token.kind {
            Kind::Open => depth + 1,
            Kind::Close => depth.checked_sub(1).ok_or_else(|| unbalanced(token))?,
            _ => depth,
        };
    }
    match tokens.last() {
        Some(last) if depth > 0 => Err(unbalanced(last)),
        _ => Ok(()),
    }
}

fn unbalanced(token: &Token) -> FilterError {
    FilterError::new(token.at.clone(), "a parenthesis stands alone", "save it anew")
}

/// There is no such saved filter.
pub(super) fn missing<'n>(
    name: &str,
    at: &Range<usize>,
    saved: impl Iterator<Item = &'n str>,
) -> FilterError {
    let near: Vec<String> = nearest(saved, name).iter().map(|name| format!("@{name}")).collect();
    let remedy = if near.is_empty() {
        "to search for a text that begins with @, put it in quotes".to_owned()
    } else {
        format!("did you mean {}?", near.join(" or "))
    };
    FilterError::new(at.clone(), format!("there is no saved filter {}", shown(name)), remedy)
}
