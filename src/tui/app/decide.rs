//! Decisions on the example that is shown, and what the store says to them.
//!
//! Invariant: what could not be written down is taken back; what was decided on top of it is void.

use super::{App, Effect, PickKind, Status, say};
use crate::dataset::{Answer, Change, Choice, Difficulty, Event, Ledger, Order, TagId, Verdict};
use crate::project::Sight;
use crate::tui::command::Command;

/// Milliseconds: keyboards repeat a held key every 30 to 50, people press again after 100 or more.
const REPEAT: u64 = 70;

impl App {
    /// A command on what is shown.
    pub(super) fn see(&mut self, command: Command) -> Vec<Effect> {
        let held = self.is_held(command);
        let Some(row) = self.seen(command, held) else { return vec![] };
        if self.judges_labels() {
            return self.judge_label(command, row);
        }
        if self.grid.is_some() {
            return self.see_tiles(command, row);
        }
        self.see_again(command).unwrap_or_else(|| self.decide(command, row))
    }

    /// The row that a command acts on: it was painted, and the key is not just held down.
    pub(super) fn seen(&mut self, command: Command, held: bool) -> Option<u32> {
        let row = self.acted_on()?;
        if held || !self.is_painted(command) {
            self.drop_key(held);
            return None;
        }
        self.dropped = 0;
        let answers = Self::answer_of(command).is_some() || command == Command::PickClass;
        let taken = command == Command::TakeSuggestion;
        let offered = (answers || taken) && !self.suggestions().is_empty();
        let offered = (offered && self.grid.is_none() && !self.judges_labels()).then_some(taken);
        self.desk.set_sight(Sight { offered, ..self.sight_of(row) });
        Some(row)
    }

    /// How a row comes before the eyes.
    pub(super) fn sight_of(&self, row: u32) -> Sight {
        let picked = self.judges_labels() || self.trail.picked == Some(row);
        Sight { picked, blind: self.hides_prediction(row), offered: None }
    }

    pub(super) fn drop_key(&mut self, held: bool) {
        self.dropped += 1;
        self.status = Status::hint(say::dropped(self.dropped, held, self.grid.is_some()));
    }

    fn decide(&mut self, command: Command, row: u32) -> Vec<Effect> {
        match command {
            Command::Tag(letter) => self.tag(row, letter),
            Command::VeryEasy => self.difficulty(row, Difficulty::VeryEasy),
            Command::VeryHard => self.difficulty(row, Difficulty::VeryHard),
            Command::Flag => self.flag(row),
            Command::Skip => self.skip(row),
            Command::TakeSuggestion => self.take_suggestion(row),
            Command::Similar => self.similar(row),
            Command::Note => self.open_note(row),
            Command::PickClass => self.open_picker(PickKind::Class, vec![row]),
            Command::AlsoRight => self.open_picker(PickKind::Also, vec![row]),
            Command::PickTag => self.open_picker(PickKind::Tag, vec![row]),
            Command::Repeat => self.repeat(row),
            Command::RepeatMany => self.ask_count(row),
            Command::Macro(n) => self.run_macro(row, n),
            Command::Mark => self.mark(row),
            Command::MarkRange => self.mark_range(row),
            Command::MarkAll => self.mark_all(),
            Command::Apply => self.ask_choice(),
            other => {
                let answer = Self::answer_of(other);
                answer.map_or_else(Vec::new, |answer| self.answer(row, answer))
            }
        }
    }

    /// What a key says of who or what is right.
    pub(super) fn answer_of(command: Command) -> Option<Answer> {
        Some(match command {
            Command::ModelWrong => Answer::Verdict(Verdict::ModelWrong),
            Command::LabelWrong => Answer::Verdict(Verdict::LabelWrong),
            Command::BothAcceptable => Answer::Verdict(Verdict::BothAcceptable),
            Command::Neither => Answer::Verdict(Verdict::Neither),
            Command::Unsure => Answer::Verdict(Verdict::Unsure),
            Command::Class(number) => Answer::Class(u32::from(number)),
            _ => return None,
        })
    }

    /// Whether a key comes as fast after itself as only a key that is held down does.
    pub(super) fn is_held(&mut self, command: Command) -> bool {
        let last = self.last_key.replace((command, self.now));
        if matches!(
            command,
            Command::PickTag | Command::Note | Command::PickClass | Command::AlsoRight
        ) {
            // Held, they type into their field.
            return false;
        }
        last.is_some_and(|(key, at)| key == command && self.now.saturating_sub(at) < REPEAT)
    }

