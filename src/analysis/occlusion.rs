//! Where the evidence for a class is: parts of an example are hidden, one at a time, and the model is asked again.
//!
//! The drop of a part is p(class | whole) − p(class | part hidden): Zeiler & Fergus 2014, ECCV, "Visualizing and
//! Understanding Convolutional Networks", section 4.2, for patches of a picture; Li, Monroe & Jurafsky 2016,
//! arXiv:1612.08220, for words; Robnik-Šikonja & Kononenko 2008, IEEE Trans. Knowl. Data Eng. 20:589, for columns of
//! a table. It is positive where there is evidence for the class, negative where there is evidence against it.
//!
//! Invariant: coarse parts are asked about before finer ones, and within a level those first where a coarser part
//! made the largest difference, so that the map is of use whenever the work stops.

use crate::dataset::Column;
use std::cmp::Reverse;
use std::collections::HashMap;
use std::ops::Range;
use unicode_segmentation::UnicodeSegmentation;

/// Patches along the longer side of a picture at first; each level has twice as many.
const COARSEST: usize = 4;
/// Levels of patches: the last has sixteen along the longer side.
const LEVELS: u32 = 3;
/// Runs of words at first; each level has twice as many, up to single words.
const RUNS: usize = 8;
/// Most runs of words: in longer texts they are of several words.
const MOST_RUNS: usize = 256;

/// A part of a picture, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patch {
    /// from the left
    pub x: usize,
    /// from the top
    pub y: usize,
    /// pixels across, at least 1
    pub width: usize,
    /// pixels down, at least 1
    pub height: usize,
}

/// What is hidden of an example in which order, and what came of it. The map is made of cells: a part covers one or
/// more of them.
#[derive(Debug, Clone)]
pub struct Occlusion<P> {
    whole: f64,
    parts: Vec<Part<P>>,
    levels: Vec<Level>,
    /// Whether a cell's heat is that of all levels, else of the finest known one.
    blended: bool,
    /// Cells across.
    columns: usize,
}

#[derive(Debug, Clone)]
struct Part<P> {
    what: P,
    level: usize,
    /// one of the cells that it covers
    cell: usize,
    is_done: bool,
    drop: Option<f64>,
}

/// The part of this level that covers each cell.
#[derive(Debug, Clone)]
struct Level {
    covering: Vec<usize>,
}

impl Occlusion<Patch> {
    /// Hides patches of a picture of so many pixels, of which the class has the probability `whole`: 4 along the
    /// longer side, then 8, then 16, as far as there are pixels. The heat of a cell is the mean over all levels
    /// that are known: a finer patch alone may hide too little to make a difference.
    pub fn of_picture(width: usize, height: usize, whole: f64) -> Self {
        let longer = width.max(height).max(1);
        let along = |side: usize| (COARSEST * side).div_ceil(longer).clamp(1, side.max(1));
        let (first_across, first_down) = (along(width), along(height));
        let fits = |level: &u32| first_across << level <= width && first_down << level <= height;
        let levels = (1..LEVELS).take_while(fits).last().unwrap_or(0);
        let (columns, rows) = (first_across << levels, first_down << levels);
        let mut made = Self::empty(whole, true, columns);
        let any = width > 0 && height > 0;
        for level in (0..=levels).filter(|_| any) {
            let size = 1 << (levels - level);
            let (across, down) = (columns / size, rows / size);
            let cut = |i: usize, of: usize, pixels: usize| i * pixels / of..(i + 1) * pixels / of;
            let patches = (0..across * down).map(|i| {
                let (x, y) = (cut(i % across, across, width), cut(i / across, down, height));
                let cell = (i / across * columns + i % across) * size;
                (Patch { x: x.start, y: y.start, width: x.len(), height: y.len() }, cell)
            });
            let covering = |cell: usize| cell / columns / size * across + cell % columns / size;
            made.add(patches, (0..columns * rows).map(covering));
        }
        made
    }
}

impl Occlusion<Range<usize>> {
    /// Leaves words of a text out, of which the class has the probability `whole`: runs of them at first, in the
    /// end one at a time. Parts are ranges of bytes; a cell is a word, or several in a text of more than 256.
    pub fn of_text(text: &str, whole: f64) -> Self {
        let words: Vec<Range<usize>> =
            text.unicode_word_indices().map(|(start, word)| start..start + word.len()).collect();
        let cells = words.len().min(MOST_RUNS);
        let mut made = Self::empty(whole, false, cells);
        let mut runs = RUNS.min(cells);
        while runs > 0 {
            let bytes = |run: usize| {
                let (first, end) = (run * words.len() / runs, (run + 1) * words.len() / runs);
                words[first].start..words[end - 1].end
            };
            let parts = (0..runs).map(|run| (bytes(run), (run * cells).div_ceil(runs)));
            // The run that the cell's first word is in.
            let covering = |cell: usize| {
                let word = cell * words.len() / cells;
                ((word + 1) * runs - 1) / words.len()
            };
            made.add(parts, (0..cells).map(covering));
            runs = if runs < cells { (2 * runs).min(cells) } else { 0 };
        }
        made
    }
}

