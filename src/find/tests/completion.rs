//! What is offered at the caret, which stands at `^`.

use super::*;

/// What is replaced, and what is offered for it.
fn offered(text: &str) -> (String, Vec<String>) {
    let small = Small::new();
    let words = Vocabulary::new(&small.examples.metadata);
    let saved = ["hard ones".to_owned(), "mine".to_owned()];
    let caret = text.find('^').unwrap();
    let text = text.replacen('^', "", 1);
    let found = complete(&text, caret, &small.names(), &words, &saved);
    let items = found.items.into_iter().map(|item| item.insert).collect();
    (text[found.range].to_owned(), items)
}

fn check(text: &str, replaced: &str, items: &[&str]) {
    let (range, found) = offered(text);
    assert_eq!(
        (range.as_str(), found),
        (replaced, items.iter().map(|i| (*i).into()).collect()),
        "{text}"
    );
}

#[test]
fn fields_words_columns_and_saved_filters() {
    check("open (go^", "go", &["gold:", "col.gold>"]);
    check("-ta^", "ta", &["tag:", "tags>"]);
    check("cap^", "cap", &["capture="]);
    check("x|cam^", "cam", &["\"camera model\"="]);
    check("\"cam^", "\"cam", &["\"camera model\"="]);
    check("col.b^", "col.b", &["col.brightness>"]);
    check("rel^ x", "rel", &["relabel:", "relabelled"]);
    check("open or^", "or", &["order:", "error", "correct"]);
    check("go^l:coat", "gol", &["gold", "col.gold"]);
    check("cap^ != x", "cap", &["capture"]);
    check("@h^", "@h", &["@\"hard ones\""]);
    check("@^", "@", &["@\"hard ones\"", "@mine"]);
    let (_, everything) = offered("gold:coat ^");
    for word in ["conf>", "reviewed", "brightness>", "@mine"] {
        assert!(everything.iter().any(|item| item == word), "{word}");
    }
}

#[test]
fn what_begins_so_comes_before_what_contains_it() {
    check("gold:sh^", "sh", &["Shirt", "T-shirt/top"]);
    check(
        "re^",
        "re",
        &["relabel:", "reviewed", "relabelled", "pred:", "unsure", "correct", "capture="],
    );
}

#[test]
fn values() {
    check("gold:^", "", &["T-shirt/top", "Trouser", "Coat", "\"Ankle boot\"", "Shirt"]);
    check("gold:coat,ank^", "ank", &["\"Ankle boot\""]);
    check("gold: \"Ank^", "\"Ank", &["\"Ankle boot\""]);
    check("pred!=an^kle x", "ankle", &["\"Ankle boot\""]);
    check("gold:\"An^kle b\" x", "\"Ankle b\"", &["\"Ankle boot\""]);
    check("gold:\"An^ tag:\"bl ack\"", "\"An", &["\"Ankle boot\""]);
    check("p:co^", "co", &["Coat>"]);
    check("p:coat>^", "", &[]);
    check("p:coat>0^", "0", &[]);
    check("tag:b^", "b", &["blurry", "\"bl ack\""]);
    check("verdict:l^", "l", &["label-wrong", "model-wrong", "both-acceptable"]);
    check("difficulty:h^", "h", &["very-hard"]);
    check("order:lab^", "lab", &["label-issue"]);
    check("is:re^", "re", &["reviewed", "relabelled", "unsure", "correct"]);
    check("capture=^", "", &["sharp", "Sharp", "blurry", "\"blurry, dark\""]);
    check("capture~b^", "b", &[]);
    check("nothing=b^", "b", &[]);
    check("conf>^", "", &[]);
}

#[test]
fn help_says_what_is_meant() {
    let small = Small::new();
    let found = complete("tag:oc", 6, &small.names(), &Vocabulary::default(), &[]);
    assert_eq!(found.items[0].help, "it is occluded");
    let found = complete("gol", 3, &small.names(), &Vocabulary::default(), &[]);
    assert_eq!(found.items[0].help, "the label that came with the data");
}

#[test]
fn columns_with_many_values_offer_none_and_long_lists_end() {
    let mut cells = TextColumn::default();
    for i in 0..51 {
        cells.push(&i.to_string()).unwrap();
    }
    let small = Small::new();
    let columns = [Column::new("many".into(), cells)];
    let classes = ClassNames::new((0..200).map(|i| format!("c{i}")).collect()).unwrap();
    let names = Names { classes: &classes, columns: &columns, ..small.names() };
    let words = Vocabulary::new(&columns);
    assert!(complete("many=", 5, &names, &words, &[]).items.is_empty());
    assert_eq!(complete("gold:c", 6, &names, &words, &[]).items.len(), 50);
}
