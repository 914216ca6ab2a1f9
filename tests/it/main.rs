//! Everything that runs the program as a whole, in one binary: linking it is slow.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod boards;
mod cli;
mod keyboard;
mod parity;
mod readme;
mod screens;
mod screens_find;
mod screens_grid;
mod screens_help;
mod screens_progress;
mod screens_scoring;
mod screens_tags;
mod screens_themes;
mod screens_what_if;
mod support;
#[cfg(unix)]
mod terminal;
