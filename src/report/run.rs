//! What the run gets right and wrong: scores, classes, slices.

use super::{Report, cell, percent, with_interval};
use crate::analysis::Proportion;
use crate::analysis::significance::LEVEL;
use std::io::{self, Write};

/// Classes that are told.
const CLASSES: usize = 30;

/// Slices that are told.
const SLICES: usize = 10;

impl Report<'_> {
    pub(super) fn write_scores(&self, out: &mut dyn Write) -> io::Result<()> {
        let scores = &self.figures.scores;
        writeln!(out, "## {} on {}\n", cell(self.run), self.split)?;
        if let Some(accuracy) = scores.accuracy {
            writeln!(out, "- accuracy {}", with_interval(accuracy, true))?;
        }
        if let Some(averages) = self.figures.averages {
            writeln!(out, "- macro F1 {}", percent(averages.macro_average.f1))?;
        }
        for (name, value) in [
            ("Cohen's kappa", self.figures.kappa),
            ("log loss", scores.log_loss),
            ("expected calibration error", self.figures.calibration.map(|c| c.ece)),
        ] {
            if let Some(value) = value {
                writeln!(out, "- {name} {value:.3}")?;
            }
        }
        let pairs = self.figures.pairs.iter().take(5).map(|pair| {
            let name = |k| cell(self.classes.name(k));
            format!("{} → {} ({})", name(pair.label), name(pair.prediction), pair.count)
        });
        let pairs = pairs.collect::<Vec<_>>().join(", ");
        if !pairs.is_empty() {
            writeln!(out, "- most confused: {pairs}")?;
        }
        writeln!(out)
    }

    pub(super) fn write_classes(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "| class | examples | precision | recall | F1 |")?;
        writeln!(out, "| --- | ---: | ---: | ---: | ---: |")?;
        let share =
            |p: Option<Proportion>| p.map_or_else(|| "–".to_owned(), |p| with_interval(p, true));
        let mut worst: Vec<_> = (0_u32..).zip(&self.figures.classes).collect();
        if worst.len() > CLASSES {
            worst.sort_by(|(_, a), (_, b)| a.f1.unwrap_or(1.0).total_cmp(&b.f1.unwrap_or(1.0)));
        }
        for (k, class) in worst.iter().copied().take(CLASSES) {
            let name = cell(self.classes.name(k));
            let f1 = class.f1.map_or_else(|| "–".to_owned(), percent);
            let (precision, recall) = (share(class.precision), share(class.recall));
            writeln!(out, "| {name} | {} | {precision} | {recall} | {f1} |", class.support)?;
        }
        if worst.len() > CLASSES {
            let rest = worst.len() - CLASSES;
            writeln!(out, "\nThe worst by F1; {rest} more classes are left out.")?;
        }
        writeln!(out)
    }

    pub(super) fn write_slices(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut slices: Vec<_> = self.figures.slices.iter().filter(|s| s.p_holm < LEVEL).collect();
        if slices.is_empty() {
            return Ok(());
        }
        slices.sort_by(|a, b| a.p_holm.total_cmp(&b.p_holm));
        writeln!(out, "## Slices that differ from the rest\n")?;
        writeln!(out, "| slice | examples | error | {} error if solved |", self.split)?;
        writeln!(out, "| --- | ---: | ---: | ---: |")?;
        for slice in slices.iter().take(SLICES) {
            let (name, figures) = (cell(&slice.name), &slice.figures);
            let (error, solved) = (with_interval(figures.error, true), percent(figures.ceiling));
            writeln!(out, "| {name} | {} | {error} | {solved} |", figures.examples)?;
        }
        writeln!(out)
    }
}
