//! Argilla's records: nested, as `records.to_json` writes them, or flat, with `label.responses` and `label.suggestion`.
//!
//! Invariant: a submitted response is gold, a suggestion is the prediction; drafts and discarded ones are neither.

use super::json_record::Ordered;
use super::json_scan::{Lines, first_names, values};
use super::several::{one, texts_of};
use super::texts::{Texts, note_of_several, text_of};
use super::{Sight, in_order, whole};
use crate::dataset::TextColumn;
use crate::ingest::IngestError;
use crate::ingest::frame::{Field, Frame};
use serde::Deserialize;
use serde_json::Value;
use std::path::Path;

/// Whether the first object is a record with fields and what was said of them.
pub fn sniff(sight: &Sight<'_>) -> bool {
    let names = first_names(&sight.head);
    let has = |wanted: &str| names.iter().any(|name| name == wanted);
    sight.is_text() && has("fields") && (has("responses") || has("suggestions"))
}

#[derive(Deserialize)]
struct Record {
    #[serde(default)]
    id: Value,
    fields: Ordered,
    #[serde(default)]
    metadata: Option<Ordered>,
    #[serde(default)]
    suggestions: Option<Ordered>,
    #[serde(default)]
    responses: Option<Ordered>,
    #[serde(default)]
    status: Value,
    #[serde(default)]
    vectors: Value,
}

/// Reads records, one a line or in one array.
///
/// # Errors
/// A file that can't be read, is cut short, or in which no record can be used: with the first reason.
pub fn read(path: &Path) -> Result<Frame, IngestError> {
    let mut reader = Reader { texts: Texts::with(&["id", "label"]), ..Reader::default() };
    if Sight::of(path)?.first_line().starts_with(b"{") {
        in_order(path, |number, line| reader.take(number, line))?;
    } else {
        let bytes = whole(path)?;
        let mut lines = Lines::of(&bytes);
        for record in values(&bytes) {
            let record = record.map_err(|cut| {
                let what = "the JSON is cut short: the record that begins here does not end";
                IngestError::new(path, what, "export it again").at(Lines::of(&bytes).at(cut.at))
            })?;
            reader.take(lines.of_part(record), record);
        }
    }
    let Reader { texts, several, vectors, told, .. } = reader;
    let mut frame = texts.frame();
    if several > 0 {
        frame.notes.push(note_of_several(several));
    }
    if !told && frame.field("label").is_some() {
        let note = "this export does not tell drafts and discarded responses from submitted ones; \
                    records.to_list(flatten=True) does";
        frame.notes.push(note.to_owned());
    }
    if vectors {
        frame.notes.push("the vectors of the records are not taken over".to_owned());
    }
    frame.or_refuse(path)
}

#[derive(Default)]
struct Reader {
    texts: Texts,
    /// The question whose answer is the label: the first one that there is.
    question: Option<String>,
    several: usize,
    vectors: bool,
    /// Whether a response tells that it was submitted.
    told: bool,
}

impl Reader {
    fn take(&mut self, line: u64, json: &[u8]) {
        let read = match serde_json::from_slice::<Record>(json) {
            Ok(record) => self.record(&record),
            Err(error) => Err(super::json_lines::reason(&error)),
        };
        self.texts.end_or_leave_out(line, read);
    }

    fn record(&mut self, record: &Record) -> Result<(), String> {
        self.texts.put("id", &text_of(&record.id))?;
        self.vectors |= record.vectors.as_object().is_some_and(|vectors| !vectors.is_empty());
        let none = Ordered(Vec::new());
        let responses = record.responses.as_ref().unwrap_or(&none);
        let suggestions = record.suggestions.as_ref().unwrap_or(&none);
        let first = responses.0.first().or(suggestions.0.first());
        let question = match (&self.question, first) {
            (None, None) => String::new(),
            (Some(question), _) => question.clone(),
            (None, Some((name, _))) => self.question.insert(name.clone()).clone(),
        };
        for (name, value) in record.fields.0.iter().chain(record.metadata.iter().flat_map(|m| &m.0))
        {
            self.texts.put(name, &text_of(value))?;
        }
        for (name, responses) in &responses.0 {
            self.responses(name, responses, *name == question)?;
        }
        for (name, suggestion) in &suggestions.0 {
            let own = *name == question;
            let names = if own {
                ["prediction", "confidence", "model_version"].map(str::to_owned)
            } else {
                ["", ".score", ".agent"].map(|end| format!("{name}.suggestion{end}"))
            };
            let value = one(&text_of(&suggestion["value"]))?;
            self.texts.put(&names[0], &value)?;
            self.texts.put(&names[1], &text_of(&suggestion["score"]))?;
            self.texts.put(&names[2], &text_of(&suggestion["agent"]))?;
        }
        self.texts.put("status", &text_of(&record.status))
    }

