//! Where everything stands. Pure: the state machine asks it for the size of the picture.
//!
//! Invariant: the same size gives the same places; nothing moves between examples.

use ratatui::layout::{Constraint, Layout, Rect};

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
    /// The tally as bars: on wide terminals.
    pub tally: Option<Rect>,
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

/// Lays the review out; `None` below [`SMALLEST`].
pub fn review(area: Rect) -> Option<Review> {
    if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
        return None;
    }
    let wide = area.width >= 120 && area.height >= 24;
    let tag_lines = if area.height >= 30 { 2 } else { 1 };
    let [header, body, tags, note, tally_line, status, keys] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Min(1),
        Constraint::Length(tag_lines),
        Constraint::Length(1),
        Constraint::Length(u16::from(!wide)),
        Constraint::Length(1),
        Constraint::Length(1),
    ])
    .areas(area);
    let side_width = if area.width < 100 { 34 } else { 42 };
    let tally_width = if wide { 40 } else { 0 };
    let [picture, side, tally] = Layout::horizontal([
        Constraint::Min(1),
        Constraint::Length(side_width),
        Constraint::Length(tally_width),
    ])
    .spacing(1)
    .areas(body);
    Some(Review {
        header,
        picture: picture.inner(ratatui::layout::Margin::new(1, 0)),
        side,
        tally: wide.then_some(tally),
        tags,
        note,
        tally_line: (!wide).then_some(tally_line),
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
