//! `gaffe stats NAME`: every statistic, as a table, CSV or JSON.
//!
//! Invariant: no number is made here; each statistic is a function of `analysis`.

mod agreement;
mod args;
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
mod metrics;
mod properties;
mod saturation;
pub mod sheet;
mod shift;
mod shift_sets;
mod slice_rows;
mod slices;
mod votes;

use super::{compare, locate, tally};
use anyhow::Result;
use clap::{Args, Subcommand};
use std::io::Write;
use std::path::Path;

#[derive(Args)]
pub struct StatsArgs {
    #[command(subcommand)]
    name: Statistic,
}

/// One line each: what it means.
#[derive(Subcommand)]
enum Statistic {
    /// Accuracy, top-k accuracy, macro and weighted F1, kappa, log loss, Brier score
    Metrics(metrics::MetricsArgs),
    /// Precision, recall and F1 of each class
    Classes(classes::ClassesArgs),
    /// Which class is taken for which: the matrix and the worst pairs
    Confusion(confusion::ConfusionArgs),
    /// Reliability curve, ECE, MCE, the best temperature, over-confident classes
    Calibration(calibration::CalibrationArgs),
    /// Labels that are probably wrong, by confident learning; label noise of classes; health
    LabelIssues(label_issues::LabelIssuesArgs),
    /// Error by value of each column, and the worst combinations of values, confirmed on held-out data
    Slices(slices::SlicesArgs),
    /// Kinds of error by count, what each stands for among all errors, and the error if solved
    Tally(tally::TallyArgs),
    /// New tags per 20 reviewed errors, the chance of another one, and when to stop
    Saturation(saturation::SaturationArgs),
    /// Accuracy before and after label fixes, and under the true labels by a stratified sample
    Corrected(corrected::CorrectedArgs),
    /// Human, train, train-dev, dev and test error: which gap holds the model back, and what helps
    Bottleneck(bottleneck::BottleneckArgs),
    /// Whether the run beats the majority class, guessing, the nearest neighbour, and people
    Baselines(baselines::BaselinesArgs),
    /// Dev in two parts by id, one to look at: whether it was fitted by what was learnt from it
    Eyeball(eyeball::EyeballArgs),
    /// What moved between two splits or batches: labels, predictions, confidence, metadata
    Shift(shift::ShiftArgs),
    /// Error over batches or time on a control chart, raw and with changes of the mix taken out
    Batches(batches::BatchesArgs),
    /// What a second run fixed and broke, McNemar's exact test, churn, by class, slice and tag
    Compare(compare::CompareArgs),
    /// How far several people's labels agree: percent, Krippendorff's alpha, AC1, Cohen's kappa
    Agreement(agreement::AgreementArgs),
    /// One label out of several people's, with its quality, and how good each of them is
    Consensus(consensus::ConsensusArgs),
    /// Brightness, sharpness, length, loudness … measured of pictures, texts and sounds
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
        Statistic::Tally(args) => tally::run(&locate(project, None)?, args, out),
        Statistic::Saturation(args) => saturation::run(&locate(project, None)?, args, out),
        Statistic::Corrected(args) => corrected::run(&locate(project, None)?, args, out),
        Statistic::Bottleneck(args) => bottleneck::run(project, args, out),
        Statistic::Baselines(args) => baselines::run(project, args, out),
        Statistic::Eyeball(args) => eyeball::run(&locate(project, None)?, args, out),
        Statistic::Shift(args) => shift::run(project, args, out),
        Statistic::Batches(args) => batches::run(project, args, out),
        Statistic::Compare(args) => compare::run(project, args, out),
        Statistic::Agreement(args) => agreement::run(project, args, out),
        Statistic::Consensus(args) => consensus::run(project, args, out),
        Statistic::Properties(args) => properties::run(project, args, out),
    }
}
