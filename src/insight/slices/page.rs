//! Slices as tables.

use super::lines::{Found, Given, Pinned, Rank, Way};
use super::{ONLY_ERRORS, Order, Report, Show};
use crate::analysis::Group;
use crate::analysis::slices::Checked;
use crate::insight::{
    Cell, Enter, Field, Page, Sheet, field, in_csv, interval_of, nothing, p_value, proportion,
};
use crate::report::{count, percent};
use std::cmp::Ordering;

/// The figures of errors.
const FIGURES: [Field; 7] = [
    field("slice", "slice"),
    field("examples", "examples"),
    field("error", "error"),
    interval_of("error"),
    field("lift", "lift").spare(),
    field("p", "p_holm"),
    field("ceiling", "ceiling"),
];

/// The same of a tag, where there is nothing to solve.
const OF_TAG: [Field; 6] = [
    field("slice", "slice"),
    field("errors", "errors"),
    field("with tag", "share"),
    interval_of("share"),
    field("lift", "lift"),
    field("p", "p_holm"),
];

/// Beside another run.
const VERSUS: [Field; 9] = [
    field("slice", "slice"),
    field("examples", "examples").spare(),
    field("error", "error"),
    field("other", "error_after"),
    field("change", "difference"),
    interval_of("difference"),
    field("fixed", "fixed"),
    field("new", "broken"),
    field("p", "p_versus").spare(),
];

/// A line of any kind, as tables have it.
struct Line<'a> {
    name: String,
    /// What kind of slice it is, in CSV.
    kind: &'static str,
    filter: Option<&'a str>,
    rank: Rank,
    versus: Option<&'a Group>,
    enter: Option<Enter>,
}

impl<'a> Line<'a> {
    fn pinned(pin: &'a Pinned) -> Self {
        let name = format!("@{}", pin.name);
        Self {
            // Its name as a filter is the way: what it stands for may be long.
            enter: Some(Enter::Errors(name.clone())),
            name,
            kind: "pinned",
            filter: Some(&pin.filter),
            rank: pin.rank(),
            versus: pin.versus.as_ref(),
        }
    }

    fn given(line: &'a Given) -> Self {
        let name = line.value.name.clone();
        Self::by_way(name, "given", &line.way, line.rank(), line.versus.as_ref())
    }

    fn found(line: &'a Found) -> Self {
        let kind = if line.slice.confirmed { "confirmed" } else { "not confirmed" };
        let name = line.slice.name.clone();
        Self::by_way(name, kind, &line.way, line.rank(), line.versus.as_ref())
    }

    fn by_way(
        name: String,
        kind: &'static str,
        way: &'a Way,
        rank: Rank,
        versus: Option<&'a Group>,
    ) -> Self {
        Self { enter: way.enter(&name), filter: way.filter(), name, kind, rank, versus }
    }

    fn cells(&self, report: &Report) -> Vec<Cell> {
        let Rank { figures, p, ceiling } = self.rank;
        let known = Some(figures.error).filter(|_| figures.examples > 0);
        let [error, range] = proportion(known);
        let mut cells = vec![self.name.as_str().into(), figures.examples.into()];
        if let Some(group) = self.versus {
            cells[1] = group.comparison.examples.into();
            cells.extend(beside(group));
        } else {
            let lift = figures.lift.map_or(Cell::None, Cell::Number);
            cells.extend([error, range, lift, Cell::P(p)]);
            cells.extend(report.tag.is_none().then_some(Cell::Share(ceiling)));
        }
        cells
    }
}

fn beside(group: &Group) -> [Cell; 7] {
    let (counts, evidence) = (&group.comparison, &group.evidence);
    let known = |cell| if counts.examples > 0 { cell } else { Cell::None };
    let difference = evidence.difference;
    [
        known(Cell::Share(evidence.error_before.share)),
        known(Cell::Share(evidence.error_after.share)),
        known(Cell::Difference(difference.value)),
        known(Cell::Differences(difference.low, difference.high)),
        counts.fixed.into(),
        counts.broken.into(),
        Cell::P(group.p_holm),
    ]
}

fn compare(order: Order, a: Rank, b: Rank) -> Ordering {
    match order {
        // As they stand.
        Order::Surety => Ordering::Equal,
        Order::Error => b.figures.error.share.total_cmp(&a.figures.error.share),
        Order::Size => b.figures.examples.cmp(&a.figures.examples),
        Order::Ceiling => a.ceiling.total_cmp(&b.ceiling),
    }
}

impl Report {
    /// What people are shown of it.
    pub fn page(&self) -> Page {
        let mut page = Page { head: self.head(), ..Page::default() };
        if self.all.is_none() {
            return page.with("", self.loss_sheet()).notes(self.notes());
        }
        let order = self.order.said();
        if !self.pinned.is_empty() {
            let lines = self.pinned.iter().map(Line::pinned);
            page = page.with("pinned slices", self.sheet(lines, None));
        }
        if self.show != Show::Pinned && self.show != Show::Found {
            let lines = self.values.iter().map(Line::given);
            page = page.with(format!("given slices, {order}"), self.sheet(lines, None));
        }
        if self.show != Show::Pinned && self.show != Show::Given {
            // Narrower versions of better slices are left to `--csv` and `--json`.
            let wide = self.found.iter().filter(|line| line.slice.narrows.is_none());
            let sure = field("sure", "confirmed");
            let title = "found slices, on the half that tested them";
            page = page.with(title, self.sheet(wide.map(Line::found), Some(sure)));
        }
        page.notes(self.notes())
    }

