//! The comparison in tables.

use super::{Outcome, Report};
use crate::analysis::{Comparison, Evidence, Proportion};
use crate::dataset::Split;
use crate::insight::{Cell, Enter, Field, Page, Sheet, field, in_csv, interval_of, p_value};
use crate::report::{count, percent};

const FIELDS: [Field; 10] = [
    field("", "value"),
    field("examples", "examples"),
    field("before", "error_before"),
    field("after", "error_after"),
    field("change", "difference"),
    interval_of("difference"),
    field("fixed", "fixed"),
    field("new", "broken"),
    in_csv("still_wrong"),
    field("p", "p_value"),
];

const OUTCOMES: [Field; 4] = [
    field("of all", "outcome"),
    field("examples", "examples"),
    field("share", "share"),
    interval_of("share"),
];

impl Report {
    /// What people are shown of it.
    pub fn page(&self) -> Page {
        let head = format!("error of {} → {}", self.before, self.after);
        let mut page = Page::new(head, self.group_sheet())
            .with("", self.outcome_sheet())
            .note(self.verdict())
            .note(self.churn());
        if !self.groups.is_empty() {
            page = page.note("p of groups is corrected for their number (Holm).");
        }
        page
    }

    /// A row leads to what the second run broke.
    fn group_sheet(&self) -> Sheet {
        let all = self.split.map_or("all", Split::name);
        let mut sheet = Sheet::new(&FIELDS);
        let mut add = |cells: Vec<Cell>| {
            let at = sheet.rows().len();
            match self.enter(at, Outcome::Broken) {
                Some(enter) => sheet.row_into(cells, enter),
                None => sheet.row(cells),
            }
        };
        for group in &self.groups {
            add(cells(&group.value, &group.comparison, &group.evidence, group.p_holm));
        }
        add(cells(all, &self.total, &self.evidence, self.evidence.p_value));
        sheet
    }

    /// Where a line of the first table leads; none without a project.
    pub fn enter(&self, at: usize, outcome: Outcome) -> Option<Enter> {
        let (_, rows) = self.line(at)?;
        Some(Enter::Rows { name: self.name(at, outcome), rows: rows.of(outcome).to_vec() })
    }

    fn outcome_sheet(&self) -> Sheet {
        let mut sheet = Sheet::new(&OUTCOMES);
        for outcome in Outcome::ALL {
            let (k, n) = (number(&self.total, outcome), self.total.examples);
            let share = Proportion::sampled(k, n, usize::MAX);
            let known = |cell| if n > 0 { cell } else { Cell::None };
            let cells = [
                outcome.name().into(),
                k.into(),
                known(Cell::Share(share.share)),
                known(Cell::Range(share.low, share.high)),
            ];
            match self.enter(self.groups.len(), outcome) {
                Some(enter) => sheet.row_into(cells, enter),
                None => sheet.row(cells),
            }
        }
        sheet
    }

    fn verdict(&self) -> String {
        let Comparison { fixed, broken, still_wrong, .. } = self.total;
        let p = p_value(self.evidence.p_value);
        let chance = if self.evidence.is_beyond_chance() {
            format!("more than chance (p {p})")
        } else {
            format!("which chance alone could do (p {p})")
        };
        format!(
            "{} fixes {} errors of {} and makes {} new ones,\n{chance}; {} are wrong in both.",
            self.after,
            count(fixed),
            self.before,
            count(broken),
            count(still_wrong)
        )
    }

    fn churn(&self) -> String {
        let share = percent(self.evidence.churn.share);
        format!("{share} of the predictions changed, right or wrong.")
    }
}

/// How many there are of an outcome.
pub fn number(c: &Comparison, outcome: Outcome) -> usize {
    match outcome {
        Outcome::Broken => c.broken,
        Outcome::Fixed => c.fixed,
        Outcome::StillWrong => c.still_wrong,
        Outcome::Changed => c.changed,
    }
}

fn cells(name: &str, c: &Comparison, evidence: &Evidence, p: f64) -> Vec<Cell> {
    let Evidence { error_before, error_after, difference, .. } = evidence;
    let known = |cell| if c.examples > 0 { cell } else { Cell::None };
    vec![
        name.into(),
        c.examples.into(),
        known(Cell::Share(error_before.share)),
        known(Cell::Share(error_after.share)),
        known(Cell::Difference(difference.value)),
        known(Cell::Differences(difference.low, difference.high)),
        c.fixed.into(),
        c.broken.into(),
        c.still_wrong.into(),
        Cell::P(p),
    ]
}
