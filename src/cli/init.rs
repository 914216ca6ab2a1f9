//! `gaffe init`: a project made of data files.

use super::print::{count, percent};
use super::{TestGuard, opened, say};
use crate::analysis::baselines::worse_than_guessing;
use crate::analysis::bottleneck::Errors;
use crate::analysis::{self, ErrorRate, Relabels};
use crate::dataset::{Examples, Run, Split};
use crate::ingest::{self, ColumnNames, FILE_NAME, Guess, GuessError, IngestError};
use crate::media::text;
use crate::project::{Glance, Project, describe_list};
use anyhow::{Result, bail, ensure};
use clap::Args;
use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

#[derive(Args)]
#[command(
    after_help = "Examples:\n  gaffe init dev.csv probs.npy\n  gaffe init dev.jsonl --dry-run\n  \
                  gaffe init dev.csv probs.npy classes.txt --dry-run\n\n\
                  What is wrong in the data is said by: gaffe check"
)]
pub struct InitArgs {
    /// Tables with labels, and what there is beside them: predictions in other tables or arrays (.npy), a model
    /// (.onnx), class names in order (.txt)
    #[arg(required = true)]
    data: Vec<PathBuf>,
    /// Print what was understood; write nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    columns: ColumnArgs,
}

/// Columns that are not guessed.
#[derive(Args)]
struct ColumnArgs {
    /// The column of gold labels
    #[arg(long, value_name = "COLUMN")]
    label: Option<String>,
    /// That of ids, by which decisions are kept
    #[arg(long, value_name = "COLUMN")]
    id: Option<String>,
    /// That of picture or sound files
    #[arg(long, value_name = "COLUMN", conflicts_with = "text")]
    file: Option<String>,
    /// That of texts
    #[arg(long, value_name = "COLUMN")]
    text: Option<String>,
    /// That of predicted classes
    #[arg(long, value_name = "COLUMN")]
    prediction: Option<String>,
    /// That of the probability of the predicted class
    #[arg(long, value_name = "COLUMN")]
    confidence: Option<String>,
    /// That of lists of probabilities, or `prob_*` for columns that begin so
    #[arg(long, value_name = "COLUMN")]
    probabilities: Option<String>,
    /// That which tells the split of a row
    #[arg(long, value_name = "COLUMN")]
    split_column: Option<String>,
}

impl ColumnArgs {
    fn told(&self) -> ColumnNames {
        ColumnNames {
            id: self.id.clone(),
            file: self.file.clone(),
            text: self.text.clone(),
            label: self.label.clone().unwrap_or_default(),
            prediction: self.prediction.clone(),
            confidence: self.confidence.clone(),
            probabilities: self.probabilities.clone(),
            split: self.split_column.clone(),
            ..ColumnNames::default()
        }
    }
}

/// Understands files; which column is the label is asked where none looks like it and somebody is there.
fn understand(files: &[PathBuf], told: ColumnNames) -> Result<Guess> {
    let asks = || io::stdin().is_terminal() && io::stderr().is_terminal();
    match ingest::guess(files, &told) {
        Err(GuessError::NoLabel { error, columns }) if !columns.is_empty() && asks() => {
            let Some(label) = ask_label(&error, &columns)? else { bail!(error) };
            Ok(ingest::guess(files, &ColumnNames { label, ..told })?)
        }
        understood => Ok(understood?),
    }
}

/// The column that is chosen by name or number, asked for until it is one; `None` if none is.
fn ask_label(error: &IngestError, columns: &[String]) -> Result<Option<String>> {
    let listed = columns.iter().enumerate().map(|(at, name)| format!("  {}  {name}", at + 1));
    let list = listed.collect::<Vec<_>>().join("\n");
    say(&format!(
        "{error}\nWhich column is the label?\n{list}\n(a number or a name; enter leaves)"
    ));
    loop {
        let mut answer = String::new();
        io::stdin().read_line(&mut answer)?;
        let answer = answer.trim();
        let by_number = answer.parse::<usize>().ok().and_then(|n| columns.get(n.checked_sub(1)?));
        let found = columns.iter().find(|name| *name == answer).or(by_number);
        if answer.is_empty() || found.is_some() {
            return Ok(found.cloned());
        }
        say(&format!("{answer:?} is none of the columns: give a number of the list, or a name"));
    }
}

/// Prints or writes the project file.
pub fn run(args: &InitArgs, out: &mut dyn Write) -> Result<()> {
    let mut guess = understand(&args.data, args.columns.told())?;
    let assumed = std::mem::take(&mut guess.assumed);
    if args.dry_run {
        let text = guess.config.to_toml()?;
        check(guess)?;
        tell(&assumed);
        return Ok(write!(out, "{text}")?);
    }
    let (root, split, path) = (guess.root.clone(), split_of(&guess), guess.root.join(FILE_NAME));
    ensure!(!path.exists(), "{}: there already\n  edit it, or remove it first", path.display());
    let project = write(guess)?;
    tell(&assumed);
    writeln!(out, "wrote {}", text::line(&path.display().to_string()))?;
    if project.run_name(None, split).is_ok() {
        say(&format!("open it with: gaffe {}", root.display()));
    }
    Ok(())
}

