//! Why rows are no examples, where it is more than one file's affair: the first line is the reason, the second the remedy.
//!
//! Invariant: a reason is counted under what [`LeftOut::kind`](crate::dataset::LeftOut::kind) makes of it.

/// A row without a gold label.
pub const NO_LABEL: &str = "it has no label";
/// A row whose label is no class, after the label.
pub const NO_CLASS: &str = "is not in the list of classes";
/// A row whose split is none, after what stands there.
pub const NO_SPLIT: &str = "is none of train, dev and test";
/// A row without an id.
pub const NO_ID: &str = "an example without an id\ngive each row an id, or drop `id` from [columns]: the file name or \
                         the content is the id then";
/// A row whose id another has.
pub const TWICE: &str =
    "its id stands in an earlier line too\nids must be unique: decisions are kept by them";

/// What makes a row no example.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// No gold label.
    NoLabel,
    /// A label that is no class.
    UnknownClass,
    /// A split that is none.
    NoSplit,
    /// No id.
    NoId,
    /// An id that another row has.
    DuplicateId,
    /// It can't be read.
    Unreadable,
}

impl Reason {
    /// What a sentence means.
    pub fn of(why: &str) -> Self {
        let is = |reason: &str| reason.lines().next().is_some_and(|first| why.starts_with(first));
        match why {
            _ if is(NO_LABEL) => Self::NoLabel,
            _ if is(NO_ID) => Self::NoId,
            _ if is(TWICE) => Self::DuplicateId,
            _ if why.contains(NO_SPLIT) => Self::NoSplit,
            _ if why.contains(NO_CLASS) => Self::UnknownClass,
            _ => Self::Unreadable,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::LeftOut;

    #[test]
    fn a_reason_is_known_by_its_sentence_and_by_its_kind() {
        let label = format!("label \"a \\\"b\\\" c\" {NO_CLASS}");
        let split = format!("split \"holdout\" {NO_SPLIT}");
        for (why, reason) in [
            (NO_LABEL, Reason::NoLabel),
            (&label, Reason::UnknownClass),
            (&split, Reason::NoSplit),
            (NO_ID, Reason::NoId),
            (TWICE, Reason::DuplicateId),
            ("3 cells, where the header has 4", Reason::Unreadable),
        ] {
            let why = why.lines().next().unwrap();
            assert_eq!((Reason::of(why), Reason::of(&LeftOut::kind(why))), (reason, reason));
        }
        assert_eq!(LeftOut::kind(&label), format!("label … {NO_CLASS}"));
    }
}
