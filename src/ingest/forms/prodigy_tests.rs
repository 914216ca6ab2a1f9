use super::super::fixtures::{cells, left_out, read, written};

#[test]
fn a_rejected_single_label_is_its_negation() {
    let (form, frame) = read("prodigy/binary.jsonl");
    assert_eq!(form, "Prodigy");
    assert_eq!(cells(&frame, "text"), ["text 1", "text 2", "text 4"]);
    // the first one was answered again later
    assert_eq!(cells(&frame, "label"), ["not POSITIVE", "not POSITIVE", "not POSITIVE"]);
    assert_eq!(cells(&frame, "annotations"), ["2", "1", "1"]);
    assert_eq!(cells(&frame, "prediction"), ["POSITIVE", "not POSITIVE", "POSITIVE"]);
    assert_eq!(cells(&frame, "confidence"), ["0.75", "0.75", "0.875"]);
    assert_eq!(cells(&frame, "_input_hash")[0], "-1001");
    assert_eq!(cells(&frame, "annotator")[0], "db-eve");
    assert_eq!(left_out(&frame), ["3: it was ignored by whoever annotated it"]);
}

#[test]
fn a_rejected_label_among_others_is_no_label() {
    let (_, frame) = read("prodigy/labels.jsonl");
    assert_eq!(cells(&frame, "label"), ["SPORT", "NEWS"]);
    assert_eq!(cells(&frame, "prediction"), ["SPORT", ""]);
    assert_eq!(left_out(&frame), ["2: \"SPORT\" was rejected, which does not tell what it is"]);
}

#[test]
fn one_choice_is_the_label() {
    let (_, frame) = read("prodigy/choice.jsonl");
    assert_eq!(cells(&frame, "file"), ["pets/1.png", "pets/5.png"]);
    assert_eq!(cells(&frame, "label"), ["cat", "cow"]);
    assert_eq!(frame.classes, ["cat", "dog", "cow"]);
    assert!(frame.field("prediction").is_none());
    let reasons = [
        "2: it has 2 labels",
        "3: nothing was chosen",
        "4: it was rejected",
        "6: its picture",
        "7: it was ignored",
    ];
    let left_out = left_out(&frame);
    assert_eq!(left_out.len(), reasons.len(), "{left_out:?}");
    assert!(left_out.iter().zip(reasons).all(|(left, why)| left.starts_with(why)), "{left_out:?}");
}

#[test]
fn spans_are_no_labels_of_the_whole() {
    let line =
        br#"{"text": "Ada", "spans": [{"label": "PER"}], "_task_hash": 1, "answer": "accept"}"#;
    let refused = written("a.jsonl", line).unwrap_err();
    assert_eq!(refused, "a.jsonl:1: no `label` and no `options` to choose from");
}
