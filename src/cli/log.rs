//! `gaffe log`: the journal of what was tried, and what came of it.

use super::print::{self, Format};
use super::stats::args::by_name;
use super::tags::taxonomy;
use super::{decisions, locate, say};
use crate::dataset::experiment::{ExpectedGain, Experiment, Fields, Journal, Outcome};
use crate::dataset::{Split, same_tag_name};
use crate::insight::next::log::{Report, Row};
use crate::media::text;
use crate::project::{LOG_FILE, LogEdit, Project, whoami};
use anyhow::{Result, bail, ensure};
use clap::{Args, Subcommand};
use std::io::Write;
use std::path::Path;

#[derive(Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Examples:\n  gaffe log\n  \
        gaffe log start --about tag:blurry --hypothesis 'v1 saw no blur' --expect 6 --time-box 2\n  \
        gaffe log finish 5f2a90 --run v2 --spent 1.5\n  \
        gaffe log amend 5f2a90 --outcome undecided --note 'two seeds differ'\n\n\
        The journal is gaffe-log.jsonl beside gaffe.toml: one line a change, to be shared through \
        version control. With `gaffe-log.jsonl merge=union` in .gitattributes git merges it by \
        itself. The effect is measured from the runs, on dev, under the labels as corrected so far."
)]
pub struct LogArgs {
    #[command(subcommand)]
    command: Option<LogCommand>,
    #[command(flatten)]
    format: Format,
}

#[derive(Subcommand)]
enum LogCommand {
    /// Print one experiment
    #[command(after_help = "Example:\n  gaffe log show 5f2a90")]
    Show {
        /// Its id, or the end or beginning of it
        id: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Start an experiment; prints its id
    #[command(after_help = "Example:\n  \
        gaffe log start --about tag:blurry --hypothesis 'v1 saw no blur' --change 'train with blur'")]
    Start(Edit),
    /// End an experiment, and measure what it did from its runs
    #[command(after_help = "Examples:\n  gaffe log finish --run v2\n  \
        gaffe log finish 5f2a90 --note 'given up: no data to be had'")]
    Finish {
        /// Its id, or the end or beginning of it [default: the only one that runs]
        id: Option<String>,
        #[command(flatten)]
        edit: Edit,
    },
    /// Change what is known of an experiment
    #[command(after_help = "Example:\n  gaffe log amend 5f2a90 --outcome worked")]
    Amend {
        /// Its id, or the end or beginning of it
        id: String,
        #[command(flatten)]
        edit: Edit,
    },
}

/// Fields that can be set.
#[derive(Args)]
struct Edit {
    /// What it is about: a key of `gaffe next`, such as tag:blurry; give it once for each
    #[arg(long, value_name = "KEY")]
    about: Vec<String>,
    /// Why it should help
    #[arg(long, value_name = "TEXT")]
    hypothesis: Option<String>,
    /// What is done
    #[arg(long, value_name = "TEXT")]
    change: Option<String>,
    /// How many points of error fewer are expected: 6, or 6:4-8 with limits
    #[arg(long, value_name = "POINTS", value_parser = expected)]
    expect: Option<ExpectedGain>,
    /// The run it starts from [default: the first one]
    #[arg(long, value_name = "NAME")]
    before: Option<String>,
    /// The run it led to
    #[arg(long, value_name = "NAME")]
    run: Option<String>,
    /// Days that it may take
    #[arg(long, value_name = "DAYS")]
    time_box: Option<f64>,
    /// Days that it took
    #[arg(long, value_name = "DAYS")]
    spent: Option<f64>,
    /// What came of it, whatever the numbers propose
    #[arg(long, value_name = "OUTCOME", value_parser = by_name(&Outcome::ALL, option))]
    outcome: Option<Outcome>,
    /// Anything else
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    /// Print the experiment as JSON
    #[arg(long)]
    json: bool,
}

/// An outcome as it is typed.
fn option(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Worked => "worked",
        Outcome::DidNothing => "did-nothing",
        Outcome::MadeItWorse => "made-it-worse",
        Outcome::Undecided => "undecided",
    }
}

