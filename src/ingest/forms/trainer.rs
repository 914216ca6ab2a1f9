//! `predict_results_<task>.txt` of Hugging Face's example scripts: `index`, a tab, `prediction`.
//!
//! Invariant: the second cell is the model's class as it is written; quotes mean nothing in it.

use super::texts::Texts;
use super::{Sight, in_order};
use crate::ingest::IngestError;
use crate::ingest::frame::Frame;
use std::path::Path;

/// Whether the first line is the header that these scripts write.
pub fn sniff(sight: &Sight<'_>) -> bool {
    sight.is_text() && sight.first_line() == b"index\tprediction"
}

/// Reads the predictions.
///
/// # Errors
/// A file that can't be read, or in which no line can be used: with the first reason.
pub fn read(path: &Path) -> Result<Frame, IngestError> {
    let mut texts = Texts::default();
    let mut header = true;
    in_order(path, |number, line| {
        if !std::mem::take(&mut header) {
            let read = put(&mut texts, line);
            texts.end_or_leave_out(number, read);
        }
    })?;
    let mut frame = texts.frame();
    frame.notes.push(
        "these predictions are in the order of the test data: `index` counts its rows".to_owned(),
    );
    frame.or_refuse(path)
}

fn put(texts: &mut Texts, line: &[u8]) -> Result<(), String> {
    let line = std::str::from_utf8(line).map_err(|_| "not UTF-8 text")?;
    let (index, prediction) = line.split_once('\t').ok_or("no tab between index and prediction")?;
    if index.parse::<u32>().is_err() {
        return Err(format!("the index is {index:?}"));
    }
    if prediction.starts_with('[') && prediction.ends_with(']') {
        return Err("it has a list of predictions, where one is expected".to_owned());
    }
    texts.put("index", index)?;
    texts.put("prediction", prediction)
}

#[cfg(test)]
#[path = "trainer_tests.rs"]
mod tests;