    pub(super) fn answer(&mut self, row: u32, answer: Answer) -> Vec<Effect> {
        let classes = self.desk.classes().len();
        if matches!(answer, Answer::Class(class) if class as usize >= classes) {
            return self.nothing(&format!("there are {classes} classes"));
        }
        if self.judges_labels() {
            return self.answer_label(row, answer);
        }
        if let Some(why) = self.refusal(row, Some(answer)) {
            return self.nothing(why);
        }
        if self.desk.verdict_of(row, answer).is_none() {
            return self.nothing(say::AGREEING);
        }
        if self.retested().is_some() {
            return self.answer_again(row, answer);
        }
        let event = self.desk.apply(&[row], &Choice::of(answer), self.now);
        self.decided(event, true)
    }

    pub(super) fn label(&mut self, row: u32, class: u32) -> Vec<Effect> {
        self.answer(row, Answer::Class(class))
    }

    fn tag(&mut self, row: u32, letter: char) -> Vec<Effect> {
        let Some(id) = self.tag_on(letter) else {
            let key = self.keymap.key_of(Command::PickTag);
            return self.nothing(&format!("no tag on {letter}: {key} makes one"));
        };
        self.toggle_tag(row, id)
    }

    fn flag(&mut self, row: u32) -> Vec<Effect> {
        let event = self.desk.toggle_flag(row, self.now);
        self.decided(event, false)
    }

    fn skip(&mut self, row: u32) -> Vec<Effect> {
        if self.desk.is_reviewed(row) {
            return self.nothing("it is decided already: nothing to put off");
        }
        let event = self.desk.skip(row, self.now);
        self.decided(event, true)
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
        let made = event.as_ref().map(|event| event.seq);
        if let Some(event) = event {
            let text = say::decision(&event, self.desk.ledger());
            let text = text + &self.noted(&event) + &self.guarded(&event);
            effects.push(self.save(event, text));
            effects.extend(self.learn_when_due());
        } else {
            self.status = Status::hint("that was decided already");
        }
        if go_on {
            effects.extend(self.go(self.position + 1));
            effects.extend(made.map(|seq| self.test_again(seq)).unwrap_or_default());
        }
        effects
    }

    pub(super) fn save(&mut self, event: Event, text: String) -> Effect {
        self.tally = self.desk.tally();
        self.tell_below(&event);
        self.saving.unsaved += 1;
        self.status = Status::saving(text);
        Effect::Save { epoch: self.saving.epoch, event: Box::new(event) }
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
        // An id of another split may be that of another example here.
        let here = |change: &&Change| change.split == self.desk.examples().split;
        // A batch was made in the order of the list; its undo goes backwards.
        let ends = [event.changes.first(), event.changes.last()].into_iter().flatten();
        let places = ends.filter(here).filter_map(|change| self.desk.position(&change.id));
        let place = places.min();
        let id = event.changes.first().filter(here).map(|change| change.id.clone());
        if let [change] = event.changes.as_slice() {
            // What is said of it tells what was predicted.
            let row = self.desk.row_of(&change.id).filter(|_| place.is_some());
            self.know_predictions(row);
        }
        let is_elsewhere = place.is_none() && !event.changes.is_empty();
        let elsewhere = if is_elsewhere { " (not in this list)" } else { "" };
        let found = event.changes.first().and_then(|change| change.before.found.as_ref());
        let was_picked = found.is_some_and(|found| found.order == Order::Picked);
        let text = format!("{word}{elsewhere}  {}", say::reverted(&event, self.desk.ledger()));
        let mut effects = vec![self.save(event, text)];
        if let Some(position) = place.filter(|_| self.tag_page.is_none()) {
            effects.extend(self.go(position));
            self.trail.picked = self.row().filter(|_| was_picked);
        }
        if self.judges_labels() {
            effects.extend(self.label_reverted(id.as_deref()));
        }
        effects
    }

    pub(super) fn saved(&mut self, epoch: u64) -> Vec<Effect> {
        if epoch != self.saving.epoch {
            return vec![];
        }
        self.saving.unsaved = self.saving.unsaved.saturating_sub(1);
        if self.saving.unsaved == 0 {
            self.status.confirm();
        }
        if self.saving.quitting && self.saving.unsaved == 0 { vec![Effect::Quit] } else { vec![] }
    }

    pub(super) fn save_failed(
        &mut self,
        epoch: u64,
        reason: &str,
        ledger: Option<Box<Ledger>>,
    ) -> Vec<Effect> {
        if epoch != self.saving.epoch {
            return vec![];
        }
        self.saving.epoch += 1;
        self.saving.unsaved = 0;
        self.saving.quitting = false;
        if let Some(ledger) = ledger {
            self.desk.restore(*ledger);
            self.lost_below();
            // A choice that is open must not hold a tag that was taken back.
            self.find_picks();
            self.status = Status::trouble(format!("NOT SAVED, taken back: {reason}"));
        } else {
            self.saving.frozen = true;
            self.status = Status::trouble(format!("NOT SAVED: {reason}. Quit and start again"));
        }
        self.tally = self.desk.tally();
        // What it is a second look at may be gone.
        self.end_retest();
        self.ask_anew()
    }
}
