use super::*;
use proptest::prelude::*;

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// A run over `rows` examples whose columns are in the order of `list`, with a wrong prediction in every fifth row.
fn run(given: &[String], list: &[String], rows: usize) -> (Vec<u32>, Vec<u32>) {
    let k = given.len();
    let place = |list: &[String], name: &str| list.iter().position(|n| n == name).unwrap() as u32;
    let label = |row: usize| (row * 7 + row / k) % k;
    let gold: Vec<u32> = (0..rows).map(|row| label(row) as u32).collect();
    let said = |row: usize| (label(row) + usize::from(row.is_multiple_of(5))) % k;
    (gold, (0..rows).map(|row| place(list, &given[said(row)])).collect())
}

fn found(given: &[&str], list: &[&str], rows: usize) -> Option<OtherList> {
    let (given, list) = (names(given), names(list));
    let (gold, predictions) = run(&given, &list, rows);
    let seen = first_seen(&gold, given.len());
    other_list(&given, &gold, &predictions, &seen)
}

#[test]
fn each_list_is_found_with_its_accuracy() {
    let numbers = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"];
    let bytes = ["0", "1", "10", "11", "2", "3", "4", "5", "6", "7", "8", "9"];
    let byte_order = found(&numbers, &bytes, 200).unwrap();
    assert_eq!((byte_order.listing, &byte_order.classes), (Listing::Bytes, &names(&bytes)));
    assert!((byte_order.accuracy_then - 0.8).abs() < 1e-9 && byte_order.accuracy < 0.4);
    assert_eq!(found(&bytes, &numbers, 200).unwrap().listing, Listing::Numbers);
    let cased = ["Bag", "Zip", "apple", "coat"];
    let without = found(&cased, &["apple", "Bag", "coat", "Zip"], 100).unwrap();
    assert_eq!(without.listing, Listing::WithoutCase);
    let reversed = found(&["b", "a", "c"], &["c", "a", "b"], 60).unwrap();
    assert_eq!(reversed.listing, Listing::Reversed);
    let two = found(&["cat", "dog"], &["dog", "cat"], 40).unwrap();
    assert!((two.accuracy - 0.2).abs() < 1e-9 && (two.accuracy_then - 0.8).abs() < 1e-9);
    // labels in rows 0, 1, 2, … are 0, 1 (7 mod 3), 2: as given, so another order of the names is seen first
    let (given, list) = (names(&["c", "a", "b"]), names(&["b", "c", "a"]));
    let (gold, predictions) = run(&given, &list, 60);
    let seen = [2, 0, 1];
    assert_eq!(other_list(&given, &gold, &predictions, &seen).unwrap().listing, Listing::FirstSeen);
}

#[test]
fn two_classes_out_of_many_are_enough() {
    let list: Vec<String> = (0..100).map(|k| format!("c{k:03}")).collect();
    let mut given = list.clone();
    given.swap(3, 4);
    let (gold, predictions) = run(&given, &list, 5000);
    let found = other_list(&given, &gold, &predictions, &[]).unwrap();
    assert!(found.accuracy > 0.75 && found.accuracy_then > found.accuracy);
    assert_eq!(found.classes, list);
}

#[test]
fn a_run_that_is_right_or_small_or_only_bad_is_left_alone() {
    assert_eq!(found(&["b", "a", "c"], &["b", "a", "c"], 300), None);
    assert_eq!(found(&["cat", "dog"], &["dog", "cat"], 4), None, "four rows show nothing");
    let given = names(&["b", "a"]);
    // no better than a coin, whatever the order
    let gold: Vec<u32> = (0..400).map(|row| row % 2).collect();
    let coin: Vec<u32> = (0..400).map(|row| row / 2 % 2).collect();
    assert_eq!(other_list(&given, &gold, &coin, &[]), None);
    assert_eq!(other_list(&given, &[], &[], &[]), None);
    assert_eq!(other_list(&given, &[0, 1], &[u32::MAX, 9], &[7]), None);
}

#[test]
fn numbers_in_names_are_numbers() {
    let mut list =
        names(&["class 10", "class 9", "class 009b", "class", "7", "007", "é2", "é10", ""]);
    list.sort_by(|a, b| natural(a, b));
    assert_eq!(
        list,
        names(&["", "7", "007", "class", "class 9", "class 009b", "class 10", "é2", "é10"])
    );
}

proptest! {
    #[test]
    fn a_list_is_named_only_if_it_is_better(k in 2..6_usize, rows in prop::collection::vec((0..6_u32, 0..6_u32), 0..80)) {
        let names: Vec<String> = (0..k).map(|i| format!("{}", i * 7 % 12)).collect();
        let gold: Vec<u32> = rows.iter().map(|(g, _)| g % k as u32).collect();
        let predictions: Vec<u32> = rows.iter().map(|(_, p)| *p).collect();
        let seen = first_seen(&gold, k);
        if let Some(other) = other_list(&names, &gold, &predictions, &seen) {
            prop_assert!(other.accuracy_then > other.accuracy);
            let mut sorted = other.classes.clone();
            sorted.sort();
            let mut all = names.clone();
            all.sort();
            prop_assert_eq!(sorted, all);
        }
    }
}
