//! `gaffe init`: a project made of data files.

use super::print::percent;
use super::{TestGuard, say};
use crate::analysis::baselines::worse_than_guessing;
use crate::analysis::bottleneck::Errors;
use crate::analysis::{self, ErrorRate, Relabels};
use crate::dataset::Split;
use crate::ingest::{self, FILE_NAME, Guess, IngestError};
use crate::media::text;
use crate::project::Project;
use anyhow::{Result, bail, ensure};
use clap::Args;
use std::fs::File;
use std::io::Write;
use std::path::PathBuf;

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
        check(&guess)?;
        tell(&guess);
        return Ok(());
    }
    let path = guess.root.join(FILE_NAME);
    ensure!(!path.exists(), "{}: there already\n  edit it, or remove it first", path.display());
    let project = write(&guess)?;
    writeln!(out, "wrote {}", text::line(&path.display().to_string()))?;
    tell(&guess);
    if project.run_name(None, split_of(&guess)).is_ok() {
        say(&format!("open it with: gaffe {}", guess.root.display()));
    }
    Ok(())
}

/// The project of data files, with the split that they are: the one beside the table, else a new one.
pub fn project_of(files: &[PathBuf], guard: &TestGuard) -> Result<(Project, Split)> {
    let guess = ingest::guess(files)?;
    guard.check(split_of(&guess))?;
    let path = guess.root.join(FILE_NAME);
    if path.exists() {
        let project = Project::open(&guess.root)?;
        // Class names and a model need not be named in the project to have been given to it.
        let is_data = |file: &&PathBuf| {
            let kind = file.extension().unwrap_or_default();
            ["csv", "tsv", "npy"].iter().any(|data| kind.eq_ignore_ascii_case(data))
        };
        let Some(stranger) = files.iter().filter(is_data).find(|file| !project.owns(file)) else {
            return Ok((project, split_of(&guess)));
        };
        bail!(
            "{}: not a file of the project in its folder\n  \
             add it to {}, or move it to a folder of its own",
            stranger.display(),
            path.display()
        );
    }
    ensure!(
        !guess.config.runs.is_empty(),
        "there are no predictions to review yet\n  \
         give the probabilities with the table, such as: gaffe dev.csv probs.npy\n  \
         or make a project without: gaffe init dev.csv"
    );
    let project = write(&guess)?;
    say(&format!("wrote {}", path.display()));
    tell(&guess);
    Ok((project, split_of(&guess)))
}

/// What was taken for granted.
fn tell(guess: &Guess) {
    for sentence in &guess.assumed {
        say(sentence);
    }
}

fn split_of(guess: &Guess) -> Split {
    guess.config.splits.keys().next().copied().unwrap_or(Split::Dev)
}

/// Writes the project file, once the data can be used with it.
fn write(guess: &Guess) -> Result<Project> {
    let path = guess.root.join(FILE_NAME);
    let text = guess.config.to_toml()?;
    let project = check(guess)?;
    let failed = |e| IngestError::io(&path, &e);
    let mut file = File::options().write(true).create_new(true).open(&path).map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)?;
    Ok(project)
}

/// Reads everything once. A model that is worse than guessing hints at classes in another order.
fn check(guess: &Guess) -> Result<Project> {
    let project = Project::new(&guess.root, guess.config.clone())?;
    let split = split_of(guess);
    let examples = project.examples(split)?;
    let Ok(run) = project.run_name(None, split) else { return Ok(project) };
    let run = project.run(&run, split, &examples)?;
    let ErrorRate { examples, errors, rate } =
        analysis::error_rate(&examples.gold, &Relabels::new(), &run);
    if worse_than_guessing(Errors { errors, examples }, project.classes().len()) {
        say(&format!(
            "warning: {} of the predictions are wrong, which is worse than guessing\n  \
             are the classes in the order of the columns?",
            percent(rate.share)
        ));
    }
    Ok(project)
}
