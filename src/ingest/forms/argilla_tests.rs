use super::super::fixtures::{cells, left_out, read, written};

const EVE: &str = "00000000-0000-0000-0000-000000000001";

#[test]
fn nested_records() {
    let (form, frame) = read("argilla/records.json");
    assert_eq!(form, "Argilla");
    assert_eq!(cells(&frame, "id"), ["r1", "r2", "r3", "r4", "r5"]);
    assert_eq!(cells(&frame, "label"), ["pos", "neg", "pos", "", "neg"]);
    assert_eq!(cells(&frame, "annotator")[0], EVE);
    assert_eq!(cells(&frame, "annotations"), ["", "2", "", "", ""]);
    assert_eq!(cells(&frame, "prediction"), ["neg", "neg", "", "pos", ""]);
    assert_eq!(cells(&frame, "confidence"), ["0.75", "0.5", "", "0.875", ""]);
    assert_eq!((cells(&frame, "text")[4], cells(&frame, "source")[0]), ("text 5", "web"));
    // its writer leaves the status of a response out
    assert!(frame.notes[1].contains("does not tell drafts"), "{:?}", frame.notes);
}

#[test]
fn flat_records_tell_what_was_discarded() {
    let (form, frame) = read("argilla/flat.json");
    assert_eq!(form, "JSON");
    assert_eq!(cells(&frame, "id"), ["r1", "r2", "r4", "r5"]);
    assert_eq!(cells(&frame, "label"), ["pos", "neg", "", "neg"]);
    assert_eq!(cells(&frame, "annotator")[0], EVE);
    assert_eq!(cells(&frame, "prediction"), ["neg", "neg", "pos", ""]);
    assert_eq!(cells(&frame, "confidence"), ["0.75", "0.5", "0.875", ""]);
    assert!(left_out(&frame)[0].ends_with("it was discarded by whoever annotated it"));
}

#[test]
fn statuses_count_and_lines_are_read_too() {
    let response = |status: &str| {
        format!(
            r#"{{"fields": {{"text": "a"}}, "responses": {{"q": [{{"value": "x", "status": "{status}"}}]}}}}"#
        )
    };
    let text = ["submitted", "draft", "discarded"].map(response).join("\n");
    let (_, frame) = written("a.jsonl", text.as_bytes()).unwrap();
    assert_eq!(cells(&frame, "label"), ["x", ""]);
    assert_eq!(left_out(&frame), ["3: it was discarded by whoever annotated it"]);
}
