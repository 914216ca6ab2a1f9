//! The conditions of a slice as a filter of the review.

use crate::analysis::slices::{Condition, Features};
use crate::find::{column, quote};

/// The filter that selects the rows of a slice; none where it can't be written, as for empty cells. The
/// feature `label` is that of the labels that count.
pub(super) fn of_conditions(features: &Features, conditions: &[Condition]) -> Option<String> {
    let parts: Option<Vec<String>> =
        conditions.iter().map(|&condition| of_condition(features, condition)).collect();
    parts.map(|parts| parts.join(" "))
}

fn of_condition(features: &Features, condition: Condition) -> Option<String> {
    let feature = features.list().get(condition.feature)?;
    let value = feature.values().get(condition.value)?;
    // The labels are put behind the columns.
    let is_label = feature.name() == "label" && condition.feature + 1 == features.list().len();
    let name = if is_label { "label".to_owned() } else { column(feature.name()) };
    if value.range {
        return of_range(&name, &value.label);
    }
    // What stands for no cell is in parentheses.
    (!value.label.starts_with('(')).then(|| {
        let sign = if is_label { ":" } else { "=" };
        format!("{name}{sign}{}", quote(&value.label))
    })
}

/// `≥ 0.2 < 0.4` as two comparisons.
fn of_range(name: &str, label: &str) -> Option<String> {
    let words: Vec<&str> = label.split(' ').collect();
    let part = |pair: &[&str]| match pair {
        ["≥", number] => Some(format!("{name}>={number}")),
        ["<", number] => Some(format!("{name}<{number}")),
        _ => None,
    };
    words.chunks(2).map(part).collect::<Option<Vec<_>>>().map(|parts| parts.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::slices::Encoding;
    use crate::dataset::{Column, TextColumn};

    #[test]
    fn values_and_ranges_are_written_as_filters() {
        let (mut cells, mut texts) = (TextColumn::default(), TextColumn::default());
        for row in 0..400_u32 {
            cells.push(&format!("0.{row:03}")).unwrap();
            texts.push(["", "in a box", "out"][row as usize % 3]).unwrap();
        }
        let columns = [Column::new("gold".into(), cells), Column::new("place".into(), texts)];
        let features = Features::of_columns(&columns, 400, Encoding::of_rows(400)).unwrap();
        let of = |feature: usize, value: usize| {
            of_conditions(&features, &[Condition { feature, value }])
        };
        let last = features.list()[0].values().iter().rposition(|v| v.range).unwrap();
        let range = of(0, 1).unwrap();
        assert!(range.starts_with("col.gold>=0.") && range.contains(" col.gold<0."), "{range}");
        assert!(of(0, 0).unwrap().starts_with("col.gold<0."));
        assert!(of(0, last).unwrap().starts_with("col.gold>=0."));
        assert_eq!((of(1, 0).as_deref(), of(1, 2)), (Some("place=\"in a box\""), None));
    }
}
