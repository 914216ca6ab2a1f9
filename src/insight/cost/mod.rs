//! The cost: what each run's model takes in time and memory, what its predictions cost on machines, and from
//! which volume on that is less than an API takes by the call.

mod page;

use super::models::{Measure, ModelOf, Models};
use super::{Input, Watch};
use crate::analysis::Estimate;
use crate::analysis::cost::{
    Crossing, DAYS_PER_MONTH, Hosting, PEAK_FACTOR, SCENARIOS, Scenario, UTILISATION, per_1000,
};
use crate::ingest::CostConfig;
use crate::scoring::Measurement;
use anyhow::{Result, anyhow};
use serde::Serialize;

/// What can be chosen.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ask {
    /// The only run; all that have the split if `None`.
    pub only: Option<String>,
    /// Which models are to be measured first.
    pub measure: Measure,
    /// What goes before `[cost]` of the project.
    pub prices: CostConfig,
    /// Volumes a day to compare; `None` for the usual ones.
    pub volumes: Option<Vec<f64>>,
}

/// What is shown.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    title: String,
    #[serde(flatten)]
    prices: Prices,
    #[serde(flatten)]
    models: Models,
    costs: Vec<ModelCost>,
    /// The run that is reviewed.
    #[serde(skip)]
    here: String,
}

/// The prices and volumes that count.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Prices {
    /// What money is in.
    pub currency: String,
    /// Of a machine, an hour.
    pub machine_per_hour: Option<f64>,
    /// Paid a month whatever the volume.
    pub fixed_per_month: f64,
    /// Of 1,000 calls of an API.
    pub api_per_1000: Option<f64>,
    /// The volume that is asked about.
    pub volume_per_day: Option<f64>,
    /// Volume at the peak over the average.
    pub peak_factor: f64,
    /// The share of a machine that is used at the peak.
    pub utilisation: f64,
    /// Which of the last two nobody told.
    #[serde(skip)]
    assumed: [bool; 2],
}

/// What a run's model costs.
#[derive(Debug, Clone, Serialize)]
pub struct ModelCost {
    /// The run.
    pub run: String,
    /// Time that this machine takes for an example when all cores are busy, in ms.
    pub ms: Estimate,
    /// Whether that is the time of one example after the other, because too few were done on all cores.
    pub one_at_a_time: bool,
    /// Price of 1,000 predictions on a machine that is always busy.
    pub per_1000: Option<Estimate>,
    /// Predictions a day that one machine is enough for.
    pub capacity_per_day: Option<f64>,
    /// Where machines get cheaper than the API, in predictions a day.
    pub crossing_per_day: Option<Crossing>,
    /// Costs by volume.
    pub scenarios: Vec<Scenario>,
    #[serde(skip)]
    hosting: Option<Hosting>,
}

/// A point of the lines over the volume.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Predictions a day.
    pub per_day: f64,
    /// Machines, a month.
    pub hosting: f64,
    /// The API, a month.
    pub api: Option<f64>,
}

/// What the models of the project cost.
///
/// # Errors
/// No such run, or a price that is none.
pub fn answer(input: &Input, ask: &Ask, watch: &mut Watch<'_>) -> Result<Report> {
    let from = input.project.as_ref().ok_or_else(|| anyhow!("models are those of a project"))?;
    let split = from.examples().split;
    let runs = match &ask.only {
        Some(only) => vec![from.project.run_name(Some(only), split)?],
        None => from.project.runs()?.into_iter().map(|run| run.name).collect(),
    };
    let prices = Prices::of(&ask.prices, from.project.config().cost.as_ref());
    let report = |models: &Models| -> Result<Report> {
        let cost = |model: &ModelOf| {
            Some(ModelCost::of(&model.run, model.numbers()?, &prices, ask.volumes.as_deref()))
        };
        Ok(Report {
            title: input.title.clone(),
            prices: prices.clone(),
            costs: models.models.iter().filter_map(cost).collect::<Result<_>>()?,
            models: models.clone(),
            here: from.shared.run().name.clone(),
        })
    };
    let mut models = Models::of(&from.project, &runs);
    let mut after = |models: &Models, watch: &mut Watch<'_>| {
        if let Ok(report) = report(models) {
            (watch.partial)(super::Insight::Cost(Box::new(report)));
        }
    };
    models.measure(from, ask.measure, watch, &mut after);
    report(&models)
}

