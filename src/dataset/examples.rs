//! The examples of one split, held in columns so that a million of them stay cheap.

use std::collections::BTreeMap;
use std::sync::Arc;

/// Which part of the data an example belongs to.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Default,
    serde::Serialize,
    serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Split {
    /// What the model was fitted on.
    Train,
    /// What errors are looked at on.
    #[default]
    Dev,
    /// What is kept unseen; its metrics are shown, its examples only on request.
    Test,
}

impl Split {
    /// All splits, in the order in which they are listed.
    pub const ALL: [Self; 3] = [Self::Train, Self::Dev, Self::Test];

    /// `train`, `dev` or `test`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Dev => "dev",
            Self::Test => "test",
        }
    }
}

impl std::fmt::Display for Split {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// Strings of a column in one allocation: 4 bytes of overhead an item. A clone shares them.
#[derive(Debug, Clone, Default)]
pub struct TextColumn {
    items: Arc<Items>,
}

#[derive(Debug, Clone, Default)]
struct Items {
    bytes: String,
    ends: Vec<u32>,
}

impl TextColumn {
    /// Appends one item.
    ///
    /// # Errors
    /// Gives the item back when the column would pass 4 GiB.
    pub fn push<'a>(&mut self, item: &'a str) -> Result<(), &'a str> {
        let Items { bytes, ends } = Arc::make_mut(&mut self.items);
        let end = u32::try_from(bytes.len() + item.len()).map_err(|_| item)?;
        bytes.push_str(item);
        ends.push(end);
        Ok(())
    }

    /// Appends the items of another column.
    ///
    /// # Errors
    /// When the column would pass 4 GiB; nothing is appended then.
    #[expect(clippy::result_unit_err, reason = "there is one reason")]
    pub fn append(&mut self, other: &Self) -> Result<(), ()> {
        let Items { bytes, ends } = Arc::make_mut(&mut self.items);
        let start = bytes.len();
        u32::try_from(start + other.items.bytes.len()).map_err(|_| ())?;
        bytes.push_str(&other.items.bytes);
        ends.extend(other.items.ends.iter().map(|&end| start as u32 + end));
        Ok(())
    }

    /// All its bytes, and where each item ends in them.
    pub fn parts(&self) -> (&str, &[u32]) {
        (&self.items.bytes, &self.items.ends)
    }

    /// A column of bytes and where each item ends in them; `None` if they don't belong together.
    pub fn from_parts(bytes: String, ends: Vec<u32>) -> Option<Self> {
        let whole = ends.is_sorted() && ends.last().map_or(0, |&end| end as usize) == bytes.len();
        let cut = |&end: &u32| bytes.is_char_boundary(end as usize);
        (whole && ends.iter().all(cut)).then(|| Self { items: Arc::new(Items { bytes, ends }) })
    }

    /// Some of its items.
    #[must_use]
    pub fn gather(&self, rows: &[u32]) -> Self {
        let (mut bytes, mut ends) = (String::new(), Vec::with_capacity(rows.len()));
        for &row in rows {
            bytes.push_str(self.get(row as usize));
            ends.push(bytes.len() as u32);
        }
        Self { items: Arc::new(Items { bytes, ends }) }
    }

    /// Drops the items from `rows` on.
    pub fn truncate(&mut self, rows: usize) {
        let Items { bytes, ends } = Arc::make_mut(&mut self.items);
        ends.truncate(rows);
        bytes.truncate(ends.last().map_or(0, |&end| end as usize));
    }

    /// Item `row`; empty outside the column.
    pub fn get(&self, row: usize) -> &str {
        let Items { bytes, ends } = &*self.items;
        let end = ends.get(row).map_or(0, |&e| e as usize);
        let start = if row == 0 { 0 } else { ends.get(row - 1).map_or(0, |&e| e as usize) };
        bytes.get(start..end).unwrap_or("")
    }

    /// Number of items.
    pub fn len(&self) -> usize {
        self.items.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.items.ends.is_empty()
    }

    /// All items in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|row| self.get(row))
    }
}

/// What there is to look at in an example.
#[derive(Debug, Clone, Default)]
pub enum Media {
    /// Only the metadata: a table row.
    #[default]
    Row,
    /// A picture file an example, relative to the folder of the table.
    Picture(TextColumn),
    /// The text itself.
    Text(TextColumn),
    /// A sound file an example, relative to the folder of the table.
    Sound(TextColumn),
}

impl Media {
    /// The files of pictures or sounds: what is decoded before it can be looked at.
    pub fn files(&self) -> Option<&TextColumn> {
        match self {
            Self::Picture(files) | Self::Sound(files) => Some(files),
            Self::Row | Self::Text(_) => None,
        }
    }
}

/// A metadata column.
#[derive(Debug, Clone)]
pub struct Column {
    /// Its name in the data.
    pub name: String,
    /// One cell an example, as it was written.
    pub cells: TextColumn,
    /// The cells as numbers, if all that are not empty are some; an empty one is NaN.
    pub numbers: Option<Vec<f64>>,
}

impl Column {
    /// A column of cells, with their numbers if they are numbers.
    pub fn new(name: String, cells: TextColumn) -> Self {
        let number = |cell: &str| if cell.is_empty() { Some(f64::NAN) } else { cell.parse().ok() };
        let numbers: Option<Vec<f64>> = cells.iter().map(number).collect();
        Self { name, numbers: numbers.filter(|n| n.iter().any(|x| !x.is_nan())), cells }
    }
}

