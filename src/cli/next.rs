//! `gaffe next`: what to do next, the best first.

use super::print::Format;
use super::stats::input::of_run;
use super::{Selection, say};
use crate::insight::{Watch, next};
use crate::project::{LogEdit, whoami};
use anyhow::Result;
use clap::Args;
use std::io::Write;
use std::path::Path;

#[derive(Args)]
#[command(after_help = "Examples:\n  gaffe next\n  gaffe next --run v2 --json\n  \
    gaffe next --cost tag:blurry=2 --cost variance:data=10\n\n\
    Gains are what an intervention can take off the dev error at most: a ceiling or a gap says how \
    much error is there, not how much goes away. With a cost in days they are ranked by gain a day. \
    Costs and what was tried are kept in gaffe-log.jsonl, which a team can share; the keys of \
    --cost are those of --csv and --json.")]
pub struct NextArgs {
    /// The run [default: the first one]
    #[arg(long, value_name = "NAME")]
    run: Option<String>,
    /// Only of the errors that a filter selects, as / does in the review
    #[arg(long, value_name = "FILTER")]
    filter: Option<String>,
    /// What an intervention costs in days, kept for the next time; `none` takes it back
    #[arg(long, value_name = "KEY=DAYS", value_parser = cost)]
    cost: Vec<(String, Option<f64>)>,
    #[command(flatten)]
    format: Format,
}

/// Ranks the interventions.
pub fn run(project: Option<&Path>, args: &NextArgs, out: &mut dyn Write) -> Result<()> {
    let selection = Selection { run: args.run.clone(), split: None };
    let input = of_run(&selection, args.filter.as_deref(), project)?;
    if let Some(from) = &input.project {
        for (key, days) in &args.cost {
            from.project.log().edit(&whoami(), LogEdit::Cost(key.clone(), *days))?;
        }
    }
    let report = Watch::whole(|watch| next::answer(&input, &next::Ask, watch))?;
    for (key, _) in args.cost.iter().filter(|(key, _)| !report.has(key)) {
        say(&format!("no intervention has the key {key:?} now; its cost is kept"));
    }
    report.page().print(&report, args.format, out)
}

/// `KEY=DAYS`; keys may have a `=` in them.
fn cost(text: &str) -> Result<(String, Option<f64>), String> {
    let wrong = || "give KEY=DAYS, such as tag:blurry=2, or KEY=none".to_owned();
    let (key, days) = text.rsplit_once('=').ok_or_else(wrong)?;
    if key.trim().is_empty() {
        return Err(wrong());
    }
    let days = match days.trim() {
        "none" => None,
        days => Some(days.parse().map_err(|_| wrong())?),
    };
    Ok((key.trim().to_owned(), days))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cost_is_of_a_key_that_may_have_any_sign_in_it() {
        assert_eq!(cost("slice:a=b=0.5"), Ok(("slice:a=b".to_owned(), Some(0.5))));
        assert_eq!(cost("labels=none"), Ok(("labels".to_owned(), None)));
        for wrong in ["labels", "=2", "labels=two", "labels="] {
            assert!(cost(wrong).is_err(), "{wrong}");
        }
    }
}
