//! Prodigy's JSON Lines: an answer a line, to one label (`textcat` with a single question) or among `options`.
//!
//! Invariant: `label` is the question; only an accepted one is gold, and a rejected one is no other class.

use super::json_lines::{plain, reason};
use super::json_scan::first_names;
use super::several::several;
use super::texts::{Texts, latest_of_each, text_of};
use super::{Sight, in_order};
use crate::ingest::IngestError;
use crate::ingest::frame::Frame;
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::path::Path;

/// Whether the first line is an answer.
pub fn sniff(sight: &Sight<'_>) -> bool {
    let names = first_names(sight.first_line());
    let has = |wanted: &str| names.iter().any(|name| name == wanted);
    sight.is_text() && has("answer") && (has("_task_hash") || has("_input_hash") || has("options"))
}

/// Reads the answers, which may be compressed with gzip.
///
/// # Errors
/// A file that can't be read, or in which no answer can be used: with the first reason.
pub fn read(path: &Path) -> Result<Frame, IngestError> {
    let mut questions = BTreeSet::new();
    in_order(path, |_, line| {
        if let Ok(Value::Object(answer)) = serde_json::from_slice(&plain(line)) {
            questions.extend(answer.get("label").and_then(Value::as_str).map(str::to_owned));
        }
    })?;
    let mut reader = Reader {
        texts: Texts::with(&["_input_hash", "text", "file", "label"]),
        only: questions.pop_first().filter(|_| questions.is_empty()),
        classes: Vec::new(),
    };
    in_order(path, |number, line| {
        let read = match serde_json::from_slice(&plain(line)) {
            Ok(answer) => reader.answer(&answer),
            Err(error) => Err(reason(&error)),
        };
        reader.texts.end_or_leave_out(number, read);
    })?;
    let (only, classes) = (reader.only, reader.classes);
    let mut frame = reader.texts.frame();
    if let (Some(label), true) = (&only, classes.is_empty()) {
        frame
            .notes
            .push(format!("{label:?} was asked for alone: what was rejected is {:?}", not(label)));
    }
    frame.classes = classes;
    latest_of_each(frame, "_input_hash", "_timestamp").or_refuse(path)
}

struct Reader {
    texts: Texts,
    /// The label of all questions, if it is a single one.
    only: Option<String>,
    /// The options, in their order.
    classes: Vec<String>,
}

/// What is read here; the rest is metadata.
const OWN: [&str; 15] = [
    "text",
    "image",
    "audio",
    "path",
    "label",
    "answer",
    "options",
    "accept",
    "score",
    "_input_hash",
    "_task_hash",
    "_session_id",
    "_annotator_id",
    "tokens",
    "config",
];

impl Reader {
    fn answer(&mut self, answer: &Map<String, Value>) -> Result<(), String> {
        let get = |name: &str| answer.get(name).unwrap_or(&Value::Null);
        let label = match answer.get("options") {
            Some(options) => {
                self.learn(options);
                choice(get("answer"), get("accept"))?
            }
            None => self.binary(get("answer"), get("label"))?,
        };
        self.texts.put("_input_hash", &text_of(get("_input_hash")))?;
        self.texts.put("text", &text_of(get("text")))?;
        self.texts.put("file", &file(answer)?)?;
        self.texts.put("label", &label)?;
        let by = answer.get("_annotator_id").or(answer.get("_session_id"));
        self.texts.put("annotator", &text_of(by.unwrap_or(&Value::Null)))?;
        self.score(get("score"), get("label"))?;
        self.texts.put_all(answer.iter().filter(|(name, _)| !OWN.contains(&name.as_str())))
    }

    fn binary(&self, answer: &Value, label: &Value) -> Result<String, String> {
        let label = label.as_str().ok_or("no `label` and no `options` to choose from")?;
        match (answer.as_str(), &self.only) {
            (Some("accept"), _) => Ok(label.to_owned()),
            (Some("reject"), Some(_)) => Ok(not(label)),
            (Some("reject"), None) => {
                Err(format!("{label:?} was rejected, which does not tell what it is"))
            }
            (answer, _) => Err(no_answer(answer)),
        }
    }

    /// The model's score is of the label that was asked for.
    fn score(&mut self, score: &Value, label: &Value) -> Result<(), String> {
        self.texts.put("score", &text_of(score))?;
        let (Some(p), Some(label)) = (score.as_f64(), label.as_str()) else { return Ok(()) };
        if !(0.0..=1.0).contains(&p) {
            return Ok(());
        }
        let (prediction, confidence) = match (p > 0.5, &self.only) {
            (true, _) => (label.to_owned(), p),
            (false, Some(_)) => (not(label), 1.0 - p),
            (false, None) => return Ok(()),
        };
        self.texts.put("prediction", &prediction)?;
        self.texts.put("confidence", &(confidence as f32).to_string())
    }

    fn learn(&mut self, options: &Value) {
        // more than a person could choose from is no list of classes
        for option in options.as_array().into_iter().flatten().take(10_000) {
            let id = text_of(&option["id"]);
            if !self.classes.iter().any(|class| *class == id) {
                self.classes.push(id.into_owned());
            }
        }
    }
}

/// What is not the only label that was asked for.
fn not(label: &str) -> String {
    format!("not {label}")
}

fn no_answer(answer: Option<&str>) -> String {
    match answer {
        Some("ignore") => "it was ignored by whoever annotated it".to_owned(),
        Some(other) => format!("the answer is {other:?}"),
        None => "there is no answer".to_owned(),
    }
}

fn choice(answer: &Value, accept: &Value) -> Result<String, String> {
    match (answer.as_str(), accept.as_array().map(Vec::as_slice)) {
        (Some("accept"), Some([one])) => Ok(text_of(one).into_owned()),
        (Some("accept"), None | Some([])) => Err("nothing was chosen".to_owned()),
        (Some("accept"), Some(chosen)) => Err(several(chosen.len())),
        (Some("reject"), _) => Err("it was rejected, which does not tell what it is".to_owned()),
        (answer, _) => Err(no_answer(answer)),
    }
}

/// The file of a picture or a sound; where its bytes are in the line, the path that they came from.
fn file(answer: &Map<String, Value>) -> Result<String, String> {
    let found = ["image", "audio"].iter().find_map(|name| answer.get(*name)?.as_str());
    let path = answer.get("path").and_then(Value::as_str);
    match (found, path) {
        (Some(data), None) if data.starts_with("data:") => {
            Err("its picture or sound is in the line, without a path to the file".to_owned())
        }
        (Some(data), Some(path)) if data.starts_with("data:") => Ok(path.to_owned()),
        (file, path) => Ok(file.or(path).unwrap_or_default().to_owned()),
    }
}

#[cfg(test)]
#[path = "prodigy_tests.rs"]
mod tests;
