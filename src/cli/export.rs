//! `gaffe export`: corrected labels and tags, as files.

use super::{Selection, SplitArg, decisions, desk, print, say};
use crate::dataset::{Order, Split};
use crate::export::{LabelRows, label_fixes, tagged_examples, write_labels, write_tags};
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
    to(args.output.as_deref(), &source, out, |out| {
        if args.json {
            return print::json(&fixes, out);
        }
        Ok(write_labels(&source, column, project.classes(), &fixes, rows, out)?)
    })?;
    say(&format!("{} labels corrected", fixes.len()));
    Ok(())
}

fn tags(project: &Project, args: &TagsArgs, out: &mut dyn Write) -> Result<()> {
    let desk = desk(project, &args.selection, Order::Data)?;
    let tagged = tagged_examples(&desk);
    to(args.output.as_deref(), &project.table(desk.examples().split)?, out, |out| {
        if args.json { print::json(&tagged, out) } else { Ok(write_tags(&tagged, out)?) }
    })?;
    say(&format!("{} tagged examples", tagged.len()));
    Ok(())
}

/// Writes to `file` whole or not at all, or to `out`. The data itself is never overwritten.
fn to(
    file: Option<&Path>,
    source: &Path,
    out: &mut dyn Write,
    write: impl FnOnce(&mut dyn Write) -> Result<()>,
) -> Result<()> {
    let Some(path) = file else { return write(out) };
    let same = |a: &Path, b: &Path| {
        a.canonicalize().ok().is_some_and(|a| Some(a) == b.canonicalize().ok())
    };
    if same(path, source) {
        bail!(
            "{}: the project's own table is not overwritten\n  choose another file",
            path.display()
        );
    }
    let failed = |e: io::Error| IngestError::io(path, &e);
    let dir = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut temporary = tempfile::NamedTempFile::new_in(dir).map_err(failed)?;
    write(&mut io::BufWriter::new(&mut temporary))?;
    temporary.as_file().sync_all().map_err(failed)?;
    temporary.persist(path).map_err(|e| failed(e.error))?;
    Ok(())
}
