//! The same numbers as the tools that people trust. Fixtures and the scripts that made them stand in
//! `tests/fixtures/stats`.

pub mod annotators;
mod calibration;
mod cases;
mod confusion;
mod label_issues;
mod map;
mod metrics;
mod neighbours;
mod properties;
mod shift;
mod slices;
