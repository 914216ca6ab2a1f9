//! `gaffe stats shift`: what moved between two splits or two batches.

use super::input::of_run;
use crate::cli::print::Format;
use crate::cli::{Selection, SplitArg, decisions, locate};
use crate::dataset::Split;
use crate::insight::shift::{Files, Moves, Parts, Reading, Report, Sets};
use crate::insight::{Input, Progress};
use crate::project::Project;
use anyhow::{Result, ensure};
use clap::Args;
use std::io::Write;
use std::path::{Path, PathBuf};

#[derive(Args)]
#[command(
    after_help = "Examples:\n  gaffe stats shift\n  gaffe stats shift --from dev --to test\n  \
    gaffe stats shift --column day\n  \
    gaffe stats shift --split dev --column batch --first 2024-01 --second 2024-02\n  \
    gaffe stats shift --from-probs a.npy --to-probs b.npy --json\n\n\
    Effects: total variation distance of shares and the Kolmogorov–Smirnov distance, 0 to 1; for \
    embeddings the distance of the means in units of the spread. p is corrected for the number of \
    tests (Holm). On many examples a tiny move is found: read the effect beside that of chance."
)]
pub struct ShiftArgs {
    /// The first split
    #[arg(long, value_enum, default_value = "train", conflicts_with_all = ["column", "from_probs"])]
    from: SplitArg,
    /// The second split
    #[arg(long, value_enum, default_value = "dev", conflicts_with_all = ["column", "from_probs"])]
    to: SplitArg,
    /// The run whose predictions are compared [default: the first that has both]
    #[arg(long, value_name = "NAME", conflicts_with = "from_probs")]
    run: Option<String>,
    /// Compare two batches of one split: the metadata column that names them
    #[arg(long, value_name = "COLUMN", conflicts_with = "from_probs")]
    column: Option<String>,
    /// The first batch, as the column writes it [default: the first of up to 20, against the last]
    #[arg(long, value_name = "VALUE", requires_all = ["column", "second"])]
    first: Option<String>,
    /// The second batch
    #[arg(long, value_name = "VALUE", requires_all = ["column", "first"])]
    second: Option<String>,
    /// The split of the batches [default: dev]
    #[arg(long, value_enum, requires = "column", conflicts_with = "from_probs")]
    split: Option<SplitArg>,
    /// Embeddings of the split of the batches, one row an example
    #[arg(long, value_name = "E.npy", requires = "column")]
    embeddings: Option<PathBuf>,
    /// Class probabilities of the first set, without a project
    #[arg(long, value_name = "A.npy", requires = "to_probs")]
    from_probs: Option<PathBuf>,
    /// Class probabilities of the second set
    #[arg(long, value_name = "B.npy", requires = "from_probs")]
    to_probs: Option<PathBuf>,
    /// Labels of the first set: .npy of class indices, or text with one class a line
    #[arg(long, value_name = "A.npy", requires_all = ["from_probs", "to_labels"])]
    from_labels: Option<PathBuf>,
    /// Labels of the second set
    #[arg(long, value_name = "B.npy", requires_all = ["from_probs", "from_labels"])]
    to_labels: Option<PathBuf>,
    /// Class names in the order of the columns, one a line [default: 0, 1, …]
    #[arg(long, value_name = "C.txt", requires = "from_probs")]
    classes: Option<PathBuf>,
    /// Embeddings of the first set, one row an example
    #[arg(long, value_name = "A.npy", requires = "to_embeddings", conflicts_with = "column")]
    from_embeddings: Option<PathBuf>,
    /// Embeddings of the second set
    #[arg(long, value_name = "B.npy", requires = "from_embeddings", conflicts_with = "column")]
    to_embeddings: Option<PathBuf>,
    /// Only of the examples that a filter selects, of the split of the batches or the second split
    #[arg(long, value_name = "FILTER", conflicts_with = "from_probs")]
    filter: Option<String>,
    /// Of the random draws that test embeddings
    #[arg(long, default_value_t = 0)]
    seed: u64,
    #[command(flatten)]
    format: Format,
}

/// Prints every feature, strongest move first.
pub fn run(project: Option<&Path>, args: &ShiftArgs, out: &mut dyn Write) -> Result<()> {
    let sets = match (args.from_probs.as_deref(), args.to_probs.as_deref()) {
        (Some(from), Some(to)) => {
            let (labels, embeddings) =
                (args.from_labels.as_deref(), args.from_embeddings.as_deref());
            let first = Files { probs: from, labels, embeddings };
            let (labels, embeddings) = (args.to_labels.as_deref(), args.to_embeddings.as_deref());
            Sets::of_files(
                [first, Files { probs: to, labels, embeddings }],
                args.classes.as_deref(),
            )?
        }
        _ => of_project(project, args)?,
    };
    let report = Report::of_moves(Moves::of(&sets, args.seed, &Progress::default()));
    report.page().print(&report, args.format, out)
}

fn of_project(root: Option<&Path>, args: &ShiftArgs) -> Result<Sets> {
    let project = locate(root, None)?;
    let splits = match &args.column {
        Some(_) => [args.split.map_or(Split::Dev, Split::from); 2],
        None => [args.from.into(), args.to.into()],
    };
    if let Some(column) = &args.column {
        let [a, b] = [&args.first, &args.second];
        let same = a.is_some() && a == b;
        let a = a.as_deref().unwrap_or_default();
        ensure!(!same, "--first and --second are both {a:?}: give two values of {column}");
    } else {
        let [from, to] = splits;
        ensure!(
            from != to,
            "--from and --to are both {from}\n  batches of one split: --column COLUMN"
        );
    }
    let run = run_of(&project, args, splits)?;
    let here = here(root, args, splits[1], run.as_deref())?;
    let (ledger, progress) = (decisions(&project)?, Progress::default());
    let reading =
        Reading { project: &project, ledger: &ledger, here: here.as_ref(), progress: &progress };
    match &args.column {
        None => {
            let embeddings = [args.from_embeddings.as_deref(), args.to_embeddings.as_deref()];
            reading.splits(splits, run.as_deref(), embeddings)
        }
        Some(column) => {
            let values = args.first.clone().zip(args.second.clone());
            let parts = Parts { column: column.clone(), values: values.map(|(a, b)| [a, b]) };
            reading.parts(splits[0], run.as_deref(), &parts, args.embeddings.as_deref())
        }
    }
}

/// The run that is asked for, else the first that has both splits.
fn run_of(project: &Project, args: &ShiftArgs, splits: [Split; 2]) -> Result<Option<String>> {
    let has_both = |of: &[Split]| splits.iter().all(|split| of.contains(split));
    let runs = project.runs()?.into_iter();
    let both = runs.filter(|run| has_both(&run.splits)).map(|run| run.name).next();
    Ok(args.run.clone().or(both))
}

/// What a filter is asked of.
fn here(
    root: Option<&Path>,
    args: &ShiftArgs,
    split: Split,
    run: Option<&str>,
) -> Result<Option<Input>> {
    let Some(filter) = args.filter.as_deref() else { return Ok(None) };
    let selection = Selection { run: run.map(str::to_owned), split: Some(split.into()) };
    of_run(&selection, Some(filter), root).map(Some)
}
