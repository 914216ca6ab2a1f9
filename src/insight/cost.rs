//! The cost: what each run's model takes in time and memory, what its predictions cost on machines, and from
//! which volume on that is less than an API takes by the call.

use super::models::{MEGABYTE, Measure, ModelOf, Models};
use super::{Cell, Enter, Field, Input, Page, Sheet, Watch, field, in_csv, interval_of};
use crate::analysis::Estimate;
use crate::analysis::cost::{
    Crossing, DAYS_PER_MONTH, Hosting, PEAK_FACTOR, SCENARIOS, Scenario, UTILISATION, per_1000,
};
use crate::ingest::CostConfig;
use crate::report::count;
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

const FIELDS: [Field; 16] = [
    field("run", "run"),
    field("p50 ms", "latency_p50_ms"),
    interval_of("latency_p50_ms").spare(),
    field("p90 ms", "latency_p90_ms"),
    in_csv("prepare_p50_ms"),
    in_csv("infer_p50_ms"),
    in_csv("read_p50_ms"),
    in_csv("load_ms"),
    field("per s", "examples_per_s"),
    field("RAM MB", "memory_mb"),
    field("file MB", "model_size_mb").spare(),
    in_csv("parameters"),
    field("per 1,000", "cost_per_1000"),
    interval_of("cost_per_1000").spare(),
    field("cheaper from", "cheaper_from_per_day"),
    in_csv("cheaper_for_good_per_day"),
];

const SCENARIO_FIELDS: [Field; 6] = [
    field("a day", "per_day"),
    field("machines", "machines"),
    field("a month", "hosting_per_month"),
    field("per 1,000", "hosting_per_1000"),
    field("API a month", "api_per_month"),
    field("cheaper", "cheaper"),
];

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

    /// What people are shown of it.
    pub fn page(&self) -> Page {
        let mut sheet = Sheet::new(&FIELDS);
        for model in &self.models.models {
            let cells = self.cells(model);
            if model.run == self.here {
                sheet.row_into(cells, Enter::Errors(String::new()));
            } else {
                sheet.row(cells);
            }
        }
        let mut page = Page::new(self.title.clone(), sheet);
        page.head.push(self.assumptions());
        if let Some(chosen) = self.chosen().filter(|cost| !cost.scenarios.is_empty()) {
            page = page.with(format!("{} by volume", chosen.run), scenarios(chosen));
        }
        page.notes(self.crossings()).notes(self.lacks()).notes(self.models.notes())
    }

    fn cells(&self, model: &ModelOf) -> Vec<Cell> {
        let cost = self.costs.iter().find(|cost| cost.run == model.run);
        let Some((numbers, cost)) = model.numbers().zip(cost) else {
            let name = Cell::from(model.run.as_str());
            return std::iter::once(name).chain(FIELDS[1..].iter().map(|_| Cell::None)).collect();
        };
        let span = |e: Estimate| Cell::Span(e.low, e.high);
        let number = Cell::Number;
        let whole = |x: f64| Cell::Count(x.round() as usize);
        let crossing = cost.crossing_per_day;
        vec![
            model.run.as_str().into(),
            number(numbers.latency.p50.value),
            span(numbers.latency.p50),
            number(numbers.latency.p90.value),
            number(numbers.prepare.p50.value),
            number(numbers.infer.p50.value),
            number(numbers.read.p50.value),
            number(numbers.load_ms),
            whole(1000.0 / cost.ms.value),
            numbers.memory.map_or(Cell::None, |m| number(m.peak as f64 / MEGABYTE)),
            number(numbers.bytes as f64 / MEGABYTE),
            (numbers.parameters as usize).into(),
            cost.per_1000.map_or(Cell::None, |price| number(price.value)),
            cost.per_1000.map_or(Cell::None, span),
            crossing.map_or(Cell::None, |c| whole(c.from)),
            crossing.map_or(Cell::None, |c| whole(c.for_good)),
        ]
    }

    /// The prices, and what was assumed.
    fn assumptions(&self) -> String {
        let Prices { currency, machine_per_hour, fixed_per_month, api_per_1000, .. } = &self.prices;
        let mut parts = Vec::new();
        if let Some(price) = machine_per_hour {
            parts.push(format!("machine {price} {currency}/h"));
        }
        if *fixed_per_month > 0.0 {
            parts.push(format!("fixed {fixed_per_month} a month"));
        }
        if let Some(price) = api_per_1000 {
            parts.push(format!("API {price} {currency} per 1,000"));
        }
        if machine_per_hour.is_some() {
            let Prices { peak_factor, utilisation, assumed, .. } = &self.prices;
            let [peak, used] =
                [format!("peak {peak_factor}×"), format!("used to {:.0} %", utilisation * 100.0)];
            parts.push(match assumed {
                [true, true] => format!("{peak}, {used} (both assumed)"),
                [true, false] => format!("{peak} (assumed), {used}"),
                [false, true] => format!("{peak}, {used} (assumed)"),
                [false, false] => format!("{peak}, {used}"),
            });
        }
        if parts.is_empty() { "no prices".to_owned() } else { parts.join(" · ") }
    }

    /// Where the lines cross, for the model whose volumes are told.
    fn crossings(&self) -> Vec<String> {
        let Some(chosen) = self.chosen() else { return vec![] };
        let both = self.prices.machine_per_hour.and(self.prices.api_per_1000);
        let (run, whole) = (&chosen.run, |x: f64| count(x.round() as usize));
        let mut lines = Vec::new();
        match chosen.crossing_per_day {
            Some(Crossing { from, for_good }) => {
                let machines = if from <= 0.0 {
                    format!("{run}: machines are cheaper than the API at any volume")
                } else {
                    format!(
                        "{run}: machines are cheaper than the API from {} a day on",
                        whole(from)
                    )
                };
                let again = if for_good > from * 1.001 {
                    format!(", without exception from {} on", whole(for_good))
                } else {
                    String::new()
                };
                lines.push(format!("{machines}{again}."));
            }
            None if both.is_some() => {
                lines.push(format!("{run}: the API stays cheaper than machines at any volume."));
            }
            None => {}
        }
        if let Some(capacity) = chosen.capacity_per_day {
            lines.push(format!("One machine is enough for {} a day.", whole(capacity)));
        }
        if chosen.one_at_a_time {
            lines.push(format!(
                "{run} is slow: costs are those of one example after the other on one core."
            ));
        }
        lines
    }

    /// What is missing, and what to do about it.
    fn lacks(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if self.prices.machine_per_hour.is_none() {
            lines.push("No price of a machine: machine_per_hour = 0.5 under [cost] in gaffe.toml, or --machine-per-hour 0.5".to_owned());
        } else if self.prices.api_per_1000.is_none() {
            lines.push("Nothing to compare with: api_per_1000 = 2 under [cost] in gaffe.toml, or --api-per-1000 2".to_owned());
        }
        if self.is_lacking() {
            lines.push("Not measured yet: gaffe cost --measure".to_owned());
        }
        lines
    }
}

fn scenarios(chosen: &ModelCost) -> Sheet {
    let mut sheet = Sheet::new(&SCENARIO_FIELDS);
    for s in &chosen.scenarios {
        let cheaper = s.hosting_is_cheaper.map(|is| if is { "machines" } else { "API" });
        sheet.row([
            Cell::Count(s.per_day.round() as usize),
            Cell::Count(s.machines as usize),
            Cell::Number(s.hosting),
            s.hosting_per_1000.map_or(Cell::None, Cell::Number),
            s.api.map_or(Cell::None, Cell::Number),
            cheaper.into(),
        ]);
    }
    sheet
}
