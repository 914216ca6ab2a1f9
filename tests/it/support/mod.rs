pub mod stage;
pub mod svg;
