//! Filters on the command line.

use crate::support::project::{Folder, gaffe_in};

#[test]
fn errors_are_listed_by_a_filter() {
    let folder = Folder::sample();
    let args = ["errors", "--filter", "gold:Shirt pred:T-shirt capture=blurry conf>0.5", "--json"];
    let rows = gaffe_in(folder.root(), &args).json();
    let rows = rows.as_array().unwrap();
    assert!(!rows.is_empty() && rows.len() < 40, "{}", rows.len());
    for row in rows {
        assert_eq!((&row["gold"], &row["prediction"]), (&"Shirt".into(), &"T-shirt/top".into()));
        assert!(row["confidence"].as_f64().unwrap() > 0.5);
    }
}

#[test]
fn a_wrong_filter_is_refused_and_shows_where() {
    let folder = Folder::sample();
    let run = gaffe_in(folder.root(), &["errors", "--filter", "gold:Shirt pred:Trowser"]);
    let said = run.refused();
    assert!(said.contains("\n  gold:Shirt pred:Trowser\n                  ^^^^^^^"), "{said}");
    assert!(said.contains("Trouser"), "{said}");
}
