//! The screen of label issues: what the flags are worth, the queue, the example under the cursor.

use ratatui::layout::{Constraint, Layout, Rect};

/// The places of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Labels {
    /// How often the flags were right, and how many are left.
    pub head: Rect,
    /// The queue; its first line says what stands in it.
    pub list: Rect,
    /// The given and the suggested label, on one line or on two.
    pub labels: Rect,
    /// The picture, text or row.
    pub example: Rect,
    /// Its id and what was decided on it, where there is room.
    pub below: Option<Rect>,
}

/// Lines of the head.
const HEAD: u16 = 3;
/// Columns of the queue.
const NARROWEST: u16 = 26;
const WIDEST: u16 = 60;
/// Lines from which on the example can spare some: a picture of 28 pixels takes 14, enlarged 28.
const ROOMY: u16 = 20;

impl Labels {
    /// Lines of the queue that there is room for.
    pub fn lines(&self) -> usize {
        usize::from(self.list.height.saturating_sub(1)).max(1)
    }
}

/// Lays it out in the body of a screen that decides.
pub fn labels(body: Rect) -> Labels {
    let [head, work] = Layout::vertical([Constraint::Length(HEAD), Constraint::Min(1)]).areas(body);
    let width = (body.width * 6 / 10).clamp(NARROWEST, WIDEST);
    let [list, example] =
        Layout::horizontal([Constraint::Length(width), Constraint::Min(1)]).spacing(2).areas(work);
    let spare = u16::from(work.height >= ROOMY);
    let [labels, example, below] = Layout::vertical([
        Constraint::Length(1 + spare),
        Constraint::Min(1),
        Constraint::Length(spare),
    ])
    .areas(example);
    Labels { head, list, labels, example, below: (spare > 0).then_some(below) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_picture_of_28_pixels_is_enlarged_where_there_is_room() {
        let scale = |w: u16, h: u16| {
            let room = labels(Rect::new(1, 3, w - 2, h - 5)).example;
            (room.width / 28).min(2 * room.height / 28)
        };
        assert_eq!((scale(80, 24), scale(120, 40), scale(200, 60)), (1, 2, 3));
    }

    proptest! {
        #[test]
        fn nothing_overlaps_and_nothing_leaves_the_body(w in 58_u16..250, h in 11_u16..90) {
            let body = Rect::new(1, 3, w, h);
            let Labels { head, list, labels, example, below } = labels(body);
            let places: Vec<Rect> =
                [head, list, labels, example].into_iter().chain(below).collect();
            for (i, a) in places.iter().enumerate() {
                prop_assert!(!a.is_empty() && body.intersection(*a) == *a, "{a:?}");
                prop_assert!(places[i + 1..].iter().all(|b| !a.intersects(*b)));
            }
        }
    }
}
