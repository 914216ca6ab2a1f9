//! The grid: a page of tiles, and one decision for all of them except these.
//!
//! Invariant: a decision is made on the tiles that were all on the screen, after their number was
//! shown; what was left out stays open, what was decided before stays as it was.

use super::jump::HIDDEN_CELL;
use super::{App, Effect, Mode, PickKind, Status};
use crate::dataset::Choice;
use crate::find::cell;
use crate::tui::command::Command;
use crate::tui::layout::{self, TileSize};
use ratatui::layout::Rect;
use std::collections::BTreeSet;
use std::ops::Range;

/// The grid over the list that is walked.
#[derive(Debug, Default)]
pub struct Grid {
    size: TileSize,
    places: Option<layout::Grid>,
    /// The keys of the tiles, in their order.
    letters: Vec<char>,
    /// Rows that were left out by hand.
    left_out: BTreeSet<u32>,
    /// Rows that are decided and were taken in by hand.
    taken_in: BTreeSet<u32>,
    /// The rows of the page that was on the screen last.
    painted: Vec<u32>,
}

/// Whether a decision on the page is made on a tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is.
    In,
    /// It was left out by hand.
    LeftOut,
    /// There is a verdict on it already, so it is left out.
    Decided,
    /// There is a verdict on it, and it was taken in again by hand.
    Again,
}

impl Standing {
    /// Whether a decision on the page is made on it.
    pub fn is_in(self) -> bool {
        matches!(self, Self::In | Self::Again)
    }
}

impl Grid {
    fn place(&mut self, (cols, rows): (u16, u16), pictures: bool) {
        self.places = layout::grid(Rect::new(0, 0, cols, rows), self.size, pictures);
    }

    /// Where everything stands; none in a terminal that is too small.
    pub fn places(&self) -> Option<&layout::Grid> {
        self.places.as_ref()
    }

    /// The letter of the tile number `at` of the page, from 0; tiles beyond the letters have none.
    pub fn letter(&self, at: usize) -> Option<char> {
        self.letters.get(at).copied()
    }

    /// The columns and rows of cells that a tile has.
    pub(super) fn room(&self) -> Option<(u16, u16)> {
        self.places.map(|places| places.room)
    }

    /// Leaves a row out, or takes it in again.
    fn toggle(&mut self, row: u32, standing: Standing) {
        match standing {
            Standing::In => drop(self.left_out.insert(row)),
            Standing::LeftOut => drop(self.left_out.remove(&row)),
            Standing::Decided => drop(self.taken_in.insert(row)),
            Standing::Again => drop(self.taken_in.remove(&row)),
        }
    }

    /// The rows were decided on: what was taken in again is decided again.
    pub(super) fn committed(&mut self, rows: &[u32]) {
        self.taken_in.retain(|row| !rows.contains(row));
    }

    /// The page is on the screen.
    pub(super) fn show(&mut self, page: &[u32]) {
        self.painted.clear();
        self.painted.extend(page);
    }
}

/// What a screen asks.
impl App {
    /// The grid, if it is open.
    pub fn grid(&self) -> Option<&Grid> {
        self.grid.as_ref()
    }

    /// The places in the list that are on the page.
    pub fn page(&self) -> Range<usize> {
        let (per_page, listed) = (self.per_page(), self.desk.list().len());
        let start = (self.position / per_page * per_page).min(listed);
        start..(start + per_page).min(listed)
    }

    /// The number of the page, from 1, and how many there are.
    pub fn page_of(&self) -> (usize, usize) {
        let per_page = self.per_page();
        (self.position / per_page + 1, self.desk.list().len().div_ceil(per_page))
    }

    /// Whether a decision on the page would be made on a row.
    pub fn standing(&self, row: u32) -> Standing {
        let has = |set: fn(&Grid) -> &BTreeSet<u32>| {
            self.grid.as_ref().is_some_and(|grid| set(grid).contains(&row))
        };
        match self.desk.verdict(row) {
            Some(_) if has(|grid| &grid.taken_in) => Standing::Again,
            Some(_) => Standing::Decided,
            None if has(|grid| &grid.left_out) => Standing::LeftOut,
            None => Standing::In,
        }
    }

    fn per_page(&self) -> usize {
        self.grid.as_ref().and_then(|grid| grid.places).map_or(1, |places| places.len())
    }

    fn columns(&self) -> usize {
        let places = self.grid.as_ref().and_then(|grid| grid.places);
        places.map_or(1, |places| usize::from(places.columns))
    }

    /// The row of the tile on that letter.
    fn row_on(&self, letter: char) -> Option<u32> {
        let at = self.grid.as_ref()?.letters.iter().position(|&l| l == letter)?;
        self.desk.list()[self.page()].get(at).copied()
    }
}

/// Opening, moving, leaving.
impl App {
    /// Shows the page that the example on the screen is on, as the grid was left.
    pub(super) fn open_grid(&mut self) -> Vec<Effect> {
        if self.desk.list().is_empty() {
            return self.nothing("nothing is listed");
        }
        let letters = self.keymap.tile_letters();
        self.grid = Some(Grid { letters, ..self.shelved.take().unwrap_or_default() });
        self.place_tiles()
    }

    /// Lays the tiles out anew: nothing of them is on the screen yet.
    pub(super) fn place_tiles(&mut self) -> Vec<Effect> {
        let pictures = self.desk.examples().media.files().is_some();
        if let Some(grid) = &mut self.grid {
            grid.place(self.size, pictures);
        }
        self.painted.clear();
        self.prepare()
    }

