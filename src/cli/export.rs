//! `gaffe export`: corrected labels and tags, as files.

use super::{Selection, SplitArg, TestGuard, decisions, print, say};
use crate::dataset::Split;
use crate::export::{
    LabelRows, label_fixes, reviewed_examples, write_labels, write_tags, write_whole,
};
use crate::ingest::IngestError;
use crate::project::Project;
use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

#[derive(Subcommand)]
pub enum ExportCommand {
    /// The table with corrected labels: old label, new label, who, when
    #[command(
        after_help = "Examples:\n  gaffe export labels -o dev-fixed.csv\n  gaffe export labels --changed"
    )]
    Labels(LabelsArgs),
    /// One row for each tagged example
    #[command(
        after_help = "Examples:\n  gaffe export tags -o tags.csv\n  gaffe export tags --json"
    )]
    Tags(TagsArgs),
}

#[derive(Args)]
pub struct LabelsArgs {
    /// The split
    #[arg(long, value_enum, default_value_t = SplitArg::Dev)]
    split: SplitArg,
    /// Only the rows whose label was changed
    #[arg(long)]
    changed: bool,
    /// Print the changes as JSON
    #[arg(long)]
    json: bool,
    /// The file to write [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Args)]
pub struct TagsArgs {
    #[command(flatten)]
    selection: Selection,
    /// Also the examples without a tag that something else was decided about: a verdict, a label, a
    /// difficulty, a flag, a note, or to put them off
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    guard: TestGuard,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// The file to write [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Writes labels or tags.
pub fn run(project: &Project, command: &ExportCommand, out: &mut dyn Write) -> Result<()> {
    match command {
        ExportCommand::Labels(args) => labels(project, args, out),
        ExportCommand::Tags(args) => tags(project, args, out),
    }
}

fn labels(project: &Project, args: &LabelsArgs, out: &mut dyn Write) -> Result<()> {
    let split = Split::from(args.split);
    let source = project.table(split)?;
    let examples = project.examples(split)?;
    let fixes = label_fixes(&examples, project.classes(), &decisions(project)?);
    let rows = if args.changed { LabelRows::Changed } else { LabelRows::All };
    let column = &project.config().columns.label;
    to(args.output.as_deref(), project, out, |out| {
        if args.json {
            return print::json(&fixes, out);
        }
        Ok(write_labels(&source, column, project.classes(), &fixes, rows, out)?)
    })?;
    say(&format!("{} labels corrected", fixes.len()));
    Ok(())
}

fn tags(project: &Project, args: &TagsArgs, out: &mut dyn Write) -> Result<()> {
    let split = args.selection.split();
    args.guard.check(split)?;
    let examples = project.examples(split)?;
    let run = project.run_name(args.selection.run.as_deref(), split)?;
    let run = project.run(&run, split, &examples)?;
    let ledger = decisions(project)?;
    let mut tagged = reviewed_examples(&examples, project.classes(), &run, &ledger);
    tagged.retain(|example| args.all || !example.tags.is_empty());
    to(args.output.as_deref(), project, out, |out| {
        if args.json { print::json(&tagged, out) } else { Ok(write_tags(&tagged, out)?) }
    })?;
    say(&format!("{} {} examples", tagged.len(), if args.all { "reviewed" } else { "tagged" }));
    Ok(())
}

/// Writes to `file`, or to `out`. The project's own files are never overwritten.
pub(super) fn to(
    file: Option<&Path>,
    project: &Project,
    out: &mut dyn Write,
    write: impl FnOnce(&mut dyn Write) -> Result<()>,
) -> Result<()> {
    let Some(path) = file else { return write(out) };
    if project.owns(path) {
        bail!("{}: a file of the project, never overwritten\n  choose another", path.display());
    }
    write_whole(path, write).map_err(|error| match error.downcast::<io::Error>() {
        Ok(error) => IngestError::io(path, &error).into(),
        Err(other) => other,
    })
}
