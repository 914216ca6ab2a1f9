//! The workers in processes of their own, which measure or score: each reads what to do from standard input
//! and writes lines of JSON.
//!
//! Invariant: started by this program only.

use crate::project::{score_work, work};
use anyhow::Result;
use std::io;

/// Measures; reads nothing but the model and the examples it is told.
pub fn run() -> Result<()> {
    // Not through the output of other commands: each line has to be there at once.
    Ok(work(&mut io::stdin().lock(), &mut io::stdout())?)
}

/// Scores a split of a project.
pub fn score() -> Result<()> {
    Ok(score_work(io::BufReader::new(io::stdin()), &mut io::stdout())?)
}