impl Occlusion<usize> {
    /// Replaces columns of a table, one at a time, by what is [`typical`]; the class has the probability `whole`.
    pub fn of_row(columns: usize, whole: f64) -> Self {
        let mut made = Self::empty(whole, false, columns);
        made.add((0..columns).map(|column| (column, column)), 0..columns);
        made
    }
}

impl<P> Occlusion<P> {
    fn empty(whole: f64, blended: bool, columns: usize) -> Self {
        Self { whole, parts: Vec::new(), levels: Vec::new(), blended, columns }
    }

    fn add(
        &mut self,
        parts: impl Iterator<Item = (P, usize)>,
        covering: impl Iterator<Item = usize>,
    ) {
        let (level, first) = (self.levels.len(), self.parts.len());
        let part = |(what, cell)| Part { what, level, cell, is_done: false, drop: None };
        self.parts.extend(parts.map(part));
        self.levels.push(Level { covering: covering.map(|part| first + part).collect() });
    }

    /// The part to hide next, with its number; `None` when all were.
    pub fn next(&self) -> Option<(usize, &P)> {
        let level = self.parts.iter().find(|part| !part.is_done)?.level;
        let open = self.parts.iter().enumerate();
        let open = open.filter(|(_, part)| part.level == level && !part.is_done);
        let difference = |part: &Part<P>| self.of_cell(part.cell).unwrap_or(0.0).abs();
        // The first of equal ones.
        let largest = open.max_by(|a, b| {
            let (x, y) = (difference(a.1), difference(b.1));
            x.total_cmp(&y).then(Reverse(a.0).cmp(&Reverse(b.0)))
        });
        largest.map(|(number, part)| (number, &part.what))
    }

    /// Takes the probability of the class with that part hidden; one that is not finite says nothing.
    pub fn put(&mut self, number: usize, probability: f64) {
        if let Some(part) = self.parts.get_mut(number) {
            part.is_done = true;
            part.drop = Some(self.whole - probability).filter(|drop| drop.is_finite());
        }
    }

    /// Parts that were hidden, and how many there are.
    pub fn progress(&self) -> (usize, usize) {
        (self.parts.iter().filter(|part| part.is_done).count(), self.parts.len())
    }

    /// The drop of each cell, row by row, as far as it is known.
    pub fn map(&self) -> Vec<Option<f64>> {
        let cells = self.levels.first().map_or(0, |level| level.covering.len());
        (0..cells).map(|cell| self.of_cell(cell)).collect()
    }

    /// Cells across: those of a picture stand in rows of so many.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// The parts of the finest level, in the order of the cells.
    pub fn finest(&self) -> impl Iterator<Item = &P> {
        let level = self.levels.len().wrapping_sub(1);
        self.parts.iter().filter(move |part| part.level == level).map(|part| &part.what)
    }

    fn of_cell(&self, cell: usize) -> Option<f64> {
        let drops = self.levels.iter().rev().map(|level| level.covering.get(cell));
        let mut known = drops.filter_map(|part| self.parts.get(*part?)?.drop);
        if !self.blended {
            return known.next();
        }
        let (count, sum) = known.fold((0, 0.0), |(count, sum), drop| (count + 1, sum + drop));
        (count > 0).then(|| sum / f64::from(count))
    }
}

/// The text without a range of bytes, and without the white space before it that would be left over.
pub fn without(text: &str, range: &Range<usize>) -> String {
    let before = text.get(..range.start).unwrap_or_default();
    let after = text.get(range.end..).unwrap_or_default();
    let is_apart = after.is_empty() || after.starts_with(char::is_whitespace);
    let before = if is_apart { before.trim_end() } else { before };
    let after = if before.is_empty() { after.trim_start() } else { after };
    format!("{before}{after}")
}

/// The mean of the pixels: what a patch is hidden by. Grey when there are none.
pub fn mean_colour(pixels: impl IntoIterator<Item = [u8; 3]>) -> [u8; 3] {
    let (mut count, mut sums) = (0_u64, [0_u64; 3]);
    for pixel in pixels {
        count += 1;
        sums.iter_mut().zip(pixel).for_each(|(sum, level)| *sum += u64::from(level));
    }
    sums.map(|sum| (sum + count / 2).checked_div(count).map_or(128, |mean| mean as u8))
}

/// The cell that stands for a column: the lower median of numbers, else what is most frequent, the first of equally
/// frequent ones. Empty cells do not count; empty when all are.
pub fn typical(column: &Column) -> &str {
    if let Some(numbers) = &column.numbers {
        let mut known: Vec<(f64, usize)> =
            numbers.iter().copied().zip(0..).filter(|one| !one.0.is_nan()).collect();
        let middle = known.len().saturating_sub(1) / 2;
        if known.is_empty() {
            return "";
        }
        known.select_nth_unstable_by(middle, |a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        return column.cells.get(known[middle].1);
    }
    let mut counts: HashMap<&str, (usize, Reverse<usize>)> = HashMap::new();
    for (row, cell) in column.cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
        counts.entry(cell).or_insert((0, Reverse(row))).0 += 1;
    }
    counts.into_iter().max_by_key(|(_, count)| *count).map_or("", |(cell, _)| cell)
}

#[cfg(test)]
#[path = "occlusion_tests.rs"]
mod tests;