/// The project of data files, with the split that they are: the one beside the first of them, else a new one.
pub fn project_of(files: &[PathBuf], guard: &TestGuard) -> Result<(Project, Split)> {
    if let Some(project) = beside(files)? {
        let split = files.iter().find_map(|file| project.split_of(file)).unwrap_or_default();
        guard.check(split)?;
        return Ok((project, split));
    }
    let mut guess = understand(files, ColumnNames::default())?;
    let assumed = std::mem::take(&mut guess.assumed);
    let split = split_of(&guess);
    guard.check(split)?;
    let path = guess.root.join(FILE_NAME);
    ensure!(
        !guess.config.runs.is_empty(),
        "there are no predictions to review yet\n  \
         give the probabilities with the table, such as: gaffe dev.csv probs.npy\n  \
         or make a project without: gaffe init dev.csv"
    );
    let project = write(guess)?;
    tell(&assumed);
    say(&format!("wrote {}", path.display()));
    Ok((project, split))
}

/// The project in the folder of the first file, if there is one; all of the files must be its own then.
fn beside(files: &[PathBuf]) -> Result<Option<Project>> {
    let Some(first) = files.first() else { return Ok(None) };
    let root = first.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let path = root.join(FILE_NAME);
    if !path.is_file() {
        return Ok(None);
    }
    let project = opened(root)?;
    // Class names and a model need not be named in the project to have been given to it.
    let is_data = |file: &&PathBuf| {
        let kind = file.extension().unwrap_or_default();
        !["onnx", "txt"].iter().any(|other| kind.eq_ignore_ascii_case(other))
    };
    if let Some(stranger) = files.iter().filter(is_data).find(|file| !project.owns(file)) {
        bail!(
            "{}: not a file of the project in its folder\n  \
             add it to {}, or move it to a folder of its own",
            stranger.display(),
            path.display()
        );
    }
    Ok(Some(project))
}

/// What was taken for granted.
fn tell(assumed: &[String]) {
    for sentence in assumed {
        say(sentence);
    }
}

/// Dev if there is one: errors are looked at there.
fn split_of(guess: &Guess) -> Split {
    let splits = &guess.config.splits;
    let first = || splits.keys().next().copied().unwrap_or_default();
    if splits.contains_key(&Split::Dev) { Split::Dev } else { first() }
}

/// Writes the project file, once the data can be used with it.
fn write(guess: Guess) -> Result<Project> {
    let path = guess.root.join(FILE_NAME);
    let text = guess.config.to_toml()?;
    let project = check(guess)?;
    let failed = |e| IngestError::io(&path, &e);
    let mut file = File::options().write(true).create_new(true).open(&path).map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)?;
    Ok(project)
}

/// Uses everything once and says what is known of it without a long look.
fn check(guess: Guess) -> Result<Project> {
    let split = split_of(&guess);
    let project = Project::new(&guess.root, guess.config)?;
    project.set_tell(Some(say));
    for (path, frame) in guess.tables {
        project.keep_frame(path, frame);
    }
    let mut sizes = Vec::new();
    for &split in project.config().splits.keys() {
        let examples = project.examples(split)?;
        tell_missing(&project, &examples)?;
        sizes.push(format!("{} of {split}", count(examples.len())));
    }
    let sizes = format!("examples: {}", sizes.join(", "));
    if let Ok(run) = project.run_name(None, split) {
        let examples = project.examples(split)?;
        let run = project.kept_run(&run, split, &examples)?;
        tell_order(&project, &run, &examples);
    }
    say(&sizes);
    Ok(project)
}

/// Says if files are not there; few enough are looked for that it takes no time.
fn tell_missing(project: &Project, examples: &Examples) -> Result<()> {
    let Some(Glance { of, missing, first }) = project.glance_at_files(examples)? else {
        return Ok(());
    };
    let (split, missing, of) = (examples.split, count(missing), count(of));
    say(&format!(
        "warning: {missing} of {of} files of {split} are not there, such as {first}\n  \
         files are relative to the folder of the table"
    ));
    Ok(())
}

/// Warns when the predictions make more sense by another list of the classes, or none at all.
fn tell_order(project: &Project, run: &Run, examples: &Examples) {
    if let Some(other) = project.other_list(run, examples) {
        say(&format!("warning: {}", describe_list(&other, &run.name, examples.split)));
        return;
    }
    let ErrorRate { examples, errors, rate } =
        analysis::error_rate(&examples.gold, &Relabels::new(), run);
    if worse_than_guessing(Errors { errors, examples }, project.classes().len()) {
        say(&format!(
            "warning: {} of the predictions are wrong, which is worse than guessing\n  \
             are the classes in the order of the columns? No usual order explains it",
            percent(rate.share)
        ));
    }
}
