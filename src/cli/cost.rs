//! `gaffe cost`: what predictions cost on machines, and against an API.

use super::Selection;
use super::goal::Measuring;
use super::print::Format;
use super::stats::input::of_run;
use crate::analysis::cost::is_amount;
use crate::ingest::CostConfig;
use crate::insight::cost::{Ask, answer};
use anyhow::Result;
use clap::Args;
use std::io::Write;
use std::path::Path;

#[derive(Args)]
#[command(
    after_help = "Examples:\n  gaffe cost --measure --machine-per-hour 0.5 --api-per-1000 2\n  \
    gaffe cost --run v2 --volume 50000 --volume 2000000 --json\n\n\
    Times are those of this machine, measured with --measure and kept until the model changes. Latency is \
    one example on one thread; cost follows from all cores, scoring as `gaffe score` does. Machines run all \
    the time: enough of them for the peak, one at least. Prices can stand in gaffe.toml under [cost]."
)]
pub struct CostArgs {
    #[command(flatten)]
    selection: Selection,
    #[command(flatten)]
    measuring: Measuring,
    #[command(flatten)]
    prices: PriceArgs,
    /// Predictions a day; give it once for each [default: 1,000 to 10,000,000]
    #[arg(long, value_name = "N", value_parser = amount)]
    volume: Vec<f64>,
    #[command(flatten)]
    format: Format,
}

/// What goes before `[cost]` of gaffe.toml.
#[derive(Args)]
struct PriceArgs {
    /// Price of a machine like this one, an hour
    #[arg(long, value_name = "PRICE", value_parser = amount)]
    machine_per_hour: Option<f64>,
    /// What is paid a month whatever the volume
    #[arg(long, value_name = "PRICE", value_parser = amount)]
    fixed_per_month: Option<f64>,
    /// Price of 1,000 calls of an API that does the same
    #[arg(long, value_name = "PRICE", value_parser = amount)]
    api_per_1000: Option<f64>,
    /// What prices are in [default: USD]
    #[arg(long, value_name = "NAME")]
    currency: Option<String>,
    /// Volume at the peak over the average [default: 2]
    #[arg(long, value_name = "X", value_parser = factor)]
    peak_factor: Option<f64>,
    /// The share of a machine that is used at the peak [default: 0.7]
    #[arg(long, value_name = "SHARE", value_parser = used)]
    utilisation: Option<f64>,
}

fn amount(text: &str) -> Result<f64, String> {
    within(text, is_amount, "give a number that is 0 or more, such as 0.5")
}

fn factor(text: &str) -> Result<f64, String> {
    within(text, |x| (1.0..=1e6).contains(&x), "give 1 or more, such as 3")
}

fn used(text: &str) -> Result<f64, String> {
    within(text, |x| (1e-3..=1.0).contains(&x), "give a share from 0.001 to 1, such as 0.7")
}

fn within(text: &str, fits: impl Fn(f64) -> bool, remedy: &str) -> Result<f64, String> {
    text.parse().ok().filter(|x| fits(*x)).ok_or_else(|| remedy.to_owned())
}

/// Prints the costs.
///
/// # Errors
/// Data that can't be used.
pub fn run(project: Option<&Path>, args: &CostArgs, out: &mut dyn Write) -> Result<()> {
    let input = of_run(&args.selection, None, project)?;
    let PriceArgs {
        machine_per_hour, fixed_per_month, api_per_1000, peak_factor, utilisation, ..
    } = args.prices;
    let prices = CostConfig {
        machine_per_hour,
        fixed_per_month,
        api_per_1000,
        currency: args.prices.currency.clone(),
        volume_per_day: None,
        peak_factor,
        utilisation,
    };
    let ask = Ask {
        only: args.selection.run.clone(),
        measure: args.measuring.which(),
        prices,
        volumes: (!args.volume.is_empty()).then(|| args.volume.clone()),
    };
    let report = args.measuring.wait(|watch| answer(&input, &ask, watch))?;
    report.page().print(&report, args.format, out)
}
