//! `gaffe tally`: the kinds of error, most frequent first, and the ceiling of each.

use super::print::{Format, percent};
use super::stats::sheet::{Cell, Field, Page, Sheet, field, interval_of};
use super::{Selection, desk};
use crate::analysis::guards::{BlindAgainstSeen, Judged};
use crate::analysis::{Basis, Category, Estimate, Joint, Proportion, Tally, TallyRow};
use crate::dataset::{Ledger, Order, Split, Verdict};
use crate::media::text;
use crate::project::{Desk, Project};
use crate::report::meaning;
use anyhow::{Result, anyhow, ensure};
use clap::Args;
use serde::Serialize;
use std::io::Write;

#[derive(Args)]
#[command(after_help = "Examples:\n  gaffe tally\n  gaffe tally --run v2 --json\n  \
    gaffe tally --solve blurry --solve 'bad crop'\n\n\
    The ceiling is the dev error that would be left if every error of that kind were solved. \
    \"alone\" counts the errors that are of no other kind.")]
pub struct TallyArgs {
    #[command(flatten)]
    selection: Selection,
    /// Say what solving these kinds together would bring; give it once for each kind
    #[arg(long, value_name = "KIND")]
    solve: Vec<String>,
    #[command(flatten)]
    format: Format,
}

#[derive(Serialize)]
struct Report<'a> {
    project: &'a str,
    run: &'a str,
    split: Split,
    examples: usize,
    errors: usize,
    errors_after_fixes: usize,
    error: f64,
    error_after_fixes: f64,
    reviewed: usize,
    /// Those of them that a random walk came upon.
    drawn: usize,
    /// Passed by in random order.
    skipped: usize,
    unexplained: usize,
    basis: Basis,
    /// Errors judged with the prediction hidden against those judged with it in sight.
    #[serde(skip_serializing_if = "Option::is_none")]
    blind: Option<BlindAgainstSeen>,
    categories: Vec<CategoryRow>,
    #[serde(skip_serializing_if = "Option::is_none")]
    together: Option<CategoryRow>,
}

#[derive(Serialize)]
struct CategoryRow {
    category: String,
    kind: &'static str,
    count: usize,
    exclusive: usize,
    share: f64,
    share_low: Option<f64>,
    share_high: Option<f64>,
    estimated: Option<Estimate>,
    ceiling: Option<f64>,
    ceiling_low: Option<f64>,
    ceiling_high: Option<f64>,
}

impl CategoryRow {
    fn new(row: &TallyRow, basis: Basis, ledger: &Ledger) -> Self {
        let kind = match row.category {
            Category::Tag(_) => "tag",
            Category::Verdict(_) => "verdict",
        };
        let name = row.category.name(ledger);
        let counts = (row.count, row.exclusive);
        Self::of(name, kind, counts, (row.share, row.estimated, row.ceiling), basis)
    }

    fn together(kinds: &[String], joint: &Joint, basis: Basis) -> Self {
        let counts = (joint.count, joint.count - joint.shared);
        let worth = (joint.share, joint.estimated, Some(joint.ceiling));
        Self::of(kinds.join(" + "), "together", counts, worth, basis)
    }

    fn of(
        category: String,
        kind: &'static str,
        (count, exclusive): (usize, usize),
        (share, estimated, ceiling): (Proportion, Option<Estimate>, Option<Proportion>),
        basis: Basis,
    ) -> Self {
        // What describes only the reviewed errors has no interval.
        let known = |p: Proportion| (basis != Basis::ReviewedOnly).then_some(p);
        let (interval, around) = (known(share), ceiling.and_then(known));
        Self {
            category,
            kind,
            count,
            exclusive,
            share: share.share,
            share_low: interval.map(|s| s.low),
            share_high: interval.map(|s| s.high),
            estimated,
            ceiling: ceiling.map(|c| c.share),
            ceiling_low: around.map(|c| c.low),
            ceiling_high: around.map(|c| c.high),
        }
    }

    fn cells(&self) -> [Cell; 8] {
        let range = |low: Option<f64>, high: Option<f64>| {
            low.zip(high).map_or(Cell::None, |(low, high)| Cell::Range(low, high))
        };
        // The names of all that are solved together make no column of 80.
        let name = if self.kind == "together" { "together" } else { &self.category };
        [
            name.into(),
            self.count.into(),
            self.exclusive.into(),
            Cell::Share(self.share),
            range(self.share_low, self.share_high),
            self.estimated.map_or(Cell::None, |e| Cell::Number(e.value.round())),
            self.ceiling.map_or(Cell::None, Cell::Share),
            range(self.ceiling_low, self.ceiling_high),
        ]
    }
}

