//! What ONNX Runtime says: kept until somebody asks, never written to the terminal.
//!
//! Invariant: at most [`KEPT`] messages are kept, whatever the library says and whoever asks.

use crate::scoring::error::first_line;
use ort::logging::{LogLevel, LoggerFunction};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// Most messages that are kept; the oldest go.
const KEPT: usize = 8;

static SAID: Mutex<VecDeque<String>> = Mutex::new(VecDeque::new());

/// What the environment's messages are given to. Only errors are kept: they tell why a provider could not be
/// used; what ends a call is told by its result as well.
pub(super) fn collector() -> LoggerFunction {
    Arc::new(|level, _category, _id, _place, message| {
        if matches!(level, LogLevel::Error | LogLevel::Fatal) {
            let mut said = SAID.lock().unwrap_or_else(PoisonError::into_inner);
            if said.len() == KEPT {
                said.pop_front();
            }
            said.push_back(message.to_owned());
        }
    })
}

/// Takes what was said since the last time.
pub(super) fn take() -> Vec<String> {
    SAID.lock().unwrap_or_else(PoisonError::into_inner).drain(..).collect()
}

/// An error's message on one line, without where in the library's sources it arose.
pub(super) fn words(error: &ort::Error) -> String {
    shorten(error.message())
}

fn shorten(message: &str) -> String {
    let flat: Vec<&str> = message.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let flat = flat.join(" ");
    let running = flat.strip_prefix("Non-zero status code returned while running ");
    let node = running.and_then(|rest| rest.split_once(" Status Message: "));
    let (node, what) = node.map_or((String::new(), flat.as_str()), |(node, what)| {
        (format!("{}: ", node.replace(" node. Name:", " ")), what)
    });
    first_line(&format!("{node}{}", without_place(what)))
}

/// What follows `file.cc:12 type function(arguments) condition was false. `.
fn without_place(what: &str) -> &str {
    let Some((_, asserted)) = what.split_once(" was false. ") else {
        let placed = [".cc:", ".h:"].iter().any(|end| {
            what.split(' ').next().is_some_and(|word| word.starts_with('/') && word.contains(end))
        });
        return match what.split_once(") ") {
            Some((_, rest)) if placed => rest,
            _ => what,
        };
    };
    asserted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_keep_what_is_wrong() {
        let cases = [
            (
                "Non-zero status code returned while running Add node. Name:'plus' Status Message: \
                 /src/core/element_wise_ops.h:563 void Init(ptrdiff_t, ptrdiff_t) axis == 1 was \
                 false. Attempting to broadcast 4 by 5\n",
                "Add 'plus': Attempting to broadcast 4 by 5",
            ),
            (
                "Non-zero status code returned while running MatMul node. Name:'fc' Status Message: \
                 matmul_helper.h:59 Compute MatMul dimension mismatch",
                "MatMul 'fc': matmul_helper.h:59 Compute MatMul dimension mismatch",
            ),
            (
                "/src/core/load_utils.h:46 void Validate(const std::map<int>&, bool) Opset 99 is new.",
                "Opset 99 is new.",
            ),
            (
                "Got invalid dimensions for input: x for the following indices\n index: 0 Got: 2\n",
                "Got invalid dimensions for input: x for the following indices index: 0 Got: 2",
            ),
            ("Invalid (x) rank", "Invalid (x) rank"),
            ("", ""),
        ];
        for (said, kept) in cases {
            assert_eq!(shorten(said), kept);
        }
    }

    #[test]
    fn only_the_latest_errors_are_kept() {
        let hear = collector();
        for i in 0..2 * KEPT {
            hear(LogLevel::Error, "", "", "", &format!("said {i}"));
            hear(LogLevel::Warning, "", "", "", "a warning");
        }
        let said = take();
        // other tests may have had errors in the meantime
        assert!(said.len() <= KEPT && said.contains(&format!("said {}", 2 * KEPT - 1)));
        assert!(!said.contains(&"a warning".to_owned()));
    }
}
