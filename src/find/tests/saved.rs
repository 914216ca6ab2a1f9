//! Saved filters in a text.

use super::*;
use std::collections::BTreeMap;

fn saved(filters: &[(&str, &str)]) -> BTreeMap<String, String> {
    filters.iter().map(|(name, text)| ((*name).into(), (*text).into())).collect()
}

#[test]
fn a_name_stands_for_a_filter_in_parentheses() {
    let saved = saved(&[("a", "gold:shirt or gold:coat"), ("b c", "@a open"), ("none", "")]);
    let put = |text: &str| expand(text, &saved).unwrap();
    assert_eq!(put("-@a open"), "-(gold:shirt or gold:coat) open");
    assert_eq!(put("@\"b c\"|x"), "((gold:shirt or gold:coat) open)|x");
    assert_eq!(put("\"@a\" by:@a by:x,@a x@a @none"), "\"@a\" by:@a by:x,@a x@a ()");
    let small = Small::new();
    let filter = Filter::parse_with("-@a @none", &saved, &small.names()).unwrap();
    assert_eq!(small.rows(&filter), [3, 4, 5]);
}

#[test]
fn names_that_are_unknown_or_stand_for_themselves_are_refused() {
    let saved = saved(&[
        ("mine", "@b"),
        ("b", "open @mine"),
        ("half", "(open"),
        ("out", "open) or (x"),
        ("quote", "\"x"),
        ("typo", "gold:Shrit"),
        ("lists", "gold:coat,"),
    ]);
    let small = Small::new();
    let table = [
        ("x @mime y", 2..7, "there is no saved filter `mime`"),
        ("x @mine", 2..7, "in `@mine`: saved filter `mine` stands for itself"),
        ("@half", 0..5, "in `@half`: a parenthesis stands alone"),
        ("@out", 0..4, "in `@out`: a parenthesis stands alone"),
        ("@quote x", 0..6, "in `@quote`: the quotes are not closed"),
        ("ä @typo x", 3..8, "in `@typo`: there is no class `Shrit`"),
        ("@lists", 0..6, "in `@lists`: the value is missing"),
        ("open x \"", 7..8, "the quotes are not closed"),
    ];
    for (text, at, what) in table {
        let error = Filter::parse_with(text, &saved, &small.names()).expect_err(text);
        assert_eq!((error.at, &*error.what), (at, what), "{text}");
    }
}

#[test]
fn errors_beside_a_name_stay_where_they_were_typed() {
    let saved = saved(&[("a", "gold:shirt or gold:coat"), ("b", "x")]);
    let small = Small::new();
    for (text, at) in [("@a @b gold:lorry", 11..16), ("gold:lorry @a", 5..10), ("@b (@a", 3..4)] {
        let error = Filter::parse_with(text, &saved, &small.names()).unwrap_err();
        assert_eq!(error.at, at, "{text}");
        assert!(!error.what.starts_with("in "), "{text}");
    }
}

#[test]
fn names_that_double_do_not_grow_without_end() {
    let filters: Vec<(String, String)> =
        (0..40).map(|i| (format!("n{i}"), format!("@n{0} @n{0}", i + 1))).collect();
    let mut saved: BTreeMap<String, String> = filters.into_iter().collect();
    saved.insert("n40".into(), "open".into());
    let error = expand("@n0", &saved).unwrap_err();
    assert_eq!(error.at, 0..3);
    assert!(error.what.ends_with("the saved filters grow too long"));
    let wide = expand("@n26", &saved).unwrap_err();
    assert!(wide.what.ends_with("the saved filters grow too long"));
}
