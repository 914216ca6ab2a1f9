//! `gaffe stats map`: examples laid out so that those that are alike lie together.

use super::input::of_run;
use crate::cli::print::Format;
use crate::cli::{Selection, TestGuard};
use crate::ingest::read_embeddings;
use crate::insight::Watch;
use crate::insight::map::{Ask, Layout, Which, answer};
use crate::project::Likeness;
use anyhow::Result;
use clap::{Args, ValueEnum};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

#[derive(Args)]
#[command(after_help = "Examples:\n  gaffe stats map --csv > map.csv\n  \
    gaffe stats map --all --layout pca --json\n  \
    gaffe stats map --embeddings dev.npy --filter tag:blurry\n\n\
    The same places as on the map of the review. Of more than 20,000 examples a random draw of as many \
    is laid out. With `neighbours` those that lie together are alike, and distances between groups say \
    little; with `pca` distances are true as far as a plane allows.")]
pub struct MapArgs {
    #[command(flatten)]
    selection: Selection,
    /// How they are laid out
    #[arg(long, value_enum, default_value_t)]
    layout: LayoutArg,
    /// All examples, right or wrong, in place of the errors
    #[arg(long)]
    all: bool,
    /// Embeddings to compare: .npy, a row an example [default: the pictures, texts or columns are]
    #[arg(long, value_name = "E.npy")]
    embeddings: Option<PathBuf>,
    /// Only those that a filter selects, as / does in the review
    #[arg(long, value_name = "FILTER")]
    filter: Option<String>,
    #[command(flatten)]
    guard: TestGuard,
    #[command(flatten)]
    format: Format,
}

#[derive(Clone, Copy, Default, ValueEnum)]
enum LayoutArg {
    /// Neighbours together: t-SNE
    #[default]
    Neighbours,
    /// Along the two principal axes
    Pca,
}

/// Prints the places.
pub fn run(project: Option<&Path>, args: &MapArgs, out: &mut dyn Write) -> Result<()> {
    args.guard.check(args.selection.split())?;
    let mut input = of_run(&args.selection, args.filter.as_deref(), project)?;
    if let Some(from) = &mut input.project {
        let embeddings = match &args.embeddings {
            Some(path) => Some(read_embeddings(path, from.examples().len())?),
            None => from.project.embeddings(&from.shared.run().name, from.examples())?,
        };
        from.shared.snapshot.likeness = Arc::new(Likeness { embeddings, ..Likeness::default() });
    }
    let layout = match args.layout {
        LayoutArg::Neighbours => Layout::Neighbours,
        LayoutArg::Pca => Layout::Axes,
    };
    let which = if args.all { Which::All } else { Which::Walk };
    let ask = Ask { layout, which, ..Ask::default() };
    let report = Watch::whole(|watch| answer(&input, &ask, watch))?;
    report.page().print(&report, args.format, out)
}
