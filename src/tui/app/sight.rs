//! What is on the screen, and which pictures are asked for.
//!
//! Invariant: a row is painted when all of it was on the screen, its picture included.

use super::{App, Effect, Picture, PictureKey, layout, pictures};
use ratatui::layout::Rect;

impl App {
    /// The whole terminal.
    pub fn screen(&self) -> Rect {
        Rect::new(0, 0, self.size.0, self.size.1)
    }

    /// The rows that a key would act on.
    pub(super) fn in_sight(&self) -> Vec<u32> {
        match self.grid {
            _ if self.judges_labels() => self.label_row().into_iter().collect(),
            Some(_) => self.desk.list()[self.page()].to_vec(),
            None => self.row().into_iter().collect(),
        }
    }

    /// The example that a key acts on: that under the cursor.
    pub(super) fn acted_on(&self) -> Option<u32> {
        if self.judges_labels() { self.label_row() } else { self.row() }
    }

    /// What is on the screen: the rows that are there as a whole.
    pub(super) fn saw(&mut self) {
        let sight = self.in_sight();
        if let Some(grid) = &mut self.grid {
            grid.show(&sight);
        }
        self.painted = sight.into_iter().filter(|&row| self.is_complete(row)).collect();
    }

    pub(super) fn picture_key(&self, row: u32) -> Option<PictureKey> {
        self.desk.examples().media.files()?;
        let room = match &self.grid {
            _ if self.judges_labels() => self.label_picture(),
            Some(grid) => grid.room(),
            None => self.room,
        };
        let (cols, rows) = room?;
        Some(PictureKey { row, cols, rows })
    }

    /// Whether nothing of the example is still to come.
    pub(super) fn is_complete(&self, row: u32) -> bool {
        match self.picture_key(row) {
            Some(key) => !matches!(self.pictures.get(key), None | Some(Picture::Pending)),
            None => self.is_visible(),
        }
    }

    /// Whether the terminal is large enough to show on what a key would act.
    pub(super) fn is_visible(&self) -> bool {
        self.room.is_some()
    }

    /// Asks for the pictures that are looked at, the next ones and the last ones.
    pub(super) fn prepare(&mut self) -> Vec<Effect> {
        let list = self.desk.list();
        let near: Vec<u32> = match self.grid {
            _ if self.judges_labels() => self.labels_near(),
            Some(_) => pictures::pages(self.page(), list).collect(),
            None => pictures::window(self.position, list).collect(),
        };
        let near = self.retested().into_iter().chain(near);
        let keys: Vec<PictureKey> = near.filter_map(|row| self.picture_key(row)).collect();
        let missing = self.pictures.keep(&keys);
        if missing.is_empty() { vec![] } else { vec![Effect::Prepare(missing)] }
    }
}

/// The room for the picture in a terminal of that size.
pub(super) fn room((cols, rows): (u16, u16)) -> Option<(u16, u16)> {
    let picture = layout::review(Rect::new(0, 0, cols, rows))?.picture;
    Some((picture.width, picture.height))
}
