mod cli;
mod readme;
mod screens;
mod support;
#[cfg(unix)]
mod terminal;
