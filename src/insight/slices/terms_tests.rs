use super::*;
use crate::analysis::slices::Encoding;
use crate::dataset::{ClassNames, Examples, Matrix, Media, Reviews, Run, Split, TextColumn};
use crate::find::{Data, Filter, Names};
use proptest::prelude::*;
use std::collections::BTreeSet;

fn column(name: &str, cells: &[&str]) -> Column {
    let mut text = TextColumn::default();
    for cell in cells {
        text.push(cell).unwrap();
    }
    Column::new(name.to_owned(), text)
}

/// The filters of all values of a column.
fn filters(column: &Column) -> Vec<Option<String>> {
    let metadata = std::slice::from_ref(column);
    let encoding = Encoding { least: 1, bins: 2, integers: 2 };
    let features = Features::of_columns(metadata, column.cells.len(), encoding).unwrap();
    let [feature] = features.list() else { panic!("no feature") };
    let origin = origin(feature, metadata);
    feature.values().iter().map(|value| origin.filter(value)).collect()
}

fn some(texts: &[&str]) -> Vec<Option<String>> {
    texts.iter().map(|text| Some((*text).to_owned())).collect()
}

#[test]
fn every_kind_of_value_has_a_filter() {
    let words = column("the place", &["in the house", "out", "", "out"]);
    assert_eq!(
        filters(&words),
        some(&["\"the place\"=\"in the house\"", "\"the place\"=out", "\"the place\"=\"\""])
    );
    let few = column("label", &["-1", "0.5", "", "0.5"]);
    assert_eq!(filters(&few), some(&["col.label=-1", "col.label=0.5", "col.label=\"\""]));
    let many = column("x", &["1", "2", "3.5", "4", "5", ""]);
    assert_eq!(filters(&many), some(&["x<3.5", "x>=3.5", "x=\"\""]));
}

#[test]
fn what_a_filter_can_not_tell_apart_has_none() {
    let case = column("place", &["In", "in", "in", "out"]);
    assert_eq!(filters(&case), [None, None, Some("place=out".to_owned())]);
    let odd = column("x", &["1", "2", "NaN", "2"]);
    assert_eq!(filters(&odd), [None, None, None]);
}

/// The rows that a filter selects.
fn selected(column: &Column, text: &str) -> Vec<u32> {
    let n = column.cells.len();
    let mut ids = TextColumn::default();
    (0..n).for_each(|row| ids.push(&row.to_string()).unwrap());
    let classes = ClassNames::new(vec!["a".to_owned(), "b".to_owned()]).unwrap();
    let run = Run::new("v1", Matrix::new([1.0_f32, 0.0].repeat(n), n, 2).unwrap()).unwrap();
    let examples = Examples {
        split: Split::Dev,
        ids,
        gold: vec![0; n],
        media: Media::Row,
        metadata: vec![column.clone()],
        origin: crate::dataset::Origin::default(),
    };
    let names = Names { classes: &classes, tags: &[], columns: &examples.metadata };
    let filter = Filter::parse(text, &names).unwrap();
    let (reviews, marked) = (Reviews::default(), BTreeSet::new());
    let data = Data {
        examples: &examples,
        run: &run,
        classes: &classes,
        reviews: &reviews,
        marked: &marked,
    };
    (0..n as u32).filter(|&row| filter.matches(&data, row)).collect()
}

proptest! {
    #[test]
    fn a_filter_selects_just_the_rows_of_its_value(
        name in "[a-z =~\"]{1,6}|label|conf|col.x|and",
        cells in prop_oneof![
            prop::collection::vec("[aA\"*@(, -]{0,3}|and|ǅ|ς|Σ", 2..30),
            prop::collection::vec("|-?[0-9]{1,2}(\\.5)?|NaN|inf|-0|1e-7", 2..30),
        ],
        bins in 2_usize..5,
    ) {
        let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
        let made = column(&name, &cells);
        let metadata = std::slice::from_ref(&made);
        let encoding = Encoding { least: 1, bins, integers: bins };
        let features = Features::of_columns(metadata, cells.len(), encoding).unwrap();
        for feature in features.list() {
            let origin = origin(feature, metadata);
            for (value, shown) in feature.values().iter().enumerate() {
                let Some(text) = origin.filter(shown) else { continue };
                let has = |row: &u32| feature.value_of(*row as usize) == Some(value);
                let expected: Vec<u32> = (0..cells.len() as u32).filter(has).collect();
                prop_assert_eq!(selected(&made, &text), expected, "{} of {:?}", text, shown);
            }
        }
    }
}