/// `6` or `6:4-8`, in points of error.
fn expected(text: &str) -> Result<ExpectedGain, String> {
    let wrong = || "give points of error, such as 6, or with limits 6:4-8".to_owned();
    let points = |part: &str| {
        let points = part.trim().parse::<f64>().ok().filter(|x| (0.0..=100.0).contains(x));
        points.map(|points| points / 100.0).ok_or_else(wrong)
    };
    let Some((gain, limits)) = text.split_once(':') else {
        return Ok(ExpectedGain { gain: points(text)?, low: None, high: None });
    };
    let (low, high) = limits.split_once('-').ok_or_else(wrong)?;
    Ok(ExpectedGain { gain: points(gain)?, low: Some(points(low)?), high: Some(points(high)?) })
}

impl Edit {
    fn fields(&self, project: &Project) -> Result<Fields> {
        let targets: Vec<String> =
            self.about.iter().map(|key| target(project, key)).collect::<Result<_>>()?;
        Ok(Fields {
            hypothesis: self.hypothesis.clone(),
            change: self.change.clone(),
            targets: Some(targets).filter(|targets| !targets.is_empty()),
            expected: self.expect,
            before: self.before.clone(),
            after: self.run.clone(),
            outcome: self.outcome,
            time_box: self.time_box,
            spent: self.spent,
            note: self.note.clone(),
            ..Fields::default()
        })
    }
}

/// A key; the name of a tag alone stands for that tag.
fn target(project: &Project, key: &str) -> Result<String> {
    let ledger = taxonomy(project)?;
    let tag = ledger.tags().iter().find(|tag| same_tag_name(&tag.name, key));
    Ok(tag.map_or_else(|| key.trim().to_owned(), |tag| format!("tag:{}", tag.name)))
}

/// Prints or changes the journal.
pub fn run(told: Option<&Path>, args: &LogArgs, out: &mut dyn Write) -> Result<()> {
    let project = locate(told, None)?;
    match &args.command {
        None => {
            let report = Report::of(&read(&project)?);
            report.page().print(&report, args.format, out)
        }
        Some(LogCommand::Show { id, json }) => {
            let journal = read(&project)?;
            show(find(&project, &journal, id)?, *json, out)
        }
        Some(LogCommand::Start(edit)) => start(&project, edit, out),
        Some(LogCommand::Finish { id, edit }) => finish(&project, id.as_deref(), edit, out),
        Some(LogCommand::Amend { id, edit }) => amend(&project, id, edit, out),
    }
}

/// The journal; lines that can't be used are told.
fn read(project: &Project) -> Result<Journal> {
    let log = project.log().read()?;
    for problem in &log.problems {
        say(&problem.to_string());
    }
    Ok(log.journal)
}

fn find<'a>(project: &Project, journal: &'a Journal, id: &str) -> Result<&'a Experiment> {
    journal.find(id).map_err(|count| {
        let list = project.command("log");
        if count == 0 {
            anyhow::anyhow!("no experiment has the id {id:?}\n  they are listed by: {list}")
        } else {
            anyhow::anyhow!("{count} experiments have {id:?} in their id\n  give more of it; they are listed by: {list}")
        }
    })
}

fn show(experiment: &Experiment, json: bool, out: &mut dyn Write) -> Result<()> {
    let row = Row::of(experiment);
    if json {
        return print::json(&row, out);
    }
    for line in row.lines() {
        writeln!(out, "{}", text::line(&line))?;
    }
    Ok(())
}

