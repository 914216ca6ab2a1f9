use super::super::fixtures::{cells, left_out, read, written};

#[test]
fn predictions_by_index() {
    let (form, frame) = read("trainer/predict_results_rte.txt");
    assert_eq!(form, "Trainer predictions");
    assert_eq!(cells(&frame, "index"), ["0", "1", "2", "3"]);
    assert_eq!(cells(&frame, "prediction")[..2], ["entail \"ment\"", "not_entailment"]);
    assert!(frame.field("label").is_none() && frame.notes[0].contains("order of the test data"));
}

#[test]
fn lines_without_an_index_are_left_out() {
    let text = b"index\tprediction\r\n0\ta\r\nx\tb\r\n2\n3\t['a', 'b']\n4\t\xff\n";
    let (_, frame) = written("a.txt", text).unwrap();
    assert_eq!(cells(&frame, "prediction"), ["a"]);
    let lines: Vec<_> = left_out(&frame).iter().map(|left| left[..1].to_owned()).collect();
    assert_eq!(lines, ["3", "4", "5", "6"]);
}
