//! fastText: `__label__x text` a line; and what its `predict` and `predict-prob` print.
//!
//! Invariant: lines that hold labels and no text are predictions, never gold.

use super::several::several;
use super::texts::Texts;
use super::{Sight, in_order};
use crate::ingest::IngestError;
use crate::ingest::frame::Frame;
use std::path::Path;

const LABEL: &str = "__label__";
/// What doccano puts before a comment, which goes on to the end of the line.
const COMMENT: &str = "__comment__";

/// Whether the first line begins with a label.
pub fn sniff(sight: &Sight<'_>) -> bool {
    sight.is_text() && sight.first_line().starts_with(LABEL.as_bytes())
}

/// A line taken apart.
#[derive(Debug, PartialEq)]
struct Line<'l> {
    labels: Vec<&'l str>,
    text: String,
    /// The probability of the first label, in what `predict-prob` prints.
    probability: Option<f32>,
}

fn line_of(line: &str) -> Line<'_> {
    let mut labels = Vec::new();
    let mut rest = line.split_once(COMMENT).map_or(line, |(before, _)| before).trim();
    while let Some(after) = rest.strip_prefix(LABEL) {
        let end = after.find(char::is_whitespace).unwrap_or(after.len());
        labels.push(&after[..end]);
        rest = after[end..].trim_start();
    }
    let mut words = rest.split_whitespace();
    let probability = words.next().and_then(|word| word.parse::<f32>().ok());
    let rest_is_printed = |word: &str| word.starts_with(LABEL) || word.parse::<f32>().is_ok();
    let printed =
        probability.is_some_and(|p| (0.0..1.001).contains(&p)) && words.all(rest_is_printed);
    if !printed && rest.contains(LABEL) {
        // labels may stand behind the text, or in it
        let (more, words): (Vec<&str>, Vec<&str>) =
            rest.split_whitespace().partition(|word| word.starts_with(LABEL));
        labels.extend(more.iter().filter_map(|label| label.strip_prefix(LABEL)));
        return Line { labels, text: words.join(" "), probability: None };
    }
    Line { labels, text: rest.to_owned(), probability: probability.filter(|_| printed) }
}

/// Reads labelled lines, which may be compressed with gzip.
///
/// # Errors
/// A file that can't be read, or in which no line can be used: with the first reason.
pub fn read(path: &Path) -> Result<Frame, IngestError> {
    let mut all_printed = true;
    in_order(path, |_, line| {
        let line = String::from_utf8_lossy(line);
        let line = line_of(&line);
        all_printed &= line.text.is_empty() || line.probability.is_some();
    })?;
    let mut texts = Texts::default();
    in_order(path, |number, line| {
        let read = match std::str::from_utf8(line) {
            Ok(line) => put(&mut texts, &line_of(line), all_printed),
            Err(_) => Err("not UTF-8 text".to_owned()),
        };
        texts.end_or_leave_out(number, read);
    })?;
    let mut frame = texts.frame();
    if all_printed {
        let note = "there are labels without texts: they are taken for predictions, as fastText's predict prints them";
        frame.notes.push(note.to_owned());
    }
    frame.or_refuse(path)
}

fn put(texts: &mut Texts, line: &Line<'_>, printed: bool) -> Result<(), String> {
    match (line.labels.as_slice(), printed) {
        ([], _) => Err(format!("no label: the line does not begin with {LABEL}")),
        ([first, ..], true) => {
            texts.put("prediction", first)?;
            let probability = line.probability.map(|p| p.min(1.0).to_string());
            texts.put("confidence", &probability.unwrap_or_default())
        }
        ([label], false) => {
            texts.put("text", &line.text)?;
            texts.put("label", label)
        }
        (labels, false) => Err(several(labels.len())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn frame(text: &[u8]) -> Result<Frame, String> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.txt");
        std::fs::write(&path, text).unwrap();
        read(&path).map_err(|e| e.to_string().replace(&format!("{}/", dir.path().display()), ""))
    }

    fn cells<'f>(frame: &'f Frame, name: &str) -> Vec<&'f str> {
        frame.field(name).unwrap().texts().unwrap().iter().collect()
    }

    #[test]
    fn a_line_is_a_label_and_a_text() {
        let text = b"__label__good  a fine day \n\n__label__bad 0.5 stars\n__label__a __label__b x\nno label\n\xff\nso so __label__bad\n";
        let frame = frame(text).unwrap();
        assert_eq!(cells(&frame, "label"), ["good", "bad", "bad"]);
        assert_eq!(cells(&frame, "text"), ["a fine day", "0.5 stars", "so so"]);
        assert_eq!(frame.lines, [1, 3, 7]);
        let lines: Vec<u64> = frame.left_out.first.iter().map(|left| left.0).collect();
        assert_eq!(lines, [4, 5, 6]);
    }

    #[test]
    fn what_predict_prints_is_no_gold() {
        let printed = frame(
            b"__label__good 0.97 __label__bad 0.03\n__label__bad 1.00001 __label__good 0.1\n",
        )
        .unwrap();
        assert_eq!(cells(&printed, "prediction"), ["good", "bad"]);
        assert_eq!(cells(&printed, "confidence"), ["0.97", "1"]);
        assert!(printed.field("label").is_none() && printed.notes[0].contains("predictions"));
        let frame = frame(b"__label__good\n__label__bad\n").unwrap();
        assert_eq!(cells(&frame, "prediction"), ["good", "bad"]);
    }

    #[test]
    fn nothing_to_use_is_refused_with_the_line() {
        assert_eq!(frame(b"").unwrap_err(), "a.txt: there are no rows in it");
        assert!(frame(b"\n\xff\n").unwrap_err().starts_with("a.txt:2: not UTF-8"));
    }

    proptest! {
        #[test]
        fn nothing_panics(line in "(__label__|a|1\\.0| |é){0,8}") {
            let _ = line_of(&line);
        }
    }
}
