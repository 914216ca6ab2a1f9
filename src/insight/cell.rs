//! A value of a table: rounded for people, whole in CSV.

use crate::analysis::{Estimate, Proportion};
use crate::report::{count, interval, percent};

/// A value of a table.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// A name.
    Text(String),
    /// A number of things.
    Count(usize),
    /// A share, shown in percent.
    Share(f64),
    /// Both ends of an interval of shares.
    Range(f64, f64),
    /// A difference of shares, with its sign.
    Difference(f64),
    /// Both ends of an interval of differences.
    Differences(f64, f64),
    /// A p-value.
    P(f64),
    /// Any other number.
    Number(f64),
    /// Any other number, with its sign.
    Signed(f64),
    /// Both ends of an interval of other numbers.
    Span(f64, f64),
    /// Not defined.
    None,
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<usize> for Cell {
    fn from(n: usize) -> Self {
        Self::Count(n)
    }
}

impl From<bool> for Cell {
    fn from(yes: bool) -> Self {
        Self::from(if yes { "yes" } else { "no" })
    }
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::None, Into::into)
    }
}

impl Cell {
    /// For people, not yet made safe.
    pub fn shown(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Count(n) => count(*n),
            Self::Share(share) => percent(*share),
            Self::Difference(x) => format!("{:+.1} %", x * 100.0),
            Self::Differences(low, high) => {
                format!("{:+.1} to {:+.1}", low * 100.0, high * 100.0)
            }
            Self::P(p) => p_value(*p),
            Self::Range(low, high) => interval(*low, *high),
            Self::Signed(x) if *x > 0.0 => format!("+{}", number(*x)),
            Self::Number(x) | Self::Signed(x) => number(*x),
            Self::Span(low, high) if *low < 0.0 => format!("{} to {}", number(*low), number(*high)),
            Self::Span(low, high) => format!("{}–{}", number(*low), number(*high)),
            Self::None => "–".to_owned(),
        }
    }

    /// For programs: one entry a column of the CSV.
    pub(super) fn written(&self, width: usize) -> Vec<String> {
        match self {
            Self::Text(text) => vec![text.clone()],
            Self::Count(n) => vec![n.to_string()],
            Self::Share(x)
            | Self::Number(x)
            | Self::Signed(x)
            | Self::Difference(x)
            | Self::P(x) => vec![written(*x)],
            Self::Range(low, high) | Self::Span(low, high) | Self::Differences(low, high) => {
                vec![written(*low), written(*high)]
            }
            Self::None => vec![String::new(); width],
        }
    }
}

/// All digits; tiny ones not as a row of zeros.
fn written(x: f64) -> String {
    if x != 0.0 && x.abs() < 1e-5 { format!("{x:e}") } else { x.to_string() }
}

/// A p-value; the smallest are no more than a bound.
pub fn p_value(p: f64) -> String {
    match p {
        p if p <= 0.0 => "<1e-300".to_owned(),
        p if p < 1e-4 => format!("{p:.0e}"),
        p => format!("{p:.4}"),
    }
}

/// Four significant digits; whole numbers without a point.
pub fn number(x: f64) -> String {
    let size = x.abs();
    if size != 0.0 && !(1e-4..1e7).contains(&size) {
        return format!("{x:.2e}");
    }
    let whole = if size >= 1.0 { size.log10().floor() as usize + 1 } else { 0 };
    if x.fract() == 0.0 {
        return format!("{x:.0}");
    }
    format!("{x:.*}", if size < 0.1 { 5 } else { 4_usize.saturating_sub(whole) })
}

/// A share with its interval, if it has a width.
pub fn proportion(p: Option<Proportion>) -> [Cell; 2] {
    let Some(p) = p else { return [Cell::None, Cell::None] };
    let range = if p.low < p.high { Cell::Range(p.low, p.high) } else { Cell::None };
    [Cell::Share(p.share), range]
}

/// A difference of shares with its interval.
pub fn difference(e: Estimate) -> [Cell; 2] {
    [Cell::Difference(e.value), Cell::Differences(e.low, e.high)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_four_digits() {
        let shown = [0.0, 1.0, 0.02345, 0.5, 12.3456, 123_456.7, 1e-9, -0.25].map(number);
        assert_eq!(shown, ["0", "1", "0.02345", "0.5000", "12.35", "123457", "1.00e-9", "-0.2500"]);
    }
}
