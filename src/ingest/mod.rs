//! Data in: the project file, tables and probability matrices, each format in a file of its own.
//!
//! Invariant: nothing is dropped in silence. What can't be used is an error that names the file, the
//! line and the remedy.

mod assemble;
mod blocks;
pub mod cache;
mod classes;
mod config;
mod error;
mod forms;
mod frame;
mod goal;
mod guess;
mod identity;
mod join;
mod labels;
mod layout;
mod npy;
mod presets;
mod probs;
mod reading;
mod reasons;
mod records;
mod roles;
mod rows;
mod sort;
mod table;
mod votes;

pub use assemble::{Assembled, LABEL_COLUMNS, Said, assemble, read_examples};
pub use config::{ColumnNames, Config, FILE_NAME, RunFiles, is_run_name};
pub use error::{IngestError, line_of};
pub use forms::{FORMS, Form, form_of, read_frame};
pub use frame::{Cells, Field, Frame};
pub use goal::CostConfig;
pub use guess::{Guess, GuessError, guess};
pub use join::{Joined, JoinedBy, join};
pub use labels::{read_class_names, read_labels};
pub use npy::{Probs, read_embeddings, read_indices, read_matrix, read_probs, write_matrix};
pub use presets::Preset;
pub use probs::{Told, settle, told};
pub use reading::{Watch, watch_reading};
pub use reasons::Reason;
pub use records::{CsvRecords, TextFile, json_entries};
pub use roles::is_role;
pub use rows::{Precision, RowFile};
pub use table::{open_table, read_columns, read_headers, table_error};
pub use votes::{VoteForm, VoteTable, read_votes};
