//! Checks of the rows of splits and of what the examples show.
//!
//! Invariant: memory is bounded by 32 bytes an example and what repeats.

use super::files::{Faults, Looked, digest};
use super::{Case, Finding, Findings, Kind, LISTED, SplitCheck, example, number};
use crate::analysis::duplicates::{Content, Repeats, Spot, duplicates};
use crate::dataset::{Examples, LeftOut, Media};
use crate::ingest::{LABEL_COLUMNS, Reason};
use crate::project::{Project, ProjectError};
use rayon::prelude::*;

impl Project {
    /// What a split has.
    pub(super) fn about(&self, examples: &Examples) -> SplitCheck {
        let mut per_class = vec![0; self.classes().len()];
        for &class in &examples.gold {
            if let Some(count) = per_class.get_mut(class as usize) {
                *count += 1;
            }
        }
        let table = self.config().splits.get(&examples.split).cloned().unwrap_or_default();
        let shows = match examples.media {
            Media::Picture(_) => "picture",
            Media::Sound(_) => "sound",
            Media::Text(_) => "text",
            Media::Row => "row",
        };
        SplitCheck {
            split: examples.split,
            table,
            shows,
            examples: examples.len(),
            left_out: examples.origin.left_out.count,
            per_class,
        }
    }

    /// Rows that are no examples.
    pub(super) fn check_rows(
        &self,
        examples: &Examples,
        found: &mut Findings,
    ) -> Result<(), ProjectError> {
        let (split, left_out) = (examples.split, &examples.origin.left_out);
        let table = self.table(split)?;
        let name = table.file_name().unwrap_or_default().to_string_lossy().into_owned();
        for (reason, kind, what) in [
            (Reason::UnknownClass, Kind::UnknownClass, "with a label that is no class"),
            (Reason::DuplicateId, Kind::DuplicateId, "with the id of an earlier one"),
            (Reason::NoId, Kind::NoId, "without an id"),
            (Reason::Unreadable, Kind::UnreadableRow, "that can't be read"),
            (Reason::NoSplit, Kind::NoSplit, "of no split"),
            (Reason::NoLabel, Kind::NoLabel, "without a label"),
        ] {
            let kinds = left_out.kinds.iter().filter(|(kind, _)| Reason::of(kind) == reason);
            let count = kinds.map(|(_, count)| count).sum();
            let what = format!("left out: {} of {name} {what}", number(count, "row"));
            let first = cases(left_out, reason, &name);
            found.add(Finding::new(kind, count, what).on(split).with(first));
        }
        Ok(())
    }

    /// What is there more than once.
    pub(super) fn check_duplicates(&self, read: &[Examples], found: &mut Findings) {
        let mut contents = std::mem::take(&mut found.contents);
        let all = duplicates(&mut contents, LISTED);
        drop(contents);
        let named = |spot: Spot| {
            let examples = read.iter().find(|e| e.split == spot.split)?;
            Some(example(examples, spot.row as usize, Some(self.classes().name(spot.label))))
        };
        let cases = |repeats: &Repeats| -> Vec<Case> {
            let pairs = repeats.first.iter();
            let case = |&[a, b]: &[Spot; 2]| Case {
                example: named(a),
                other: named(b),
                ..Case::default()
            };
            pairs.map(case).collect()
        };
        for ([a, b], repeats) in &all.across {
            let count = number(repeats.count, "example");
            let has = if repeats.count == 1 { "is" } else { "are" };
            let what = format!("leakage: {count} of {b} {has} in {a} too, with the same content");
            let finding = Finding::new(Kind::Leakage, repeats.count, what);
            found.add(finding.on(*b).with(cases(repeats)));
        }
        let repeats = &all.labels;
        let what = format!(
            "{} with the content of another and another label",
            number(repeats.count, "example")
        );
        found.add(Finding::new(Kind::TwoLabels, repeats.count, what).with(cases(repeats)));
        for (split, repeats) in &all.within {
            let count = number(repeats.count, "example");
            let what = format!("{count} of {split} with the content of an earlier one");
            let finding = Finding::new(Kind::Duplicate, repeats.count, what);
            found.add(finding.on(*split).with(cases(repeats)));
        }
    }
}

/// What examples show: files that are none, empty texts, and digests of the rest, of rows if they are to be compared.
pub(super) fn check_content(
    examples: &Examples,
    looked: &Looked,
    compare_rows: bool,
    found: &mut Findings,
) {
    let split = examples.split;
    let mut faults = |kind, faults: &Faults, what: &str| {
        let what = format!("{} of {split} {what}", number(faults.count, "file"));
        let case = |fault: &super::files::Faulty| Case {
            example: Some(example(examples, fault.row as usize, None)),
            reason: Some(fault.reason.clone()),
            ..Case::default()
        };
        let first = faults.first.iter().map(case).collect();
        found.add(Finding::new(kind, faults.count, what).on(split).with(first));
    };
    faults(Kind::MissingFile, &looked.missing, "can't be found");
    faults(Kind::UnreadableFile, &looked.unreadable, "can't be decoded");
    if let Media::Text(texts) = &examples.media {
        let empty = (0..texts.len()).filter(|&row| texts.get(row).trim().is_empty());
        let (count, what) = (empty.clone().count(), "without a text");
        let case = |row| Case { example: Some(example(examples, row, None)), ..Case::default() };
        let what = format!("{} of {split} {what}", number(count, "example"));
        let first = empty.take(LISTED).map(case).collect();
        found.add(Finding::new(Kind::EmptyText, count, what).on(split).with(first));
    }
    // Where only this table is without files or texts, its rows say too little to be compared.
    if matches!(examples.media, Media::Row) && !compare_rows {
        return;
    }
    let digests = (0..examples.len()).into_par_iter();
    let content = |row: usize| {
        let digest = digest_of(examples, looked, row)?;
        let label = *examples.gold.get(row)?;
        Some(Content { digest, split, row: row as u32, label })
    };
    found.contents.par_extend(digests.filter_map(content));
}

/// The first rows that were left out for a reason.
fn cases(left_out: &LeftOut, reason: Reason, name: &str) -> Vec<Case> {
    let first = left_out.first.iter().filter(|(_, why)| Reason::of(why) == reason);
    let case = |(line, why): &(u64, String)| {
        let place = if *line == 0 { name.to_owned() } else { format!("{name}:{line}") };
        Case { place: Some(place), reason: Some(why.clone()), ..Case::default() }
    };
    first.take(LISTED).map(case).collect()
}

/// What names an example's content: the bytes of its file, its text without the space around it, else the cells of its row, without
/// labels. `None` where there is none.
fn digest_of(examples: &Examples, looked: &Looked, row: usize) -> Option<u128> {
    match &examples.media {
        Media::Picture(_) | Media::Sound(_) => looked.digests.get(row).copied().flatten(),
        Media::Text(texts) => {
            let text = texts.get(row).trim();
            (!text.is_empty()).then(|| digest([text]))
        }
        Media::Row => {
            let is_own = |name: &str| !LABEL_COLUMNS.contains(&name);
            let columns = examples.metadata.iter().filter(|column| is_own(&column.name));
            let cells: Vec<&str> = columns.map(|column| column.cells.get(row)).collect();
            (!cells.iter().all(|cell| cell.is_empty())).then(|| digest(cells))
        }
    }
}
