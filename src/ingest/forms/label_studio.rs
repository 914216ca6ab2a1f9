//! Label Studio: an array of tasks with their annotations and predictions, as its export "JSON" writes it.
//!
//! Invariant: a person's choice is gold, a model's is the prediction; what was skipped is left out and counted.

use super::json_record::Ordered;
use super::json_scan::{Lines, first_names, values};
use super::several::{PARTS, several};
use super::texts::{Texts, note_of_several, text_of};
use super::{Sight, whole};
use crate::ingest::IngestError;
use crate::ingest::frame::Frame;
use serde::Deserialize;
use serde_json::Value;
use std::path::Path;

/// What the address of a file on Label Studio's disk begins with.
pub const LOCAL: &str = "/data/local-files/?d=";

/// Whether the first object is a task: data, and what was said of it.
pub fn sniff(sight: &Sight<'_>) -> bool {
    let array = sight.first_line().first() == Some(&b'[');
    let names = || first_names(&sight.head);
    let said = ["annotations", "completions", "predictions"];
    let task = |names: Vec<String>| {
        let has = |wanted: &str| names.iter().any(|name| name == wanted);
        // `data` may be so long that what follows is not seen, but there is no other form with that beginning
        has("data") && said.iter().any(|wanted| has(wanted)) || has("annotations") && has("id")
    };
    sight.is_text() && array && task(names())
}

#[derive(Deserialize)]
struct Task {
    #[serde(default)]
    id: Value,
    #[serde(default = "nothing")]
    data: Ordered,
    #[serde(default, alias = "completions")]
    annotations: Vec<Value>,
    #[serde(default)]
    predictions: Vec<Value>,
}

fn nothing() -> Ordered {
    Ordered(Vec::new())
}

/// Reads an export.
///
/// # Errors
/// A file that can't be read, is cut short, or in which no task can be used: with the first reason.
pub fn read(path: &Path) -> Result<Frame, IngestError> {
    let bytes = whole(path)?;
    let mut reader = Reader { texts: Texts::with(&["id", "label"]), question: None, several: 0 };
    let mut lines = Lines::of(&bytes);
    for task in values(&bytes) {
        let task = task.map_err(|cut| {
            let remedy = "export it again";
            let what = "the JSON is cut short: the task that begins here does not end";
            IngestError::new(path, what, remedy).at(Lines::of(&bytes).at(cut.at))
        })?;
        let read = match serde_json::from_slice::<Task>(task) {
            Ok(task) => reader.task(&task),
            Err(error) => Err(super::json_lines::reason(&error)),
        };
        reader.texts.end_or_leave_out(lines.of_part(task), read);
    }
    let several = reader.several;
    let mut frame = reader.texts.frame();
    if several > 0 {
        frame.notes.push(note_of_several(several));
    }
    frame.or_refuse(path)
}

struct Reader {
    texts: Texts,
    /// The `from_name` of the choices that are the labels: the first one that there is.
    question: Option<String>,
    several: usize,
}

impl Reader {
    fn task(&mut self, task: &Task) -> Result<(), String> {
        let skipped = |annotation: &&Value| {
            let is = |name: &str| annotation[name].as_bool().unwrap_or(false);
            is("was_cancelled") || is("skipped")
        };
        let done: Vec<&Value> = task.annotations.iter().filter(|a| !skipped(a)).collect();
        if done.is_empty() && !task.annotations.is_empty() {
            return Err("it was skipped by whoever annotated it".to_owned());
        }
        self.texts.put("id", &text_of(&task.id))?;
        for (name, value) in &task.data.0 {
            let name = if name == "label" || name == "id" { &format!("data_{name}") } else { name };
            self.texts.put(name, &file_of(&text_of(value)))?;
        }
        if let Some(annotation) = chosen(&done) {
            let label = self.answer(annotation)?;
            self.texts.put("label", &label)?;
            let by = &annotation["completed_by"];
            let name = ["email", "username", "id"].iter().find_map(|name| by.get(name));
            self.texts.put("annotator", &text_of(name.unwrap_or(by)))?;
            self.texts.put("lead_time", &text_of(&annotation["lead_time"]))?;
            if done.len() > 1 {
                self.several += 1;
                self.texts.put("annotations", &done.len().to_string())?;
            }
        }
        self.prediction(&task.predictions)
    }

