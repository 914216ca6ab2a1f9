//! Where the parts of the map stand.

use ratatui::layout::{Constraint, Layout, Rect};

/// The places of the map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Map {
    /// Which examples, laid out how.
    pub head: Rect,
    /// The plane.
    pub plane: Rect,
    /// What the colours mean.
    pub legend: Rect,
    /// What lies under the cursor.
    pub under: Rect,
    /// The first of it, where there is room.
    pub picture: Option<Rect>,
}

/// Columns from which what lies under the cursor stands beside the plane.
const ROOMY: u16 = 98;
/// Rows of a picture, which is twice as wide.
const PICTURE: u16 = 12;
/// Lines of the legend where there is no end of them.
const LEGEND: u16 = 13;

/// Lays the map out on the work of a screen. The plane gets all the room there is.
pub fn map(body: Rect) -> Map {
    let roomy = body.width >= ROOMY;
    let [head, rest] =
        Layout::vertical([Constraint::Length(if roomy { 1 } else { 2 }), Constraint::Min(1)])
            .areas(body);
    let beside = |area: Rect, width: u16| {
        Layout::horizontal([Constraint::Min(1), Constraint::Length(width)])
            .spacing(2)
            .areas::<2>(area)
    };
    if !roomy {
        let [work, under] =
            Layout::vertical([Constraint::Min(1), Constraint::Length(3)]).areas(rest);
        let [plane, legend] = beside(work, 21);
        return Map { head, plane, legend, under, picture: None };
    }
    let [plane, column] = beside(rest, 38);
    let picture_rows = if column.height >= LEGEND + PICTURE { PICTURE } else { 0 };
    let [legend, under, picture] = Layout::vertical([
        Constraint::Max(LEGEND),
        Constraint::Min(1),
        Constraint::Length(picture_rows),
    ])
    .areas(column);
    let picture = Rect { width: column.width.min(2 * PICTURE), ..picture };
    Map { head, plane, legend, under, picture: (picture_rows > 0).then_some(picture) }
}
