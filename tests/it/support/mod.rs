pub mod project;
#[cfg(unix)]
pub mod pty;
pub mod stage;
pub mod svg;
