//! Properties that are measured from the pictures, texts and sounds themselves, so that error can be
//! sliced by them without any metadata.
//!
//! Invariant: a property is a finite number, or absent where it is not defined; never NaN.

mod picture;
mod sound;
mod text;

pub use picture::picture;
pub use sound::{SILENT_DB, sound};
pub use text::text;

use super::AnalysisError;
use crate::dataset::{Column, TextColumn};
use serde::ser::{Serialize, Serializer};
use std::borrow::Cow;

/// What is measured, with the meaning of its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Property {
    /// Name of the property and of its metadata column.
    pub name: &'static str,
    /// Unit of the number, or the range of a number without one.
    pub unit: &'static str,
    /// What it says, in a few words.
    pub meaning: &'static str,
}

/// What an example consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Modality {
    /// Pixels.
    Picture,
    /// Characters.
    Text,
    /// Samples.
    Sound,
}

impl Modality {
    /// What is measured, in the order of [`Properties`].
    pub fn properties(self) -> &'static [Property] {
        match self {
            Self::Picture => &picture::PROPERTIES,
            Self::Text => &text::PROPERTIES,
            Self::Sound => &sound::PROPERTIES,
        }
    }
}

/// Room for the longest table.
const MOST: usize = 9;

/// The properties of one example; serialises as a map from names to numbers or null.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Properties {
    modality: Modality,
    values: [Option<f64>; MOST],
}

impl Properties {
    fn new<const N: usize>(modality: Modality, measured: [Option<f64>; N]) -> Self {
        const { assert!(N <= MOST) };
        let mut values = [None; MOST];
        values[..N].copy_from_slice(&measured.map(|v| v.filter(|x| x.is_finite())));
        Self { modality, values }
    }

    /// What was measured.
    pub fn modality(&self) -> Modality {
        self.modality
    }

    /// Every property of the modality with its number; `None` where it is not defined.
    pub fn iter(&self) -> impl Iterator<Item = (&'static Property, Option<f64>)> + use<> {
        self.modality.properties().iter().zip(self.values)
    }

    /// The number of the property called `name`.
    pub fn get(&self, name: &str) -> Option<f64> {
        self.iter().find(|(property, _)| property.name == name)?.1
    }
}

impl Serialize for Properties {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter().map(|(property, value)| (property.name, value)))
    }
}

/// Metadata columns of the properties, one row for each of `rows`; cells are empty where a property is
/// not defined or the row is `None` (another modality counts as none, too). Whole numbers are kept,
/// others rounded to four significant digits, in the cells and the numbers alike.
///
/// # Errors
/// A column past 4 GiB.
pub fn columns(
    modality: Modality,
    rows: impl IntoIterator<Item = Option<Properties>>,
) -> Result<Vec<Column>, AnalysisError> {
    let properties = modality.properties();
    let mut cells = vec![TextColumn::default(); properties.len()];
    for row in rows {
        let row = row.filter(|r| r.modality == modality);
        for (i, column) in cells.iter_mut().enumerate() {
            let cell = row.and_then(|r| r.values[i]).map_or(Cow::Borrowed(""), |x| cell(x).into());
            column.push(&cell).map_err(|_| {
                AnalysisError::Argument(format!("{} is too long", properties[i].name))
            })?;
        }
    }
    let column = |(p, cells): (&Property, _)| Column::new(p.name.to_owned(), cells);
    Ok(properties.iter().zip(cells).map(column).collect())
}

fn cell(x: f64) -> String {
    // Digits after the point that make four in all.
    let digits = (3.0 - x.abs().log10().floor()).clamp(0.0, 12.0) as usize;
    if x.fract() == 0.0 || digits == 0 {
        return format!("{x:.0}");
    }
    let text = format!("{x:.digits$}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// `part / whole`; `None` of nothing.
fn share(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_are_unique_and_every_table_fits() {
        for modality in [Modality::Picture, Modality::Text, Modality::Sound] {
            let mut names: Vec<_> = modality.properties().iter().map(|p| p.name).collect();
            let all = names.len();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), all);
            assert!(all <= MOST);
        }
    }

    #[test]
    fn columns_hold_one_cell_a_row_and_numbers_that_agree() {
        let rows = [Some(text("Hello there, 3 apples")), None, Some(text(""))];
        let columns = columns(Modality::Text, rows).unwrap();
        let names: Vec<_> = columns.iter().map(|c| c.name.as_str()).collect();
        assert_eq!(names, Modality::Text.properties().iter().map(|p| p.name).collect::<Vec<_>>());
        let cells: Vec<Vec<_>> = columns.iter().map(|c| c.cells.iter().collect()).collect();
        assert_eq!(cells[0], ["21", "", "0"]);
        assert_eq!(cells[2], ["4.5", "", ""]);
        let numbers = columns[2].numbers.as_ref().unwrap();
        assert!((numbers[0] - 4.5).abs() < 1e-12 && numbers[1].is_nan() && numbers[2].is_nan());
    }

    #[test]
    fn another_modality_is_no_row() {
        let columns = columns(Modality::Sound, [Some(text("a"))]).unwrap();
        assert!(columns.iter().all(|c| c.cells.get(0).is_empty() && c.numbers.is_none()));
    }

    #[test]
    fn serialises_as_a_map_with_nulls() {
        let json = serde_json::to_value(text("")).unwrap();
        assert_eq!(json["characters"], 0.0);
        assert!(json["capitals"].is_null());
    }

    proptest! {
        #[test]
        fn cells_are_short_and_within_a_relative_error_of_a_two_thousandth(x in -1e9..1e9_f64, e in -6_i32..1) {
            let x = x * 10_f64.powi(e);
            prop_assume!(x.abs() > 1e-6);
            let y: f64 = cell(x).parse().unwrap();
            prop_assert!((y - x).abs() <= 0.000_5 * x.abs() * 1.000_1, "{} {}", x, y);
            prop_assert!(cell(x).len() <= 14, "{}", cell(x));
        }
    }
}
