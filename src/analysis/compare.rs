//! Two runs on the same examples: what got fixed and what broke.

use super::Relabels;
use crate::dataset::{Column, Run};
use serde::Serialize;
use std::collections::HashMap;

/// Counts of examples by whether each run gets them right under the effective labels.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// Examples with a prediction in both runs.
    pub examples: usize,
    /// Errors of the first run.
    pub errors_before: usize,
    /// Errors of the second run.
    pub errors_after: usize,
    /// Wrong in the first, right in the second.
    pub fixed: usize,
    /// Right in the first, wrong in the second.
    pub broken: usize,
    /// Wrong in both.
    pub still_wrong: usize,
}

impl Comparison {
    fn count(&mut self, before: bool, after: bool) {
        self.examples += 1;
        self.errors_before += usize::from(before);
        self.errors_after += usize::from(after);
        self.fixed += usize::from(before && !after);
        self.broken += usize::from(!before && after);
        self.still_wrong += usize::from(before && after);
    }
}

/// The comparison within one value of a metadata column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Group {
    /// The value.
    pub value: String,
    /// Its counts.
    #[serde(flatten)]
    pub comparison: Comparison,
}

/// Whether each run is wrong on `row`; `None` where one has no prediction.
fn wrong(
    gold: &[u32],
    relabels: &Relabels,
    runs: (&Run, &Run),
    row: usize,
) -> Option<(bool, bool)> {
    let label = relabels.get(&(row as u32)).copied().unwrap_or(gold[row]);
    Some((runs.0.prediction(row)? != label, runs.1.prediction(row)? != label))
}

/// Compares `before` with `after` under the effective labels.
pub fn compare(gold: &[u32], relabels: &Relabels, before: &Run, after: &Run) -> Comparison {
    let mut total = Comparison::default();
    for row in 0..gold.len() {
        if let Some((b, a)) = wrong(gold, relabels, (before, after), row) {
            total.count(b, a);
        }
    }
    total
}

/// The same within each value of a metadata column, in order of the values.
pub fn compare_by(
    gold: &[u32],
    relabels: &Relabels,
    runs: (&Run, &Run),
    column: &Column,
) -> Vec<Group> {
    let mut groups: HashMap<&str, (Comparison, f64)> = HashMap::new();
    for row in 0..gold.len() {
        let Some((before, after)) = wrong(gold, relabels, runs, row) else { continue };
        let number = column.numbers.as_ref().map_or(0.0, |numbers| numbers[row]);
        let group = groups.entry(column.cells.get(row)).or_insert((Comparison::default(), number));
        group.0.count(before, after);
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_by(|(a, (_, x)), (b, (_, y))| x.total_cmp(y).then_with(|| a.cmp(b)));
    let group = |(value, (comparison, _)): (&str, _)| Group { value: value.to_owned(), comparison };
    groups.into_iter().map(group).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{Matrix, TextColumn};

    fn run(right: &[bool]) -> Run {
        let values: Vec<f32> =
            right.iter().flat_map(|&r| if r { [1.0, 0.0] } else { [0.0, 1.0] }).collect();
        Run::new("r", Matrix::new(values, right.len(), 2).unwrap()).unwrap()
    }

    #[test]
    fn counts_fixed_broken_and_still_wrong() {
        let before = run(&[true, true, false, false, false]);
        let after = run(&[true, false, true, true, false]);
        let result = compare(&[0; 5], &Relabels::new(), &before, &after);
        let expected = Comparison {
            examples: 5,
            errors_before: 3,
            errors_after: 2,
            fixed: 2,
            broken: 1,
            still_wrong: 1,
        };
        assert_eq!(result, expected);
        // with the label fixed to what `before` said, its error is none
        let fixed = compare(&[0; 5], &Relabels::from([(4, 1)]), &before, &after);
        assert_eq!((fixed.errors_before, fixed.still_wrong), (2, 0));
    }

    #[test]
    fn groups_sum_to_the_whole() {
        let (before, after) = (run(&[false, true, false]), run(&[true, true, false]));
        let mut values = TextColumn::default();
        for v in ["sharp", "blurry", "blurry"] {
            values.push(v).unwrap();
        }
        let column = Column::new("capture".into(), values);
        let groups = compare_by(&[0; 3], &Relabels::new(), (&before, &after), &column);
        let names: Vec<_> = groups.iter().map(|g| g.value.as_str()).collect();
        assert_eq!(names, ["blurry", "sharp"]);
        assert_eq!(groups.iter().map(|g| g.comparison.examples).sum::<usize>(), 3);
        assert_eq!(groups[1].comparison.fixed, 1);
    }
}
