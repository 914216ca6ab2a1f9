//! `gaffe stats NAME`: every statistic, as a table, CSV or JSON.
//!
//! Invariant: no number is made here; each statistic is a function of `analysis`.

mod agreement;
pub mod args;
mod baselines;
mod batches;
mod bottleneck;
mod calibration;
mod classes;
mod confusion;
mod consensus;
mod corrected;
mod eyeball;
pub mod input;
mod label_issues;
mod map;
mod metrics;
mod properties;
mod saturation;
mod shift;
mod slices;
mod votes;

use super::{compare, cost, goal, locate, next, tally};
use anyhow::Result;
use clap::{Args, Subcommand};
use std::io::Write;
use std::path::Path;

#[derive(Args)]
pub struct StatsArgs {
    #[command(subcommand)]
    name: Statistic,
}

impl StatsArgs {
    /// Whether the exit code is an answer.
    pub fn decides(&self) -> bool {
        matches!(self.name, Statistic::Goal(_))
    }
}

/// One line each: what it means.
#[derive(Subcommand)]
enum Statistic {
    /// Accuracy, top-k, F1, kappa, log loss, Brier score; intervals
    Metrics(metrics::MetricsArgs),
    /// Precision, recall and F1 of each class
    Classes(classes::ClassesArgs),
    /// Which class is taken for which: the matrix and the worst pairs
    Confusion(confusion::ConfusionArgs),
    /// Reliability curve, ECE, MCE, best temperature, over-confidence
    Calibration(calibration::CalibrationArgs),
    /// Labels that are probably wrong, by confident learning; health
    LabelIssues(label_issues::LabelIssuesArgs),
    /// Where the errors are: given slices, and found, confirmed ones
    Slices(slices::SlicesArgs),
    /// Kinds of error, what each stands for, and the error if solved
    Tally(tally::TallyArgs),
    /// New tags per 20 reviewed errors, and when to stop
    Saturation(saturation::SaturationArgs),
    /// Accuracy under the true labels, from samples of right and wrong
    Corrected(corrected::CorrectedArgs),
    /// Which gap holds back: human, train, train-dev, dev, test error
    Bottleneck(bottleneck::BottleneckArgs),
    /// Whether majority, guessing, neighbours or people do as well
    Baselines(baselines::BaselinesArgs),
    /// Whether the part of dev that is looked at has been fitted
    Eyeball(eyeball::EyeballArgs),
    /// What moved between two splits or batches: labels, values, scores
    Shift(shift::ShiftArgs),
    /// Error over batches or time, raw and without changes of the mix
    Batches(batches::BatchesArgs),
    /// What a second run fixed and broke; McNemar's test; churn
    Compare(compare::CompareArgs),
    /// Which runs keep the thresholds of gaffe.toml, and by how much
    Goal(goal::GoalArgs),
    /// Time, memory and cost of each model, against an API
    Cost(cost::CostArgs),
    /// What to do next, ranked by what it can bring and by its cost
    Next(next::NextArgs),
    /// How far several people's labels agree: percent, alpha, kappa
    Agreement(agreement::AgreementArgs),
    /// One label out of several people's, and how good each of them is
    Consensus(consensus::ConsensusArgs),
    /// Examples laid out so that those that are alike lie together
    Map(map::MapArgs),
    /// Brightness, sharpness, length … of pictures, texts and sounds
    Properties(properties::PropertiesArgs),
}

/// Prints the statistic that was asked for.
pub fn run(project: Option<&Path>, args: &StatsArgs, out: &mut dyn Write) -> Result<()> {
    match &args.name {
        Statistic::Metrics(args) => metrics::run(project, args, out),
        Statistic::Classes(args) => classes::run(project, args, out),
        Statistic::Confusion(args) => confusion::run(project, args, out),
        Statistic::Calibration(args) => calibration::run(project, args, out),
        Statistic::LabelIssues(args) => label_issues::run(project, args, out),
        Statistic::Slices(args) => slices::run(project, args, out),
        Statistic::Tally(args) => tally::run(project, args, out),
        Statistic::Saturation(args) => saturation::run(&locate(project, None)?, args, out),
        Statistic::Corrected(args) => corrected::run(&locate(project, None)?, args, out),
        Statistic::Bottleneck(args) => bottleneck::run(project, args, out),
        Statistic::Baselines(args) => baselines::run(project, args, out),
        Statistic::Eyeball(args) => eyeball::run(&locate(project, None)?, args, out),
        Statistic::Shift(args) => shift::run(project, args, out),
        Statistic::Batches(args) => batches::run(project, args, out),
        Statistic::Compare(args) => compare::run(project, args, out),
        Statistic::Goal(args) => goal::run(project, args, out),
        Statistic::Cost(args) => cost::run(project, args, out),
        Statistic::Next(args) => next::run(project, args, out),
        Statistic::Agreement(args) => agreement::run(project, args, out),
        Statistic::Consensus(args) => consensus::run(project, args, out),
        Statistic::Map(args) => map::run(project, args, out),
        Statistic::Properties(args) => properties::run(project, args, out),
    }
}
