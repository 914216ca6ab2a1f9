//! The map: what keys do on it, and where it leads.
//!
//! Invariant: what is drawn is the last answer on the cells of this screen; a key looks only at what it is about.

mod lasso;
mod state;

pub use state::MapState;

use super::Shown;
use crate::analysis::map::Dots;
use crate::insight::map::{Ask, Colour, Layout, Report, Which};
use crate::insight::{self, Enter, Insight, View};
use crate::tui::app::{App, Effect, Picture, PictureKey, Status};
use crate::tui::command::{Command, Context};
use crate::tui::keymap::show;
use crate::tui::layout;
use crate::tui::screens::boards::places;
use ratatui::layout::Rect;
use std::sync::Arc;

impl App {
    /// The map, while it is open.
    pub fn map(&self) -> Option<(&MapState, &Report)> {
        Some((&self.boards.map, self.map_report()?.1))
    }

    fn map_report(&self) -> Option<(&Arc<Shown>, &Report)> {
        let shown = self.shown().filter(|_| self.view() == Some(View::Map))?;
        match &shown.insight {
            Insight::Map(report) => Some((shown, report)),
            _ => None,
        }
    }

    fn map_places(&self) -> layout::Map {
        let (columns, rows) = self.size;
        layout::map(places(Rect::new(0, 0, columns, rows)).body)
    }

    /// Brings the map up to date with the screen, and asks for the picture under the cursor.
    pub(in crate::tui::app) fn lay_map(&mut self) -> Option<Effect> {
        let (shown, _) = self.map_report()?;
        let (shown, places) = (shown.clone(), self.map_places());
        let Insight::Map(report) = &shown.insight else { return None };
        let size = [places.plane.width, places.plane.height].map(usize::from);
        self.boards.map.lay(&shown, report, size);
        let key = self.map_picture_key()?;
        if self.pictures.get(key).is_some() {
            return None;
        }
        Some(Effect::Prepare(self.pictures.keep(&[key])))
    }

    /// The picture of the first example under the cursor, where there is room for it.
    pub fn map_picture(&self) -> Option<&Picture> {
        self.pictures.get(self.map_picture_key()?)
    }

    fn map_picture_key(&self) -> Option<PictureKey> {
        let (map, report) = self.map()?;
        let room = self.map_places().picture?;
        self.desk.examples().media.files()?;
        let row = report.row(*map.under().first()?)?;
        Some(PictureKey { row, cols: room.width, rows: room.height })
    }

    /// What a key does on the map; `None` if it does there what it does on every screen.
    pub(super) fn on_map(&mut self, command: Command) -> Option<Vec<Effect>> {
        let asks = matches!(command, Command::ViewOrder | Command::ViewWhich);
        if asks && self.view() == Some(View::Map) {
            return Some(self.lay_otherwise(command));
        }
        let shown = self.map_report()?.0.clone();
        let Insight::Map(report) = &shown.insight else { return None };
        let map = &mut self.boards.map;
        self.status = Status::default();
        match command {
            Command::Up
            | Command::Down
            | Command::Previous
            | Command::Next
            | Command::ScrollUp
            | Command::ScrollDown => map.go(command, report),
            Command::First => map.whole(),
            Command::Closer => map.closer(2.0, report),
            Command::Farther => map.closer(0.5, report),
            Command::ViewBy => map.colour = next(&Colour::ALL, map.colour),
            Command::ViewScale => map.dots = next(&[Dots::Braille, Dots::Halves], map.dots),
            Command::Corner => map.corner(report),
            Command::Gather | Command::Release => return Some(self.gather(command, report)),
            Command::Accept => return Some(self.enter_map(report)),
            Command::Cancel if map.is_lasso() => map.corners.clear(),
            Command::Cancel if !map.chosen.is_empty() => map.chosen.clear(),
            _ => return None,
        }
        self.boards.map.mark(report);
        Some(vec![])
    }

    fn gather(&mut self, command: Command, report: &Report) -> Vec<Effect> {
        let map = &mut self.boards.map;
        let held = map.held(report);
        for row in held.iter().filter_map(|&number| report.row(number)) {
            if command == Command::Gather {
                map.chosen.insert(row);
            } else {
                map.chosen.remove(&row);
            }
        }
        map.corners.clear();
        map.mark(report);
        let chosen = map.chosen();
        let key = self
            .keymap
            .keys(Context::Board, "accept")
            .first()
            .map(|key| show(key))
            .unwrap_or_default();
        self.status = match (held.is_empty(), chosen) {
            (true, _) => Status::hint("there is no example there"),
            (false, 0) => Status::hint("none is chosen any more"),
            (false, chosen) => Status::hint(format!("{chosen} chosen; {key} shows them")),
        };
        vec![]
    }

    /// Lists what is chosen, else what lies under the cursor, in the order of the walk.
    fn enter_map(&mut self, report: &Report) -> Vec<Effect> {
        let map = &self.boards.map;
        let mut rows: Vec<u32> = if map.chosen.is_empty() {
            map.under().iter().filter_map(|&number| report.row(number)).collect()
        } else {
            map.chosen.iter().copied().collect()
        };
        rows.sort_by_key(|&row| (self.desk.place(row).unwrap_or(usize::MAX), row));
        self.enter(Enter::Rows { name: "from the map".to_owned(), rows })
    }

    /// Lays other examples out, or the same otherwise.
    fn lay_otherwise(&mut self, command: Command) -> Vec<Effect> {
        let Some(insight::Ask::Map(ask)) = self.board().map(|board| board.ask.clone()) else {
            return vec![];
        };
        let ask = match command {
            Command::ViewOrder => {
                let layout = next(&[Layout::Neighbours, Layout::Axes], ask.layout);
                Ask { layout, ..ask }
            }
            _ => Ask { which: next(&[Which::Walk, Which::All], ask.which), ..ask },
        };
        let map = &mut self.boards.map;
        map.whole();
        map.corners.clear();
        self.status = Status::default();
        if let Some(board) = self.board_mut() {
            board.ask = insight::Ask::Map(ask);
        }
        self.ask_anew()
    }
}

/// What follows in a list, the first one after the last.
fn next<T: Copy + PartialEq>(all: &[T], here: T) -> T {
    let at = all.iter().position(|one| *one == here).unwrap_or(0);
    all[(at + 1) % all.len()]
}
