//! Where everything stands. Pure: the state machine asks it for the size of the picture.
//!
//! Invariant: the same size gives the same places; nothing moves between examples.

mod grid;
mod labels;
mod map;

pub use grid::{Grid, Tile, TileSize, grid};
pub use labels::{Labels, labels};
pub use map::{Map, map};

use ratatui::layout::{Constraint, Layout, Margin, Rect};

/// The least that a review can be done on.
pub const SMALLEST: (u16, u16) = (60, 16);

/// The places of the review.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Review {
    /// Project, split, run, order, place.
    pub header: Rect,
    /// The picture, text or row.
    pub picture: Rect,
    /// Labels, classes, metadata.
    pub side: Rect,
    /// The tally as bars: on large terminals.
    pub tally: Option<Rect>,
    /// The last decisions: on larger ones still.
    pub history: Option<Rect>,
    /// The tags with their letters.
    pub tags: Rect,
    /// The note.
    pub note: Rect,
    /// The tally in one line, where it has no room as bars.
    pub tally_line: Option<Rect>,
    /// What happened last.
    pub status: Rect,
    /// What can be done.
    pub keys: Rect,
}

/// Lines that labels, classes and metadata take beside the picture.
const SIDE_LINES: u16 = 20;
/// Lines below them from which the tally is worth drawing as bars.
const TALLY_LINES: u16 = 8;
/// Rows of a terminal from which the last decisions stand below the tally, and the lines they take.
const HISTORY_FROM: u16 = 45;
const HISTORY_LINES: u16 = 6;

/// Lays the review out; `None` below [`SMALLEST`]. The picture gets all the room there is: what else
/// there is to say stands in one column beside it.
pub fn review(area: Rect) -> Option<Review> {
    if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
        return None;
    }
    let roomy = area.width >= 100;
    let tag_lines = if area.height >= 30 { 2 } else { 1 };
    let body_lines = area.height - tag_lines - 4;
    let bars = roomy && body_lines >= SIDE_LINES + TALLY_LINES;
    let [header, body, tags, note, tally_line, status, keys] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Min(1),
        Constraint::Length(tag_lines),
        Constraint::Length(1),
        Constraint::Length(u16::from(!bars)),
        Constraint::Length(1),
        Constraint::Length(1),
    ])
    .areas(area);
    let [picture, column] =
        Layout::horizontal([Constraint::Min(1), Constraint::Length(if roomy { 42 } else { 36 })])
            .spacing(1)
            .areas(body);
    let history_lines = if bars && area.height >= HISTORY_FROM { HISTORY_LINES } else { 0 };
    let [side, tally, history] = Layout::vertical([
        Constraint::Max(SIDE_LINES),
        Constraint::Fill(u16::from(bars)),
        Constraint::Length(history_lines),
    ])
    .areas(column);
    Some(Review {
        header,
        picture: picture.inner(Margin::new(1, 0)),
        side: if bars { side } else { column },
        tally: bars.then_some(tally),
        history: (history_lines > 0).then_some(history),
        tags,
        note,
        tally_line: (!bars).then_some(tally_line),
        status,
        keys,
    })
}

/// A box in the middle, no larger than the screen.
pub fn centred(area: Rect, width: u16, height: u16) -> Rect {
    let (width, height) = (width.min(area.width), height.min(area.height));
    Rect {
        x: area.x + (area.width - width) / 2,
        y: area.y + (area.height - height) / 2,
        width,
        height,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_picture_of_28_pixels_is_enlarged_where_there_is_room() {
        let room = |w, h| {
            let picture = review(Rect::new(0, 0, w, h)).unwrap().picture;
            (picture.width / 28).min(2 * picture.height / 28)
        };
        assert_eq!((room(80, 24), room(120, 34), room(160, 50)), (1, 2, 3));
    }

    proptest! {
        #[test]
        fn nothing_overlaps_and_nothing_leaves_the_screen(w in 0_u16..250, h in 0_u16..90) {
            let area = Rect::new(0, 0, w, h);
            let Some(r) = review(area) else {
                prop_assert!(w < SMALLEST.0 || h < SMALLEST.1);
                return Ok(());
            };
            let mut places = vec![r.header, r.picture, r.side, r.tags, r.note, r.status, r.keys];
            places.extend(r.tally);
            places.extend(r.history);
            places.extend(r.tally_line);
            for (i, a) in places.iter().enumerate() {
                prop_assert!(!a.is_empty() && area.intersection(*a) == *a, "{a:?}");
                prop_assert!(places[i + 1..].iter().all(|b| !a.intersects(*b)));
            }
        }
    }
}
