pub mod project;
#[cfg(unix)]
pub mod pty;
#[cfg(unix)]
pub mod screen;
pub mod stage;
pub mod svg;
