//! Numbers as they stand in the evidence.

use crate::analysis::{Estimate, Proportion};

/// `41.0 % (31.9–50.8)`, or without an interval where the share is known exactly.
pub(super) fn share(p: Proportion) -> String {
    let Proportion { share, low, high } = p;
    if low >= high {
        return format!("{:.1} %", share * 100.0);
    }
    format!("{:.1} % ({:.1}–{:.1})", share * 100.0, low * 100.0, high * 100.0)
}

/// A difference of shares with its interval: `6.0 points (4.8–7.1)`.
pub fn points(e: Estimate) -> String {
    said(e, "")
}

/// A change of the error, after less before: `3.6 points lower (2.5–4.8)`.
pub fn change(difference: Estimate) -> String {
    let Estimate { value, low, high } = difference;
    if value > 0.0 {
        return said(difference, " higher");
    }
    // No −0.
    said(Estimate { value: 0.0 - value, low: 0.0 - high, high: 0.0 - low }, " lower")
}

fn said(e: Estimate, how: &str) -> String {
    let Estimate { value, low, high } = e;
    let points = format!("{:.1} points{how}", value * 100.0);
    if low >= high {
        return points;
    }
    let between = if low < 0.0 { " to " } else { "–" };
    format!("{points} ({:.1}{between}{:.1})", low * 100.0, high * 100.0)
}

/// An argument as a shell takes it.
pub(super) fn quoted(argument: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./:=".contains(c);
    if !argument.is_empty() && argument.chars().all(plain) {
        return argument.to_owned();
    }
    format!("'{}'", argument.replace('\'', r"'\''"))
}

/// The command that walks the examples of a filter.
pub(super) fn walk(run: &str, filter: &str) -> String {
    format!("review --run {} --filter {}", quoted(run), quoted(filter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_says_which_way_it_goes() {
        let of = |value, low, high| change(Estimate { value, low, high });
        assert_eq!(of(-0.036, -0.048, -0.025), "3.6 points lower (2.5–4.8)");
        assert_eq!(of(0.025, 0.016, 0.035), "2.5 points higher (1.6–3.5)");
        assert_eq!(of(0.01, -0.01, 0.03), "1.0 points higher (-1.0 to 3.0)");
        assert_eq!(of(0.0, 0.0, 0.0), "0.0 points lower");
    }

    #[test]
    fn arguments_are_quoted_for_a_shell() {
        assert_eq!(quoted("tag:blurry"), "tag:blurry");
        assert_eq!(quoted("it's"), r"'it'\''s'");
        assert_eq!(quoted(""), "''");
        assert_eq!(quoted("$(x)"), "'$(x)'");
    }
}
