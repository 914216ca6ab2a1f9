//! One line a slice, with where it leads.

use super::rows::Rows;
use crate::analysis::Group;
use crate::analysis::slices::{
    Checked, Condition, Counts, Figures, SetErrors, Slice, ValueErrors, count_rows, of_sets,
};
use crate::insight::Enter;
use serde::Serialize;

/// A slice with a name.
#[derive(Debug, Clone, Serialize)]
pub struct Pinned {
    /// Its name, without the `@`.
    pub(super) name: String,
    /// The filter that it stands for.
    pub(super) filter: String,
    #[serde(flatten)]
    pub(super) errors: SetErrors,
    /// What another run does there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) versus: Option<Group>,
}

/// A value of a column, or a class.
#[derive(Debug, Clone, Serialize)]
pub struct Given {
    #[serde(flatten)]
    pub(super) value: ValueErrors,
    #[serde(flatten)]
    pub(super) way: Way,
    /// What another run does there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) versus: Option<Group>,
}

/// A slice that was found.
#[derive(Debug, Clone, Serialize)]
pub struct Found {
    #[serde(flatten)]
    pub(super) slice: Checked,
    #[serde(flatten)]
    pub(super) way: Way,
    /// What another run does there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) versus: Option<Group>,
}

/// A slice that was found by losses.
#[derive(Debug, Clone, Serialize)]
pub struct Lossy {
    pub(super) name: String,
    #[serde(flatten)]
    pub(super) slice: Slice,
}

/// The way from a slice to its errors.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Way {
    /// The filter that selects it, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    filter: Option<String>,
    /// Else its errors.
    #[serde(skip)]
    rows: Vec<u32>,
}

impl Way {
    fn to(rows: &Rows<'_>, errors: &[Option<bool>], conditions: &[Condition]) -> Self {
        let filter = rows.filter(conditions);
        let found = match &filter {
            Some(_) => vec![],
            None => rows.errors_of(conditions, errors),
        };
        Self { filter, rows: found }
    }

    /// The filter, as text.
    pub fn filter(&self) -> Option<&str> {
        self.filter.as_deref()
    }

    /// Where a row called `name` leads.
    pub fn enter(&self, name: &str) -> Option<Enter> {
        match &self.filter {
            Some(filter) => Some(Enter::Errors(filter.clone())),
            None if self.rows.is_empty() => None,
            None => Some(Enter::Rows { name: name.to_owned(), rows: self.rows.clone() }),
        }
    }
}

impl Pinned {
    /// Counts the rows of each, and holds them against the rest of `all`.
    pub fn count<'a>(
        pins: impl Iterator<Item = (&'a String, &'a String)>,
        held: &[Vec<u32>],
        errors: &[Option<bool>],
        all: Counts,
    ) -> Vec<Self> {
        let counts: Vec<Counts> = held.iter().map(|rows| count_rows(rows, errors)).collect();
        let line = |((name, filter), errors): ((&String, &String), SetErrors)| Self {
            name: name.clone(),
            filter: filter.clone(),
            errors,
            versus: None,
        };
        pins.zip(of_sets(&counts, all)).map(line).collect()
    }
}

impl Given {
    /// A value with the way to its errors.
    pub fn new(rows: &Rows<'_>, errors: &[Option<bool>], value: ValueErrors) -> Self {
        let way = Way::to(rows, errors, &[value.condition]);
        Self { value, way, versus: None }
    }
}

impl Found {
    /// A slice with the way to its errors.
    pub fn new(rows: &Rows<'_>, errors: &[Option<bool>], slice: Checked) -> Self {
        let way = Way::to(rows, errors, &slice.conditions);
        Self { slice, way, versus: None }
    }
}

impl Lossy {
    /// A slice with its name.
    pub fn new(rows: &Rows<'_>, slice: Slice) -> Self {
        Self { name: rows.features.name_of(&slice.conditions), slice }
    }
}

/// The values that are most surely worse or better than the rest first.
pub(super) fn surest_first(mut values: Vec<ValueErrors>) -> Vec<ValueErrors> {
    let worst = |value: &ValueErrors| value.figures.lift.unwrap_or(0.0);
    values
        .sort_by(|a, b| a.p_holm.total_cmp(&b.p_holm).then_with(|| worst(b).total_cmp(&worst(a))));
    values
}

/// What slices are put in order by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rank {
    pub p: f64,
    /// Of the examples that tell of its error.
    pub figures: Figures,
    /// If all of it were solved.
    pub ceiling: f64,
}

impl Pinned {
    pub(super) fn rank(&self) -> Rank {
        let SetErrors { figures, p_holm, .. } = self.errors;
        Rank { p: p_holm, figures, ceiling: figures.ceiling }
    }
}

impl Given {
    pub(super) fn rank(&self) -> Rank {
        let ValueErrors { figures, p_holm, .. } = self.value;
        Rank { p: p_holm, figures, ceiling: figures.ceiling }
    }
}

impl Found {
    /// The figures of the other half, and the ceiling of the whole: what there is to solve.
    pub(super) fn rank(&self) -> Rank {
        let Checked { p_holm, other, whole, .. } = &self.slice;
        Rank { p: *p_holm, figures: *other, ceiling: whole.ceiling }
    }
}
