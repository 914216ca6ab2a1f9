//! The filter line: what is listed, and how it is asked for.
//!
//! Invariant: the list changes only when the answer to the last filter has come; the text that is
//! shown is the filter that the list obeys.

use super::work::Among;
use super::{App, Effect, Mode, PromptKind, Status, Task};
use crate::dataset::Column;
use crate::find::{Completion, Filter, FilterError, Names, Vocabulary, complete, quote};
use crate::tui::command::Command;
use std::collections::BTreeMap;
use tui_input::Input;

/// The queues of the review, as filters.
const QUEUES: [&str; 3] = ["skipped", "unsure", "flagged"];

/// A filter that is being typed.
#[derive(Debug, Clone)]
pub struct FindLine {
    /// The text and the caret.
    pub input: Input,
    /// What can be written at the caret.
    pub completion: Completion,
    /// The candidate that Tab takes.
    pub selected: usize,
    /// What is wrong with the text.
    pub error: Option<FilterError>,
    /// Whether the text is that of the last time: the first letter takes its place.
    pub is_fresh: bool,
}

/// What is known of filters.
#[derive(Debug, Default)]
pub(super) struct Finding {
    /// What the list obeys.
    pub filter: Option<String>,
    /// Whether `filter` is the name of a list, which can't be read as a filter.
    pub is_named: bool,
    /// Those with names.
    pub saved: BTreeMap<String, String>,
    /// The queue that is being looked for, by its place.
    queue: Option<usize>,
    /// What was asked for at the start.
    asked: Option<String>,
    /// What was typed when the line was left with Esc.
    draft: Option<String>,
    vocabulary: Vocabulary,
}

impl Finding {
    pub fn of(columns: &[Column]) -> Self {
        Self { vocabulary: Vocabulary::new(columns), ..Self::default() }
    }
}

/// The caret in bytes.
fn caret(input: &Input) -> usize {
    input.value().chars().take(input.cursor()).map(char::len_utf8).sum()
}

impl App {
    /// The filter that the list obeys.
    pub fn filter(&self) -> Option<&str> {
        self.finding.filter.as_deref()
    }

    /// Whether [`App::filter`] is the name of a list, not a filter that could be typed.
    pub fn is_named_list(&self) -> bool {
        self.finding.is_named
    }

    /// The filter that was asked for at the start.
    pub fn asked_filter(&self) -> Option<&str> {
        self.finding.asked.as_deref()
    }

    /// Gives the filters that have names.
    #[must_use]
    pub fn with_filters(mut self, saved: BTreeMap<String, String>) -> Self {
        self.finding.saved = saved;
        self
    }

    /// Begins with what a filter selects.
    ///
    /// # Errors
    /// What is wrong with the filter, and where.
    pub fn with_filter(mut self, text: &str) -> Result<Self, FilterError> {
        self.setup.first = self.list_only(text)?;
        self.finding.asked = Some(text.to_owned());
        Ok(self)
    }

    pub(super) fn find(&mut self, command: Command) -> Vec<Effect> {
        match command {
            Command::Find => self.open_find(),
            Command::Clear => self.clear(),
            Command::SaveFilter => self.ask_filter_name(),
            Command::Queue => self.next_queue(),
            _ => vec![],
        }
    }

    /// Opens the line with what was typed when it was left, else with the filter that is on.
    fn open_find(&mut self) -> Vec<Effect> {
        let on = || {
            let filter = self.finding.filter.clone().filter(|_| !self.finding.is_named);
            filter.map(|text| text + " ").unwrap_or_default()
        };
        let text = self.finding.draft.take().unwrap_or_else(on);
        let completion = Completion { range: 0..0, items: vec![] };
        let (is_fresh, input) = (!text.is_empty(), Input::new(text));
        let line = FindLine { input, completion, selected: 0, error: None, is_fresh };
        self.mode = Mode::Find(line);
        self.complete_filter();
        vec![]
    }

    /// What can be written follows the text; an error is shown until the text changes.
    pub(super) fn complete_filter(&mut self) {
        let Mode::Find(line) = &self.mode else { return };
        let saved: Vec<String> = self.finding.saved.keys().cloned().collect();
        let (text, at) = (line.input.value(), caret(&line.input));
        let completion = complete(text, at, &self.names(), &self.finding.vocabulary, &saved);
        if let Mode::Find(line) = &mut self.mode {
            (line.completion, line.selected, line.error) = (completion, 0, None);
        }
    }

