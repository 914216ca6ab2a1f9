//! The worker that measures a model: reads what to measure from standard input and writes lines of JSON.
//!
//! Invariant: started by this program only; it reads nothing but the model and the pictures it is told.

use crate::project::work;
use anyhow::Result;
use std::io;

/// Measures.
pub fn run() -> Result<()> {
    // Not through the output of other commands: each line has to be there at once.
    Ok(work(&mut io::stdin().lock(), &mut io::stdout())?)
}
