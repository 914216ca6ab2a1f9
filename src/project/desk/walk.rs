//! The list that is walked: all rows of the subset in order, or those of them that a search found.
//!
//! Invariant: `places` is the inverse of what is shown.

use std::sync::Arc;

/// Marks a row that is not shown.
const NOWHERE: u32 = u32::MAX;

#[derive(Debug, Default)]
pub(super) struct Walk {
    all: Arc<Vec<u32>>,
    found: Option<Vec<u32>>,
    /// By row of the examples.
    places: Vec<u32>,
}

impl Walk {
    /// Walks these rows of `examples`; what was found before is forgotten.
    pub fn set(&mut self, all: Vec<u32>, examples: usize) {
        if self.places.len() == examples {
            self.hide();
        } else {
            self.places = vec![NOWHERE; examples];
        }
        (self.all, self.found) = (Arc::new(all), None);
        self.place();
    }

    /// Shows only `found`, rows in the order of the walk, or all again.
    pub fn show(&mut self, found: Option<Vec<u32>>) {
        self.hide();
        self.found = found;
        self.place();
    }

    fn hide(&mut self) {
        for &row in self.found.as_ref().unwrap_or(&self.all) {
            self.places[row as usize] = NOWHERE;
        }
    }

    fn place(&mut self) {
        for (place, &row) in (0..).zip(self.found.as_ref().unwrap_or(&self.all)) {
            self.places[row as usize] = place;
        }
    }

    /// What is shown, in order.
    pub fn shown(&self) -> &[u32] {
        self.found.as_ref().unwrap_or(&self.all)
    }

    /// All rows, in order.
    pub fn all(&self) -> &[u32] {
        &self.all
    }

    /// The same, to be kept.
    pub fn share(&self) -> Arc<Vec<u32>> {
        self.all.clone()
    }

    /// Whether only what a search found is shown.
    pub fn is_search(&self) -> bool {
        self.found.is_some()
    }

    /// Where a row stands in what is shown.
    pub fn place_of(&self, row: u32) -> Option<usize> {
        self.places.get(row as usize).filter(|&&place| place != NOWHERE).map(|&p| p as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_follow_what_is_shown() {
        let mut walk = Walk::default();
        walk.set(vec![4, 0, 2], 5);
        assert_eq!((walk.place_of(2), walk.place_of(1), walk.place_of(9)), (Some(2), None, None));
        walk.show(Some(vec![2]));
        assert_eq!((walk.place_of(2), walk.place_of(4)), (Some(0), None));
        walk.show(None);
        assert_eq!((walk.place_of(4), walk.shown().len(), walk.is_search()), (Some(0), 3, false));
        walk.set(vec![1, 2], 5);
        assert_eq!(
            (walk.place_of(4), walk.place_of(2), walk.place_of(1)),
            (None, Some(1), Some(0))
        );
    }
}
