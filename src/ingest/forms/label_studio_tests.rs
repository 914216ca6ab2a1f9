use super::super::fixtures::{cells, left_out, names, read, written};
use super::*;

#[test]
fn tasks_with_annotations_and_predictions() {
    let (form, frame) = read("label_studio/export.json");
    assert_eq!(form, "Label Studio");
    assert_eq!(cells(&frame, "id"), ["1", "2", "4", "5", "7", "8"]);
    assert_eq!(cells(&frame, "label"), ["Cat", "Dog", "Dog", "Cat", "", "Cat"]);
    assert_eq!(cells(&frame, "image")[0], "pets/img 1.png");
    assert_eq!(cells(&frame, "annotator"), ["1", "eve@example.org", "2", "1", "", "2"]);
    assert_eq!(cells(&frame, "prediction"), ["Dog", "Dog", "", "", "Cat", ""]);
    assert_eq!(cells(&frame, "confidence"), ["0.87", "0.93", "", "", "0.5", ""]);
    assert_eq!(cells(&frame, "model_version")[0], "m1");
    assert_eq!(cells(&frame, "annotations"), ["", "", "2", "2", "", ""]);
    assert_eq!(cells(&frame, "remark")[1], "wet");
    assert_eq!(cells(&frame, "data_label")[5], "a column of the data");
    let reasons =
        ["it was skipped by whoever annotated it", "it has 2 labels, where one is expected"];
    let left_out = left_out(&frame);
    assert!(
        left_out.len() == 2 && left_out.iter().zip(reasons).all(|(l, why)| l.ends_with(why)),
        "{left_out:?}"
    );
    assert!(frame.notes[0].starts_with("2 examples have several annotations"));
}

#[test]
fn its_own_tables_have_the_answer_as_label() {
    for name in ["min.json", "export.csv"] {
        let (_, frame) = read(&format!("label_studio/{name}"));
        assert_eq!(cells(&frame, "id"), ["1", "2", "4", "5", "7", "8"], "{name}");
        // ground truth is not told here: the later one counts for 5
        assert_eq!(cells(&frame, "label"), ["Cat", "Dog", "Dog", "Dog", "", "Cat"], "{name}");
        assert_eq!(cells(&frame, "image")[0], "pets/img 1.png", "{name}");
        assert_eq!(cells(&frame, "annotator")[..3], ["1", "eve@example.org", "2"], "{name}");
        assert_eq!(cells(&frame, "annotations"), ["1", "1", "2", "2", "1", "1"], "{name}");
        assert_eq!(cells(&frame, "data_label")[5], "a column of the data", "{name}");
        assert_eq!(frame.left_out.count, 1, "{name}");
        assert!(frame.notes[0].contains("\"animal\""), "{name}: {:?}", frame.notes);
    }
}

#[test]
fn other_questions_than_a_choice_are_told() {
    let text = br#"[{"id": 1, "data": {"image": "a.png"}, "annotations": [{"result": [
        {"from_name": "box", "type": "rectanglelabels", "value": {"rectanglelabels": ["Cat"]}}]}]}]"#;
    let refused = written("a.json", text).unwrap_err();
    assert!(refused.starts_with("a.json:1: its labels are of parts"), "{refused}");
}

#[test]
fn addresses_become_paths() {
    assert_eq!(file_of("http://host:8080/data/local-files/?d=a%2Fb%C3%BC.png"), "a/bü.png");
    assert_eq!(file_of("/data/local-files/?d=50%"), "50%");
    assert_eq!(file_of("/data/local-files/?d=%ff.png"), "%ff.png");
    assert_eq!(file_of("s3://bucket/a%20b.png"), "s3://bucket/a%20b.png");
}

#[test]
fn a_table_with_an_annotator_is_not_label_studios() {
    let (_, frame) = written("a.csv", b"id,text,label,annotator\n1,a,x,eve\n").unwrap();
    assert_eq!(names(&frame), ["id", "text", "label", "annotator"]);
}