/// Rows that could not be used.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct LeftOut {
    /// How many.
    pub count: usize,
    /// The first of them, with the line (from 1; 0 where there are no lines) and the reason.
    pub first: Vec<(u64, String)>,
    /// How many of each kind of reason; those past 100 kinds are counted under the empty one.
    pub kinds: BTreeMap<String, usize>,
}

impl LeftOut {
    /// How many are listed.
    const LISTED: usize = 1000;
    /// How many kinds of reason are told apart.
    const KINDS: usize = 100;

    /// A reason without what it quotes.
    pub fn kind(why: &str) -> String {
        let mut kind = String::new();
        for (at, part) in why.replace("\\\"", "").split('"').enumerate() {
            kind.push_str(if at % 2 == 0 { part } else { "…" });
        }
        kind
    }

    fn count_kind(&mut self, kind: String, count: usize) {
        let is_known = self.kinds.contains_key(&kind) || self.kinds.len() < Self::KINDS;
        *self.kinds.entry(if is_known { kind } else { String::new() }).or_default() += count;
    }

    /// Counts a row; `why` is the reason, and on a second line what to do.
    pub fn push(&mut self, line: u64, why: impl Into<String>) {
        let why = why.into();
        self.count += 1;
        self.count_kind(Self::kind(why.lines().next().unwrap_or_default()), 1);
        let why = why.replace('\n', "; ");
        if self.first.len() < Self::LISTED {
            self.first.push((line, why));
        }
    }

    /// Takes those of a later part of the file.
    pub fn append(&mut self, later: Self) {
        self.count += later.count;
        let room = Self::LISTED - self.first.len();
        self.first.extend(later.first.into_iter().take(room));
        for (kind, count) in later.kinds {
            self.count_kind(kind, count);
        }
    }
}

/// Which rows of a source are examples.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// Ascending, one an example; every row is one where this is `None`.
    pub rows: Option<Vec<u32>>,
    /// How many rows the source has, with those that could be read and not be used.
    pub len: usize,
    /// Those that could not be used.
    pub left_out: LeftOut,
}

impl Origin {
    /// The row in the source that an example comes from.
    pub fn row(&self, row: usize) -> usize {
        self.rows.as_ref().and_then(|rows| rows.get(row)).map_or(row, |&row| row as usize)
    }
}

/// The examples of one split. All columns have the same length.
#[derive(Debug, Clone)]
pub struct Examples {
    /// Which split.
    pub split: Split,
    /// Stable ids, unique within the split.
    pub ids: TextColumn,
    /// Class index of the label that came with the data.
    pub gold: Vec<u32>,
    /// What is shown.
    pub media: Media,
    /// Everything else that the data says of an example.
    pub metadata: Vec<Column>,
    /// Where they come from.
    pub origin: Origin,
}

impl Examples {
    /// Number of examples, N.
    pub fn len(&self) -> usize {
        self.gold.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.gold.is_empty()
    }

    /// The row of `id`, by a scan: for single look-ups only.
    pub fn row_of(&self, id: &str) -> Option<usize> {
        self.ids.iter().position(|candidate| candidate == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_text_column_gives_back_what_was_pushed(items in prop::collection::vec(".{0,12}", 0..40)) {
            let mut column = TextColumn::default();
            for item in &items {
                column.push(item).unwrap();
            }
            prop_assert_eq!(column.iter().collect::<Vec<_>>(), items.iter().map(String::as_str).collect::<Vec<_>>());
            prop_assert_eq!(column.get(items.len()), "");
            let mut twice = column.clone();
            twice.append(&column).unwrap();
            prop_assert_eq!(twice.iter().skip(items.len()).collect::<Vec<_>>(), column.iter().collect::<Vec<_>>());
            twice.truncate(items.len() / 2);
            prop_assert_eq!(twice.iter().collect::<Vec<_>>(), items.iter().take(items.len() / 2).map(String::as_str).collect::<Vec<_>>());
        }

        #[test]
        fn every_row_that_is_left_out_is_counted_under_its_kind(lines in prop::collection::vec((0..9_u64, 0..300_u16), 0..400), cut in 0..400_usize) {
            // a kind a number, a label a line
            let why = |&(line, n): &(u64, u16)| (line, format!("reason {n} of \"label {line}\""));
            let all: Vec<_> = lines.iter().map(why).collect();
            let (mut whole, mut first, mut later) = (LeftOut::default(), LeftOut::default(), LeftOut::default());
            for (at, (line, why)) in all.iter().enumerate() {
                whole.push(*line, why.as_str());
                if at < cut { &mut first } else { &mut later }.push(*line, why.as_str());
            }
            first.append(later);
            prop_assert_eq!((whole.count, &whole.first), (first.count, &first.first));
            for left_out in [&whole, &first] {
                prop_assert_eq!(left_out.kinds.values().sum::<usize>(), lines.len());
                prop_assert!(left_out.kinds.len() <= LeftOut::KINDS + 1);
                prop_assert!(left_out.kinds.keys().all(|kind| kind.is_empty() || kind.ends_with(" of …")));
            }
        }
    }
}
