//! What the model here says now: of the example, of it as it would be, and where it looks.
//!
//! Invariant: nothing of it is a decision. An answer belongs to what is shown, or it changes nothing.

use super::{App, Effect, List, Mode, PromptKind};
use crate::dataset::{Examples, Media};
use crate::media::PictureChange;
use crate::project::{Fresh, Trial, Variant};
use crate::tui::app::Message;
use crate::tui::command::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A question to the model.
#[derive(Debug, Clone)]
pub struct Asking {
    /// Comes back with the answer.
    pub generation: u64,
    /// The run whose model is asked.
    pub run: String,
    /// The examples of the split.
    pub examples: Arc<Examples>,
    /// What is asked.
    pub trial: Trial,
    cancelled: Arc<AtomicBool>,
}

impl PartialEq for Asking {
    fn eq(&self, other: &Self) -> bool {
        self.generation == other.generation
    }
}

impl Asking {
    /// Whether nobody waits for it any more.
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    /// The message with an answer.
    pub fn answer(&self, answer: Result<Box<(String, Fresh)>, String>, is_whole: bool) -> Message {
        Message::Asked { generation: self.generation, answer, is_whole }
    }
}

/// What was heard of the model last.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Heard {
    /// Nothing yet.
    #[default]
    Nothing,
    /// The name of its file, and what it says.
    Fresh(Box<(String, Fresh)>),
    /// Why it says nothing.
    Trouble(String),
}

/// What the model is asked while that is open.
#[derive(Debug)]
pub struct WhatIf {
    /// The example.
    pub row: u32,
    /// What it would be.
    pub variant: Variant,
    /// Whether the evidence is looked for.
    pub evidence: bool,
    /// The chosen column of a table row, or the lines of a text above the screen.
    pub list: List,
    /// What was heard last. An older answer stays until the next one comes.
    pub heard: Heard,
    /// What it was before a field was opened, and the column that the field is of.
    before: Option<(Variant, usize)>,
    awaited: Option<(u64, Arc<AtomicBool>)>,
}

impl WhatIf {
    fn of(examples: &Examples, row: u32, evidence: bool) -> Self {
        let (list, heard) = (List::default(), Heard::default());
        let variant = as_it_is(examples, row);
        Self { row, variant, evidence, list, heard, before: None, awaited: None }
    }

    /// Whether an answer is still to come.
    pub fn is_waiting(&self) -> bool {
        self.awaited.is_some()
    }

    fn cancel(&mut self) {
        if let Some((_, cancelled)) = self.awaited.take() {
            cancelled.store(true, Ordering::Relaxed);
        }
    }
}

impl Drop for WhatIf {
    fn drop(&mut self) {
        self.cancel();
    }
}

fn as_it_is(examples: &Examples, row: u32) -> Variant {
    let at = row as usize;
    match &examples.media {
        Media::Picture(_) => Variant::Picture(PictureChange::default()),
        Media::Sound(_) => Variant::Sound,
        Media::Text(texts) => Variant::Text(texts.get(at).to_owned()),
        Media::Row => {
            let cells = examples.metadata.iter().map(|column| column.cells.get(at).to_owned());
            Variant::Row(cells.collect())
        }
    }
}

impl App {
    /// What the model is asked, if that is open: alone or below a field.
    pub fn what_if(&self) -> Option<&WhatIf> {
        self.what_if.as_ref()
    }

    /// Whether the example is other than it is.
    pub fn is_varied(&self) -> bool {
        let varied = |asked: &WhatIf| asked.variant != as_it_is(self.desk.examples(), asked.row);
        self.what_if.as_ref().is_some_and(varied)
    }

    pub(super) fn open_what_if(&mut self) -> Vec<Effect> {
        let Some(row) = self.row() else { return self.nothing("there is no example here") };
        if self.hides_prediction(row) {
            return self.nothing("the prediction is hidden until this is decided");
        }
        self.what_if = Some(WhatIf::of(self.desk.examples(), row, false));
        self.mode = Mode::WhatIf;
        self.ask_model()
    }

    /// What lay on top of it is closed.
    pub(super) fn back_to_what_if(&mut self) {
        if self.what_if.is_some() && self.mode.is_base() {
            self.mode = Mode::WhatIf;
        }
    }

    pub(super) fn what_if_command(&mut self, command: Command) -> Vec<Effect> {
        match command {
            Command::Cancel => {
                self.what_if = None;
                vec![]
            }
            Command::Next | Command::Previous => self.try_beside(command),
            Command::Up | Command::Down | Command::ScrollUp | Command::ScrollDown => {
                self.scroll_variant(command);
                vec![]
            }
            Command::Accept => self.edit_variant(),
            Command::Evidence => {
                let Some(asked) = &mut self.what_if else { return vec![] };
                asked.evidence = !asked.evidence;
                self.ask_model()
            }
            Command::Restore => {
                let Some(asked) = &mut self.what_if else { return vec![] };
                asked.variant = as_it_is(self.desk.examples(), asked.row);
                self.ask_model()
            }
            command => self.change_picture(command),
        }
    }

    /// The same question of the example beside.
    fn try_beside(&mut self, command: Command) -> Vec<Effect> {
        let mut effects = self.walk(command);
        let Some(row) = self.row().filter(|&row| !self.hides_prediction(row)) else {
            self.what_if = None;
            effects.extend(self.nothing("the prediction is hidden until this is decided"));
            return effects;
        };
        let evidence = self.what_if.as_ref().is_some_and(|asked| asked.evidence);
        if self.what_if.as_ref().is_none_or(|asked| asked.row != row) {
            self.what_if = Some(WhatIf::of(self.desk.examples(), row, evidence));
            effects.extend(self.ask_model());
        }
        effects
    }

