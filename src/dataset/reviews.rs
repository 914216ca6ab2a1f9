//! The reviews of a split by row, so that another thread can have them as they are now.
//!
//! Invariant: a copy costs the same however many reviews there are, and so does a change while copies
//! are in use: reviews lie in parts that copies share until one of them changes.

use super::Review;
use std::collections::HashMap;
use std::sync::Arc;

/// Parts. A change while a copy is in use copies one of them.
const PARTS: usize = 1024;

/// The reviews of a split by row.
#[derive(Debug, Clone)]
pub struct Reviews(Vec<Arc<HashMap<u32, Review>>>);

impl Default for Reviews {
    fn default() -> Self {
        Self(vec![Arc::default(); PARTS])
    }
}

impl Reviews {
    /// The review of a row, if anything is decided about it.
    pub fn get(&self, row: &u32) -> Option<&Review> {
        self.0[*row as usize % PARTS].get(row)
    }

    /// All of them, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (&u32, &Review)> {
        self.0.iter().flat_map(|part| part.iter())
    }

    /// Replaces the review of a row; an empty one goes.
    pub fn put(&mut self, row: u32, review: &Review) {
        let part = Arc::make_mut(&mut self.0[row as usize % PARTS]);
        if review.is_empty() {
            part.remove(&row);
        } else {
            part.insert(row, review.clone());
        }
    }
}

impl FromIterator<(u32, Review)> for Reviews {
    fn from_iter<T: IntoIterator<Item = (u32, Review)>>(reviews: T) -> Self {
        let mut all = Self::default();
        for (row, review) in reviews {
            all.put(row, &review);
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn noted(note: &str) -> Review {
        Review { note: note.to_owned(), ..Review::default() }
    }

    fn sorted(reviews: &Reviews) -> Vec<(u32, &str)> {
        let mut all: Vec<_> = reviews.iter().map(|(row, r)| (*row, r.note.as_str())).collect();
        all.sort_unstable();
        all
    }

    proptest! {
        #[test]
        fn a_copy_stays_as_it_was(
            before in prop::collection::btree_map(0_u32..3000, "[a-c]{1,2}", 0..60),
            after in prop::collection::vec((0_u32..3000, "[a-c]{0,2}"), 0..60),
        ) {
            let filled = before.iter().map(|(row, note)| (*row, noted(note)));
            let mut reviews: Reviews = filled.collect();
            let copy = reviews.clone();
            let mut expected = before.clone();
            for (row, note) in &after {
                reviews.put(*row, &noted(note));
                expected.remove(row);
                if !note.is_empty() {
                    expected.insert(*row, note.clone());
                }
            }
            let plain = |map: &std::collections::BTreeMap<u32, String>| -> Vec<(u32, String)> {
                map.iter().map(|(row, note)| (*row, note.clone())).collect()
            };
            let owned = |all: Vec<(u32, &str)>| -> Vec<(u32, String)> {
                all.into_iter().map(|(row, note)| (row, note.to_owned())).collect()
            };
            prop_assert_eq!(owned(sorted(&copy)), plain(&before));
            prop_assert_eq!(owned(sorted(&reviews)), plain(&expected));
            for (row, note) in &expected {
                prop_assert_eq!(&reviews.get(row).unwrap().note, note);
            }
        }
    }
}
