//! Which class is taken for which: the matrix, the pairs that are confused most, and another run's
//! matrix beside it.
//!
//! Invariant: all orders and shades are made with the answer, so that a screen changes between them
//! and reads a cell without counting anything.

mod versus;
mod written;

pub use versus::Versus;

use super::{Cell, Enter, Input, Insight, Page, Sheet, Table, Watch, field, interval_of, nothing};
use crate::analysis::{
    ClassOrder, ConfusedPair, Confusion, Normalise, Place, Proportion, Shades, TwoRuns,
};
use crate::dataset::ClassNames;
use crate::find::quote;
use crate::media::text;
use crate::report::count;
use anyhow::Result;
use std::sync::Arc;

/// Pairs that a screen lists.
pub const PAIRS: usize = 1000;

/// More classes than this are too wide for a page.
const WIDEST: usize = 12;

/// What can be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// In which order the classes stand.
    pub order: ClassOrder,
    /// What counts are divided by.
    pub normalise: Normalise,
    /// Another run, whose matrix is taken from that of this one.
    pub versus: Option<String>,
    /// How many pairs are listed.
    pub pairs: usize,
}

impl Default for Ask {
    fn default() -> Self {
        let (order, normalise) = (ClassOrder::default(), Normalise::default());
        Self { order, normalise, versus: None, pairs: PAIRS }
    }
}

/// What is shown.
#[derive(Debug, Clone)]
pub struct Report {
    title: String,
    classes: Arc<ClassNames>,
    confusion: Arc<Confusion>,
    order: ClassOrder,
    normalise: Normalise,
    /// The classes in each of [`ClassOrder::ALL`].
    orders: Arc<[Vec<u32>; 4]>,
    /// For each of [`Normalise::ALL`].
    shades: [Shades; 4],
    pairs: Arc<Vec<ConfusedPair>>,
    /// The other runs of the split.
    others: Vec<String>,
    versus: Option<Versus>,
}

/// Counts the matrix.
///
/// # Errors
/// Too many classes, or another run that there is not.
pub fn answer(input: &Input, ask: &Ask, watch: &mut Watch<'_>) -> Result<Report> {
    let confusion = Confusion::count(&input.labels, &input.predictions, input.classes.len())?;
    let mut report = Report {
        title: input.title.clone(),
        classes: input.classes.clone(),
        order: ask.order,
        normalise: ask.normalise,
        orders: Arc::new(ClassOrder::ALL.map(|order| confusion.arranged(order))),
        shades: Normalise::ALL.map(|by| confusion.shades(by)),
        pairs: Arc::new(confusion.worst_pairs(ask.pairs)),
        confusion: Arc::new(confusion),
        others: versus::others(input)?,
        versus: None,
    };
    if let Some(other) = &ask.versus {
        // The other run has to be read first.
        (watch.partial)(Insight::Confusion(Box::new(report.clone())));
        report.versus = Some(Versus::of(input, other, ask.pairs)?);
    }
    Ok(report)
}

impl Report {
    /// The same in another order, with counts divided by something else.
    pub fn arrange(&mut self, order: ClassOrder, normalise: Normalise) {
        (self.order, self.normalise) = (order, normalise);
    }

    /// The order of the classes.
    pub fn order(&self) -> ClassOrder {
        self.order
    }

    /// What counts are divided by.
    pub fn normalise(&self) -> Normalise {
        self.normalise
    }

    /// The matrix.
    pub fn confusion(&self) -> &Confusion {
        &self.confusion
    }

    /// The classes in their order, K.
    pub fn arranged(&self) -> &[u32] {
        let at = ClassOrder::ALL.iter().position(|&order| order == self.order);
        &self.orders[at.unwrap_or_default()]
    }

    /// The name of a class.
    pub fn name(&self, class: u32) -> &str {
        self.classes.name(class)
    }

    /// The pairs that are confused most, most frequent first.
    pub fn pairs(&self) -> &[ConfusedPair] {
        &self.pairs
    }

    /// The names of the other runs of the split.
    pub fn others(&self) -> &[String] {
        &self.others
    }

    /// The other run, if one is held against this.
    pub fn versus(&self) -> Option<&Versus> {
        self.versus.as_ref()
    }

    /// The value of a cell, or of the errors beside the cells.
    pub fn value(&self, at: Place) -> Option<f64> {
        self.confusion.value(at, self.normalise)
    }

    /// How dark a cell off the diagonal is.
    pub fn shade(&self, at: Place) -> u8 {
        of(&self.shades, self.normalise).of_value(self.value(at))
    }

