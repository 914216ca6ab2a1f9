//! Where a message goes, and what a command means where the app is.
//!
//! Invariant: a key that acts on what is shown goes through `see`; what lies on top takes all keys.

use super::sight::room;
use super::{
    App, Command, Confirm, Context, Effect, List, Message, Mode, PickKind, Status, help_limit,
    tried_limit,
};
use crossterm::event::KeyEvent;

impl App {
    /// The screen that lies below what is on top.
    pub fn base(&self) -> Context {
        if self.judges_labels() {
            Context::Labels
        } else if self.boards_open() {
            Context::Board
        } else if self.grid.is_some() {
            Context::Grid
        } else {
            Context::Review
        }
    }

    /// Where keys are looked up.
    pub fn context(&self) -> Context {
        match self.mode {
            Mode::Find(_) => Context::Find,
            Mode::Base => self.base(),
            Mode::Help(_) | Mode::Progress(_) | Mode::Guards(_) | Mode::Tried(_) => Context::Help,
            Mode::Prompt(_) => Context::Prompt,
            Mode::Picker(_) => Context::Picker,
            Mode::Choose => Context::Choose,
            Mode::Confirm(_) => Context::Confirm,
            Mode::History(_) => Context::History,
            Mode::Tags => Context::Tags,
            Mode::WhatIf => Context::WhatIf,
            Mode::Card => Context::Card,
        }
    }

    /// What a key asks for where the app is.
    pub fn command_of(&self, key: KeyEvent) -> Option<Command> {
        let context = self.context();
        if let Mode::Confirm(Confirm { by: Some(by), .. }) = &self.mode
            && self.keymap.command(self.base(), key) == Some(*by)
        {
            return Some(*by);
        }
        let command = self.keymap.command(context, key);
        if context == Context::Card && command != Some(Command::Suspend) {
            return Some(Command::Cancel);
        }
        if context == Context::Choose && command.is_none() {
            return self.keymap.command(Context::Review, key).filter(|command| command.on_sight());
        }
        command
    }

    /// Takes a message at `now` (milliseconds since 1970) and says what is to be done.
    pub fn update(&mut self, message: Message, now: u64) -> Vec<Effect> {
        self.now = now;
        let is_painted = matches!(message, Message::Painted);
        if matches!(message, Message::Command(_) | Message::Edit(_) | Message::Resized(..)) {
            self.forget_click();
        }
        let mut effects = self.take(message);
        self.suggest_here();
        effects.extend(self.lay_map());
        self.last_mouse.is_current = is_painted;
        effects
    }

    pub(super) fn take(&mut self, message: Message) -> Vec<Effect> {
        match message {
            Message::Command(command) => self.command(command),
            Message::Edit(request) => self.edit(request),
            Message::Paste(text) => self.paste(&text),
            Message::Mouse(mouse) => self.mouse(mouse),
            Message::Resized(cols, rows) => self.resized((cols, rows)),
            Message::Saved { epoch } => self.saved(epoch),
            Message::SaveFailed { epoch, reason, ledger } => {
                self.save_failed(epoch, &reason, ledger)
            }
            Message::Picture(key, picture) => {
                self.pictures.put(key, picture);
                vec![]
            }
            Message::Learnt(vectors) => self.learnt(vectors),
            Message::Failed(reason) => self.trouble(reason),
            Message::Worked { generation, outcome } => self.worked(generation, outcome),
            Message::Considered { generation, answer, is_whole } => {
                self.considered(generation, answer, is_whole)
            }
            Message::Asked { generation, answer, is_whole } => {
                self.heard(generation, answer, is_whole)
            }
            Message::Models { generation, choice } => self.found_models(generation, choice),
            Message::Scored { generation, scored } => self.scored(generation, scored),
            Message::Logged(log) => {
                self.logged(log);
                vec![]
            }
            Message::Painted => {
                self.saw();
                if self.is_visible() {
                    // The words are on the screen even where the picture is still to come.
                    self.learn_predictions(&self.in_sight());
                    self.know_predictions(self.labels_in_view());
                }
                vec![]
            }
        }
    }

    fn trouble(&mut self, reason: String) -> Vec<Effect> {
        self.status = Status::trouble(reason);
        vec![]
    }

    fn resized(&mut self, size: (u16, u16)) -> Vec<Effect> {
        self.size = size;
        self.room = room(size);
        let mut effects = self.place_tiles();
        effects.extend(self.ask_at_size());
        effects
    }