const FIELDS: [Field; 8] = [
    field("", "category"),
    field("count", "count"),
    field("alone", "exclusive"),
    field("share", "share"),
    interval_of("share"),
    field("of all", "estimated"),
    field("if solved", "ceiling"),
    interval_of("ceiling"),
];

/// Prints the tally.
pub fn run(project: &Project, args: &TallyArgs, out: &mut dyn Write) -> Result<()> {
    let desk = desk(project, &args.selection, Order::default())?;
    let tally = desk.tally();
    let report = report(&desk, &tally, &args.solve)?;
    let mut sheet = Sheet::new(&FIELDS);
    for row in report.categories.iter().chain(&report.together) {
        sheet.row(row.cells());
    }
    let title = format!("{} · {} · {}", report.project, report.split, report.run);
    let mut page = Page::new(&report, head(&title, &report), sheet);
    if report.categories.is_empty() {
        page = page.note("nothing tagged yet: review errors with `gaffe review`, letters are tags");
    } else {
        page = page.note(explain(&tally, report.skipped));
    }
    page.notes(report.blind.as_ref().map(compared)).print(args.format, out)
}

fn report<'a>(desk: &'a Desk, tally: &Tally, solve: &[String]) -> Result<Report<'a>> {
    let row = |row| CategoryRow::new(row, tally.basis, desk.ledger());
    let together = || {
        let joint = tally.joint(&kinds(desk, solve)?);
        Ok::<_, anyhow::Error>(CategoryRow::together(solve, &joint, tally.basis))
    };
    Ok(Report {
        project: desk.project(),
        run: &desk.run().name,
        split: desk.examples().split,
        examples: tally.population.examples,
        errors: tally.population.errors,
        errors_after_fixes: tally.population.errors_after_fixes,
        error: tally.dev_error(),
        error_after_fixes: tally.dev_error_after_fixes(),
        reviewed: tally.reviewed,
        drawn: tally.drawn,
        skipped: desk.skipped(),
        unexplained: tally.unexplained,
        basis: tally.basis,
        blind: desk.blind_against_seen(),
        categories: tally.rows.iter().map(row).collect(),
        together: if solve.is_empty() { None } else { Some(together()?) },
    })
}

/// The kinds of error with these names: tags, or "label wrong" and "both acceptable".
fn kinds(desk: &Desk, names: &[String]) -> Result<Vec<Category>> {
    let tags = desk.ledger().tags().iter().map(|tag| Category::Tag(tag.id));
    let verdicts = [Verdict::LabelWrong, Verdict::BothAcceptable].map(Category::Verdict);
    let all: Vec<Category> = tags.chain(verdicts).collect();
    let there = || all.iter().map(|k| k.name(desk.ledger())).collect::<Vec<_>>().join(", ");
    let hopeless = [Verdict::Neither, Verdict::Unsure].map(Verdict::name);
    let find = |name: &String| {
        ensure!(
            !hopeless.contains(&name.as_str()),
            "{name:?} can't be solved: nobody knows the right label"
        );
        let same = |kind: &&Category| kind.name(desk.ledger()).eq_ignore_ascii_case(name);
        all.iter()
            .find(same)
            .copied()
            .ok_or_else(|| anyhow!("no kind of error is called {name:?}\n  there is: {}", there()))
    };
    names.iter().map(find).collect()
}

fn head(title: &str, report: &Report<'_>) -> String {
    let Report { split, errors, reviewed, .. } = report;
    let (before, after) = (percent(report.error), percent(report.error_after_fixes));
    let fixes = if before == after {
        String::new()
    } else {
        format!(", {after} with the labels fixed so far")
    };
    let title = text::line(title);
    format!("{title}   {reviewed} of {errors} errors reviewed\n{split} error {before}{fixes}")
}

/// The label was right for so many, blind and seen; what that hints at.
fn compared(found: &BlindAgainstSeen) -> String {
    let of = |judged: &Judged| {
        let Proportion { share, low, high } = judged.label_right;
        let interval = format!("{:.0}–{:.0}", low * 100.0, high * 100.0);
        format!("{:.0} % ({interval}) of {}", share * 100.0, judged.judged)
    };
    let (blind, seen) = (of(&found.blind), of(&found.seen));
    format!(
        "The label was found right for {blind} judged blind, {seen} seen:\n{}.",
        found.sway().text()
    )
}

fn explain(tally: &Tally, skipped: usize) -> String {
    let basis = meaning(tally.basis);
    let unexplained = match tally.unexplained {
        1 => "1 reviewed error has no tag and a right label.".to_owned(),
        n => format!("{n} reviewed errors have no tag and a right label."),
    };
    let bias = if tally.basis != Basis::ReviewedOnly && skipped > 0 {
        format!(
            "\n{skipped} were passed by on the way: if they are of one kind, the shares are off."
        )
    } else {
        String::new()
    };
    format!("{basis}{bias}\n{unexplained}")
}
