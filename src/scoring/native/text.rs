//! Text: `StringNormalizer`, `Tokenizer`, `TfIdfVectorizer`.
//!
//! Invariant: tokens of one batch fill a matrix that [`volume`] allows, and regular expressions run in linear time.

use super::node::Node;
use super::operators::Built;
use super::values::{Outcome, integers, one, texts, volume, whole};
use crate::scoring::tensor::Tensor;
use regex::Regex;
use std::collections::{HashMap, HashSet};

/// `StringNormalizer`: stop words out, then the case changed.
pub(super) fn normalizer(node: Node) -> Built {
    let action = node.text("case_change_action", "NONE")?;
    let change: fn(&str) -> String = match action.as_str() {
        "LOWER" => str::to_lowercase,
        "UPPER" => str::to_uppercase,
        "NONE" => str::to_owned,
        _ => return Err(format!("case_change_action {action} is not known")),
    };
    let sensitive = node.int("is_case_sensitive", 0) != 0;
    let fold = move |word: &str| if sensitive { word.to_owned() } else { word.to_lowercase() };
    let stop: HashSet<String> = node.texts("stopwords")?.iter().map(|word| fold(word)).collect();
    Ok(Box::new(move |inputs| {
        let input = inputs.get(0)?;
        let shape = input.shape();
        let words = texts(input)?;
        if stop.is_empty() {
            return one(shape, words.iter().map(|word| change(word)).collect());
        }
        let kept = words.iter().filter(|word| !stop.contains(&fold(word)));
        let mut kept: Vec<String> = kept.map(|word| change(word)).collect();
        if kept.is_empty() {
            kept.push(String::new());
        }
        match *shape {
            [_] => one(&[kept.len()], kept),
            [1, _] => one(&[1, kept.len()], kept),
            _ => Err(format!("takes one row of words, not the shape {shape:?}")),
        }
    }))
}

/// How a text falls into tokens.
enum Cut {
    Characters,
    /// At any of these, the first of the list where two overlap.
    At(Regex),
    /// Whatever matches.
    Matches(Regex),
}

impl Cut {
    fn of(node: Node) -> Result<Self, String> {
        let expression = node.text("tokenexp", "")?;
        if !expression.is_empty() {
            return Regex::new(&expression)
                .map(Self::Matches)
                .map_err(|_| "has a bad `tokenexp`".to_owned());
        }
        let separators = node.texts("separators")?;
        match separators.as_slice() {
            [] => Err("has no separators".to_owned()),
            [only] if only.is_empty() => Ok(Self::Characters),
            list => {
                // ONNX Runtime takes separators for expressions too
                let regex = Regex::new(&list.join("|"));
                regex.map(Self::At).map_err(|_| "has bad separators".to_owned())
            }
        }
    }

    fn tokens<'a>(&self, text: &'a str) -> Vec<&'a str> {
        match self {
            Self::Characters => {
                text.char_indices().map(|(i, c)| &text[i..i + c.len_utf8()]).collect()
            }
            Self::At(separators) => separators.split(text).collect(),
            Self::Matches(tokens) => tokens.find_iter(text).map(|found| found.as_str()).collect(),
        }
    }
}

/// `Tokenizer` of com.microsoft: a new last axis with the tokens, filled up with a pad.
pub(super) fn tokenizer(node: Node) -> Built {
    let cut = Cut::of(node)?;
    let shortest = usize::try_from(node.int("mincharnum", 1)).unwrap_or(1).max(1);
    let pad = node.text("pad_value", "#")?;
    let mark = node.int("mark", 0) != 0;
    Ok(Box::new(move |inputs| {
        let input = inputs.get(0)?;
        let all = texts(input)?;
        let mut rows: Vec<Vec<&str>> = Vec::with_capacity(all.len());
        for text in all.iter() {
            let mut tokens = cut.tokens(text);
            tokens.retain(|token| token.chars().count() >= shortest);
            rows.push(tokens);
        }
        let longest = rows.iter().map(Vec::len).max().unwrap_or(0);
        let width = if mark && longest > 0 { longest + 2 } else { longest };
        let shape = [input.shape(), &[width]].concat();
        let mut tokens = Vec::with_capacity(volume(&shape)?);
        for row in rows {
            let end = tokens.len() + width;
            if mark && width > 0 {
                tokens.push("\u{2}".to_owned());
            }
            tokens.extend(row.into_iter().map(str::to_owned));
            let pads = end - tokens.len() - usize::from(mark && width > 0);
            tokens.extend(std::iter::repeat_n(&pad, pads).cloned());
            if mark && width > 0 {
                tokens.push("\u{3}".to_owned());
            }
        }
        one(&shape, tokens)
    }))
}

/// A token: a word, or the number of one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Token {
    Word(String),
    Number(i64),
}

