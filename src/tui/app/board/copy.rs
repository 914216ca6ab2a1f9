//! The clipboard: as text, CSV or Markdown.

use super::Board;
use crate::tui::app::{App, Effect, Status};
use crate::tui::command::Command;

/// Columns of copied text.
const COPIED_WIDTH: usize = 160;

impl App {
    /// Copies what is shown; terminals pass it on to the clipboard of the machine they run on.
    pub(super) fn copy(&mut self, command: Command) -> Vec<Effect> {
        let Some(page) = self.board().and_then(Board::page) else {
            return self.nothing("there is nothing to copy yet");
        };
        let (text, what) = match command {
            Command::CopyCsv => {
                let mut out = Vec::new();
                let sheet = page.sheets.first().map(|(_, sheet)| sheet);
                // Writing into memory can't fail.
                let _ = sheet.map(|sheet| sheet.write_csv(&mut out));
                (String::from_utf8_lossy(&out).into_owned(), "CSV")
            }
            Command::CopyMarkdown => (page.markdown(), "Markdown"),
            _ => (page.lines(usize::MAX, COPIED_WIDTH).join("\n") + "\n", "text"),
        };
        let lines = text.lines().count();
        self.status = Status::hint(format!("copied {lines} lines of {what} to the clipboard"));
        vec![Effect::Copy(text)]
    }
}
