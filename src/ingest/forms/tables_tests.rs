//! Tools whose files are tables and lines as others write them.

use super::fixtures::{cells, left_out, names, read};
use crate::ingest::roles;

#[test]
fn cleanlabs_table_has_both_labels() {
    let (form, frame) = read("cleanlab/label_issues.csv");
    assert_eq!((form, frame.rows), ("CSV", 20));
    let names = names(&frame);
    assert_eq!(names, ["is_label_issue", "label_quality", "given_label", "predicted_label"]);
    let guess = roles::guess(&names);
    assert_eq!(guess.label, "given_label");
    assert_eq!(guess.prediction.as_deref(), Some("predicted_label"));
    assert_eq!(guess.confidence, None);
    let issue = (
        cells(&frame, "is_label_issue")[3],
        cells(&frame, "given_label")[3],
        cells(&frame, "predicted_label")[3],
    );
    assert_eq!(issue, ("True", "1", "0"));
}

#[test]
fn doccanos_lists_of_one_label_are_labels() {
    let (form, frame) = read("doccano/all.jsonl");
    assert_eq!(form, "JSON Lines");
    assert_eq!(cells(&frame, "id"), ["1", "3", "4"]);
    assert_eq!(cells(&frame, "label"), ["positive", "", "negative"]);
    assert_eq!(left_out(&frame), ["2: it has 2 labels, where one is expected"]);
    let (_, frame) = read("doccano/pictures.jsonl");
    assert_eq!((cells(&frame, "filename"), cells(&frame, "label")), (vec!["cat.png"], vec!["cat"]));
    for name in ["doccano/all.csv", "doccano/all.json"] {
        let (_, frame) = read(name);
        assert_eq!(cells(&frame, "label"), ["positive", "", "negative"], "{name}");
        assert!(left_out(&frame)[0].ends_with("it has 2 labels, where one is expected"), "{name}");
    }
    let (form, frame) = read("doccano/fasttext.txt");
    assert_eq!((form, cells(&frame, "text")), ("fastText", vec!["a fine day", "rain"]));
    let spans =
        super::read_frame(&super::fixtures::path("doccano/spans.jsonl")).unwrap_err().to_string();
    assert!(spans.contains("its labels are of parts of it"), "{spans}");
}
