//! The filter language of the review: `gold:Shirt conf>0.9 -reviewed capture=blurry`.
//!
//! ```text
//! filter  = and { "or" and }              also |
//! and     = not { ["and"] not }
//! not     = { "not" } ( "(" filter ")" | term )     also - and !
//! term    = word | field op value { "," value } | "p:" class op number
//! op      = ":" | "=" | "!=" | ">" | ">=" | "<" | "<=" | "~"
//! ```
//!
//! Words and values are pieces with and without quotes; a `*` without quotes stands for anything.
//! [`Filter::parse`] looks every name up, so that [`Filter::select`] only compares. Pure: knows no
//! file, terminal or clock.
//!
//! Invariant: any text is a filter or an error that shows where; asking a filter never fails.

mod complete;
mod error;
mod eval;
mod fields;
mod lex;
mod names;
mod parse;
mod pattern;
mod saved;
mod terms;
mod write;

pub use complete::{Candidate, Completion, Vocabulary, complete};
pub use error::FilterError;
pub use saved::expand;
pub use write::{alike, cell, column, confidence, quote};

use crate::dataset::{ClassNames, Column, Examples, Reviews, Run, Tag};
use eval::{Node, Row};
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};

/// Rows that are asked between two looks at whether it was cancelled.
const PIECE: usize = 1 << 12;

/// The names that a filter can use.
#[derive(Debug, Clone, Copy)]
pub struct Names<'a> {
    /// The classes.
    pub classes: &'a ClassNames,
    /// The tags.
    pub tags: &'a [Tag],
    /// The metadata: the columns of [`Data::examples`].
    pub columns: &'a [Column],
}

/// What a filter is asked of. `examples`, `run` and `classes` belong together.
#[derive(Debug, Clone, Copy)]
pub struct Data<'a> {
    /// The examples of the split.
    pub examples: &'a Examples,
    /// The run that is reviewed.
    pub run: &'a Run,
    /// The classes.
    pub classes: &'a ClassNames,
    /// What was decided, by row; only rows with a decision.
    pub reviews: &'a Reviews,
    /// Rows that are marked.
    pub marked: &'a BTreeSet<u32>,
}

/// A filter that was read. It holds for the names it was read with: read it anew when tags change.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    node: Node,
}

impl Filter {
    /// Reads a filter; an empty text is one that every example fits.
    ///
    /// # Errors
    /// What is wrong, and where in `text`.
    pub fn parse(text: &str, names: &Names<'_>) -> Result<Self, FilterError> {
        parse::parse(text, names).map(|node| Self { node: node.arranged() })
    }

    /// Whether it asks nothing: every example fits.
    pub fn is_empty(&self) -> bool {
        matches!(&self.node, Node::All(nodes) if nodes.is_empty())
    }

    /// Whether the example in `row` fits. A row outside the data has no value of any kind.
    pub fn matches(&self, data: &Data<'_>, row: u32) -> bool {
        self.node.holds(&Row::new(data, row))
    }

    /// The rows that fit, in the order of `rows`, on all cores; `None` if `cancelled` was set
    /// meanwhile.
    pub fn select(
        &self,
        data: &Data<'_>,
        rows: &[u32],
        cancelled: &AtomicBool,
    ) -> Option<Vec<u32>> {
        let piece = |piece: &[u32]| {
            let fits = |row: &u32| self.matches(data, *row);
            (!cancelled.load(Ordering::Relaxed))
                .then(|| piece.iter().copied().filter(fits).collect())
        };
        let pieces: Option<Vec<Vec<u32>>> = rows.par_chunks(PIECE).map(piece).collect();
        pieces.map(|pieces| pieces.concat())
    }
}

#[cfg(test)]
mod tests;
