//! What `--json` has: classes, rows and columns in the order that is shown.

use super::{Report, Versus};
use crate::analysis::{
    ChangedPair, ClassOrder, Confusion, Estimate, Normalise, Place, Proportion, Trend,
};
use serde::{Serialize, Serializer};

#[derive(Serialize)]
struct Written<'a> {
    classes: Vec<&'a str>,
    order: ClassOrder,
    examples: usize,
    right: usize,
    kappa: Option<f64>,
    /// Row: label; column: prediction.
    matrix: Vec<Vec<usize>>,
    #[serde(flatten)]
    shares: Shares,
    pairs: Vec<Pair<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    versus: Option<Against<'a>>,
}

/// The cells divided, unless they are counts.
#[derive(Serialize)]
struct Shares {
    normalise: Normalise,
    #[serde(skip_serializing_if = "Option::is_none")]
    shares: Option<Vec<Vec<Option<f64>>>>,
}

#[derive(Serialize)]
struct Pair<'a> {
    label: &'a str,
    prediction: &'a str,
    count: usize,
    /// Of the examples with this label.
    share: Proportion,
}

/// The other run, on the examples that both have a prediction for.
#[derive(Serialize)]
struct Against<'a> {
    run: &'a str,
    examples: usize,
    right: usize,
    matrix: Vec<Vec<usize>>,
    /// What this run has more in each cell, in the unit of `normalise`.
    difference: Vec<Vec<Option<f64>>>,
    worse: Vec<Changed<'a>>,
    better: Vec<Changed<'a>>,
}

#[derive(Serialize)]
struct Changed<'a> {
    label: &'a str,
    prediction: &'a str,
    before: usize,
    after: usize,
    /// Of the examples with this label.
    difference: Option<Estimate>,
    p_value: f64,
    p_holm: f64,
}

impl Serialize for Report {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let confusion = self.confusion();
        let is_divided = self.normalise() != Normalise::Counts;
        let pair = |p: &crate::analysis::ConfusedPair| Pair {
            label: self.name(p.label),
            prediction: self.name(p.prediction),
            count: p.count,
            share: p.share,
        };
        Written {
            classes: self.arranged().iter().map(|&class| self.name(class)).collect(),
            order: self.order(),
            examples: confusion.examples(),
            right: confusion.right(),
            kappa: confusion.kappa(),
            matrix: self.counts(confusion),
            shares: Shares {
                normalise: self.normalise(),
                shares: is_divided.then(|| self.cells(|at| self.value(at))),
            },
            pairs: self.pairs().iter().map(pair).collect(),
            versus: self.versus().map(|versus| self.against(versus)),
        }
        .serialize(serializer)
    }
}

impl Report {
    /// A value for each cell, rows and columns in order.
    fn cells<T>(&self, value: impl Fn(Place) -> T) -> Vec<Vec<T>> {
        let arranged = self.arranged();
        let row = |&label: &u32| arranged.iter().map(|&p| value(Place::cell(label, p))).collect();
        arranged.iter().map(row).collect()
    }

    fn counts(&self, confusion: &Confusion) -> Vec<Vec<usize>> {
        self.cells(|at| confusion.count_at(at))
    }

    fn against<'a>(&'a self, versus: &'a Versus) -> Against<'a> {
        let (change, by) = (versus.change(), self.normalise());
        let changed = |pair: &ChangedPair| Changed {
            label: self.name(pair.cell.label),
            prediction: self.name(pair.cell.prediction),
            before: pair.cell.before,
            after: pair.cell.after,
            difference: pair.cell.difference,
            p_value: pair.cell.p_value,
            p_holm: pair.p_holm,
        };
        Against {
            run: versus.run(),
            examples: change.before().examples(),
            right: change.before().right(),
            matrix: self.counts(change.before()),
            difference: self.cells(|at| change.value(at, by)),
            worse: versus.pairs(Trend::Worse).iter().map(changed).collect(),
            better: versus.pairs(Trend::Better).iter().map(changed).collect(),
        }
    }
}
