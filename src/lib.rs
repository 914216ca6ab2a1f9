//! `gaffe`: inspect a classifier's errors, tag them, fix labels, see what is worth fixing.
//!
//! The rooms, from the bottom up: [`dataset`], [`analysis`] and [`find`] are pure; [`media`], [`store`],
//! [`scoring`], [`ingest`], [`export`] and [`report`] touch the outside; [`project`] joins them, and
//! [`insight`] makes what [`cli`] and [`tui`] show. A room knows only the rooms below it; ARCHITECTURE.md has the map.

pub mod analysis;
pub mod cli;
pub mod dataset;
pub mod export;
pub mod find;
pub mod ingest;
pub mod insight;
pub mod media;
pub mod project;
pub mod report;
pub mod scoring;
pub mod store;
pub mod tui;
