use super::*;
use crate::dataset::TextColumn;

fn made(name: &str, cells: &[&str]) -> Column {
    let mut text = TextColumn::default();
    for cell in cells {
        text.push(cell).unwrap();
    }
    Column::new(name.to_owned(), text)
}

fn filters_of(column: &Column, most: usize) -> Vec<Option<String>> {
    filters(column, &batches_of(column, most))
}

fn some(texts: &[&str]) -> Vec<Option<String>> {
    texts.iter().map(|text| Some((*text).to_owned())).collect()
}

#[test]
fn a_batch_has_a_filter_where_one_selects_just_it() {
    let days = made("the day", &["2024-02", "2024-01", "2024-03", ""]);
    let values = ["\"the day\"=2024-01", "\"the day\"=2024-02", "\"the day\"=2024-03"];
    assert_eq!(filters_of(&days, 9), some(&values));
    assert_eq!(filters_of(&days, 2), [None, None], "texts have no ranges");
    assert_eq!(filters_of(&made("x", &["a", "A", "b"]), 9)[..2], [None, None]);
    let numbers = made("x", &["-1", "2", "2.0", "10", ""]);
    assert_eq!(filters_of(&numbers, 9), some(&["x=-1", "x=2", "x=10"]));
    assert_eq!(filters_of(&numbers, 2), some(&["x<2", "x>=2"]));
}

#[test]
fn columns_of_times_are_offered_first_and_those_that_say_nothing_not() {
    let column = |name: &str, cells: [&str; 3]| made(name, &cells);
    let examples = Examples {
        split: crate::dataset::Split::Dev,
        ids: TextColumn::default(),
        gold: vec![],
        media: crate::dataset::Media::Row,
        metadata: vec![
            column("place", ["in", "out", "in"]),
            column("same", ["x", "x", ""]),
            column("taken_at", ["monday", "tuesday", "x"]),
            column("when", ["2024-01-03", "2023-05-01", ""]),
            column("size", ["1", "2", "3"]),
            column("daylight", ["1", "1", "1"]),
        ],
        origin: crate::dataset::Origin::default(),
    };
    let names: Vec<&str> = columns(&examples).iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["taken_at", "when", "place", "size"]);
}

#[test]
fn neighbours_are_those_of_texts_that_are_few() {
    let days = made("day", &["b", "a", "c", "a"]);
    let pair = |a: &str, b: &str| [a.to_owned(), b.to_owned()];
    assert_eq!(neighbours(&days), [pair("a", "b"), pair("b", "c")]);
    assert!(neighbours(&made("x", &["1", "2"])).is_empty());
}