    pub(super) fn command(&mut self, command: Command) -> Vec<Effect> {
        if self.is_leaving() {
            return vec![];
        }
        if self.saving.frozen && !matches!(command, Command::Quit | Command::Cancel) {
            return vec![];
        }
        if !self.mode.is_base() {
            return self.on_top(command);
        }
        if command.on_sight() {
            return self.see(command);
        }
        self.last_key = None;
        let leaving = matches!(command, Command::Quit | Command::Suspend | Command::Cancel);
        if !self.is_visible() && !leaving {
            return vec![];
        }
        self.act(command)
    }

    /// Commands that decide nothing on what is shown.
    pub(super) fn act(&mut self, command: Command) -> Vec<Effect> {
        if let Some(effects) = self.act_again(command) {
            return effects;
        }
        match command {
            Command::Find | Command::Clear | Command::SaveFilter | Command::Queue => {
                self.find(command)
            }
            Command::Undo => self.take_back(),
            Command::Redo => self.bring_back(),
            Command::Unmark => self.unmark(),
            Command::NextTheme => self.next_theme(),
            Command::History => self.open_history(),
            Command::Progress => self.open_progress(),
            Command::Guards => self.open_guards(),
            Command::WhatIf => self.open_what_if(),
            Command::Score => self.score(),
            Command::Jump => self.ask_place(),
            Command::Back => self.back(),
            Command::NextInCell => self.next_in_cell(),
            Command::Tags => self.open_tags(),
            Command::Palette => self.open_picker(PickKind::Command, vec![]),
            Command::Help => self.open(Mode::Help(List::default())),
            Command::Suspend if cfg!(unix) => vec![Effect::Suspend],
            Command::Suspend => self.nothing("this system has no way back from the shell"),
            Command::Quit => self.quit(),
            command if self.boards_open() => self.on_board(command),
            Command::View(view) => self.open_board(view),
            Command::Grid => self.open_grid(),
            Command::GridCell => self.ask_cell(),
            command if self.grid.is_some() => self.on_grid(command),
            moving => self.walk(moving),
        }
    }

    /// A command while something is on top.
    pub(super) fn on_top(&mut self, command: Command) -> Vec<Effect> {
        if command == Command::Suspend {
            return self.act(command);
        }
        if !self.is_visible() && command != Command::Cancel {
            return vec![];
        }
        let mode = std::mem::replace(&mut self.mode, Mode::Base);
        let mut effects = self.on_mode(mode, command);
        self.back_to_tags();
        self.back_to_what_if();
        effects.extend(self.catch_up());
        effects
    }

    /// What a command means to what lies on top, which is closed unless it is opened again.
    fn on_mode(&mut self, mode: Mode, command: Command) -> Vec<Effect> {
        match (mode, command) {
            (Mode::Tags, command) => self.tags_command(command),
            (Mode::WhatIf, command) => self.what_if_command(command),
            (Mode::Prompt(prompt), Command::Accept) => self.accept_prompt(&prompt),
            (Mode::Prompt(prompt), Command::Cancel) => self.leave_prompt(prompt),
            (Mode::Confirm(confirm), Command::Accept) => self.confirmed(confirm),
            (Mode::Find(line), Command::Cancel) => self.leave_find(&line),
            (Mode::Find(line), command) => self.find_command(line, command),
            (Mode::Confirm(confirm), again) if confirm.by == Some(again) => {
                self.confirmed_by_key(confirm, again)
            }
            (Mode::Card, _) => self.welcomed(),
            (_, Command::Cancel) | (Mode::Help(_), Command::Accept) => {
                self.last_key = None;
                vec![]
            }
            (Mode::Progress(_), Command::Accept) => self.ask_goal(),
            (Mode::Guards(list), command) => self.guards_command(list, command),
            (Mode::History(list), Command::Accept) => self.jump_in_history(list.at),
            (Mode::History(mut list), command) => {
                list.moved_in(command, self.history_len());
                self.open(Mode::History(list))
            }
            (Mode::Tried(mut list), command) => {
                list.moved_in(command, tried_limit(self, self.screen()) + 1);
                self.open(Mode::Tried(list))
            }
            (Mode::Picker(picker), command) => self.picker_command(picker, command),
            (Mode::Choose, command) => self.choose(command),
            (Mode::Help(mut list), command) => {
                let limit = help_limit(self, self.screen());
                list.moved_in(command, limit + 1);
                self.open(Mode::Help(list))
            }
            (mode, _) => self.open(mode),
        }
    }
}
