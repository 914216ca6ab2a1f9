//! Decisions on the example that is shown, and what the store says to them.
//!
//! Invariant: what could not be written down is taken back; what was decided on top of it is void.

use super::{App, Effect, PromptKind, Status, say};
use crate::dataset::{Difficulty, Event, Ledger, TagId, Verdict};
use crate::tui::command::Command;

/// Milliseconds: keyboards repeat a held key every 30 to 50, people press again after 100 or more.
const REPEAT: u64 = 70;

impl App {
    /// Decisions on the example that is shown.
    pub(super) fn decide(&mut self, command: Command) -> Vec<Effect> {
        let Some(row) = self.row() else { return vec![] };
        let held = self.is_held(command);
        if held || self.painted != Some(row) {
            self.dropped += 1;
            self.status = Status::hint(say::dropped(self.dropped, held));
            return vec![];
        }
        self.dropped = 0;
        match command {
            Command::ModelWrong => self.verdict(row, Verdict::ModelWrong),
            Command::LabelWrong => self.verdict(row, Verdict::LabelWrong),
            Command::BothAcceptable => self.verdict(row, Verdict::BothAcceptable),
            Command::Neither => self.verdict(row, Verdict::Neither),
            Command::Unsure => self.verdict(row, Verdict::Unsure),
            Command::Class(number) => self.label(row, u32::from(number)),
            Command::Tag(letter) => self.tag(row, letter),
            Command::VeryEasy => self.difficulty(row, Difficulty::VeryEasy),
            Command::VeryHard => self.difficulty(row, Difficulty::VeryHard),
            Command::NewTag => self.open_prompt(PromptKind::NewTag, row),
            Command::Note => self.open_prompt(PromptKind::Note, row),
            Command::PickClass => self.open_picker(row),
            _ => vec![],
        }
    }

    /// Whether a key comes as fast after itself as only a key that is held down does.
    fn is_held(&mut self, command: Command) -> bool {
        let last = self.last_key.replace((command, self.now));
        if matches!(command, Command::NewTag | Command::Note | Command::PickClass) {
            // Held, they type into their field.
            return false;
        }
        last.is_some_and(|(key, at)| key == command && self.now.saturating_sub(at) < REPEAT)
    }

    fn verdict(&mut self, row: u32, verdict: Verdict) -> Vec<Effect> {
        let verdict = match verdict {
            // "The label is right" says here that the prediction is, too.
            Verdict::ModelWrong if self.desk.agrees(row) => Verdict::BothAcceptable,
            Verdict::LabelWrong if self.desk.agrees(row) => return self.nothing(say::AGREEING),
            verdict => verdict,
        };
        let event = self.desk.set_verdict(row, verdict, self.now);
        self.decided(event, true)
    }

    pub(super) fn label(&mut self, row: u32, class: u32) -> Vec<Effect> {
        if class as usize >= self.desk.classes().len() {
            return self.nothing(&format!("there are {} classes", self.desk.classes().len()));
        }
        let event = self.desk.set_label(row, class, self.now);
        self.decided(event, true)
    }

    fn tag(&mut self, row: u32, letter: char) -> Vec<Effect> {
        let tag = self.desk.ledger().tags().iter().find(|tag| tag.key == Some(letter));
        match tag.map(|tag| tag.id) {
            Some(id) => self.toggle_tag(row, id),
            None => self.nothing(&format!("no tag on {letter}: + makes one")),
        }
    }

    pub(super) fn toggle_tag(&mut self, row: u32, tag: TagId) -> Vec<Effect> {
        let event = self.desk.toggle_tag(row, tag, self.now);
        self.decided(event, false)
    }

    fn difficulty(&mut self, row: u32, mark: Difficulty) -> Vec<Effect> {
        let event = self.desk.toggle_difficulty(row, mark, self.now);
        self.decided(event, false)
    }

    /// Sends a decision to the store and, if asked to, goes on.
    pub(super) fn decided(&mut self, event: Option<Event>, go_on: bool) -> Vec<Effect> {
        let mut effects = Vec::new();
        if let Some(event) = event {
            let text = say::decision(&event, self.desk.ledger());
            effects.push(self.save(event, text));
        } else {
            self.status = Status::hint("that was decided already");
        }
        if go_on {
            effects.extend(self.go(self.position + 1));
        }
        effects
    }

    fn save(&mut self, event: Event, text: String) -> Effect {
        self.tally = self.desk.tally();
        self.unsaved += 1;
        self.status = Status::saving(text);
        Effect::Save { epoch: self.epoch, event: Box::new(event) }
    }

    pub(super) fn take_back(&mut self) -> Vec<Effect> {
        match self.desk.undo(self.now) {
            Some(event) => self.revert("undone", event),
            None => self.nothing("nothing to undo"),
        }
    }

    pub(super) fn bring_back(&mut self) -> Vec<Effect> {
        match self.desk.redo(self.now) {
            Some(event) => self.revert("redone", event),
            None => self.nothing("nothing to redo"),
        }
    }

    fn revert(&mut self, word: &str, event: Event) -> Vec<Effect> {
        let place = event.changes.first().map(|change| self.desk.position(&change.id));
        let elsewhere = if place == Some(None) { " (not in this list)" } else { "" };
        let text = format!("{word}{elsewhere}  {}", say::decision(&event, self.desk.ledger()));
        let mut effects = vec![self.save(event, text)];
        if let Some(Some(position)) = place {
            effects.extend(self.go(position));
        }
        effects
    }

    pub(super) fn saved(&mut self, epoch: u64) -> Vec<Effect> {
        if epoch != self.epoch {
            return vec![];
        }
        self.unsaved = self.unsaved.saturating_sub(1);
        if self.unsaved == 0 {
            self.status.confirm();
        }
        if self.quitting && self.unsaved == 0 { vec![Effect::Quit] } else { vec![] }
    }

    pub(super) fn save_failed(
        &mut self,
        epoch: u64,
        reason: &str,
        ledger: Option<Box<Ledger>>,
    ) -> Vec<Effect> {
        if epoch != self.epoch {
            return vec![];
        }
        self.epoch += 1;
        self.unsaved = 0;
        self.quitting = false;
        if let Some(ledger) = ledger {
            self.desk.restore(*ledger);
            self.status = Status::trouble(format!("NOT SAVED, taken back: {reason}"));
        } else {
            self.frozen = true;
            self.status = Status::trouble(format!("NOT SAVED: {reason}. Quit and start again"));
        }
        self.tally = self.desk.tally();
        vec![]
    }
}
