//! A part of the plane on the cells of a terminal.

use super::super::parallel::pieces;
use super::Point;
use super::plane::{Plane, Rect};
use std::collections::HashMap;

/// Fields of a piece of work.
const PIECE: usize = 512;

/// Which part of the plane is shown. Dots are as wide as they are high.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct View {
    /// The place in the middle.
    pub centre: [f64; 2],
    /// Width of a dot in the plane.
    pub dot: f64,
}

impl View {
    /// All of `bounds`, with a margin of a dot or so, on so many dots right and down.
    pub fn fit(bounds: &Rect, dots: [usize; 2]) -> Self {
        let centre = [0, 1].map(|axis| f64::midpoint(bounds.low[axis], bounds.high[axis]));
        let width = |axis: usize| {
            (bounds.high[axis] - bounds.low[axis]) / dots[axis].saturating_sub(2).max(1) as f64
        };
        let dot = width(0).max(width(1));
        Self { centre, dot: if dot > 0.0 { dot } else { 1.0 } }
    }

    /// Closer by `factor`, with `place` where it was.
    #[must_use]
    pub fn zoomed(self, factor: f64, place: [f64; 2]) -> Self {
        let dot = self.dot / factor;
        if !dot.is_normal() {
            return self;
        }
        let centre = [0, 1].map(|axis| place[axis] + (self.centre[axis] - place[axis]) / factor);
        Self { centre, dot }
    }

    /// Moved by so many dots, right and up.
    #[must_use]
    pub fn moved(self, dots: [f64; 2]) -> Self {
        Self { centre: [0, 1].map(|axis| self.centre[axis] + dots[axis] * self.dot), ..self }
    }

    /// What is shown on so many dots.
    pub fn rect(&self, dots: [usize; 2]) -> Rect {
        let half = dots.map(|dots| dots as f64 / 2.0 * self.dot);
        Rect {
            low: [0, 1].map(|axis| self.centre[axis] - half[axis]),
            high: [0, 1].map(|axis| self.centre[axis] + half[axis]),
        }
    }
}

/// What a cell of the terminal is divided into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dots {
    /// Two by four dots in one colour: one field a cell.
    Braille,
    /// An upper and a lower half, each in a colour of its own: two fields a cell, of one dot each.
    Halves,
}

impl Dots {
    /// Dots of a cell, right and down.
    pub fn per_cell(self) -> [usize; 2] {
        match self {
            Self::Braille => [2, 4],
            Self::Halves => [1, 2],
        }
    }

    fn fields(self) -> usize {
        match self {
            Self::Braille => 1,
            Self::Halves => 2,
        }
    }
}

/// Which group gives a field its colour, where there are several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// The one with most points in the field; of equal ones the first group.
    Largest,
    /// The one with fewest points on the whole plane, so that few errors are not covered by many right ones;
    /// of equal ones the first group.
    Rarest,
}

/// A part of the screen that has one colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cell {
    /// Points in it.
    pub points: u32,
    /// The dots that have points: bit column + 2·line of a braille cell, bit 0 of a half.
    pub dots: u8,
    /// The group shown; 0 where there is no point.
    pub group: u32,
}

/// Points of a view by cell.
#[derive(Debug, Clone)]
pub struct Raster {
    view: View,
    dots: Dots,
    /// columns, lines
    size: [usize; 2],
    /// field f holds `starts[f]..starts[f + 1]` of the points; the fields of a cell follow each other
    starts: Vec<u32>,
    numbers: Vec<u32>,
    fields: Vec<Cell>,
}

impl Raster {
    /// Sorts the points that lie in the view into its cells, `size` of them, columns and lines. `groups` holds the
    /// group of each point, 0 where it is too short. Takes as many steps as points lie in the view.
    pub fn new(
        plane: &Plane,
        view: View,
        size: [usize; 2],
        dots: Dots,
        groups: &[u32],
        shown: Shown,
    ) -> Self {
        let fields = size[0] * size[1] * dots.fields();
        let mut raster =
            Self { view, dots, size, starts: vec![0; fields + 1], numbers: vec![], fields: vec![] };
        let near = plane.near(view.rect(raster.dots_wide()));
        let placed: Vec<(u32, u32, u8)> = near
            .filter_map(|(number, point)| {
                let (field, bit) = raster.field_at(point)?;
                Some((field as u32, number, bit))
            })
            .collect();
        raster.fields = vec![Cell::default(); fields];
        for &(field, _, bit) in &placed {
            let field = &mut raster.fields[field as usize];
            field.points += 1;
            field.dots |= bit;
        }
        for (i, field) in raster.fields.iter().enumerate() {
            raster.starts[i + 1] = raster.starts[i] + field.points;
        }
        let mut next = raster.starts.clone();
        raster.numbers = vec![0; placed.len()];
        for (field, number, _) in placed {
            let free = &mut next[field as usize];
            raster.numbers[*free as usize] = number;
            *free += 1;
        }
        raster.colour(groups, shown);
        raster
    }