impl Prices {
    fn of(first: &CostConfig, then: Option<&CostConfig>) -> Self {
        let none = CostConfig::default();
        let then = then.unwrap_or(&none);
        let pick = |of: fn(&CostConfig) -> Option<f64>| of(first).or(of(then));
        let (peak, used) = (pick(|c| c.peak_factor), pick(|c| c.utilisation));
        let currency = first.currency.clone().or_else(|| then.currency.clone());
        Self {
            currency: currency.unwrap_or_else(|| "USD".to_owned()),
            machine_per_hour: pick(|c| c.machine_per_hour),
            fixed_per_month: pick(|c| c.fixed_per_month).unwrap_or(0.0),
            api_per_1000: pick(|c| c.api_per_1000),
            volume_per_day: pick(|c| c.volume_per_day),
            peak_factor: peak.unwrap_or(PEAK_FACTOR),
            utilisation: used.unwrap_or(UTILISATION),
            assumed: [peak.is_none(), used.is_none()],
        }
    }

    /// The volumes to compare: those asked for, else the usual ones and the project's own.
    fn volumes(&self, asked: Option<&[f64]>) -> Vec<f64> {
        let usual = || SCENARIOS.iter().copied().chain(self.volume_per_day).collect();
        let mut volumes = asked.map_or_else(usual, <[f64]>::to_vec);
        volumes.sort_unstable_by(f64::total_cmp);
        volumes.dedup();
        volumes
    }
}

impl ModelCost {
    fn of(
        run: &str,
        numbers: &Measurement,
        prices: &Prices,
        volumes: Option<&[f64]>,
    ) -> Result<Self> {
        let ms = numbers.throughput.map_or(numbers.latency.mean, |many| many.ms);
        let hosting = |per_hour: f64| {
            let Prices { fixed_per_month, utilisation, peak_factor, .. } = *prices;
            Hosting { ms, per_hour, fixed_per_month, utilisation, peak_factor }.check()
        };
        let hosting = prices.machine_per_hour.map(hosting).transpose()?;
        let by_day = |crossing: Crossing| Crossing {
            from: crossing.from / DAYS_PER_MONTH,
            for_good: crossing.for_good / DAYS_PER_MONTH,
        };
        let scenarios = hosting.map(|h| {
            let at = |volume: f64| h.scenario(volume, prices.api_per_1000);
            prices.volumes(volumes).into_iter().map(at).collect()
        });
        Ok(Self {
            run: run.to_owned(),
            ms,
            one_at_a_time: numbers.throughput.is_none(),
            per_1000: prices.machine_per_hour.map(|price| per_1000(ms, price)),
            capacity_per_day: hosting.map(|h| h.capacity() / DAYS_PER_MONTH),
            crossing_per_day: hosting
                .zip(prices.api_per_1000)
                .and_then(|(h, api)| h.crossing(api))
                .map(by_day),
            scenarios: scenarios.unwrap_or_default(),
            hosting,
        })
    }

    /// Both lines at `points` volumes from `low` to `high` a day, evenly on a logarithmic axis. Empty without
    /// the price of a machine.
    pub fn lines(&self, prices: &Prices, (low, high): (f64, f64), points: usize) -> Vec<Point> {
        let Some(hosting) = &self.hosting else { return vec![] };
        let step = (high / low).ln() / points.saturating_sub(1).max(1) as f64;
        let at = |i: usize| {
            let scenario = hosting.scenario(low * (step * i as f64).exp(), prices.api_per_1000);
            Point { per_day: scenario.per_day, hosting: scenario.hosting, api: scenario.api }
        };
        (0..points).map(at).collect()
    }
}

impl Report {
    /// What the models cost that were measured.
    pub fn costs(&self) -> &[ModelCost] {
        &self.costs
    }

    /// The prices.
    pub fn prices(&self) -> &Prices {
        &self.prices
    }

    /// The model whose volumes are told: that of the run under review, else the first one that was measured.
    pub fn chosen(&self) -> Option<&ModelCost> {
        let here = self.costs.iter().find(|cost| cost.run == self.here);
        here.or_else(|| self.costs.first())
    }

    /// Volumes a day that the lines are worth drawing between: those compared, with the crossing well inside.
    pub fn range(&self) -> (f64, f64) {
        let Some(chosen) = self.chosen() else { return (1.0, 10.0) };
        let volumes = chosen.scenarios.iter().map(|s| s.per_day).filter(|volume| *volume > 0.0);
        let crossing = chosen.crossing_per_day.map(|c| c.from).filter(|from| *from > 0.0);
        let ends = crossing.into_iter().flat_map(|from| [from / 10.0, from * 10.0]);
        let all: Vec<f64> = volumes.chain(ends).collect();
        let low = all.iter().copied().fold(f64::INFINITY, f64::min).clamp(1.0, 1e12);
        let high = all.iter().copied().fold(0.0, f64::max).clamp(low * 10.0, 1e14);
        (low, high)
    }

    /// Whether measuring would tell more.
    pub fn is_lacking(&self) -> bool {
        self.models.is_lacking()
    }
}
