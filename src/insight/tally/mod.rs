//! The tally: the kinds of error, most frequent first, and what solving each would bring.

mod groups;
mod page;

use super::{Input, Watch};
use crate::analysis::guards::BlindAgainstSeen;
use crate::analysis::{
    self, Basis, Category, Estimate, Joint, Proportion, Saturation, Tally, TallyRow,
};
use crate::dataset::{Ledger, Split, Verdict};
use crate::project::{Difficulties, Shared};
use anyhow::{Result, anyhow, ensure};
use groups::{Group, groups, parts};
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
    let tags = shared.snapshot.tags_in_order(is_in);
    let saturation = analysis::saturation(tally.population.errors, tally.basis, tags);
    report(shared, &tally, ask, saturation).map(|report| Report {
        skipped: shared.skipped(is_in),
        // Whoever judges blind does so all along the walk.
        blind: if input.is_part { None } else { shared.blind_against_seen() },
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
        skipped: 0,
        unexplained: tally.unexplained,
        basis: tally.basis,
        blind: None,
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
}

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
}