    /// Colours the same points otherwise.
    pub fn colour(&mut self, groups: &[u32], shown: Shown) {
        let mut totals: HashMap<u32, u32> = HashMap::new();
        if shown == Shown::Rarest {
            for &group in groups {
                *totals.entry(group).or_default() += 1;
            }
        }
        let chosen = pieces(self.fields.len(), PIECE, |range| {
            let mut own: Vec<u32> = Vec::new();
            let mut choose = |field: usize| {
                let numbers = &self.numbers[self.range(field..field + 1)];
                own.clear();
                own.extend(numbers.iter().map(|&n| groups.get(n as usize).copied().unwrap_or(0)));
                own.sort_unstable();
                let runs = own.chunk_by(|a, b| a == b).map(|run| (run[0], run.len() as u32));
                let first = match shown {
                    Shown::Largest => runs.min_by_key(|&(group, count)| (u32::MAX - count, group)),
                    Shown::Rarest => {
                        runs.min_by_key(|(group, _)| (totals.get(group).copied(), *group))
                    }
                };
                first.map_or(0, |(group, _)| group)
            };
            range.map(&mut choose).collect::<Vec<u32>>()
        });
        for (field, group) in self.fields.iter_mut().zip(chosen.into_iter().flatten()) {
            field.group = group;
        }
    }

    /// The view that it shows.
    pub fn view(&self) -> View {
        self.view
    }

    /// Columns and lines.
    pub fn size(&self) -> [usize; 2] {
        self.size
    }

    /// What a cell shows: one field, or the upper and the lower one; none outside.
    pub fn fields(&self, column: usize, line: usize) -> &[Cell] {
        self.first_field(column, line)
            .and_then(|first| self.fields.get(first..first + self.dots.fields()))
            .unwrap_or_default()
    }

    /// The points under a cell, by number; none outside.
    pub fn points(&self, column: usize, line: usize) -> &[u32] {
        let first = self.first_field(column, line);
        first.map_or(&[], |first| &self.numbers[self.range(first..first + self.dots.fields())])
    }

    /// Column and line of the cell that a place of the plane lies under.
    pub fn cell_at(&self, place: Point) -> Option<[usize; 2]> {
        let cell = self.field_at(place)?.0 / self.dots.fields();
        Some([cell % self.size[0], cell / self.size[0]])
    }

    /// The part of the plane that a cell shows.
    pub fn part(&self, column: usize, line: usize) -> Rect {
        let shown = self.view.rect(self.dots_wide());
        let [right, down] = self.dots.per_cell().map(|dots| dots as f64 * self.view.dot);
        let (left, top) =
            (shown.low[0] + column as f64 * right, shown.high[1] - line as f64 * down);
        Rect { low: [left, top - down], high: [left + right, top] }
    }

    /// Dots right and down.
    fn dots_wide(&self) -> [usize; 2] {
        let [right, down] = self.dots.per_cell();
        [self.size[0] * right, self.size[1] * down]
    }

    fn first_field(&self, column: usize, line: usize) -> Option<usize> {
        let inside = column < self.size[0] && line < self.size[1];
        inside.then(|| (line * self.size[0] + column) * self.dots.fields())
    }

    fn range(&self, fields: std::ops::Range<usize>) -> std::ops::Range<usize> {
        self.starts[fields.start] as usize..self.starts[fields.end] as usize
    }

    /// The field of a place, and the bit of its dot.
    fn field_at(&self, place: Point) -> Option<(usize, u8)> {
        let wide = self.dots_wide();
        let [x, y] = [0, 1].map(|axis| f64::from(place[axis]) - self.view.centre[axis]);
        let right = (x / self.view.dot + wide[0] as f64 / 2.0).floor();
        let down = (wide[1] as f64 / 2.0 - y / self.view.dot).floor();
        let inside =
            (0.0..wide[0] as f64).contains(&right) && (0.0..wide[1] as f64).contains(&down);
        if !inside {
            return None;
        }
        let (right, down) = (right as usize, down as usize);
        let [wide, high] = self.dots.per_cell();
        let first = self.first_field(right / wide, down / high)?;
        Some(match self.dots {
            Dots::Braille => (first, 1 << (right % wide + down % high * wide)),
            Dots::Halves => (first + down % high, 1),
        })
    }
}

#[cfg(test)]
#[path = "raster_tests.rs"]
mod tests;