    pub(super) fn names(&self) -> Names<'_> {
        Names {
            classes: self.desk.classes(),
            tags: self.desk.ledger().tags(),
            columns: &self.desk.examples().metadata,
        }
    }

    pub(super) fn find_command(&mut self, mut line: FindLine, command: Command) -> Vec<Effect> {
        match command {
            Command::Accept => return self.accept_filter(line),
            Command::Complete => {
                take_candidate(&mut line);
                self.mode = Mode::Find(line);
                self.complete_filter();
                return vec![];
            }
            Command::Up => line.selected = line.selected.saturating_sub(1),
            Command::Down => {
                let last = line.completion.items.len().saturating_sub(1);
                line.selected = (line.selected + 1).min(last);
            }
            _ => {}
        }
        self.open(Mode::Find(line))
    }

    /// Esc keeps what was typed for the next time.
    pub(super) fn leave_find(&mut self, line: &FindLine) -> Vec<Effect> {
        self.finding.draft = Some(line.input.value().to_owned());
        vec![]
    }

    fn accept_filter(&mut self, mut line: FindLine) -> Vec<Effect> {
        let text = line.input.value().trim().to_owned();
        match self.list_only(&text) {
            Ok(effects) => effects,
            Err(error) => {
                let before = line.input.value().get(..error.at.start).unwrap_or_default();
                let cursor = before.chars().count();
                line.input = line.input.with_cursor(cursor);
                line.error = Some(error);
                self.open(Mode::Find(line))
            }
        }
    }

    /// Lists only what the filter selects; an empty one lists all.
    ///
    /// # Errors
    /// What is wrong with the filter, and where.
    pub(super) fn list_only(&mut self, text: &str) -> Result<Vec<Effect>, FilterError> {
        self.list(text, false)
    }

    /// The same, and shows it on the grid if asked to.
    ///
    /// # Errors
    /// As [`App::list_only`].
    pub(super) fn list(&mut self, text: &str, grid: bool) -> Result<Vec<Effect>, FilterError> {
        self.finding.queue = None;
        let filter = Filter::parse_with(text, &self.finding.saved, &self.names())?;
        if filter.is_empty() {
            return Ok(self.list_all());
        }
        let (text, marked) = (text.to_owned(), self.marks.clone());
        let what = format!("finding {text}");
        Ok(self.hand_out(
            Task::Select { text, filter: Box::new(filter), marked, grid, among: Among::Walk },
            &what,
        ))
    }

    /// What a filter selected; the walk stays at its example if that is among them.
    pub(super) fn selected(&mut self, text: String, rows: Vec<u32>) -> Vec<Effect> {
        if self.is_entering() {
            return self.entered(rows).unwrap_or_default();
        }
        self.painted.clear();
        let queue = self.finding.queue.take();
        if rows.is_empty() {
            if let Some(at) = queue {
                // What is in it is decided, but not listed here.
                return self.queue_from(at + 1);
            }
            // Stays open: what is typed next mends it, and must not act as keys.
            self.finding.draft = Some(text.clone());
            self.open_find();
            return self.nothing(&format!("nothing matches {text}: the list stays as it was"));
        }
        self.end_retest();
        let row = self.row();
        let found = rows.len();
        self.show_rows(Some(rows));
        (self.finding.filter, self.finding.is_named) = (Some(text), false);
        let place = row.and_then(|row| self.desk.place(row));
        let place = place.or_else(|| self.open_from(0)).unwrap_or(0);
        let mut effects = self.go(place);
        effects.extend(self.ask_anew());
        let meaning = "what is decided here is counted, but estimates nothing";
        self.status = Status::hint(format!("{found} of {} found: {meaning}", self.desk.all()));
        effects
    }

    fn list_all(&mut self) -> Vec<Effect> {
        let row = self.row();
        self.forget_entered();
        self.show_rows(None);
        (self.finding.filter, self.finding.is_named) = (None, false);
        let place = row.and_then(|row| self.desk.place(row));
        let mut effects = self.go(place.unwrap_or(0));
        effects.extend(self.ask_anew());
        self.status = Status::hint(format!("all {} are listed", self.desk.all()));
        effects
    }

    /// Takes away, one after the other: what is awaited, the filter, the marks.
    fn clear(&mut self) -> Vec<Effect> {
        if self.cancel_work() | self.cancel_likeness() {
            self.nothing("cancelled")
        } else if let Some(effects) = self.return_to_board() {
            effects
        } else if self.finding.filter.is_some() {
            self.list_all()
        } else if self.marks.is_empty() {
            vec![]
        } else {
            self.unmark()
        }
    }

    /// The next of the queues, then all again.
    fn next_queue(&mut self) -> Vec<Effect> {
        let at = self.filter().and_then(|on| QUEUES.iter().position(|queue| *queue == on));
        self.queue_from(at.map_or(0, |at| at + 1))
    }

    /// The first of the queues from `next` on that anything is in.
    fn queue_from(&mut self, next: usize) -> Vec<Effect> {
        let Some(at) = (next..QUEUES.len()).find(|&at| self.is_any(QUEUES[at])) else {
            if self.finding.filter.is_some() {
                return self.list_all();
            }
            return self.nothing("nothing is skipped, unsure or flagged");
        };
        // The names of the queues are words of the language.
        let effects = self.list_only(QUEUES[at]).unwrap_or_default();
        self.finding.queue = Some(at);
        effects
    }

    /// Whether any decision of this split is in the queue: a look at the decisions, not at the list.
    fn is_any(&self, queue: &str) -> bool {
        let split = self.desk.examples().split;
        self.desk.ledger().reviews(split).any(|(_, review)| match queue {
            "skipped" => review.skipped,
            "flagged" => review.flagged,
            _ => review.verdict == Some(crate::dataset::Verdict::Unsure),
        })
    }

    fn ask_filter_name(&mut self) -> Vec<Effect> {
        let Some(row) = self.row() else { return vec![] };
        let is_on = self.finding.filter.is_some() && !self.finding.is_named;
        if !is_on && self.finding.saved.is_empty() {
            return self.nothing("no filter is on that could be saved");
        }
        self.open_prompt(PromptKind::FilterName, row, "")
    }

    /// Keeps the filter that is on under a name; `-name` forgets it.
    pub(super) fn save_filter(&mut self, name: &str) -> Result<Vec<Effect>, String> {
        if let Some(name) = bare_name(name).strip_prefix('-') {
            return self.forget_filter(name);
        }
        let filter = self.finding.filter.clone().filter(|_| !self.finding.is_named);
        let filter = filter.ok_or("no filter is on that could be saved")?;
        self.name_filter(name, filter)
    }

    /// Keeps a filter under a name.
    pub(super) fn name_filter(
        &mut self,
        name: &str,
        filter: String,
    ) -> Result<Vec<Effect>, String> {
        let name = bare_name(name);
        if name.is_empty() || name.starts_with('-') || quote(name) != name {
            return Err("a filter's name is made of letters, digits, - and _".to_owned());
        }
        self.status = Status::hint(format!("@{name} stands for {filter}"));
        self.finding.saved.insert(name.to_owned(), filter);
        Ok(self.filters_changed())
    }

    /// Forgets the filter of that name.
    pub(super) fn forget_filter(&mut self, name: &str) -> Result<Vec<Effect>, String> {
        let filter = self.finding.saved.remove(name);
        let filter = filter.ok_or_else(|| format!("no filter is called {name}"))?;
        self.status = Status::hint(format!("@{name} is forgotten; it stood for {filter}"));
        Ok(self.filters_changed())
    }

    /// Filters with names are kept, and a screen that shows them follows.
    fn filters_changed(&mut self) -> Vec<Effect> {
        let mut effects = vec![Effect::KeepFilters(self.finding.saved.clone())];
        effects.extend(self.ask_anew());
        effects
    }
}

/// A name as it is typed, with or without what stands before it in filters.
fn bare_name(text: &str) -> &str {
    text.trim().trim_start_matches('@')
}

/// Puts the chosen candidate in place of the word at the caret.
fn take_candidate(line: &mut FindLine) {
    let Some(candidate) = line.completion.items.get(line.selected) else { return };
    let (text, range) = (line.input.value(), line.completion.range.clone());
    let (Some(before), Some(after)) = (text.get(..range.start), text.get(range.end..)) else {
        return;
    };
    // A field waits for its value; a value is whole.
    let gap = if candidate.insert.ends_with([':', '=', '~', '>', '<']) || after.starts_with(' ') {
        ""
    } else {
        " "
    };
    let head = format!("{before}{}{gap}", candidate.insert);
    let cursor = head.chars().count();
    line.input = Input::new(head + after).with_cursor(cursor);
}
