//! Data in: the project file, tables and probability matrices, each format in a file of its own.
//!
//! Invariant: nothing is dropped in silence. What can't be used is an error that names the file, the
//! line and the remedy.

mod config;
mod error;
mod goal;
mod guess;
mod labels;
mod npy;
mod presets;
mod rows;
mod table;
mod votes;

pub use config::{ColumnNames, Config, FILE_NAME, RunFiles, is_run_name};
pub use error::{IngestError, line_of};
pub use goal::CostConfig;
pub use guess::{Guess, guess};
pub use labels::{read_class_names, read_labels};
pub use npy::{Probs, read_embeddings, read_indices, read_matrix, read_probs, write_matrix};
pub use presets::Preset;
pub use rows::{Precision, RowFile};
pub use table::{
    LABEL_COLUMNS, delimiter, open_table, read_columns, read_headers, read_table, table_error,
};
pub use votes::{VoteForm, VoteTable, read_votes};
