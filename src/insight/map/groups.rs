//! What a colour can tell apart on the map.

use crate::dataset::Review;
use crate::project::Shared;
use std::collections::HashMap;

/// What the colours mean.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Colour {
    /// The effective label.
    #[default]
    Class,
    /// Whether the prediction is the effective label.
    Right,
    /// The tags.
    Tag,
    /// What the review says.
    Review,
}

impl Colour {
    /// All of them, in the order in which a key goes through them.
    pub const ALL: [Self; 4] = [Self::Class, Self::Right, Self::Tag, Self::Review];

    /// What it is called on the screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Class => "label",
            Self::Right => "right or wrong",
            Self::Tag => "tag",
            Self::Review => "review",
        }
    }
}

/// The examples of the map in groups, the one with most of them first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Groups {
    /// Their names.
    pub names: Vec<String>,
    /// How many examples each has.
    pub counts: Vec<usize>,
    /// The group of each example of the map.
    pub of: Vec<u32>,
    /// The last group, if it is that of the examples of which there is nothing to say.
    pub rest: Option<u32>,
}

impl Groups {
    /// Those of the group called `rest` come last, however many there are.
    pub(super) fn new<'a>(names: impl Iterator<Item = &'a str>, rest: Option<&str>) -> Self {
        let mut known: HashMap<&str, u32> = HashMap::new();
        let mut found: Vec<(&str, usize)> = Vec::new();
        let mut of: Vec<u32> = Vec::new();
        for name in names {
            let group = *known.entry(name).or_insert_with(|| {
                found.push((name, 0));
                found.len() as u32 - 1
            });
            found[group as usize].1 += 1;
            of.push(group);
        }
        let mut order: Vec<usize> = (0..found.len()).collect();
        let is_rest = |at: usize| Some(found[at].0) == rest;
        order.sort_by(|&a, &b| {
            let by_count = found[b].1.cmp(&found[a].1).then(found[a].0.cmp(found[b].0));
            is_rest(a).cmp(&is_rest(b)).then(by_count)
        });
        let mut place = vec![0; order.len()];
        for (to, &from) in (0..).zip(&order) {
            place[from] = to;
        }
        Self {
            names: order.iter().map(|&at| found[at].0.to_owned()).collect(),
            counts: order.iter().map(|&at| found[at].1).collect(),
            of: of.into_iter().map(|group| place[group as usize]).collect(),
            rest: order.last().filter(|&&at| is_rest(at)).map(|_| order.len() as u32 - 1),
        }
    }
}

/// What the review says where it says nothing.
pub(super) const NOT_REVIEWED: &str = "not reviewed";

/// What the review says of an example whose prediction is `predicted`, in a word or two.
pub(super) fn state(review: Option<&Review>, predicted: &str) -> &'static str {
    let Some(review) = review else { return NOT_REVIEWED };
    match review.verdict_on(predicted) {
        Some(verdict) => verdict.name(),
        None if review.is_reviewed(predicted) => "tagged",
        None if review.is_put_off(predicted) => "put off",
        None => NOT_REVIEWED,
    }
}

/// The names of the tags of an example.
pub(super) fn tags(shared: &Shared, row: u32) -> Vec<&str> {
    let review = shared.snapshot.reviews.get(&row);
    let has = |id| review.is_some_and(|review| review.tags.contains(&id));
    shared.tags().iter().filter(|tag| has(tag.id)).map(|tag| tag.name.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_group_comes_first_and_equal_ones_by_name() {
        let names = ["b", "c", "a", "c"];
        let groups = Groups::new(names.into_iter(), None);
        assert_eq!(groups.names, ["c", "a", "b"]);
        assert_eq!((groups.counts, groups.of), (vec![2, 1, 1], vec![2, 0, 1, 0]));
        let groups = Groups::new(names.into_iter(), Some("c"));
        assert_eq!((groups.names[2].as_str(), groups.rest), ("c", Some(2)));
        assert_eq!(Groups::new(names.into_iter(), Some("d")).rest, None);
    }
}
