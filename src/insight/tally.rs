//! The tally: the kinds of error, most frequent first, and what solving each would bring.

use super::{Cell, Enter, Field, Input, Page, Sheet, Watch, field, interval_of};
use crate::analysis::guards::{BlindAgainstSeen, Judged};
use crate::analysis::{
    self, Basis, Category, Estimate, Joint, Proportion, Saturation, Tally, TallyRow,
};
use crate::dataset::{ClassNames, Ledger, Run, Split, Verdict};
use crate::find::{column, quote};
use crate::project::{Difficulties, Shared};
use crate::report::{meaning, percent};
use anyhow::{Result, anyhow, ensure};
use serde::Serialize;

/// What can be chosen.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ask {
    /// Kinds that are thought of as solved together.
    pub solve: Vec<String>,
    /// What the errors are parted by: `class`, `run`, or a column of few values.
    pub by: Option<String>,
}

/// What is shown.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    project: String,
    run: String,
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
    categories: Vec<Kind>,
    #[serde(skip_serializing_if = "Option::is_none")]
    together: Option<Kind>,
    difficulty: Difficulties,
    saturation: Saturation,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    groups: Vec<Group>,
    /// What the errors can be parted by.
    #[serde(skip)]
    parts: Vec<String>,
}

/// A kind of error.
#[derive(Debug, Clone, Serialize)]
pub struct Kind {
    category: String,
    #[serde(rename = "kind")]
    of: &'static str,
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

/// A part of the errors.
#[derive(Debug, Clone, Serialize)]
struct Group {
    name: String,
    #[serde(skip)]
    filter: Option<String>,
    errors: usize,
    reviewed: usize,
    basis: Basis,
    categories: Vec<Kind>,
}

/// Values of a column from which on it is none to part by.
const MOST_GROUPS: usize = 50;

/// The parts that errors can be parted by: classes, runs, and the columns of few values.
fn parts(shared: &Shared) -> Vec<String> {
    let few = |column: &&crate::dataset::Column| values(column).len() <= MOST_GROUPS;
    let columns = shared.examples().metadata.iter().filter(few).map(|column| column.name.clone());
    ["class", "run"].map(str::to_owned).into_iter().chain(columns).collect()
}

/// The different values of a column in byte order, or the first ones of too many.
fn values(column: &crate::dataset::Column) -> std::collections::BTreeSet<&str> {
    let mut values = std::collections::BTreeSet::new();
    for cell in column.cells.iter() {
        values.insert(cell);
        if values.len() > MOST_GROUPS {
            break;
        }
    }
    values
}

/// Tallies the reviewed errors.
///
/// # Errors
/// No kind of that name, or nothing that errors could be parted by so.
pub fn answer(input: &Input, ask: &Ask, _watch: &mut Watch<'_>) -> Result<Report> {
    let from = input.project.as_ref().ok_or_else(|| anyhow!("a tally is that of a project"))?;
    let shared = &from.shared;
    let is_in = |row: u32| input.labels[row as usize] != u32::MAX;
    let mut tallies = shared.tallies(shared.run(), 1, |row| is_in(row).then_some(0));
    let tally = tallies.pop().ok_or_else(|| anyhow!("there are no examples"))?;
    let groups = match &ask.by {
        Some(by) => groups(from, by, &is_in)?,
        None => vec![],
    };
    let tags = shared.tags_in_order(is_in);
    let saturation = analysis::saturation(tally.population.errors, tally.basis, tags);
    report(shared, &tally, ask, saturation).map(|report| Report {
        difficulty: shared.difficulties(is_in),
        groups,
        ..report
    })
}

fn report(shared: &Shared, tally: &Tally, ask: &Ask, saturation: Saturation) -> Result<Report> {
    let ledger = &shared.ledger;
    let together = || {
        let joint = tally.joint(&kinds(ledger, &ask.solve)?);
        Ok::<_, anyhow::Error>(Kind::together(&ask.solve, &joint, tally.basis))
    };
    Ok(Report {
        project: shared.project.clone(),
        run: shared.run().name.clone(),
        split: shared.examples().split,
        examples: tally.population.examples,
        errors: tally.population.errors,
        errors_after_fixes: tally.population.errors_after_fixes,
        error: tally.dev_error(),
        error_after_fixes: tally.dev_error_after_fixes(),
        reviewed: tally.reviewed,
        drawn: tally.drawn,
        skipped: shared.skipped(),
        unexplained: tally.unexplained,
        basis: tally.basis,
        blind: shared.blind_against_seen(),
        categories: tally.rows.iter().map(|row| Kind::new(row, tally.basis, ledger)).collect(),
        together: if ask.solve.is_empty() { None } else { Some(together()?) },
        difficulty: Difficulties::default(),
        saturation,
        by: ask.by.clone(),
        groups: vec![],
        parts: parts(shared),
    })
}

/// The kinds of error with these names: tags, or "label wrong" and "both acceptable".
fn kinds(ledger: &Ledger, names: &[String]) -> Result<Vec<Category>> {
    let tags = ledger.tags().iter().map(|tag| Category::Tag(tag.id));
    let verdicts = [Verdict::LabelWrong, Verdict::BothAcceptable].map(Category::Verdict);
    let all: Vec<Category> = tags.chain(verdicts).collect();
    let there = || all.iter().map(|k| k.name(ledger)).collect::<Vec<_>>().join(", ");
    let hopeless = [Verdict::Neither, Verdict::Unsure].map(Verdict::name);
    let find = |name: &String| {
        ensure!(
            !hopeless.contains(&name.as_str()),
            "{name:?} can't be solved: nobody knows the right label"
        );
        let same = |kind: &&Category| kind.name(ledger).eq_ignore_ascii_case(name);
        all.iter()
            .find(same)
            .copied()
            .ok_or_else(|| anyhow!("no kind of error is called {name:?}\n  there is: {}", there()))
    };
    names.iter().map(find).collect()
}

/// The parts with errors, those with the most of them first.
fn groups(from: &super::FromProject, by: &str, is_in: &impl Fn(u32) -> bool) -> Result<Vec<Group>> {
    let shared = &from.shared;
    let mut groups = if let Some(found) = shared.examples().metadata.iter().find(|c| c.name == by) {
        by_column(shared, found, is_in)?
    } else {
        match by {
            "class" => by_class(shared, is_in),
            "run" => by_run(from, is_in)?,
            _ => {
                let there = parts(shared).join(", ");
                return Err(anyhow!("errors can't be parted by {by:?}\n  there is: {there}"));
            }
        }
    };
    groups.retain(|group| group.errors > 0);
    groups.sort_by(|a, b| b.errors.cmp(&a.errors).then_with(|| a.name.cmp(&b.name)));
    Ok(groups)
}

fn by_class(shared: &Shared, is_in: &impl Fn(u32) -> bool) -> Vec<Group> {
    let classes: &ClassNames = &shared.snapshot.classes;
    let gold = &shared.examples().gold;
    let part = |row: u32| is_in(row).then(|| gold[row as usize] as usize);
    let tallies = shared.tallies(shared.run(), classes.len(), part);
    let names = classes.names().iter();
    let group = |(name, tally): (&String, Tally)| {
        Group::new(name, Some(format!("gold:{}", quote(name))), &tally, &shared.ledger)
    };
    names.zip(tallies).map(group).collect()
}

fn by_column(
    shared: &Shared,
    found: &crate::dataset::Column,
    is_in: &impl Fn(u32) -> bool,
) -> Result<Vec<Group>> {
    let values: Vec<&str> = values(found).into_iter().collect();
    ensure!(
        values.len() <= MOST_GROUPS,
        "column {:?} has more than {MOST_GROUPS} values\n  \
         choose one with few, such as where or how the data was taken",
        found.name
    );
    let part = |row: u32| {
        let value = found.cells.get(row as usize);
        is_in(row).then(|| values.binary_search(&value).ok()).flatten()
    };
    let tallies = shared.tallies(shared.run(), values.len(), part);
    let group = |(value, tally): (&&str, Tally)| {
        let filter = format!("{}={}", column(&found.name), quote(value));
        Group::new(value, Some(filter), &tally, &shared.ledger)
    };
    Ok(values.iter().zip(tallies).map(group).collect())
}

/// Each run's own errors; another run's can't be walked from here.
fn by_run(from: &super::FromProject, is_in: &impl Fn(u32) -> bool) -> Result<Vec<Group>> {
    let shared = &from.shared;
    let split = shared.examples().split;
    let mut groups = Vec::new();
    for source in from.project.runs()?.iter().filter(|run| run.splits.contains(&split)) {
        let is_here = source.name == shared.run().name;
        let other: Option<Run> = if is_here {
            None
        } else {
            Some(from.project.run(&source.name, split, shared.examples())?)
        };
        let run = other.as_ref().unwrap_or_else(|| shared.run());
        for tally in shared.tallies(run, 1, |row| is_in(row).then_some(0)) {
            let filter = is_here.then(String::new);
            groups.push(Group::new(&source.name, filter, &tally, &shared.ledger));
        }
    }
    Ok(groups)
}

impl Group {
    fn new(name: &str, filter: Option<String>, tally: &Tally, ledger: &Ledger) -> Self {
        Self {
            name: name.to_owned(),
            filter,
            errors: tally.population.errors,
            reviewed: tally.reviewed,
            basis: tally.basis,
            categories: tally.rows.iter().map(|row| Kind::new(row, tally.basis, ledger)).collect(),
        }
    }
}

impl Kind {
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
        of: &'static str,
        (count, exclusive): (usize, usize),
        (share, estimated, ceiling): (Proportion, Option<Estimate>, Option<Proportion>),
        basis: Basis,
    ) -> Self {
        // What describes only the reviewed errors has no interval.
        let known = |p: Proportion| (basis != Basis::ReviewedOnly).then_some(p);
        let (interval, around) = (known(share), ceiling.and_then(known));
        Self {
            category,
            of,
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

    /// Its name.
    pub fn name(&self) -> &str {
        &self.category
    }

    /// Its share of the reviewed errors.
    pub fn share(&self) -> f64 {
        self.share
    }

    /// The part of that share which errors of other kinds have as well.
    pub fn shared(&self) -> f64 {
        if self.count == 0 { 0.0 } else { self.share * self.others() as f64 / self.count as f64 }
    }

    fn others(&self) -> usize {
        self.count - self.exclusive
    }

    fn cells(&self) -> [Cell; 8] {
        let range = |low: Option<f64>, high: Option<f64>| {
            low.zip(high).map_or(Cell::None, |(low, high)| Cell::Range(low, high))
        };
        // The names of all that are solved together make no column of 80.
        let name = if self.of == "together" { "together" } else { &self.category };
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

    /// The filter that finds its errors. A label error is nothing else, whatever its tags.
    fn filter(&self, has_label_errors: bool) -> Option<String> {
        match self.of {
            "tag" if has_label_errors => {
                let wrong = quote(Verdict::LabelWrong.name());
                Some(format!("tag:{} -verdict:{wrong}", quote(&self.category)))
            }
            "tag" => Some(format!("tag:{}", quote(&self.category))),
            "verdict" => Some(format!("verdict:{}", quote(&self.category))),
            _ => None,
        }
    }
}

const FIELDS: [Field; 8] = [
    field("", "category"),
    field("count", "count"),
    field("alone", "exclusive").spare(),
    field("share", "share"),
    interval_of("share"),
    field("of all", "estimated"),
    field("if solved", "ceiling"),
    interval_of("ceiling"),
];

const GROUP_FIELDS: [Field; 7] = [
    field("part", "part"),
    field("errors", "errors"),
    field("reviewed", "reviewed"),
    field("kind", "category"),
    field("count", "count"),
    field("share", "share"),
    interval_of("share"),
];

impl Report {
    /// The kinds of error, most frequent first.
    pub fn kinds(&self) -> &[Kind] {
        &self.categories
    }

    /// What the errors can be parted by.
    pub fn parts(&self) -> &[String] {
        &self.parts
    }

    /// How many new kinds came in each 20 errors.
    pub fn saturation(&self) -> &Saturation {
        &self.saturation
    }

    /// What people are shown of it.
    pub fn page(&self) -> Page {
        let mut sheet = Sheet::new(&FIELDS);
        for kind in self.categories.iter().chain(&self.together) {
            match kind.filter(self.has_label_errors()) {
                Some(filter) => sheet.row_into(kind.cells(), Enter::Errors(filter)),
                None => sheet.row(kind.cells()),
            }
        }
        let mut page = Page::new(String::new(), sheet);
        page.head = self.head();
        if let Some(by) = &self.by {
            page = page.with(format!("by {by}"), self.group_sheet());
        }
        if self.categories.is_empty() {
            page = page
                .note("nothing tagged yet: review errors with `gaffe review`, letters are tags");
        } else {
            page = page.notes(self.explain());
        }
        page.notes(self.hardness()).notes(self.blind.as_ref().map(compared).into_iter().flatten())
    }

    fn group_sheet(&self) -> Sheet {
        let mut sheet = Sheet::new(&GROUP_FIELDS);
        for group in &self.groups {
            let head = [group.name.as_str().into(), group.errors.into(), group.reviewed.into()];
            let enter = |more: Option<String>| {
                let filter = [group.filter.clone()?, more.unwrap_or_default()].join(" ");
                Some(Enter::Errors(filter.trim().to_owned()))
            };
            let mut add = |cells: [Cell; 4], filter: Option<String>| {
                let cells = [head.as_slice(), cells.as_slice()].concat();
                match enter(filter) {
                    Some(enter) => sheet.row_into(cells, enter),
                    None => sheet.row(cells),
                }
            };
            if group.categories.is_empty() {
                add([Cell::None, Cell::None, Cell::None, Cell::None], None);
            }
            for kind in &group.categories {
                let [name, count, _, share, range, ..] = kind.cells();
                add([name, count, share, range], kind.filter(self.has_label_errors()));
            }
        }
        sheet
    }

    fn has_label_errors(&self) -> bool {
        self.categories.iter().any(|kind| kind.category == Verdict::LabelWrong.name())
    }

    fn head(&self) -> Vec<String> {
        let Self { split, errors, reviewed, .. } = self;
        let (before, after) = (percent(self.error), percent(self.error_after_fixes));
        let fixes = if before == after {
            String::new()
        } else {
            format!(", {after} with the labels fixed so far")
        };
        let title = super::title(&self.project, *split, &self.run);
        vec![
            format!("{title}   {reviewed} of {errors} errors reviewed"),
            format!("{split} error {before}{fixes}"),
        ]
    }

    fn explain(&self) -> Vec<String> {
        let mut lines = vec![meaning(self.basis).to_owned()];
        if self.basis != Basis::ReviewedOnly && self.skipped > 0 {
            lines.push(format!(
                "{} were passed by on the way: if they are of one kind, the shares are off.",
                self.skipped
            ));
        }
        lines.push(match self.unexplained {
            1 => "1 reviewed error has no tag and a right label.".to_owned(),
            n => format!("{n} reviewed errors have no tag and a right label."),
        });
        lines
    }

    fn hardness(&self) -> Option<String> {
        let Difficulties { very_easy, very_hard } = self.difficulty;
        (very_easy + very_hard > 0).then(|| {
            format!("{very_easy} are marked as very easy for a person, {very_hard} as very hard.")
        })
    }
}

/// The label was right for so many, blind and seen; what that hints at.
fn compared(found: &BlindAgainstSeen) -> [String; 2] {
    let of = |judged: &Judged| {
        let Proportion { share, low, high } = judged.label_right;
        let interval = format!("{:.0}–{:.0}", low * 100.0, high * 100.0);
        format!("{:.0} % ({interval}) of {}", share * 100.0, judged.judged)
    };
    let (blind, seen) = (of(&found.blind), of(&found.seen));
    [
        format!("The label was found right for {blind} judged blind, {seen} seen:"),
        format!("{}.", found.sway().text()),
    ]
}
