use super::super::fixtures::{cells, left_out, read, written};

#[test]
fn labels_by_the_stem_of_the_picture() {
    for name in ["fiftyone", "fiftyone/labels.json"] {
        let (form, frame) = read(name);
        assert_eq!(form, "FiftyOne");
        assert_eq!(cells(&frame, "id"), ["one", "two", "three", "sub/four.jpg"]);
        assert_eq!(
            cells(&frame, "file"),
            ["data/one.jpg", "data/two.png", "data/three.jpg", "sub/four.jpg"]
        );
        assert_eq!(cells(&frame, "label"), ["cat", "dog", "", "cat"]);
        assert_eq!(frame.classes, ["cat", "dog"]);
        assert_eq!(left_out(&frame), ["0: \"five\": class 7, but there are 2"]);
    }
}

#[test]
fn what_its_exporter_writes_is_read() {
    let (form, frame) = read("fiftyone/exported");
    assert_eq!(form, "FiftyOne");
    assert_eq!(cells(&frame, "file"), ["data/one.jpg", "data/two.png", "data/three.jpg"]);
    assert_eq!(cells(&frame, "label"), ["cat", "dog", ""]);
    assert!(left_out(&frame).is_empty());
}

#[test]
fn labels_with_a_confidence_are_predictions() {
    let (_, frame) = read("fiftyone/predictions/labels.json");
    assert_eq!(cells(&frame, "prediction"), ["cat", "dog"]);
    assert_eq!(cells(&frame, "confidence"), ["0.75", "0.5"]);
    assert_eq!(cells(&frame, "blurry"), ["true", ""]);
    assert!(frame.field("label").is_none() && frame.notes[0].contains("predictions"));
}

#[test]
fn a_tag_may_be_the_split() {
    let (_, frame) = read("fiftyone/samples.csv");
    assert_eq!(cells(&frame, "split"), ["validation", "train"]);
    let (_, frame) = written("a.csv", b"filepath,tags,label\na.png,new,x\n").unwrap();
    assert!(frame.field("split").is_none());
}

#[test]
fn several_labels_and_none_are_told() {
    let text = br#"{"classes": ["a", "b"], "labels": {"x": [0, 1], "y": [1]}}"#;
    let (_, frame) = written("labels.json", text).unwrap();
    assert_eq!(cells(&frame, "label"), ["b"]);
    assert_eq!(left_out(&frame), ["0: \"x\": it has 2 labels, where one is expected"]);
    let refused = written("labels.json", br#"{"classes": ["a"], "labels": 3}"#).unwrap_err();
    assert!(refused.starts_with("labels.json: not as FiftyOne writes it"), "{refused}");
}
