//! `gaffe stats saturation`: whether more review brings new kinds of error.

use crate::analysis::{self, Basis, Idea, Saturation};
use crate::cli::print::{Format, percent};
use crate::cli::{Selection, desk};
use crate::dataset::Order;
use crate::insight::{Page, Sheet, field, number};
use crate::project::Project;
use anyhow::Result;
use clap::Args;
use std::io::Write;

const NOT_RANDOM: &str =
    "not reviewed in random order: these errors say nothing of the kinds that are still to come";

#[derive(Args)]
#[command(after_help = "Example:\n  gaffe stats saturation --json")]
pub struct SaturationArgs {
    #[command(flatten)]
    selection: Selection,
    #[command(flatten)]
    format: Format,
}

/// Prints new tags in each 20 errors.
pub fn run(project: &Project, args: &SaturationArgs, out: &mut dyn Write) -> Result<()> {
    let desk = desk(project, &args.selection, Order::Random)?;
    let (tally, snapshot) = (desk.tally(), desk.snapshot());
    let tags = snapshot.tags_in_order(|_| true);
    let result = analysis::saturation(tally.population.errors, tally.basis, tags);
    let fields = [
        field("reviewed", "reviewed"),
        field("new tags", "new_tags"),
        field("tags so far", "tags"),
    ];
    let mut sheet = Sheet::new(&fields);
    let mut reviewed = 0;
    for block in &result.blocks {
        reviewed += block.reviewed;
        sheet.row([reviewed.into(), block.new.into(), block.tags.into()]);
    }
    let title = crate::insight::title(desk.project(), desk.examples().split, &desk.run().name);
    Page::new(title, sheet)
        .note(result.advice.text())
        .notes((tally.basis == Basis::ReviewedOnly).then(|| NOT_RANDOM.to_owned()))
        .notes(outlook(&result))
        .print(&result, args.format, out)
}

fn outlook(result: &Saturation) -> Option<String> {
    // Of fewer than 20 errors an estimate says nothing.
    let (unseen, kinds) = (result.unseen?, result.kinds?);
    if result.idea == Idea::None {
        return None;
    }
    Some(format!(
        "the next error has a tag not seen before with a chance of about {};\nat least about {} tags in all",
        percent(unseen),
        number(kinds.round())
    ))
}
