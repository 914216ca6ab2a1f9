//! Where the cursor of the map is, how close it is looked at, what is chosen on it.
//!
//! Invariant: places are kept as shares of what the layout takes up, and examples by row, so that both stay
//! while the layout is still being made.

use super::lasso::{outline, spot_of};
use crate::analysis::map::{Dots, Plane, Point, Raster, Rect, Shown as Most, View as Window};
use crate::insight::map::{Colour, Report};
use crate::tui::app::board::Shown;
use crate::tui::command::Command;
use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

/// Lines of a page.
const PAGE: usize = 8;

/// A column and a line of the plane.
type Spot = [usize; 2];

/// How close the map is looked at.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Zoom {
    /// The place in the middle, in shares of what the layout takes up.
    centre: [f64; 2],
    /// 1 shows all of it.
    factor: f64,
}

/// Zoomed no closer than this.
const CLOSEST: f64 = 4096.0;
/// What the map shows, and how.
#[derive(Debug)]
pub struct MapState {
    pub(super) colour: Colour,
    pub(super) dots: Dots,
    zoom: Zoom,
    /// Where the keys were last; the fullest cell before any key.
    cursor: Option<Spot>,
    /// Of the lasso, in shares.
    pub(super) corners: Vec<[f64; 2]>,
    /// Rows.
    pub(super) chosen: BTreeSet<u32>,
    drawn: Option<Drawn>,
}

/// The map on the cells of the screen.
#[derive(Debug)]
struct Drawn {
    of: Arc<Shown>,
    raster: Raster,
    /// What it was made with.
    with: (Zoom, Colour, Dots),
    fullest: Spot,
    /// Cells with a chosen example.
    chosen: HashSet<Spot>,
    /// Cells on the outline of the lasso.
    outline: HashSet<Spot>,
}

impl Default for Zoom {
    fn default() -> Self {
        Self { centre: [0.5; 2], factor: 1.0 }
    }
}

impl Default for MapState {
    fn default() -> Self {
        Self {
            colour: Colour::default(),
            dots: Dots::Braille,
            zoom: Zoom::default(),
            cursor: None,
            corners: vec![],
            chosen: BTreeSet::new(),
            drawn: None,
        }
    }
}

impl MapState {
    /// What the colours mean.
    pub fn colour(&self) -> Colour {
        self.colour
    }

    /// The points by cell, once there is room for them.
    pub fn raster(&self) -> Option<&Raster> {
        self.drawn.as_ref().map(|drawn| &drawn.raster)
    }

    /// The cell that the keys act on.
    pub fn cursor(&self) -> Spot {
        let [columns, lines] = self.raster().map_or([1; 2], Raster::size);
        let fullest = || self.drawn.as_ref().map_or([0; 2], |drawn| drawn.fullest);
        let [column, line] = self.cursor.unwrap_or_else(fullest);
        [column.min(columns.saturating_sub(1)), line.min(lines.saturating_sub(1))]
    }

    /// The examples under the cursor, by number.
    pub fn under(&self) -> &[u32] {
        let [column, line] = self.cursor();
        self.raster().map_or(&[], |raster| raster.points(column, line))
    }

    /// Whether a cell has an example that is chosen.
    pub fn is_chosen(&self, spot: Spot) -> bool {
        self.drawn.as_ref().is_some_and(|drawn| drawn.chosen.contains(&spot))
    }

    /// Whether a cell lies on the outline of the lasso.
    pub fn is_outline(&self, spot: Spot) -> bool {
        self.drawn.as_ref().is_some_and(|drawn| drawn.outline.contains(&spot))
    }

    /// How many are chosen.
    pub fn chosen(&self) -> usize {
        self.chosen.len()
    }

    /// Whether a lasso is begun.
    pub fn is_lasso(&self) -> bool {
        !self.corners.is_empty()
    }

    /// How many times closer than all of it.
    pub fn factor(&self) -> f64 {
        self.zoom.factor
    }

    /// Brings the cells up to date with what is shown and how.
    pub(super) fn lay(&mut self, shown: &Arc<Shown>, report: &Report, size: Spot) {
        let with = (self.zoom, self.colour, self.dots);
        let is_current = self.drawn.as_ref().is_some_and(|drawn| {
            Arc::ptr_eq(&drawn.of, shown) && drawn.raster.size() == size && drawn.with == with
        });
        if is_current {
            return;
        }
        let window = self.zoom.window(report.plane(), size, self.dots);
        let most = if self.colour == Colour::Class { Most::Largest } else { Most::Rarest };
        let groups = &report.groups(self.colour).of;
        let raster = Raster::new(report.plane(), window, size, self.dots, groups, most);
        let fullest = (0..size[0] * size[1]).rev().map(|at| [at % size[0], at / size[0]]);
        let fullest = fullest.max_by_key(|&[column, line]| raster.points(column, line).len());
        let fullest = fullest.unwrap_or([0; 2]);
        let (chosen, outline) = (HashSet::new(), HashSet::new());
        self.drawn = Some(Drawn { of: shown.clone(), raster, with, fullest, chosen, outline });
        self.mark(report);
    }

    /// Brings what is chosen and the lasso up to date.
    pub(super) fn mark(&mut self, report: &Report) {
        let cursor = self.cursor();
        let Some(drawn) = &mut self.drawn else { return };
        let point = |&row: &u32| report.point(report.number(row)?);
        let spot = |point: Point| drawn.raster.cell_at(point);
        drawn.chosen = self.chosen.iter().filter_map(point).filter_map(spot).collect();
        let corner = |&share: &[f64; 2]| spot_of(&drawn.raster, from_share(report.plane(), share));
        let mut corners: Vec<[f64; 2]> = self.corners.iter().map(corner).collect();
        corners.extend((!self.corners.is_empty()).then(|| cursor.map(|at| at as f64)));
        drawn.outline = outline(&corners, drawn.raster.size());
    }

