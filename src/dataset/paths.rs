//! Which file is which after folders have moved: by the longest end of the path that only one file has.
//!
//! Invariant: a file is matched only where nothing else could be meant, on either side.

use super::TextColumn;
use std::collections::{HashMap, HashSet};

/// Folders of a path that are compared.
const DEEPEST: usize = 64;

/// Places of a group: the first, and whether there is another.
#[derive(Default)]
struct Places {
    first: Option<u32>,
    several: bool,
}

impl Places {
    fn add(&mut self, place: u32) {
        self.several = self.first.is_some();
        self.first.get_or_insert(place);
    }

    fn only(&self) -> Option<u32> {
        self.first.filter(|_| !self.several)
    }
}

/// Pairs the paths of `lost` with those that are `there`, as places in both: two belong together where no other path
/// of either side ends in the same components, the name of the file at least. `\` separates as `/` does. Ascending.
pub fn same_files(lost: &[&str], there: &TextColumn) -> Vec<(u32, u32)> {
    let names: HashSet<&str> = lost.iter().map(|path| name_of(path)).collect();
    let near = (0_u32..).zip(there.iter()).filter(|(_, path)| names.contains(name_of(path)));
    let mut near: Vec<(u32, String)> = near.map(|(at, path)| (at, plain(path))).collect();
    let lost = (0_u32..).zip(lost);
    let mut lost: Vec<(u32, String)> = lost.map(|(at, path)| (at, plain(path))).collect();
    let mut pairs = Vec::new();
    for depth in 1..=DEEPEST {
        if lost.is_empty() || near.is_empty() {
            break;
        }
        let mut groups: HashMap<&str, [Places; 2]> = HashMap::new();
        for (at, path) in &lost {
            if let Some(end) = end_of(path, depth) {
                groups.entry(end).or_default()[0].add(*at);
            }
        }
        for (at, path) in &near {
            if let Some(group) = end_of(path, depth).and_then(|end| groups.get_mut(end)) {
                group[1].add(*at);
            }
        }
        pairs.extend(groups.values().filter_map(|[a, b]| Some((a.only()?, b.only()?))));
        let open: HashSet<String> = groups
            .iter()
            .filter(|(_, [a, b])| b.first.is_some() && (a.several || b.several))
            .map(|(end, _)| (*end).to_owned())
            .collect();
        let is_open =
            |(_, path): &(u32, String)| end_of(path, depth).is_some_and(|end| open.contains(end));
        lost.retain(is_open);
        near.retain(is_open);
    }
    pairs.sort_unstable();
    pairs
}

fn plain(path: &str) -> String {
    path.replace('\\', "/")
}

fn name_of(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// The last components of a path, which has no fewer.
fn end_of(path: &str, components: usize) -> Option<&str> {
    let mut separators = path.rmatch_indices('/');
    match separators.nth(components - 1) {
        Some((at, _)) => path.get(at + 1..),
        None => (path.matches('/').count() + 1 == components).then_some(path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn column(paths: &[&str]) -> TextColumn {
        let mut column = TextColumn::default();
        for path in paths {
            column.push(path).unwrap();
        }
        column
    }

    #[test]
    fn the_longest_end_that_only_one_has_decides() {
        let pairs = |lost: &[&str], there: &[&str]| same_files(lost, &column(there));
        assert_eq!(pairs(&["old/a.png"], &["new/b.png", "/data/new/a.png"]), [(0, 1)]);
        // the same names in two folders
        let lost = ["p/cat/1.png", "p/dog/1.png"];
        assert_eq!(pairs(&lost, &["q/dog/1.png", "q/cat/1.png"]), [(0, 1), (1, 0)]);
        assert_eq!(pairs(&[r"p\cat\1.png"], &["q/dog/1.png", "q/cat/1.png"]), [(0, 1)]);
        assert_eq!(pairs(&["1.png"], &["q/1.png"]), [(0, 0)]);
        // either could be meant
        assert_eq!(pairs(&["p/1.png"], &["q/1.png", "r/1.png"]), []);
        assert_eq!(pairs(&["p/1.png", "q/1.png"], &["r/1.png"]), []);
        assert_eq!(pairs(&["p/1.png"], &["p/1.jpg", "x1.png", ""]), []);
        let deep = format!("{}1.png", "a/".repeat(100));
        assert_eq!(pairs(&[&deep, "1.png"], &[&deep, &format!("x/{deep}")]), []);
    }

    proptest! {
        #[test]
        fn hostile_paths_are_paired_at_most_once(lost in prop::collection::vec("[ab/\\\\]{0,6}", 0..12),
                                                 there in prop::collection::vec("[ab/\\\\]{0,6}", 0..12)) {
            let lost: Vec<&str> = lost.iter().map(String::as_str).collect();
            let there: Vec<&str> = there.iter().map(String::as_str).collect();
            let pairs = same_files(&lost, &column(&there));
            let (left, right): (HashSet<_>, HashSet<_>) = pairs.iter().copied().unzip();
            prop_assert_eq!((left.len(), right.len()), (pairs.len(), pairs.len()));
            for (a, b) in pairs {
                prop_assert_eq!(name_of(lost[a as usize]), name_of(there[b as usize]));
            }
        }
    }
}