    /// The one choice that is the label; what else was asked goes into columns.
    fn answer(&mut self, annotation: &Value) -> Result<String, String> {
        let (mut label, mut parts) = (String::new(), false);
        for result in annotation["result"].as_array().into_iter().flatten() {
            let name = result["from_name"].as_str().unwrap_or_default();
            let kind = result["type"].as_str().unwrap_or_default();
            let is_label =
                kind == "choices" && *self.question.get_or_insert_with(|| name.to_owned()) == name;
            if is_label {
                label = choice(result)?;
            } else {
                parts |= kind.ends_with("labels");
                let value = &result["value"];
                let only = || value.as_object().filter(|object| object.len() == 1)?.values().next();
                let value = value.get(kind).or_else(only).unwrap_or(value);
                let single = value.as_array().filter(|list| list.len() == 1);
                let one = single.map_or(value, |list| &list[0]);
                self.texts.put(name, &text_of(one))?;
            }
        }
        if label.is_empty() && parts { Err(PARTS.to_owned()) } else { Ok(label) }
    }

    /// What the last model said that made a choice.
    fn prediction(&mut self, predictions: &[Value]) -> Result<(), String> {
        for prediction in predictions.iter().rev() {
            let asked = |result: &&Value| {
                let name = result["from_name"].as_str();
                result["type"] == "choices"
                    && (self.question.is_none() || self.question.as_deref() == name)
            };
            let Some(result) = prediction["result"].as_array().into_iter().flatten().find(asked)
            else {
                continue;
            };
            let Ok(choice) = choice(result) else { continue };
            self.texts.put("prediction", &choice)?;
            let score = result.get("score").or(prediction.get("score")).unwrap_or(&Value::Null);
            self.texts.put("confidence", &text_of(score))?;
            return self.texts.put("model_version", &text_of(&prediction["model_version"]));
        }
        Ok(())
    }
}

/// The annotation that counts: the ground truth, else the latest, else the last one.
fn chosen<'a>(done: &[&'a Value]) -> Option<&'a Value> {
    let truth = |annotation: &&&Value| annotation["ground_truth"].as_bool().unwrap_or(false);
    let when = |annotation: &Value| {
        let of = |name: &str| annotation[name].as_str().unwrap_or_default().to_owned();
        Some(of("updated_at")).filter(|when| !when.is_empty()).unwrap_or_else(|| of("created_at"))
    };
    let latest = || done.iter().max_by_key(|annotation| when(annotation));
    done.iter().find(truth).or_else(latest).copied()
}

fn choice(result: &Value) -> Result<String, String> {
    match result["value"]["choices"].as_array().map(Vec::as_slice) {
        Some([choice]) => Ok(text_of(choice).into_owned()),
        None | Some([]) => Ok(String::new()),
        Some(choices) => Err(several(choices.len())),
    }
}

/// The path in Label Studio's address of a file on its disk; anything else as it is.
pub fn file_of(cell: &str) -> String {
    match cell.split_once(LOCAL) {
        Some((_, path)) => unescaped(path),
        None => cell.to_owned(),
    }
}

/// A path with what an address writes as `%20`.
fn unescaped(path: &str) -> String {
    let (mut bytes, mut rest) = (Vec::with_capacity(path.len()), path.as_bytes());
    while let [first, after @ ..] = rest {
        let code = after.get(..2).and_then(|code| std::str::from_utf8(code).ok());
        let byte =
            code.filter(|_| *first == b'%').and_then(|code| u8::from_str_radix(code, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &after[2..] } else { after };
    }
    String::from_utf8(bytes).unwrap_or_else(|_| path.to_owned())
}

#[cfg(test)]
#[path = "label_studio_tests.rs"]
mod tests;