fn start(project: &Project, edit: &Edit, out: &mut dyn Write) -> Result<()> {
    ensure!(
        edit.run.is_none(),
        "an experiment that starts has no run yet\n  finish it with: gaffe log finish --run NAME"
    );
    let mut fields = edit.fields(project)?;
    ensure!(
        fields.hypothesis.is_some() || fields.change.is_some() || fields.targets.is_some(),
        "say what is tried: --about KEY, --hypothesis TEXT or --change TEXT\n  keys are listed by: gaffe next --csv"
    );
    // Without a run there is nothing to hold the next one against, which is no reason not to start.
    if let Ok(before) = project.run_name(fields.before.as_deref(), Split::Dev) {
        fields.before = Some(before);
    } else if let Some(before) = &fields.before {
        project.run_name(Some(before), Split::Dev)?;
    }
    let id = project.log().edit(&whoami(), LogEdit::Start(Box::new(fields)))?;
    if edit.json {
        return again(project, &id, true, out);
    }
    let finish = project.command(&format!("log finish {id} --run NAME"));
    say(&format!("kept in {LOG_FILE}; when the model is there: {finish}"));
    Ok(writeln!(out, "{id}")?)
}

fn finish(project: &Project, id: Option<&str>, edit: &Edit, out: &mut dyn Write) -> Result<()> {
    let journal = read(project)?;
    let experiment = match id {
        Some(id) => find(project, &journal, id)?,
        None => running(&journal)?,
    };
    let mut fields = edit.fields(project)?;
    fields.finished = Some(true);
    measure(project, experiment, &mut fields)?;
    if fields.measured.is_none() && fields.outcome.is_none() && experiment.fields.measured.is_none()
    {
        say("nothing is measured without a run: name it with gaffe log amend, --run NAME");
    }
    let update = LogEdit::Update(experiment.id.clone(), Box::new(fields));
    project.log().edit(&whoami(), update)?;
    again(project, &experiment.id, edit.json, out)
}

/// The only experiment that runs.
fn running(journal: &Journal) -> Result<&Experiment> {
    let runs: Vec<&Experiment> = journal.experiments.iter().filter(|e| !e.is_finished()).collect();
    match runs.as_slice() {
        [only] => Ok(only),
        [] => bail!("no experiment runs\n  start one with: gaffe log start"),
        several => {
            let ids: Vec<&str> = several.iter().map(|e| e.id.as_str()).collect();
            bail!("{} experiments run: say which one\n  there is: {}", ids.len(), ids.join(", "))
        }
    }
}

fn amend(project: &Project, id: &str, edit: &Edit, out: &mut dyn Write) -> Result<()> {
    let journal = read(project)?;
    let experiment = find(project, &journal, id)?;
    let mut fields = edit.fields(project)?;
    ensure!(
        fields != Fields::default(),
        "nothing to change\n  gaffe log amend --help lists what can be"
    );
    if fields.before.is_some() || fields.after.is_some() {
        measure(project, experiment, &mut fields)?;
    }
    let update = LogEdit::Update(experiment.id.clone(), Box::new(fields));
    project.log().edit(&whoami(), update)?;
    again(project, &experiment.id, edit.json, out)
}

/// Measures what changed between the runs, if both are known.
fn measure(project: &Project, experiment: &Experiment, fields: &mut Fields) -> Result<()> {
    let known = &experiment.fields;
    let before = fields.before.as_ref().or(known.before.as_ref());
    let after = fields.after.as_ref().or(known.after.as_ref());
    if let (Some(before), Some(after)) = (before, after) {
        ensure!(
            before != after,
            "the run before and the run after are both {after:?}\n  name the run it led to with --run"
        );
        fields.measured = Some(project.measure(before, after, &decisions(project)?)?);
    }
    Ok(())
}

/// Prints an experiment as it is now.
fn again(project: &Project, id: &str, json: bool, out: &mut dyn Write) -> Result<()> {
    let journal = project.log().read()?.journal;
    show(find(project, &journal, id)?, json, out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expectation_is_in_points() {
        let of = |text| expected(text).map(|e| (e.gain, e.low, e.high));
        assert_eq!(of("5"), Ok((0.05, None, None)));
        assert_eq!(of("5:4-8"), Ok((0.05, Some(0.04), Some(0.08))));
        for wrong in ["", "-1", "101", "x", "5:4", "5:x-8", "NaN"] {
            assert!(of(wrong).is_err(), "{wrong}");
        }
    }
}
