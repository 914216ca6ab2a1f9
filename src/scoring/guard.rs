//! Panics of libraries: tract and some decoders panic on malformed input.
//!
//! Invariant: a panic inside [`guarded`] becomes an error, and nothing of it is printed.

use super::error::panic_text;
use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe, catch_unwind};
use std::sync::Once;

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// What `work` gives, or the message of its panic on one line. What `work` was changing is not to be used
/// after a panic.
///
/// # Errors
/// The message of a panic.
pub(crate) fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    quiet_where_guarded();
    let outer = GUARDED.replace(true);
    let done = catch_unwind(AssertUnwindSafe(work));
    GUARDED.set(outer);
    done.map_err(|payload| panic_text(&*payload))
}

/// Makes the process silent about panics on threads that are inside [`guarded`].
fn quiet_where_guarded() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let report = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !GUARDED.get() {
                report(info);
            }
        }));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_error_and_the_thread_goes_on() {
        assert_eq!(guarded(|| 3), Ok(3));
        let nested = guarded(|| guarded(|| -> i32 { panic!("inner\nmore") }));
        assert_eq!(nested, Ok(Err("inner".to_owned())));
        assert!(!GUARDED.get());
    }
}