    fn scroll_variant(&mut self, command: Command) {
        let Some(asked) = &mut self.what_if else { return };
        let limit = match &asked.variant {
            Variant::Row(cells) => cells.len(),
            Variant::Text(text) => text.len() / 20 + 1,
            Variant::Picture(_) | Variant::Sound => 1,
        };
        asked.list.moved_in(command, limit);
    }

    fn change_picture(&mut self, command: Command) -> Vec<Effect> {
        let Some(asked) = &mut self.what_if else { return vec![] };
        let Variant::Picture(change) = &mut asked.variant else {
            return self.nothing("that is for pictures");
        };
        match command {
            Command::TryFlip => change.flip = !change.flip,
            Command::TryTurn => change.turns = (change.turns + 1) % 4,
            Command::TryGrey => change.grey = !change.grey,
            Command::TryBlur => change.blur = !change.blur,
            Command::TryLighter => change.brighten(1),
            Command::TryDarker => change.brighten(-1),
            Command::TryCrop => change.crop = !change.crop,
            _ => return vec![],
        }
        self.ask_model()
    }

    /// Opens a field with the text, or with the chosen cell.
    fn edit_variant(&mut self) -> Vec<Effect> {
        let column = self.chosen_column().unwrap_or(usize::MAX);
        let text = match self.what_if.as_ref().map(|asked| &asked.variant) {
            Some(Variant::Text(text)) => text.clone(),
            Some(Variant::Row(cells)) if column < cells.len() => cells[column].clone(),
            Some(Variant::Row(_)) => return self.nothing("this row has no columns"),
            Some(Variant::Sound) => return self.nothing("a sound is asked as it is"),
            Some(Variant::Picture(_)) | None => {
                return self.nothing("a picture is changed by its own keys");
            }
        };
        let Some(asked) = &mut self.what_if else { return vec![] };
        asked.before = Some((asked.variant.clone(), column));
        let row = asked.row;
        self.open_prompt(PromptKind::WhatIf, row, &text)
    }

    /// The column of a table row under the cursor, as the columns are listed.
    pub fn chosen_column(&self) -> Option<usize> {
        let asked = self.what_if.as_ref()?;
        self.listed_columns().get(asked.list.at).copied()
    }

    /// The columns of a table row as they are listed: by what hiding them changes, once that is known.
    pub fn listed_columns(&self) -> Vec<usize> {
        let Some(WhatIf { variant: Variant::Row(cells), heard, evidence, .. }) = &self.what_if
        else {
            return vec![];
        };
        let mut columns: Vec<usize> = (0..cells.len()).collect();
        if let Heard::Fresh(fresh) = heard
            && let Some(found) = fresh.1.evidence.as_ref().filter(|_| *evidence)
            // Sorted once all is known: no line moves under the cursor before.
            && found.progress.0 == found.progress.1
        {
            let moved = |column: &usize| found.drops.get(*column).copied().flatten().unwrap_or(0.0);
            columns.sort_by(|a, b| moved(b).abs().total_cmp(&moved(a).abs()));
        }
        columns
    }

    /// What is typed into the field is asked at once.
    pub(super) fn vary(&mut self, text: String) -> Vec<Effect> {
        let Some(asked) = &mut self.what_if else { return vec![] };
        let column = asked.before.as_ref().map(|(_, column)| *column);
        match (&mut asked.variant, column) {
            (Variant::Text(own), _) => *own = text,
            (Variant::Row(cells), Some(column)) if column < cells.len() => cells[column] = text,
            _ => return vec![],
        }
        self.ask_model()
    }

    /// The field is left: what was typed there is taken back.
    pub(super) fn leave_variant(&mut self) -> Vec<Effect> {
        let Some(asked) = &mut self.what_if else { return vec![] };
        if let Some((before, _)) = asked.before.take() {
            asked.variant = before;
        }
        self.ask_model()
    }

    /// Asks the model; what it was asked before is cancelled.
    fn ask_model(&mut self) -> Vec<Effect> {
        self.generation += 1;
        let generation = self.generation;
        let snapshot = self.desk.snapshot();
        let run = self.desk.run().name.clone();
        let Some(asked) = &mut self.what_if else { return vec![] };
        asked.cancel();
        let cancelled = Arc::new(AtomicBool::new(false));
        asked.awaited = Some((generation, cancelled.clone()));
        let (row, variant, occlude) = (asked.row, asked.variant.clone(), asked.evidence);
        let trial = Trial { row, variant, occlude, room: self.room.unwrap_or_default() };
        let examples = snapshot.examples;
        vec![Effect::Ask(Box::new(Asking { generation, run, examples, trial, cancelled }))]
    }

    pub(super) fn heard(
        &mut self,
        generation: u64,
        answer: Result<Box<(String, Fresh)>, String>,
        is_whole: bool,
    ) -> Vec<Effect> {
        let chosen = self.chosen_column();
        let Some(asked) = &mut self.what_if else { return vec![] };
        if asked.awaited.as_ref().is_none_or(|(awaited, _)| *awaited != generation) {
            return vec![];
        }
        if is_whole {
            asked.awaited = None;
        }
        asked.heard = match answer {
            Ok(fresh) => Heard::Fresh(fresh),
            Err(why) => Heard::Trouble(why),
        };
        // The cursor goes along with its column.
        let at = chosen.and_then(|chosen| self.listed_columns().iter().position(|&c| c == chosen));
        if let (Some(asked), Some(at)) = (&mut self.what_if, at) {
            asked.list.at = at;
        }
        vec![]
    }

    /// The picture has another size now.
    pub(super) fn ask_at_size(&mut self) -> Vec<Effect> {
        if self.what_if.is_some() { self.ask_model() } else { vec![] }
    }
}

#[cfg(test)]
#[path = "what_if_tests.rs"]
mod tests;
