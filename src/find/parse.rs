//! From tokens to a tree: `or` of `and` of `not`, terms and parentheses.

use super::eval::Node;
use super::lex::{Kind, Op, Token, Word, lex};
use super::terms;
use super::{FilterError, Names};
use std::ops::Range;

/// Parentheses within each other: reading and asking go as deep as they do.
const DEEPEST: usize = 64;

/// A word and where it stands.
pub(super) type Placed<'a> = (&'a Word, &'a Range<usize>);

/// A field with its values, as it is written.
pub(super) struct Written<'a> {
    pub field: Placed<'a>,
    pub op: Op,
    /// Where the operator stands.
    pub op_at: &'a Range<usize>,
    /// One or more.
    pub values: Vec<Placed<'a>>,
    /// Operator and number behind the class of `p:CLASS>0.3`.
    pub number: Option<(Op, Placed<'a>)>,
}

/// Reads a filter.
pub(super) fn parse(text: &str, names: &Names<'_>) -> Result<Node, FilterError> {
    let (tokens, error) = lex(text);
    if let Some(error) = error {
        return Err(error);
    }
    let mut parser = Parser { tokens: &tokens, next: 0, depth: 0, names };
    let node = parser.any()?;
    match parser.peek() {
        None => Ok(node),
        // Only a parenthesis ends a filter early.
        Some(token) => {
            let what = "there is no `(` that this `)` closes";
            Err(FilterError::new(token.at.clone(), what, "take it away, or put it in quotes"))
        }
    }
}

struct Parser<'a> {
    tokens: &'a [Token],
    next: usize,
    depth: usize,
    names: &'a Names<'a>,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<&'a Token> {
        self.tokens.get(self.next)
    }

    /// Takes the next token if it is of that kind.
    fn take(&mut self, kind: &Kind) -> Option<&'a Token> {
        let token = self.peek().filter(|token| token.kind == *kind)?;
        self.next += 1;
        Some(token)
    }

    fn any(&mut self) -> Result<Node, FilterError> {
        let mut sides: Vec<Node> = self.all()?.into_iter().collect();
        while let Some(or) = self.take(&Kind::Or) {
            match self.all()? {
                Some(side) if !sides.is_empty() => sides.push(side),
                _ => return Err(lonely(or, "`or` needs something on both sides")),
            }
        }
        Ok(match sides.len() {
            0 => Node::All(sides),
            1 => sides.remove(0),
            _ => Node::Any(sides),
        })
    }

    /// `None` if there is nothing.
    fn all(&mut self) -> Result<Option<Node>, FilterError> {
        let mut sides = Vec::new();
        while let Some(token) = self.peek() {
            match token.kind {
                Kind::Close | Kind::Or => break,
                Kind::And => {
                    self.next += 1;
                    let ends = |t: &Token| matches!(t.kind, Kind::Close | Kind::Or | Kind::And);
                    if sides.is_empty() || self.peek().is_none_or(ends) {
                        return Err(lonely(token, "`and` needs something on both sides"));
                    }
                }
                _ => sides.push(self.not()?),
            }
        }
        Ok(match sides.len() {
            0 => None,
            1 => sides.pop(),
            _ => Some(Node::All(sides)),
        })
    }

    fn not(&mut self) -> Result<Node, FilterError> {
        let mut turned = false;
        let mut last = None;
        while let Some(not) = self.take(&Kind::Not) {
            (turned, last) = (!turned, Some(not));
        }
        let node = match (self.peek(), last) {
            (Some(Token { kind: Kind::Close | Kind::Or | Kind::And, .. }) | None, Some(not)) => {
                return Err(lonely(not, "`not` needs something behind it"));
            }
            _ => self.one()?,
        };
        Ok(if turned { Node::Not(Box::new(node)) } else { node })
    }

    /// A term, or what stands in parentheses.
    fn one(&mut self) -> Result<Node, FilterError> {
        let Some(token) = self.peek() else { return Ok(Node::All(Vec::new())) };
        self.next += 1;
        match &token.kind {
            Kind::Open => self.group(token),
            Kind::Word(word) => self.term((word, &token.at)),
            _ => {
                let remedy = "write it as in gold:Shirt or conf>0.9; quotes search for it";
                Err(FilterError::new(token.at.clone(), "there is no field before this", remedy))
            }
        }
    }

    fn group(&mut self, open: &Token) -> Result<Node, FilterError> {
        if self.depth == DEEPEST {
            let what = format!("more than {DEEPEST} parentheses within each other");
            return Err(FilterError::new(open.at.clone(), what, ""));
        }
        self.depth += 1;
        let node = self.any()?;
        self.depth -= 1;
        if self.take(&Kind::Close).is_some() {
            return Ok(node);
        }
        let what = "there is no `)` that closes this `(`";
        Err(FilterError::new(open.at.clone(), what, "add it, or put the `(` in quotes"))
    }

    fn term(&mut self, field: Placed<'a>) -> Result<Node, FilterError> {
        let Some((op, op_at)) = self.op() else { return terms::alone(field) };
        let mut values = vec![self.value(field, op_at)?];
        while let Some(comma) = self.take(&Kind::Comma) {
            values.push(self.value(field, &comma.at)?);
        }
        let number = match self.op() {
            Some((op, at)) => Some((op, self.value(field, at)?)),
            None => None,
        };
        terms::term(&Written { field, op, op_at, values, number }, self.names)
    }

    fn op(&mut self) -> Option<(Op, &'a Range<usize>)> {
        let token = self.peek()?;
        let Kind::Op(op) = token.kind else { return None };
        self.next += 1;
        Some((op, &token.at))
    }

    fn value(
        &mut self,
        field: Placed<'a>,
        behind: &Range<usize>,
    ) -> Result<Placed<'a>, FilterError> {
        if let Some(Token { kind: Kind::Word(word), at }) = self.peek() {
            self.next += 1;
            return Ok((word, at));
        }
        let at = field.1.start..behind.end;
        Err(FilterError::new(at, "the value is missing", "\"\" stands for an empty one"))
    }
}

fn lonely(token: &Token, what: &str) -> FilterError {
    FilterError::new(token.at.clone(), what, "to search for the word itself, put it in quotes")
}