    /// The numbers of what the lasso holds, or of what lies under the cursor without one.
    pub(super) fn held(&self, report: &Report) -> Vec<u32> {
        let Some(drawn) = self.drawn.as_ref().filter(|_| self.is_lasso()) else {
            return self.under().to_vec();
        };
        let (plane, [column, line]) = (report.plane(), self.cursor());
        let here = drawn.raster.part(column, line);
        let corners: Vec<[f64; 2]> =
            self.corners.iter().map(|&share| from_share(plane, share)).collect();
        if let [corner] = corners[..] {
            // Both cells as a whole.
            let half = [0, 1].map(|axis| (here.high[axis] - here.low[axis]) / 2.0);
            let low = [0, 1].map(|axis| (corner[axis] - half[axis]).min(here.low[axis]));
            let high = [0, 1].map(|axis| (corner[axis] + half[axis]).max(here.high[axis]));
            return plane.in_rect(&Rect { low, high });
        }
        let mut held: BTreeSet<u32> =
            plane.in_polygon(&[&corners[..], &[middle(&here)]].concat()).into_iter().collect();
        for [column, line] in &drawn.outline {
            held.extend(drawn.raster.points(*column, *line));
        }
        held.into_iter().collect()
    }
}

impl Zoom {
    fn window(self, plane: &Plane, size: Spot, dots: Dots) -> Window {
        let [right, down] = dots.per_cell();
        let all = Window::fit(&plane.bounds(), [size[0] * right, size[1] * down]);
        Window { centre: from_share(plane, self.centre), dot: all.dot / self.factor }
    }
}

fn width(plane: &Plane, axis: usize) -> f64 {
    let width = plane.bounds().high[axis] - plane.bounds().low[axis];
    if width > 0.0 { width } else { 1.0 }
}

fn to_share(plane: &Plane, from: [f64; 2]) -> [f64; 2] {
    [0, 1].map(|axis| (from[axis] - plane.bounds().low[axis]) / width(plane, axis))
}

fn from_share(plane: &Plane, share: [f64; 2]) -> [f64; 2] {
    [0, 1].map(|axis| plane.bounds().low[axis] + share[axis] * width(plane, axis))
}

fn middle(part: &Rect) -> [f64; 2] {
    [0, 1].map(|axis| f64::midpoint(part.low[axis], part.high[axis]))
}

/// What keys do.
impl MapState {
    /// All of it again, the cursor where most is.
    pub(super) fn whole(&mut self) {
        (self.zoom, self.cursor) = (Zoom::default(), None);
    }

    /// Moves the cursor, and what is shown where it would leave the screen.
    pub(super) fn go(&mut self, command: Command, report: &Report) {
        let Some(size) = self.raster().map(Raster::size) else { return };
        let ([column, line], [last_column, last_line]) =
            (self.cursor(), size.map(|size| size.saturating_sub(1)));
        let (by, axis, is_back) = match command {
            Command::Up => (1, 1, true),
            Command::Down => (1, 1, false),
            Command::ScrollUp => (PAGE, 1, true),
            Command::ScrollDown => (PAGE, 1, false),
            Command::Previous => (1, 0, true),
            _ => (1, 0, false),
        };
        let (mut spot, last) = ([column, line], [last_column, last_line][axis]);
        let wanted = if is_back { spot[axis].checked_sub(by) } else { Some(spot[axis] + by) };
        if wanted.is_none_or(|to| to > last) && self.zoom.factor > 1.0 {
            // Half of the screen, so that the cursor keeps its place on the map.
            let cells = (last / 2).max(1);
            self.slide(axis, is_back, cells, report);
            let at = if is_back { spot[axis] + cells } else { spot[axis].saturating_sub(cells) };
            spot[axis] = if is_back { at.saturating_sub(by) } else { at + by }.min(last);
        } else {
            spot[axis] = wanted.unwrap_or(0).min(last);
        }
        self.cursor = Some(spot);
    }

    /// Moves what is shown by so many cells.
    fn slide(&mut self, axis: usize, is_back: bool, cells: usize, report: &Report) {
        let Some(raster) = self.raster() else { return };
        let dots = (cells * self.dots.per_cell()[axis]) as f64;
        // Left is less, up is more.
        let by = if is_back == (axis == 0) { -dots } else { dots };
        let mut both = [0.0; 2];
        both[axis] = by;
        self.zoom.centre = to_share(report.plane(), raster.view().moved(both).centre);
    }

    /// Closer by a factor, the cursor staying where it is; no farther away than all of it.
    pub(super) fn closer(&mut self, factor: f64, report: &Report) {
        let Some(raster) = self.raster() else { return };
        let to = (self.zoom.factor * factor).clamp(1.0, CLOSEST);
        let [column, line] = self.cursor();
        // An example under the cursor stays there.
        let first = self.under().first().and_then(|&number| report.point(number));
        let here = first.map_or(middle(&raster.part(column, line)), |at| at.map(f64::from));
        let view = raster.view().zoomed(to / self.zoom.factor, here);
        self.cursor = Some([column, line]);
        self.zoom = if to <= 1.0 {
            Zoom::default()
        } else {
            Zoom { centre: to_share(report.plane(), view.centre), factor: to }
        };
    }

    /// A corner of the lasso under the cursor.
    pub(super) fn corner(&mut self, report: &Report) {
        let Some(raster) = self.raster() else { return };
        let [column, line] = self.cursor();
        let corner = to_share(report.plane(), middle(&raster.part(column, line)));
        if self.corners.last() != Some(&corner) {
            self.corners.push(corner);
        }
    }
}
