//! The cost as tables and sentences.

use super::{ModelCost, Prices, Report};
use crate::analysis::Estimate;
use crate::analysis::cost::Crossing;
use crate::insight::goal::review_of;
use crate::insight::models::{MEGABYTE, ModelOf};
use crate::insight::{Cell, Enter, Field, Page, Sheet, field, in_csv, interval_of};
use crate::report::count;

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
    /// What people are shown of it.
    pub fn page(&self) -> Page {
        let mut sheet = Sheet::new(&FIELDS);
        for model in &self.models.models {
            let cells = self.cells(model);
            let enter = if model.run == self.here {
                Enter::Errors(String::new())
            } else {
                Enter::Elsewhere(review_of(&model.run, None))
            };
            sheet.row_into(cells, enter);
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