    pub(super) fn close_grid(&mut self) -> Vec<Effect> {
        self.shelved = self.grid.take();
        self.painted.clear();
        self.go(self.position)
    }

    /// Lists those of the confusion cell of the example on the screen, as a filter would.
    pub(super) fn ask_cell(&mut self) -> Vec<Effect> {
        let Some(row) = self.row() else { return self.nothing("nothing is listed") };
        if self.hides_prediction(row) {
            return self.nothing(HIDDEN_CELL);
        }
        let name = |class| self.desk.classes().name(class);
        let predicted = self.desk.run().prediction(row as usize).map_or("", name);
        let filter = cell(name(self.desk.gold(row)), predicted);
        self.list(&filter, true).unwrap_or_else(|error| self.nothing(&error.what))
    }

    /// What only the grid does, and what the walk does, too.
    pub(super) fn on_grid(&mut self, command: Command) -> Vec<Effect> {
        let (columns, page, last) =
            (self.columns(), self.page(), self.desk.list().len().saturating_sub(1));
        match command {
            Command::Above if self.position < columns => self.nothing("this is the first row"),
            Command::Above => self.go(self.position - columns),
            Command::Below if self.position / columns == last / columns => {
                self.nothing("this is the last row")
            }
            Command::Below => self.go(self.position + columns),
            Command::ScrollUp if page.start == 0 => self.nothing("this is the first page"),
            Command::ScrollUp => self.go(self.position.saturating_sub(self.per_page())),
            Command::ScrollDown if page.end > last => self.nothing("this is the last page"),
            Command::ScrollDown => self.go(self.position + self.per_page()),
            Command::Larger => self.size_tiles(TileSize::larger),
            Command::Smaller => self.size_tiles(TileSize::smaller),
            Command::Accept | Command::Cancel => self.close_grid(),
            Command::Next | Command::Previous | Command::First | Command::Last => {
                self.walk(command)
            }
            _ => vec![],
        }
    }

    fn size_tiles(&mut self, change: fn(TileSize) -> TileSize) -> Vec<Effect> {
        let Some(grid) = &mut self.grid else { return vec![] };
        let size = change(grid.size);
        if size == grid.size {
            return self.nothing("that is as far as it goes");
        }
        grid.size = size;
        self.place_tiles()
    }
}

/// Exceptions, and the decision on all others.
impl App {
    /// Whether what a key would act on was on the screen: a tile for what is about one, else all.
    pub(super) fn is_painted(&self, command: Command) -> bool {
        let sight = self.in_sight();
        let Some(grid) = &self.grid else { return self.painted == sight };
        let tile = match command {
            Command::Tile(letter) => self.row_on(letter),
            Command::Except | Command::Mark | Command::MarkRange => self.row(),
            _ => return self.painted == sight,
        };
        grid.painted == sight && tile.is_none_or(|row| self.painted.contains(&row))
    }

    /// A command on the tiles; the cursor is on `row`.
    pub(super) fn see_tiles(&mut self, command: Command, row: u32) -> Vec<Effect> {
        match command {
            Command::Tile(letter) => match self.row_on(letter) {
                Some(row) => self.except(row),
                None => self.nothing(&format!("no tile is on {letter}")),
            },
            Command::Except => self.except(row),
            Command::Mark => self.mark(row),
            Command::MarkRange => self.mark_range(row),
            Command::PickClass => self.pick_for_page(PickKind::Class),
            Command::PickTag => self.pick_for_page(PickKind::Tag),
            command => match self.choice_of(command) {
                Some(choice) => self.propose_page(self.rows_in(), choice, Some(command)),
                None => vec![],
            },
        }
    }

    pub(super) fn except(&mut self, row: u32) -> Vec<Effect> {
        let standing = self.standing(row);
        if let Some(grid) = &mut self.grid {
            grid.toggle(row, standing);
        }
        self.status = Status::default();
        vec![]
    }

    /// The rows of the page that a decision would be made on.
    fn rows_in(&self) -> Vec<u32> {
        let page = self.desk.list()[self.page()].iter().copied();
        page.filter(|&row| self.standing(row).is_in()).collect()
    }

    fn pick_for_page(&mut self, kind: PickKind) -> Vec<Effect> {
        match self.rows_in() {
            rows if rows.is_empty() => self.nothing(NONE_IN),
            rows => self.open_picker(kind, rows),
        }
    }

    /// Shows what a choice would do to those of the page that are in. An answer leads to the next
    /// page; tags and marks are put on before it, so they stay.
    pub(super) fn propose_page(
        &mut self,
        rows: Vec<u32>,
        choice: Choice,
        by: Option<Command>,
    ) -> Vec<Effect> {
        if rows.is_empty() {
            return self.nothing(NONE_IN);
        }
        let next = self.page().end;
        let goes_on = choice.answer.is_some() && next < self.desk.list().len();
        let then = if goes_on { next } else { self.position };
        let effects = self.preview(rows, choice, false, then);
        if let Mode::Confirm(confirm) = &mut self.mode {
            confirm.by = by;
        }
        effects
    }
}

const NONE_IN: &str = "none of this page is in: all are decided or left out";

#[cfg(test)]
#[path = "grid_tests.rs"]
mod tests;
