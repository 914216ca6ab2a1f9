//! Where the tiles of the grid stand.
//!
//! Invariant: the same size gives the same tiles; no tile overlaps another or leaves the screen.

use super::SMALLEST;
use ratatui::layout::{Constraint, Layout, Rect};

/// How large the tiles are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TileSize {
    /// Many on a page.
    Small,
    /// As large as leaves about a tile for each letter.
    #[default]
    Medium,
    /// A few on a page.
    Large,
}

impl TileSize {
    /// The next larger one.
    #[must_use]
    pub fn larger(self) -> Self {
        if self == Self::Small { Self::Medium } else { Self::Large }
    }

    /// The next smaller one.
    #[must_use]
    pub fn smaller(self) -> Self {
        if self == Self::Large { Self::Medium } else { Self::Small }
    }

    /// Tiles that a page should have: where they fit, tiles grow no further than that.
    fn wanted(self) -> u32 {
        match self {
            Self::Small => 60,
            Self::Medium => 24,
            Self::Large => 6,
        }
    }

    /// Rows of cells that a tile has at least. 7 rows are 14 pixels: the fewest by which a picture
    /// of 28 was told apart with ease; 5 rows still show its outline.
    fn least(self, pictures: bool) -> u16 {
        match (self, pictures) {
            (Self::Small, true) => 5,
            (Self::Medium, true) => 7,
            (Self::Large, true) => 9,
            (Self::Small, false) => 2,
            (Self::Medium, false) => 3,
            (Self::Large, false) => 6,
        }
    }

    /// Columns of a tile of so many rows. Half blocks are square: pictures get square tiles.
    fn width(self, rows: u16, pictures: bool) -> u16 {
        match (self, pictures) {
            (_, true) => rows.saturating_mul(2),
            (Self::Large, false) => 76,
            (_, false) => 38,
        }
    }
}

/// The places of the grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grid {
    /// Project, split, run, what is listed, page.
    pub header: Rect,
    /// All tiles.
    pub tiles: Rect,
    /// The example under the cursor.
    pub info: Rect,
    /// How many are in, and what happened last.
    pub status: Rect,
    /// What can be done.
    pub keys: Rect,
    /// Tiles in a row.
    pub columns: u16,
    /// Rows of tiles.
    pub rows: u16,
    /// Columns and rows of cells that a picture or text has.
    pub room: (u16, u16),
    pictures: bool,
}

/// A place on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tile {
    /// The picture or text.
    pub room: Rect,
    /// What is said of it: a line or two.
    pub caption: Rect,
}

/// Lays the grid out, for pictures or for texts; `None` below [`SMALLEST`].
pub fn grid(area: Rect, size: TileSize, pictures: bool) -> Option<Grid> {
    if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
        return None;
    }
    let line = Constraint::Length(1);
    let [header, tiles, info, status, keys] =
        Layout::vertical([line, Constraint::Min(1), line, line, line]).areas(area);
    let tiles = Rect { x: tiles.x + 1, width: tiles.width - 1, ..tiles };
    // A column between tiles, a line for the caption.
    let fitting = |height: u16| {
        let width = size.width(height, pictures);
        ((tiles.width / (width + 1)).max(1), (tiles.height / (height + 1)).max(1))
    };
    let enough = |height: &u16| {
        let (columns, rows) = fitting(*height);
        u32::from(columns) * u32::from(rows) >= size.wanted()
    };
    let least = size.least(pictures);
    let height = (least..tiles.height).rev().find(enough).unwrap_or(least);
    let (columns, rows) = fitting(height);
    let (pitch_x, pitch_y) = (tiles.width / columns, tiles.height / rows);
    let room = if pictures {
        (size.width(height, true).min(pitch_x - 1), height)
    } else {
        (pitch_x - 1, pitch_y - 1)
    };
    Some(Grid { header, tiles, info, status, keys, columns, rows, room, pictures })
}

impl Grid {
    /// Tiles on a page: at least one.
    pub fn len(&self) -> usize {
        usize::from(self.columns) * usize::from(self.rows)
    }

    /// Never true.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The tile number `at`, from 0, row by row. Pictures have their caption below, with a second
    /// line where there is room; texts have it above.
    pub fn tile(&self, at: usize) -> Option<Tile> {
        if at >= self.len() {
            return None;
        }
        let (column, row) =
            ((at % usize::from(self.columns)) as u16, (at / usize::from(self.columns)) as u16);
        let (pitch_x, pitch_y) = (self.tiles.width / self.columns, self.tiles.height / self.rows);
        let (x, y) = (self.tiles.x + column * pitch_x, self.tiles.y + row * pitch_y);
        let (width, height) = self.room;
        let lines = if self.pictures { (pitch_y - height).min(2) } else { 1 };
        let (room_y, caption_y) = if self.pictures { (y, y + height) } else { (y + 1, y) };
        Some(Tile {
            room: Rect { x, y: room_y, width, height },
            caption: Rect { x, y: caption_y, width: pitch_x - 1, height: lines },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn places(width: u16, height: u16, size: TileSize, pictures: bool) -> Grid {
        grid(Rect::new(0, 0, width, height), size, pictures).unwrap()
    }

    #[test]
    fn tiles_grow_with_the_terminal_and_stay_recognisable() {
        let of = |w, h, size| {
            let grid = places(w, h, size, true);
            (grid.len(), grid.room)
        };
        assert_eq!(of(80, 24, TileSize::Small), (21, (10, 5)));
        assert_eq!(of(80, 24, TileSize::Medium), (10, (14, 7)));
        assert_eq!(of(80, 24, TileSize::Large), (8, (18, 9)));
        assert_eq!(of(120, 40, TileSize::Medium), (28, (16, 8)));
        assert_eq!(of(200, 60, TileSize::Medium), (28, (26, 13)));
        assert_eq!(of(200, 60, TileSize::Small), (66, (16, 8)));
        assert_eq!(of(60, 16, TileSize::Medium), (3, (14, 7)));
        let texts = places(80, 24, TileSize::Medium, false);
        assert_eq!((texts.len(), texts.room), (10, (38, 3)));
    }

    proptest! {
        #[test]
        fn nothing_overlaps_and_nothing_leaves_the_screen(
            w in 0_u16..300, h in 0_u16..100, step in 0..3, pictures: bool,
        ) {
            let size = [TileSize::Small, TileSize::Medium, TileSize::Large][step as usize];
            let area = Rect::new(0, 0, w, h);
            let Some(grid) = grid(area, size, pictures) else {
                prop_assert!(w < SMALLEST.0 || h < SMALLEST.1);
                return Ok(());
            };
            let tiles: Vec<Tile> = (0..=grid.len()).filter_map(|at| grid.tile(at)).collect();
            prop_assert_eq!(tiles.len(), grid.len());
            prop_assert!(tiles.iter().all(|t| (t.room.width, t.room.height) == grid.room));
            let mut places = vec![grid.header, grid.info, grid.status, grid.keys];
            places.extend(tiles.iter().flat_map(|tile| [tile.room, tile.caption]));
            for (i, a) in places.iter().enumerate() {
                prop_assert!(!a.is_empty() && area.intersection(*a) == *a, "{a:?}");
                prop_assert!(places[i + 1..].iter().all(|b| !a.intersects(*b)), "{a:?}");
            }
        }
    }
}
