//! Decisions that the settings put on a key.
//!
//! Invariant: a macro is one decision and one undo; one that names what the project has not decides
//! nothing.

use super::{App, Effect};
use crate::dataset::{Answer, Choice};
use crate::tui::settings::{Macro, MacroStep};

impl App {
    /// Gives the macros that the keymap has keys for, in its order.
    pub fn set_macros(&mut self, macros: Vec<Macro>) {
        self.setup.macros = macros;
    }

    /// What macro number `n` decides.
    ///
    /// # Errors
    /// What the project has not.
    pub(super) fn macro_choice(&self, n: u8) -> Result<Choice, String> {
        let mut choice = Choice::default();
        for step in self.setup.macros.get(usize::from(n)).map_or(&[][..], |found| &found.steps) {
            match step {
                MacroStep::Verdict(verdict) => choice.answer = Some(Answer::Verdict(*verdict)),
                MacroStep::Class(name) => {
                    let class = self.desk.classes().index(name);
                    let class = class.ok_or_else(|| format!("no class is called {name:?}"))?;
                    choice.answer = Some(Answer::Class(class));
                }
                MacroStep::Tag(name) => {
                    let tags = self.desk.ledger().tags();
                    let tag = tags.iter().find(|tag| tag.name == *name);
                    let tag = tag.ok_or_else(|| format!("no tag is called {name:?}"))?;
                    choice.tags.push(tag.id);
                }
                MacroStep::Difficulty(difficulty) => choice.difficulty = Some(*difficulty),
                MacroStep::Flag => choice.flagged = Some(true),
            }
        }
        Ok(choice)
    }

    /// Makes the decision of macro number `n`; one with a verdict or a class goes on.
    pub(super) fn run_macro(&mut self, row: u32, n: u8) -> Vec<Effect> {
        match self.macro_choice(n) {
            Ok(choice) => self.choose_here(row, &choice),
            Err(reason) => self.nothing(&reason),
        }
    }
}
