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
    let Estimate { value, low, high } = e;
    if low >= high {
        return format!("{:.1} points", value * 100.0);
    }
    let between = if low < 0.0 { " to " } else { "–" };
    format!("{:.1} points ({:.1}{between}{:.1})", value * 100.0, low * 100.0, high * 100.0)
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