    /// All slices under one header.
    pub fn everything(&self) -> Page {
        if self.all.is_none() {
            return Page::new("", self.loss_sheet());
        }
        let mut sheet = Sheet::new(&[self.fields(), &[in_csv("kind"), in_csv("filter")]].concat());
        let pinned = self.pinned.iter().map(Line::pinned);
        let given = self.values.iter().map(Line::given);
        for line in pinned.chain(given).chain(self.found.iter().map(Line::found)) {
            let more = vec![line.kind.into(), line.filter.into()];
            sheet.row([line.cells(self), more].concat());
        }
        Page::new("", sheet)
    }

    fn fields(&self) -> &'static [Field] {
        match (&self.versus, &self.tag) {
            (Some(_), _) => &VERSUS,
            (None, Some(_)) => &OF_TAG,
            (None, None) => &FIGURES,
        }
    }

    fn sheet<'a>(&self, lines: impl Iterator<Item = Line<'a>>, sure: Option<Field>) -> Sheet {
        let sure = sure.filter(|_| self.versus.is_none());
        let mut sheet = Sheet::new(&[self.fields(), sure.as_slice()].concat());
        let mut lines: Vec<Line<'_>> = lines.collect();
        lines.sort_by(|a, b| compare(self.order, a.rank, b.rank));
        for mut line in lines {
            if let (Some(Enter::Errors(filter)), true) = (&mut line.enter, self.has_fixed_labels) {
                filter.push_str(ONLY_ERRORS);
            }
            let confirmed = Cell::from(line.kind == "confirmed");
            let cells = [line.cells(self), sure.map(|_| confirmed).into_iter().collect()].concat();
            match line.enter {
                Some(enter) => sheet.row_into(cells, enter),
                None => sheet.row(cells),
            }
        }
        sheet
    }

    fn loss_sheet(&self) -> Sheet {
        let mut sheet = Sheet::new(&[
            field("slice", "slice"),
            field("examples", "examples"),
            field("mean loss", "mean_loss"),
            field("score", "score"),
        ]);
        for line in &self.by_loss {
            let (mean, score) = (line.slice.mean_loss, line.slice.score);
            let (mean, score) = (Cell::Number(mean), Cell::Number(score));
            sheet.row([line.name.as_str().into(), line.slice.size.into(), mean, score]);
        }
        sheet
    }

    fn head(&self) -> Vec<String> {
        let mut head = vec![match self.all {
            Some(all) => {
                let (some, n) = (count(all.errors), count(all.examples));
                match &self.tag {
                    Some(tag) => format!("{}   {some} with tag {tag} of {n} errors", self.title),
                    None => format!("{}   {some} errors of {n} examples", self.title),
                }
            }
            None => format!("{}   {} examples", self.title, count(self.examples)),
        }];
        if let Some(versus) = &self.versus {
            let evidence = &versus.evidence;
            let (before, after) = (evidence.error_before.share, evidence.error_after.share);
            head.push(format!(
                "{} → {}   error {} → {}, {} fixed, {} new, p {}",
                versus.before,
                versus.run,
                percent(before),
                percent(after),
                count(versus.total.fixed),
                count(versus.total.broken),
                p_value(evidence.p_value),
            ));
        }
        head
    }

    fn notes(&self) -> Vec<String> {
        let mut notes: Vec<String> = nothing(self.examples).into_iter().collect();
        if self.show == Show::Pinned && self.pinned.is_empty() {
            notes.push(NO_PIN.to_owned());
        }
        let is_given = matches!(self.show, Show::All | Show::Given);
        if is_given && self.values.is_empty() && self.by_loss.is_empty() {
            notes.push(NO_COLUMN.to_owned());
        }
        if self.all.is_none() {
            notes.push(
                "neither 0/1 nor yes/no, so taken as losses: slices by loss are not tested"
                    .to_owned(),
            );
        }
        if self.is_searching {
            notes.push("looking for the worst combinations of these".to_owned());
        }
        notes.extend(self.what_was_found());
        let left_out = |(name, why): &(String, String)| format!("@{name} is left out: {why}");
        notes.extend(self.unreadable.iter().map(left_out));
        for skipped in self.skipped.iter().filter(|_| self.show != Show::Pinned) {
            notes.push(format!("{} is no slice: {}", skipped.name, skipped.reason));
        }
        notes
    }

    fn what_was_found(&self) -> Vec<String> {
        let slices = || self.found.iter().map(|line| &line.slice);
        let confirmed = |slice: &&Checked| slice.confirmed;
        let mut notes = vec![];
        if !self.found.is_empty() {
            let (all, sure) = (self.found.len(), slices().filter(confirmed).count());
            let more = match slices().filter(|slice| slice.narrows.is_some()).count() {
                0 => String::new(),
                n => format!("; {n} only narrow a better one: --csv and --json have them"),
            };
            notes.push(format!("{sure} of {all} found slices are confirmed{more}"));
        }
        if let (Some(best), None) = (slices().find(confirmed), &self.tag) {
            let ceiling = percent(best.whole.ceiling);
            notes.push(format!("with {} solved the error would be {ceiling}", best.name));
        }
        if !(self.pinned.is_empty() && self.values.is_empty() && self.found.is_empty()) {
            notes.push("p is corrected for the number of slices of its table (Holm)".to_owned());
        }
        notes
    }
}

const NO_PIN: &str = "no slice is pinned: pin a row of this screen, or keep a filter of the review\n\
    under a name: a filter with a name is a pinned slice";

const NO_COLUMN: &str = "there are no columns to slice by: add some to the table, such as where or how the\n\
    data was taken, or measure some: gaffe stats slices --properties";
