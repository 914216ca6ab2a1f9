//! `gaffe init`: a project made of data files.

use super::say;
use crate::dataset::{Ledger, Order};
use crate::ingest::{self, FILE_NAME, Guess, IngestError};
use crate::project::Project;
use anyhow::{Result, ensure};
use clap::Args;
use std::io::Write;
use std::path::{Path, PathBuf};

#[derive(Args)]
#[command(
    after_help = "Examples:\n  gaffe init dev.csv probs.npy\n  gaffe init dev.csv probs.npy classes.txt --dry-run"
)]
pub struct InitArgs {
    /// A table (.csv, .tsv) with, if there are any, its probabilities (.npy), a model (.onnx) and
    /// class names in order (.txt)
    #[arg(required = true)]
    data: Vec<PathBuf>,
    /// Print what was understood; write nothing
    #[arg(long)]
    dry_run: bool,
}

/// Prints or writes the project file.
pub fn run(args: &InitArgs, out: &mut dyn Write) -> Result<()> {
    let guess = ingest::guess(&args.data)?;
    if args.dry_run {
        write!(out, "{}", guess.config.to_toml()?)?;
        return Ok(());
    }
    let path = guess.root.join(FILE_NAME);
    ensure!(!path.exists(), "{}: there already\n  edit it, or remove it first", path.display());
    let project = write(&guess)?;
    writeln!(out, "wrote {}. Open it with: gaffe {}", path.display(), project.root().display())?;
    Ok(())
}

/// The project of data files: the one beside the table, else a new one.
pub fn project_of(files: &[PathBuf]) -> Result<Project> {
    let guess = ingest::guess(files)?;
    if guess.root.join(FILE_NAME).exists() {
        say(&format!("using {}", guess.root.join(FILE_NAME).display()));
        return Ok(Project::open(&guess.root)?);
    }
    write(&guess)
}

/// Writes the project file, and takes it back if the data can't be used with it.
fn write(guess: &Guess) -> Result<Project> {
    let path = guess.root.join(FILE_NAME);
    let text = guess.config.to_toml()?;
    std::fs::write(&path, text).map_err(|e| IngestError::io(&path, &e))?;
    let checked = check(&guess.root);
    if checked.is_err() {
        std::fs::remove_file(&path).map_err(|e| IngestError::io(&path, &e))?;
    }
    checked
}

fn check(root: &Path) -> Result<Project> {
    let project = Project::open(root)?;
    for &split in project.config().splits.keys() {
        if let Ok(run) = project.run_name(None, split) {
            project.desk(split, &run, Order::Data, Ledger::default())?;
        } else {
            project.examples(split)?;
        }
    }
    Ok(project)
}