    /// The examples of a place: errors, but for the diagonal, which is what is right.
    pub fn enter(&self, at: Place) -> Enter {
        let class = |field: &str, class: Option<u32>| {
            class.map(|class| format!("{field}:{}", quote(self.name(class))))
        };
        let both = [class("label", at.label), class("pred", at.prediction)];
        let is_cell = both.iter().all(Option::is_some);
        let wrong = (!is_cell).then(|| "error".to_owned());
        let filter = both.into_iter().chain([wrong]).flatten().collect::<Vec<_>>().join(" ");
        if at.is_diagonal() { Enter::All(filter) } else { Enter::Errors(filter) }
    }

    /// What people are shown of it.
    pub fn page(&self) -> Page {
        let confusion = &*self.confusion;
        let examples = confusion.examples();
        let errors = count(examples - confusion.right());
        let mut page = Page::new(String::new(), self.pair_sheet());
        let mut head = format!("{}   {errors} errors of {} examples", self.title, count(examples));
        if self.normalise != Normalise::Counts {
            head = format!("{head} · {}", self.normalise.name());
        }
        page.head = vec![head];
        let is_narrow = confusion.classes() <= WIDEST;
        if is_narrow {
            page.head.push(String::new());
            page.head.extend(self.matrix(|at| cell_text(self.value(at), self.normalise)));
        }
        if let Some(versus) = &self.versus {
            if is_narrow {
                page.head.extend([String::new(), format!("less that of {}", versus.run())]);
                let value = |at| versus.change().value(at, self.normalise);
                page.head.extend(self.matrix(|at| change_text(value(at), self.normalise)));
            }
            for (title, sheet) in versus.sheets(self) {
                page = page.with(title, sheet);
            }
        }
        page.notes(nothing(examples))
    }

    fn pair_sheet(&self) -> Sheet {
        let mut sheet = Sheet::new(&[
            field("label", "label"),
            field("taken for", "prediction"),
            field("count", "count"),
            field("of the label", "share"),
            interval_of("share"),
        ]);
        for &ConfusedPair { label, prediction, count, share } in &*self.pairs {
            let Proportion { share, low, high } = share;
            let cells = [
                self.name(label).into(),
                self.name(prediction).into(),
                count.into(),
                Cell::Share(share),
                Cell::Range(low, high),
            ];
            sheet.row_into(cells, self.enter(Place::cell(label, prediction)));
        }
        sheet
    }

    fn matrix(&self, shown: impl Fn(Place) -> String) -> Vec<String> {
        let arranged = self.arranged();
        let names = arranged.iter().map(|&class| text::fit(self.name(class), 10));
        let headers: Vec<String> = std::iter::once(String::new()).chain(names).collect();
        let mut table = Table::new(&headers.iter().map(String::as_str).collect::<Vec<_>>());
        for &label in arranged {
            let cells = arranged.iter().map(|&prediction| shown(Place::cell(label, prediction)));
            let row = std::iter::once(self.name(label).to_owned()).chain(cells);
            table.row(row.collect::<Vec<_>>());
        }
        table.lines()
    }
}

/// The shades that belong to a way to divide.
fn of(shades: &[Shades; 4], by: Normalise) -> Shades {
    shades[Normalise::ALL.iter().position(|&other| other == by).unwrap_or_default()]
}

/// A value as it stands in a cell: counts whole, shares in percent without its sign.
pub fn cell_text(value: Option<f64>, by: Normalise) -> String {
    match value {
        None => String::new(),
        Some(x) if x <= 0.0 => "–".to_owned(),
        Some(x) if by == Normalise::Counts => count(x as usize),
        Some(x) if x < 0.0005 => "<0.1".to_owned(),
        Some(x) => format!("{:.1}", x * 100.0),
    }
}

/// A difference as it stands in a cell, always with its sign.
pub fn change_text(value: Option<f64>, by: Normalise) -> String {
    let Some(x) = value.filter(|&x| x != 0.0) else {
        return cell_text(value, by);
    };
    let (sign, size) = (if x < 0.0 { '-' } else { '+' }, cell_text(Some(x.abs()), by));
    match size.strip_prefix('<') {
        Some(least) => format!("<{sign}{least}"),
        None => format!("{sign}{size}"),
    }
}

/// Two runs under the labels of an input; the first one is `before`.
fn two_runs<'a>(input: &'a Input, before: &'a [u32]) -> TwoRuns<'a> {
    TwoRuns { labels: &input.labels, before, after: &input.predictions }
}
