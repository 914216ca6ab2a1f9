//! What holds for every text.

use super::*;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// Terms that say something different about the rows.
fn term() -> impl Strategy<Value = String> {
    let terms = [
        "gold:shirt",
        "conf>0.6",
        "open",
        "tag:blurry",
        "error",
        "capture=sharp",
        "sleeve",
        "loss>1",
        "marked",
        "p:coat<0.7",
        "id:dev*",
        "pred:*",
        "()",
    ];
    prop::sample::select(terms.to_vec()).prop_map(str::to_owned)
}

fn filter() -> impl Strategy<Value = String> {
    term().prop_recursive(4, 24, 3, |inner| {
        let one = inner.clone();
        let many = |word: &'static str| {
            let parts = prop::collection::vec(inner.clone(), 2..4);
            parts.prop_map(move |parts| format!("({})", parts.join(word)))
        };
        prop_oneof![
            one.clone().prop_map(|a| format!("not {a}")),
            one.prop_map(|a| format!("-({a})")),
            many(" "),
            many(" and "),
            many(" or "),
            many("|"),
        ]
    })
}

/// Text made of what the language is made of.
fn fragments() -> impl Strategy<Value = String> {
    let pieces = [
        "gold",
        "conf",
        "p",
        "capture",
        "brightness",
        "col.",
        "@",
        "@a",
        ":",
        "=",
        "!=",
        ">",
        "<=",
        "~",
        ",",
        " ",
        "(",
        ")",
        "|",
        "-",
        "!",
        "and",
        "or ",
        "not ",
        "\"",
        "\\",
        "\\u{",
        "}",
        "*",
        "shirt",
        "0.9",
        "ä",
        "漢",
        "reviewed",
    ];
    prop::collection::vec(prop::sample::select(pieces.to_vec()), 0..12).prop_map(|p| p.concat())
}

fn check_error(text: &str, error: &FilterError) {
    assert!(text.get(error.at.clone()).is_some(), "{text:?} {:?}", error.at);
    assert!(!error.at.is_empty() && !error.what.is_empty(), "{text:?} {:?}", error.at);
}

proptest! {
    #[test]
    fn any_text_is_a_filter_or_an_error_that_shows_where(
        text in prop_oneof![fragments(), any::<String>()],
        inner in fragments(),
        caret in 0_usize..20,
    ) {
        let small = Small::new();
        match small.parse(&text) {
            Ok(filter) => drop(small.rows(&filter)),
            Err(error) => check_error(&text, &error),
        }
        let saved = BTreeMap::from([("a".into(), inner)]);
        if let Err(error) = Filter::parse_with(&text, &saved, &small.names()) {
            check_error(&text, &error);
        }
        let words = Vocabulary::new(&small.examples.metadata);
        let found = complete(&text, caret, &small.names(), &words, &["a b".into()]);
        prop_assert!(text.get(found.range.clone()).is_some());
        prop_assert!(found.range.start <= caret && found.items.len() <= 50);
    }

    #[test]
    fn a_quoted_value_is_read_as_it_was(
        value in prop_oneof![any::<String>(), "[a\"\\\\u{}041*(),:\\x00-\\x1f-]{0,8}"],
    ) {
        let mut small = Small::new();
        let other = format!("{value}x");
        small.examples.metadata.push(Column {
            name: "c".into(),
            cells: column(&[&value, &other, &value, "", "b", "c"]),
            numbers: None,
        });
        // no other row may be called what is asked for
        let not = |n: u8| format!("{value}{n}");
        small.examples.ids = column(&[&not(0), &not(1), &not(2), &value, &not(4), &not(5)]);
        let text = format!("(id:{0})|c={0}", quote(&value));
        let rows = small.ask(&text);
        prop_assert!([0, 2, 3].iter().all(|row| rows.contains(row)) && !rows.contains(&1), "{}", text);
        prop_assert!(!quote(&value).chars().any(char::is_control));
    }

    #[test]
    fn a_column_of_any_name_can_be_asked(name in prop_oneof![any::<String>(), "(col.)?[a\"p.@!-]{0,3}", Just("Gold".to_owned())]) {
        let mut small = Small::new();
        small.examples.metadata = vec![Column::new(name.clone(), column(&["q", "", "", "", "", ""]))];
        prop_assert_eq!(small.ask(&format!("{}=q", super::super::column(&name))), [0]);
    }

    #[test]
    fn cells_of_any_class_can_be_asked(gold in any::<String>(), pred in any::<String>()) {
        prop_assume!(gold != pred && !gold.is_empty() && !pred.is_empty());
        let mut small = Small::new();
        let mut names = vec![gold.clone(), pred.clone()];
        names.extend(["~~0", "~~1", "~~2"].map(str::to_owned));
        let Ok(classes) = ClassNames::new(names) else { return Ok(()) };
        small.classes = classes;
        small.examples.gold = vec![1, 0, 0, 0, 0, 0];
        prop_assert_eq!(small.ask(&cell(&gold, &pred)), [3]);
    }

    #[test]
    fn boolean_laws_hold(a in filter(), b in filter(), c in filter()) {
        let small = Small::new();
        let same = |left: String, right: String| {
            assert_eq!(small.ask(&left), small.ask(&right), "{left}\n{right}");
        };
        same(format!("not not {a}"), a.clone());
        same(format!("-({a} {b})"), format!("-({a}) or not {b}"));
        same(format!("not ({a} or {b})"), format!("not {a} not {b}"));
        same(format!("{a} and ({b} or {c})"), format!("{a} {b} | {a} {c}"));
        same(format!("{a} {b}"), format!("{b} {a}"));
        let both: Vec<u32> = small.ask(&a).into_iter().filter(|r| small.ask(&b).contains(r)).collect();
        assert_eq!(small.ask(&format!("{a} {b}")), both);
        assert_eq!(small.ask(&format!("{a} -({a})")), [0_u32; 0]);
    }
}

#[test]
fn deep_and_long_texts_come_to_an_end() {
    let small = Small::new();
    assert_eq!(small.ask(&format!("{}open", "-".repeat(100_001))), small.ask("reviewed"));
    assert_eq!(small.ask(&format!("open {}", "or open ".repeat(50_000))), small.ask("open"));
    assert!(small.parse(&"(".repeat(100_000)).is_err());
    assert!(small.parse(&"-(".repeat(100_000)).is_err());
}

#[test]
fn quotes_only_what_needs_it() {
    let table = [
        ("T-shirt/top", "T-shirt/top"),
        ("dev_0.1+x@y", "dev_0.1+x@y"),
        ("Schön", "Schön"),
        ("Ankle boot", "\"Ankle boot\""),
        ("-1", "\"-1\""),
        ("a,b", "\"a,b\""),
        ("a*", "\"a*\""),
        ("OR", "\"OR\""),
        ("", "\"\""),
        ("say \"x\"\\", r#""say \"x\"\\""#),
        ("a\n", "\"a\\u{a}\""),
    ];
    for (value, written) in table {
        assert_eq!(quote(value), written);
    }
    assert_eq!(cell("Shirt", "Ankle boot"), "gold:Shirt pred:\"Ankle boot\"");
    assert_eq!(super::super::column("p"), "col.p");
    assert_eq!(super::super::column("camera model"), "\"camera model\"");
}
