//! What predictions cost: on machines of one's own, rented by the hour, against an API paid by the call.
//!
//! Money is in whatever currency the prices are in; volumes are predictions; a month has 730 hours.
//! Invariant: every number is finite, costs never fall as the volume grows, and where a crossing is told
//! both lines are equal, or the machines' line leaps over the other.

use super::{AnalysisError, Estimate};
use serde::Serialize;

/// Hours in a month: 365 × 24 / 12.
pub const HOURS_PER_MONTH: f64 = 730.0;
/// Days in a month.
pub const DAYS_PER_MONTH: f64 = HOURS_PER_MONTH / 24.0;
/// Volumes a day that are compared unless others are asked for.
pub const SCENARIOS: [f64; 5] = [1e3, 1e4, 1e5, 1e6, 1e7];
/// How much of a machine is used at the peak, unless told: a queue at 70 % makes an example wait 2.3 times as
/// long as it takes, at 90 % nine times (M/M/1: ρ/(1 − ρ); Kleinrock 1975, *Queueing Systems* I, sec. 3.2).
pub const UTILISATION: f64 = 0.7;
/// How much busier the peak is than the average, unless told.
pub const PEAK_FACTOR: f64 = 2.0;
/// Larger prices, times and volumes than this are refused, so that no product overflows.
const MOST: f64 = 1e15;

/// Machines of one's own that predict.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Hosting {
    /// Time that one machine takes for an example when it is busy, in ms: 1000 / throughput on all cores.
    pub ms: Estimate,
    /// Price of one machine an hour.
    pub per_hour: f64,
    /// What is paid a month whatever the number of machines.
    pub fixed_per_month: f64,
    /// The share of a machine's time that is used at the peak, above 0 and up to 1.
    pub utilisation: f64,
    /// Volume at the peak over the average, 1 or more.
    pub peak_factor: f64,
}

/// Where a line of machines goes below a line by the call. Volumes are predictions a month.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Crossing {
    /// From here on machines are the cheaper ones, at first.
    pub from: f64,
    /// From here on they are for good; larger than `from` where one more machine makes them the dearer ones
    /// once again.
    pub for_good: f64,
}

/// Costs at one volume.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Scenario {
    /// Predictions a day.
    pub per_day: f64,
    /// Predictions a month.
    pub per_month: f64,
    /// Machines that are needed.
    pub machines: f64,
    /// What they cost a month, with what is fixed.
    pub hosting: f64,
    /// That for 1,000 predictions; `None` without a volume.
    pub hosting_per_1000: Option<f64>,
    /// What the API costs a month; `None` without a price.
    pub api: Option<f64>,
    /// Whether machines are cheaper than the API.
    pub hosting_is_cheaper: Option<bool>,
}

/// Price of 1,000 predictions of a machine that is always busy: price an hour × ms / 3600. The interval is
/// that of the time.
pub fn per_1000(ms: Estimate, per_hour: f64) -> Estimate {
    let price = |ms: f64| per_hour * ms / 3600.0;
    Estimate { value: price(ms.value), low: price(ms.low), high: price(ms.high) }
}

/// Price of `per_month` predictions by the call.
pub fn api_per_month(per_1000: f64, per_month: f64) -> f64 {
    per_1000 * (per_month / 1000.0)
}

impl Hosting {
    /// Checks the numbers.
    ///
    /// # Errors
    /// What can be no time, price, share or factor.
    pub fn check(self) -> Result<Self, AnalysisError> {
        let refuse = |what: &str, x: f64| Err(AnalysisError::Argument(format!("{what}, not {x}")));
        let Self { ms, per_hour, fixed_per_month, utilisation, peak_factor } = self;
        if let Some(x) = [ms.low, ms.value, ms.high].into_iter().find(|x| !is_amount(*x)) {
            return refuse("the time of an example is 0 ms or more", x);
        }
        if ms.value <= 0.0 {
            return refuse("the time of an example is above 0 ms", ms.value);
        }
        if !is_amount(per_hour) {
            return refuse("the price of a machine is 0 or more", per_hour);
        }
        if !is_amount(fixed_per_month) {
            return refuse("what is paid a month is 0 or more", fixed_per_month);
        }
        if !(1e-3..=1.0).contains(&utilisation) {
            return refuse("the utilisation is a share from 0.001 to 1", utilisation);
        }
        if !(1.0..=1e6).contains(&peak_factor) {
            return refuse("the peak factor is 1 or more", peak_factor);
        }
        Ok(self)
    }

    /// Predictions a month that one machine is enough for.
    pub fn capacity(&self) -> f64 {
        let busy_ms = HOURS_PER_MONTH * 3.6e6;
        busy_ms / self.ms.value * self.utilisation / self.peak_factor
    }

    /// Machines that are needed for a volume a month: whole ones, and one at least.
    pub fn machines(&self, per_month: f64) -> f64 {
        (per_month / self.capacity()).ceil().max(1.0)
    }

    /// Cost of a month of a volume: machines run all the time.
    pub fn per_month(&self, per_month: f64) -> f64 {
        self.of_machines(self.machines(per_month))
    }

    fn of_machines(&self, machines: f64) -> f64 {
        self.fixed_per_month + machines * (self.per_hour * HOURS_PER_MONTH)
    }

    /// Where machines get cheaper than an API at `api_per_1000`; `None` if they never do, or not below
    /// 10¹⁵ a month.
    ///
    /// With m machines the cost is F + mP up to the volume mC, there the API costs mq (q its price of C). It
    /// first is m(q − P) > F, and at the start of a step, (m − 1)q ≥ F + mP, for good.
    pub fn crossing(&self, api_per_1000: f64) -> Option<Crossing> {
        let (fixed, machine) = (self.fixed_per_month, self.per_hour * HOURS_PER_MONTH);
        let capacity = self.capacity();
        let gain = api_per_month(api_per_1000, capacity) - machine;
        if api_per_1000 <= 0.0 || gain <= 0.0 {
            return None;
        }
        let equal = |machines: f64| self.of_machines(machines) / api_per_1000 * 1000.0;
        let first = (fixed / gain).floor() + 1.0;
        let last = ((fixed + machine + gain) / gain).ceil() - 1.0;
        let from = equal(first).max((first - 1.0) * capacity);
        let for_good = equal(last).max(from);
        (from < MOST && for_good < MOST).then_some(Crossing { from, for_good })
    }

    /// The costs at a volume a day.
    pub fn scenario(&self, per_day: f64, api_per_1000: Option<f64>) -> Scenario {
        let per_day = if is_amount(per_day) { per_day } else { 0.0 };
        let per_month = per_day * DAYS_PER_MONTH;
        let hosting = self.per_month(per_month);
        let api = api_per_1000.map(|price| api_per_month(price, per_month));
        Scenario {
            per_day,
            per_month,
            machines: self.machines(per_month),
            hosting,
            hosting_per_1000: Some(hosting / per_month * 1000.0).filter(|price| price.is_finite()),
            api,
            hosting_is_cheaper: api.map(|api| hosting < api),
        }
    }
}

/// Whether it can be a price, a time or a volume: 0 or more, and up to 10¹⁵.
pub fn is_amount(x: f64) -> bool {
    (0.0..=MOST).contains(&x)
}

#[cfg(test)]
#[path = "cost_tests.rs"]
mod tests;
