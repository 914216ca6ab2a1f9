//! Cuts the text of a filter into tokens.
//!
//! Invariant: tokens come in order, don't overlap, and begin and end between characters.

use super::FilterError;
use std::ops::Range;

/// What stands between a field and its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Op {
    Is,
    Equal,
    Unequal,
    Above,
    AtLeast,
    Below,
    AtMost,
    Part,
}

/// How each is written, the longer ones first.
const OPS: [(&str, Op); 9] = [
    ("!=", Op::Unequal),
    (">=", Op::AtLeast),
    ("<=", Op::AtMost),
    ("==", Op::Equal),
    (":", Op::Is),
    ("=", Op::Equal),
    (">", Op::Above),
    ("<", Op::Below),
    ("~", Op::Part),
];

/// The operator that `rest` begins with, and how many bytes it takes.
pub(super) fn op(rest: &str) -> Option<(Op, usize)> {
    let found = OPS.iter().find(|(written, _)| rest.starts_with(written));
    found.map(|&(written, op)| (op, written.len()))
}

/// A name, a value or a phrase: pieces with and without quotes, joined.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Word {
    /// What it says, without quotes.
    pub text: String,
    /// How many bytes of it stand before the first quotes.
    pub bare: usize,
    /// Whether any of it stands in quotes.
    pub quoted: bool,
    /// Where `text` has a `*` that stands for anything: one without quotes.
    pub stars: Vec<usize>,
}

impl Word {
    /// Whether it stands for any value: a `*` alone.
    pub fn is_any(&self) -> bool {
        self.text == "*" && !self.stars.is_empty()
    }

    /// The name behind an `@` without quotes.
    pub fn saved(&self) -> Option<&str> {
        self.text.strip_prefix('@').filter(|_| self.bare > 0)
    }

    fn is(&self, word: &str) -> bool {
        !self.quoted && self.text.eq_ignore_ascii_case(word)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    Open,
    Close,
    And,
    Or,
    Not,
    Op(Op),
    /// Between the values of one field.
    Comma,
    Word(Word),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub kind: Kind,
    pub at: Range<usize>,
}

/// The tokens of `text`. Quotes that are not closed are an error; the tokens then end with the word
/// that they belong to.
pub(super) fn lex(text: &str) -> (Vec<Token>, Option<FilterError>) {
    let mut lexer = Lexer {
        text,
        at: 0,
        mode: Mode::Term,
        probability: false,
        tokens: Vec::new(),
        error: None,
    };
    while lexer.error.is_none() && lexer.step() {}
    (lexer.tokens, lexer.error)
}

/// What may come next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// A field, a word, an operator.
    Term,
    /// A value: operators are part of it.
    Value,
    /// As `Term`, or directly a comma and one more value.
    Listed,
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    mode: Mode,
    /// The value is the class of `p:CLASS>0.3`: an operator ends it.
    probability: bool,
    tokens: Vec<Token>,
    error: Option<FilterError>,
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    /// Reads one token; false at the end.
    fn step(&mut self) -> bool {
        let blank = self.rest().len() - self.rest().trim_start().len();
        self.at += blank;
        let value = self.mode == Mode::Value;
        let listed = value || (self.mode == Mode::Listed && blank == 0);
        let rest = self.rest();
        let Some(first) = rest.chars().next() else { return false };
        match (first, op(rest)) {
            ('(', _) => self.push(Kind::Open, 1, Mode::Term),
            (')', _) => self.push(Kind::Close, 1, Mode::Term),
            ('|', _) => {
                self.push(Kind::Or, if rest.starts_with("||") { 2 } else { 1 }, Mode::Term);
            }
            (',', _) if listed => self.push(Kind::Comma, 1, Mode::Value),
            (_, Some((op, len))) if !value || self.probability => self.operator(op, len),
            ('-' | '!', _) if !value => self.push(Kind::Not, 1, Mode::Term),
            _ => self.word(),
        }
        true
    }

    fn push(&mut self, kind: Kind, len: usize, mode: Mode) {
        self.tokens.push(Token { kind, at: self.at..self.at + len });
        self.at += len;
        self.mode = mode;
    }

    fn operator(&mut self, op: Op, len: usize) {
        let field = self.tokens.last().map(|token| &token.kind);
        self.probability = op == Op::Is && matches!(field, Some(Kind::Word(word)) if word.is("p"));
        self.push(Kind::Op(op), len, Mode::Value);
    }

    fn word(&mut self) {
        let (start, value) = (self.at, self.mode == Mode::Value);
        let mut word = Word::default();
        while let Some(c) = self.rest().chars().next() {
            if c == '"' {
                word.quoted = true;
                self.quoted(&mut word.text);
                continue;
            }
            let operator = || op(self.rest()).is_some();
            if c.is_whitespace()
                || matches!(c, '(' | ')' | '|')
                || (value && c == ',')
                || ((!value || self.probability) && operator())
            {
                break;
            }
            if c == '*' {
                word.stars.push(word.text.len());
            }
            word.text.push(c);
            if !word.quoted {
                word.bare = word.text.len();
            }
            self.at += c.len_utf8();
        }
        let keyword = [("and", Kind::And), ("or", Kind::Or), ("not", Kind::Not)];
        let kind = match keyword.into_iter().find(|(name, _)| !value && word.is(name)) {
            Some((_, kind)) => kind,
            None => Kind::Word(word),
        };
        self.tokens.push(Token { kind, at: start..self.at });
        self.mode = if value { Mode::Listed } else { Mode::Term };
    }

    /// Reads what stands in quotes into `text`.
    fn quoted(&mut self, text: &mut String) {
        let start = self.at;
        self.at += 1;
        while let Some(c) = self.rest().chars().next() {
            let (c, len) = match c {
                '"' => {
                    self.at += 1;
                    return;
                }
                '\\' => escape(self.rest()),
                c => (c, c.len_utf8()),
            };
            text.push(c);
            self.at += len;
        }
        let remedy = r#"end them with "; inside of them \" is a quote and \\ a backslash"#;
        let at = start..self.text.len();
        self.error = Some(FilterError::new(at, "the quotes are not closed", remedy));
    }
}

/// What a backslash in quotes stands for, and how many bytes that takes. `\"`, `\\` and `\u{…}` are
/// escapes; any other backslash is one, so that paths can be typed as they are.
fn escape(rest: &str) -> (char, usize) {
    let code = || {
        let (hex, _) = rest.strip_prefix("\\u{")?.split_once('}')?;
        let code = (hex.len() <= 6).then(|| u32::from_str_radix(hex, 16).ok())??;
        Some((char::from_u32(code)?, hex.len() + "\\u{}".len()))
    };
    match rest.chars().nth(1) {
        Some(c @ ('"' | '\\')) => (c, 2),
        _ => code().unwrap_or(('\\', 1)),
    }
}
