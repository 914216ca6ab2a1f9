//! `gaffe export`: corrected labels and tags, as files.

use super::{Selection, SplitArg, TestGuard, decisions, print, say};
use crate::dataset::{Examples, Split};
use crate::export::{
    LabelForm, LabelRows, LabelTable, Written, label_fixes, reviewed_examples, write_labels,
    write_tags, write_whole,
};
use crate::ingest::IngestError;
use crate::project::Project;
use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

#[derive(Subcommand)]
pub enum ExportCommand {
    /// The table with corrected labels: old label, new label, who, when
    #[command(
        after_help = "Examples:\n  gaffe export labels -o dev-fixed.csv\n  gaffe export labels --changed\n\n\
                      CSV, TSV and JSON Lines come out as they were, with the label corrected and four columns more.\n\
                      Of all other forms the examples are written, as CSV or as the name of the file says\n\
                      (.csv, .tsv, .jsonl): id, file or text, label, metadata and those columns; gaffe init opens it.\n\
                      A table of several splits has the corrections of all of them.\n\
                      A .npy gets the class indices, in the order of the rows, where labels came as numbers."
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
    /// The file to write; its ending chooses the form [default: standard output]
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
    let (output, mut written) = (args.output.as_deref(), None);
    let form = output.filter(|_| !args.json).map(LabelForm::of).transpose()?.flatten();
    let examples = of_table(project, split)?;
    let ledger = decisions(project)?;
    let fixes = label_fixes(&examples, project.classes(), &ledger);
    let table = LabelTable {
        source: &project.table(split)?,
        root: &project.media_root(split)?,
        columns: &project.config().columns,
        classes: project.classes(),
        examples: &examples,
        fixes: &fixes,
        rows: if args.changed { LabelRows::Changed } else { LabelRows::All },
    };
    to(output, project, out, |out| {
        if args.json {
            return print::json(&fixes, out);
        }
        let folder = output.and_then(Path::parent).filter(|dir| !dir.as_os_str().is_empty());
        written = Some(write_labels(&table, form, folder.unwrap_or(Path::new(".")), out)?);
        Ok(())
    })?;
    let labels = if fixes.len() == 1 { "label" } else { "labels" };
    say(&format!("{} {labels} corrected", fixes.len()));
    if let Some(Written::Anew(source)) = written {
        say(&anew(source, &examples, args.changed));
    }
    Ok(())
}

/// The examples of the table of a split, of all splits that have the same.
fn of_table(project: &Project, split: Split) -> Result<Vec<Examples>> {
    let table = project.table(split)?;
    let splits = project.config().splits.keys().copied();
    let same = splits.filter(|&other| project.table(other).is_ok_and(|other| other == table));
    Ok(same.map(|split| project.examples(split)).collect::<Result<_, _>>()?)
}

/// What is in a table that is not as it came.
fn anew(form: &str, examples: &[Examples], changed: bool) -> String {
    if changed {
        return format!(
            "written: the corrected examples, not rows of the table as it came ({form})"
        );
    }
    let there: usize = examples.iter().map(Examples::len).sum();
    let left_out: usize = examples.iter().map(|examples| examples.origin.left_out.count).sum();
    let there = print::count(there);
    let mut text = format!("written: the {there} examples, not the table as it came ({form})");
    if left_out > 0 {
        let are =
            if left_out == 1 { "row that is left out is" } else { "rows that are left out are" };
        let _ = write!(text, "; {} {are} not among them", print::count(left_out));
    }
    text
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