/// What `TfIdfVectorizer` counts.
struct Grams {
    /// The column and the weight of each n-gram.
    known: HashMap<Vec<Token>, (usize, f32)>,
    lengths: std::ops::RangeInclusive<usize>,
    skips: usize,
    columns: usize,
    mode: Mode,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Count,
    /// The weight if it is there at all.
    Presence,
    Weighted,
}

/// The longest n-gram, and the widest skip, that is taken seriously.
const LONGEST: usize = 64;

impl Grams {
    fn of(node: Node) -> Result<Self, String> {
        let mode = match node.text("mode", "")?.as_str() {
            "TF" => Mode::Count,
            "IDF" => Mode::Presence,
            "TFIDF" => Mode::Weighted,
            other => return Err(format!("mode {other} is not known")),
        };
        let number = |name: &str, default| {
            let number = usize::try_from(node.int(name, default)).ok().filter(|&n| n <= LONGEST);
            number.ok_or_else(|| format!("has a bad `{name}`"))
        };
        let lengths = number("min_gram_length", 1)?.max(1)..=number("max_gram_length", 1)?;
        let words = node.texts("pool_strings")?.into_iter().map(Token::Word);
        let pool: Vec<Token> =
            words.chain(node.ints("pool_int64s").iter().copied().map(Token::Number)).collect();
        let columns_of = node.ints("ngram_indexes");
        let weights = node.floats("weights");
        let column = |i: usize| columns_of.get(i).and_then(|&c| usize::try_from(c).ok());
        let columns = columns_of.iter().copied().max().unwrap_or(-1).saturating_add(1);
        let columns = usize::try_from(columns).unwrap_or(0);
        volume(&[columns])?;
        let mut known = HashMap::new();
        for (i, gram) in grams(node.ints("ngram_counts"), &pool)?.into_iter().enumerate() {
            let column = column(i).ok_or("has an n-gram without a column")?;
            // a weight belongs to a column
            let weight = weights.get(column).copied().unwrap_or(1.0);
            known.insert(gram.to_vec(), (column, weight));
        }
        Ok(Self { known, lengths, skips: number("max_skip_count", 0)?, columns, mode })
    }

    fn count(&self, tokens: &[Token], row: &mut [f32]) {
        let mut gram = Vec::with_capacity(*self.lengths.end());
        for distance in 1..=self.skips + 1 {
            for start in 0..tokens.len() {
                gram.clear();
                for token in tokens[start..].iter().step_by(distance).take(*self.lengths.end()) {
                    gram.push(token.clone());
                    // a single token has no distance
                    let counted =
                        self.lengths.contains(&gram.len()) && (gram.len() > 1 || distance == 1);
                    if counted && let Some(&(column, weight)) = self.known.get(&gram) {
                        match self.mode {
                            Mode::Count => row[column] += 1.0,
                            Mode::Presence => row[column] = weight,
                            Mode::Weighted => row[column] += weight,
                        }
                    }
                }
            }
        }
    }
}

/// The n-grams of a pool, in order: `starts` says where those of each length begin.
fn grams<'a>(starts: &[i64], pool: &'a [Token]) -> Result<Vec<&'a [Token]>, String> {
    let mut grams = Vec::new();
    for (i, &start) in starts.iter().enumerate() {
        let end = starts.get(i + 1).copied().unwrap_or(whole(pool.len()));
        let part = usize::try_from(start).ok().zip(usize::try_from(end).ok());
        let part = part.and_then(|(start, end)| pool.get(start..end));
        let part = part.filter(|part| part.len().is_multiple_of(i + 1));
        grams
            .extend(part.ok_or("has `ngram_counts` that do not fit its pool")?.chunks_exact(i + 1));
    }
    Ok(grams)
}

/// `TfIdfVectorizer`.
pub(super) fn tf_idf(node: Node) -> Built {
    let grams = Grams::of(node)?;
    Ok(Box::new(move |inputs| counted(&grams, inputs.get(0)?)))
}

fn counted(grams: &Grams, input: &Tensor) -> Outcome {
    let tokens: Vec<Token> = match input {
        Tensor::Text(_) => texts(input)?.iter().cloned().map(Token::Word).collect(),
        _ => integers(input)?.iter().copied().map(Token::Number).collect(),
    };
    let (rows, width, shape) = match *input.shape() {
        [width] => (1, width, vec![grams.columns]),
        [rows, width] => (rows, width, vec![rows, grams.columns]),
        ref shape => return Err(format!("takes rows of tokens, not the shape {shape:?}")),
    };
    let mut counts = vec![0.0_f32; volume(&[rows, grams.columns])?];
    if grams.columns > 0 {
        for (i, row) in counts.chunks_exact_mut(grams.columns).enumerate() {
            grams.count(&tokens[i * width..(i + 1) * width], row);
        }
    }
    one(&shape, counts)
}
