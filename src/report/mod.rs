//! A report for people: what was reviewed, what dominates, how the runs stand; as Markdown.
//!
//! Invariant: every number comes from `analysis`; names from data can't break the table they stand in.

mod run;

use crate::analysis::{
    Basis, Category, Corrected, ErrorRate, Figures, Proportion, Tally, TallyRow,
};
use crate::dataset::{ClassNames, Ledger, Split, Tag};
use crate::media::text;
use std::io::{self, Write};

/// What a report tells.
#[derive(Debug)]
pub struct Report<'a> {
    /// The project's name.
    pub project: &'a str,
    /// The split whose errors were reviewed.
    pub split: Split,
    /// The run whose errors they are.
    pub run: &'a str,
    /// The kinds of error.
    pub tally: &'a Tally,
    /// Names the tags.
    pub ledger: &'a Ledger,
    /// The classes.
    pub classes: &'a ClassNames,
    /// What the run gets right and wrong, under the labels as corrected so far.
    pub figures: &'a Figures,
    /// The accuracy under the true labels.
    pub corrected: &'a Corrected,
    /// The error of each run on each split.
    pub rates: &'a [(String, Split, ErrorRate)],
    /// The error of people, if it is known.
    pub human_error: Option<f64>,
}

impl Report<'_> {
    /// Writes it as Markdown.
    ///
    /// # Errors
    /// When `out` can't be written to.
    pub fn write_markdown(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(
            out,
            "# {}: errors of {} on {}\n",
            cell(self.project),
            cell(self.run),
            self.split
        )?;
        self.write_summary(out)?;
        if !self.tally.rows.is_empty() {
            self.write_tally(out)?;
        }
        self.write_scores(out)?;
        self.write_classes(out)?;
        self.write_slices(out)?;
        self.write_runs(out)
    }

    fn write_summary(&self, out: &mut dyn Write) -> io::Result<()> {
        let tally = self.tally;
        let errors = tally.population.errors;
        writeln!(out, "- {} of {errors} errors reviewed", tally.reviewed)?;
        writeln!(out, "- {} error {}", self.split, percent(tally.dev_error()))?;
        writeln!(out, "- with the labels fixed so far {}", percent(tally.dev_error_after_fixes()))?;
        writeln!(out, "- {} reviewed errors have no tag and a right label", tally.unexplained)?;
        if let Some(estimate) = self.corrected.estimate {
            let accuracy = with_interval(estimate, true);
            writeln!(out, "- accuracy under the true labels, estimated: {accuracy}")?;
        }
        writeln!(out)
    }

    fn write_tally(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "## Kinds of error\n")?;
        writeln!(out, "{}\n", meaning(self.tally.basis))?;
        writeln!(out, "| kind | count | alone | share | {} error if solved |", self.split)?;
        writeln!(out, "| --- | ---: | ---: | ---: | ---: |")?;
        let known = matches!(self.tally.basis, Basis::RandomSample | Basis::PartlyRandom);
        for row in &self.tally.rows {
            let name = cell(&row.category.name(self.ledger));
            let solved = row.ceiling.map_or_else(|| "–".to_owned(), |c| with_interval(c, known));
            let share = with_interval(row.share, known);
            let (count, alone) = (row.count, row.exclusive);
            writeln!(out, "| {name} | {count} | {alone} | {share} | {solved} |")?;
        }
        writeln!(out)?;
        self.write_meanings(out)
    }

    /// When the tags of the table are given, for those who did not give them.
    fn write_meanings(&self, out: &mut dyn Write) -> io::Result<()> {
        let tag = |row: &TallyRow| match row.category {
            Category::Tag(tag) => self.ledger.tag(tag),
            Category::Verdict(_) => None,
        };
        let described = |tag: &&Tag| !tag.description.is_empty();
        let tags: Vec<&Tag> = self.tally.rows.iter().filter_map(tag).filter(described).collect();
        for tag in &tags {
            writeln!(out, "- {}: {}", cell(&tag.name), cell(&tag.description))?;
        }
        if tags.is_empty() { Ok(()) } else { writeln!(out) }
    }

    fn write_runs(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "## Runs\n")?;
        writeln!(out, "| run | split | examples | errors | error |")?;
        writeln!(out, "| --- | --- | ---: | ---: | ---: |")?;
        for (run, split, rate) in self.rates {
            let error = with_interval(rate.rate, true);
            let (examples, errors) = (rate.examples, rate.errors);
            writeln!(out, "| {} | {split} | {examples} | {errors} | {error} |", cell(run))?;
        }
        if let Some(human) = self.human_error {
            writeln!(out, "\nPeople: {}.", percent(human))?;
        }
        Ok(())
    }
}

/// What the shares of a tally can be taken for.
pub fn meaning(basis: Basis) -> &'static str {
    match basis {
        Basis::AllErrors => "All errors were reviewed: shares are exact.",
        Basis::RandomSample => {
            "Reviewed in random order: shares and ceilings estimate those of all errors."
        }
        Basis::PartlyRandom => {
            "Shares and ceilings are estimated from the errors that a random walk came upon;\n\
             those picked in another order are counted, no more."
        }
        Basis::ReviewedOnly => {
            "None was come upon in a random walk through the errors of this run: shares\n\
             describe the reviewed ones only, and ceilings take away only the errors seen."
        }
    }
}

/// A share as a percentage with one decimal.
pub fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

/// An interval of percentages.
pub fn interval(low: f64, high: f64) -> String {
    format!("{:.1}–{:.1}", low * 100.0, high * 100.0)
}

/// A count with thousands separated.
pub fn count(n: usize) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn with_interval(p: Proportion, known: bool) -> String {
    if known {
        format!("{} ({})", percent(p.share), interval(p.low, p.high))
    } else {
        percent(p.share)
    }
}

/// Text that stays in its cell.
fn cell(text: &str) -> String {
    text::line(text).replace('\\', "\\\\").replace('|', "\\|").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separates_thousands() {
        assert_eq!(
            [count(0), count(999), count(1_000), count(1_234_567)],
            ["0", "999", "1,000", "1,234,567"]
        );
    }

    #[test]
    fn a_name_stays_in_its_cell() {
        assert_eq!(cell("a|b\n<script>\u{1b}[2J"), "a\\|b &lt;script>␛[2J");
    }

    #[test]
    fn an_interval_is_given_only_where_there_is_one() {
        let p = Proportion { share: 0.41, low: 0.32, high: 0.51 };
        assert_eq!(with_interval(p, true), "41.0 % (32.0–51.0)");
        assert_eq!(with_interval(p, false), "41.0 %");
    }
}