    /// The last response that was submitted.
    fn responses(&mut self, name: &str, responses: &Value, own: bool) -> Result<(), String> {
        let responses = responses.as_array().map(Vec::as_slice).unwrap_or_default();
        self.told |= responses.iter().any(|response| response.get("status").is_some());
        let status =
            |response: &Value| response["status"].as_str().unwrap_or("submitted").to_owned();
        let submitted: Vec<&Value> =
            responses.iter().filter(|r| status(r) == "submitted").collect();
        let Some(last) = submitted.last() else {
            let discarded = own && responses.iter().any(|r| status(r) == "discarded");
            return if discarded { Err(DISCARDED.to_owned()) } else { Ok(()) };
        };
        let value = one(&text_of(&last["value"]))?;
        if !own {
            return self.texts.put(name, &value);
        }
        self.texts.put("label", &value)?;
        self.texts.put("annotator", &text_of(&last["user_id"]))?;
        if submitted.len() > 1 {
            self.several += 1;
            self.texts.put("annotations", &submitted.len().to_string())?;
        }
        Ok(())
    }
}

const DISCARDED: &str = "it was discarded by whoever annotated it";

/// What was answered to a question in flat records: a list a row of each.
struct Answers {
    values: Option<TextColumn>,
    users: Option<TextColumn>,
    status: Option<TextColumn>,
}

impl Answers {
    fn of(frame: &Frame, question: &str) -> Self {
        let lists = |ending: &str| {
            let field = frame.field(&format!("{question}.{ending}"))?;
            field.clone().into_texts().pop().map(|(_, cells)| cells)
        };
        let [values, users, status] =
            ["responses", "responses.users", "responses.status"].map(lists);
        Self { values, users, status }
    }

    /// The last submitted answer of a row and who gave it.
    ///
    /// # Errors
    /// A row that was discarded.
    fn last(&self, row: usize) -> Result<(String, String), String> {
        let list = |column: &Option<TextColumn>| -> Vec<String> {
            let cell = column.as_ref().map_or("", |column| column.get(row));
            texts_of(cell).unwrap_or_else(|| vec![cell.to_owned()])
        };
        let (values, users, status) = (list(&self.values), list(&self.users), list(&self.status));
        let is = |at: usize, wanted: &str| status.get(at).is_some_and(|status| status == wanted);
        let submitted = |at: &usize| !is(*at, "draft") && !is(*at, "discarded");
        match (0..values.len()).rfind(submitted) {
            Some(at) => Ok((values[at].clone(), users.get(at).cloned().unwrap_or_default())),
            None if status.iter().any(|status| status == "discarded") => Err(DISCARDED.to_owned()),
            None => Ok(<(String, String)>::default()),
        }
    }
}

/// Argilla's flat records: the first question's last submitted answer is the label; other frames stay as they are.
#[must_use]
pub fn tidy(mut frame: Frame) -> Frame {
    let question = |ending: &str| {
        let name = frame.fields.iter().find_map(|field| field.name.strip_suffix(ending));
        name.map(str::to_owned)
    };
    let asked = question(".responses.users").or_else(|| question(".suggestion.agent"));
    let Some(name) = asked.filter(|_| frame.field("_server_id").is_some()) else { return frame };
    let answers = Answers::of(&frame, &name);
    let (mut labels, mut annotators) = (TextColumn::default(), TextColumn::default());
    let (mut kept, mut bad) = (Vec::new(), Vec::new());
    for row in 0..frame.rows {
        let (label, by) = answers.last(row).unwrap_or_else(|why| {
            bad.push((frame.line(row), why));
            <(String, String)>::default()
        });
        // no longer than the cells that they are from
        let _ = (labels.push(&label), annotators.push(&by));
        if bad.len() + kept.len() == row {
            kept.push(row as u32);
        }
    }
    frame.fields.retain(|field| !field.name.starts_with(&format!("{name}.responses")));
    for field in &mut frame.fields {
        match field.name.strip_prefix(&name) {
            Some(".suggestion") => "prediction".clone_into(&mut field.name),
            Some(".suggestion.score") => "confidence".clone_into(&mut field.name),
            Some(".suggestion.agent") => "model_version".clone_into(&mut field.name),
            _ => {}
        }
    }
    frame.fields.push(Field::text("label", labels));
    frame.fields.push(Field::text("annotator", annotators));
    let mut frame = if bad.is_empty() { frame } else { frame.keep(Some(&kept)) };
    for (line, why) in bad {
        frame.left_out.push(line, why);
    }
    frame
}

#[cfg(test)]
#[path = "argilla_tests.rs"]
mod tests;
