//! A line on the terminal while a large file is read.

use crate::ingest::watch_reading;
use crate::media::text;
use std::io::{self, IsTerminal, Write};
use std::path::Path;

/// Columns of a terminal that does not say how many it has.
const COLUMNS: u16 = 80;

/// Shows from now on how far the reading of files is, where somebody sees it.
pub fn show() {
    let is_plain = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    if io::stderr().is_terminal() && !is_plain {
        watch_reading(Some(draw));
    }
}

/// Shows nothing from now on.
pub fn hide() {
    watch_reading(None);
}

fn draw(path: &Path, at: Option<(f64, u64)>) {
    let line = at.map_or_else(String::new, |(share, bytes)| {
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
        let (columns, _) = crossterm::terminal::size().unwrap_or((COLUMNS, 0));
        let percent = (share * 100.0).floor();
        let size = bytes.div_ceil(1_000_000);
        let line = format!("reading {name}: {percent} % of {size} MB · ctrl+c stops");
        // the last column would wrap
        text::fit(&line, usize::from(columns).saturating_sub(1))
    });
    let mut err = io::stderr().lock();
    // where it can't be shown nobody waits for it
    let _ = write!(err, "\r{line}\x1b[K").and_then(|()| err.flush());
}
