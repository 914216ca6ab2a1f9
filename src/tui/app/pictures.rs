//! The pictures near the one that is looked at.
//!
//! Invariant: holds the window around the place in the list, or the pages around it, and nothing else.

use crate::media::Cells;
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

/// A picture at a size in cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PictureKey {
    /// The example.
    pub row: u32,
    /// Columns it may take.
    pub cols: u16,
    /// Rows it may take.
    pub rows: u16,
}

/// How far a picture is.
#[derive(Debug, Clone)]
pub enum Picture {
    /// Asked for.
    Pending,
    /// Ready to be drawn.
    Ready(Arc<Cells>),
    /// Can't be shown, and why.
    Failed(String),
}

/// The pictures that are held.
#[derive(Debug, Default)]
pub struct Pictures(HashMap<PictureKey, Picture>);

/// Pictures decoded ahead, and kept behind.
const AHEAD: usize = 8;
const BEHIND: usize = 4;

/// The rows around `position`, most urgent first.
pub fn window(position: usize, list: &[u32]) -> impl Iterator<Item = u32> {
    let ahead = position..=position + AHEAD;
    let behind = (1..=BEHIND).filter_map(move |n| position.checked_sub(n));
    ahead.chain(behind).filter_map(|at| list.get(at).copied())
}

/// The rows of the page, of the next one and of the one before.
pub fn pages(page: Range<usize>, list: &[u32]) -> impl Iterator<Item = u32> {
    let length = page.len();
    let next = page.end..page.end + length;
    let before = page.start.saturating_sub(length)..page.start;
    page.chain(next).chain(before).filter_map(|at| list.get(at).copied())
}

impl Pictures {
    /// The picture, if it is near.
    pub fn get(&self, key: PictureKey) -> Option<&Picture> {
        self.0.get(&key)
    }

    /// Takes a picture that was asked for; one that is not wanted any more is let go.
    pub fn put(&mut self, key: PictureKey, picture: Result<Arc<Cells>, String>) {
        if let Some(place) = self.0.get_mut(&key) {
            *place = picture.map_or_else(Picture::Failed, Picture::Ready);
        }
    }

    /// Whether one is still to come.
    pub fn any_pending(&self) -> bool {
        self.0.values().any(|picture| matches!(picture, Picture::Pending))
    }

    /// Lets go of all but `keys`; returns those that are still to come, in their order.
    pub fn keep(&mut self, keys: &[PictureKey]) -> Vec<PictureKey> {
        let wanted: HashSet<PictureKey> = keys.iter().copied().collect();
        self.0.retain(|key, _| wanted.contains(key));
        for key in keys {
            self.0.entry(*key).or_insert(Picture::Pending);
        }
        let pending = |key: &&PictureKey| matches!(self.0.get(key), Some(Picture::Pending));
        keys.iter().filter(pending).copied().collect()
    }
}
