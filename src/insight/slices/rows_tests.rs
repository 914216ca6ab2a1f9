use super::*;

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
