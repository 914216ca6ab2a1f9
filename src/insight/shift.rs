//! TO BE WRITTEN.

use super::{Input, Page, Watch};
use anyhow::Result;
use serde::Serialize;

/// What can be chosen on the screen.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ask;

/// What is shown.
#[derive(Debug, Clone, Serialize)]
pub struct Report;

impl Report {
    /// What people are shown of it.
    pub fn page(&self) -> Page {
        Page::default()
    }
}

/// The answer.
///
/// # Errors
/// None.
pub fn answer(_input: &Input, _ask: &Ask, _watch: &mut Watch<'_>) -> Result<Report> {
    Ok(Report)
}
