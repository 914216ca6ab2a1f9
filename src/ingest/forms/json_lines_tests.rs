use super::*;
use crate::ingest::frame::Cells;
use proptest::prelude::*;
use serde_json::{Value, json};

fn frame(text: &str) -> Result<Frame, String> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.jsonl");
    std::fs::write(&path, text).unwrap();
    read(&path).map_err(|e| e.to_string().replace(&format!("{}/", dir.path().display()), ""))
}

fn texts<'f>(frame: &'f Frame, name: &str) -> Vec<&'f str> {
    frame.field(name).unwrap().texts().unwrap().iter().collect()
}

fn numbers<'f>(frame: &'f Frame, name: &str) -> &'f [f32] {
    match &frame.field(name).unwrap().cells {
        Cells::Numbers { values, .. } => values,
        Cells::Text(_) => panic!("{name} holds texts"),
    }
}

#[test]
fn columns_of_probabilities_and_lists_become_rows_of_numbers() {
    let text = "{\"id\":1,\"label\":[\"cat\"],\"prob_cat\":0.25,\"prob_dog\":0.75,\"z\":[1,2]}\n\n\
                {\"prob_dog\":1,\"id\":\"b\",\"label\":\"dog\",\"prob_cat\":NaN,\"z\":[3,null],\"new\":1}\n\
                {\"id\":2.5,\"label\":null,\"deep\":{\"a\":[1]},\"z\":[-Infinity,4]}";
    let frame = frame(text).unwrap();
    assert_eq!((frame.rows, &frame.lines[..]), (3, &[1, 3, 4][..]));
    assert_eq!(texts(&frame, "id"), ["1", "b", "2.5"]);
    assert_eq!(texts(&frame, "label"), ["cat", "dog", ""]);
    assert_eq!(texts(&frame, "deep"), ["", "", "{\"a\":[1]}"]);
    let probs = frame.field("prob_*").unwrap();
    assert_eq!(probs.parts, ["cat", "dog"]);
    assert_eq!(numbers(&frame, "prob_*")[..2], [0.25, 0.75]);
    assert!(numbers(&frame, "prob_*")[2].is_nan() && numbers(&frame, "prob_*")[3] > 0.999);
    assert!(numbers(&frame, "z")[3].is_nan() && numbers(&frame, "z")[5] > 3.999);
}

#[test]
fn a_line_that_is_no_object_is_left_out_and_named() {
    let frame = frame(
        "{\"id\":1,\"p\":[1,0]}\n{\"id\":2,\"p\":[1]}\n{\"id\":3,\n[4]\n\"NaN\"\n{\"id\":6}\n",
    )
    .unwrap();
    assert_eq!(texts(&frame, "id"), ["1", "6"]);
    let reasons: Vec<_> =
        frame.left_out.first.iter().map(|(line, why)| format!("{line}: {why}")).collect();
    assert_eq!(reasons.len(), 4, "{reasons:?}");
    assert!(reasons[0].contains("2: `p` has 1 numbers, another count"), "{reasons:?}");
    assert!(reasons[1].starts_with("3: no JSON object: EOF while parsing"), "{reasons:?}");
    assert!(reasons[2].starts_with("4: invalid type: sequence, expected an object"), "{reasons:?}");
}

#[test]
fn a_file_without_any_object_is_refused() {
    assert_eq!(frame("").unwrap_err(), "a.jsonl: there are no rows in it");
    let refused = frame("\n\u{1}\u{2}\n").unwrap_err();
    assert!(refused.starts_with("a.jsonl:2: no JSON object: expected value"), "{refused}");
}

#[test]
fn a_line_of_ten_megabytes_is_a_line() {
    let long = "x".repeat(10 << 20);
    let frame =
        frame(&format!("{{\"text\":\"a\"}}\n{{\"text\":\"{long}\"}}\n{{\"text\":\"c\"}}\n"))
            .unwrap();
    assert_eq!(frame.lines, [1, 2, 3]);
    assert_eq!(texts(&frame, "text")[1].len(), 10 << 20);
}

proptest! {
    #[test]
    fn what_serde_json_writes_is_read_back(rows in prop::collection::vec((".{0,8}", any::<i32>(), any::<bool>()), 1..20)) {
        let lines: Vec<Value> = rows.iter().map(|(text, n, yes)| json!({"text": text, "n": n, "yes": yes})).collect();
        let text = lines.iter().map(Value::to_string).collect::<Vec<_>>().join("\n");
        let frame = frame(&text).unwrap();
        prop_assert_eq!(texts(&frame, "text"), rows.iter().map(|r| r.0.as_str()).collect::<Vec<_>>());
        prop_assert_eq!(texts(&frame, "n"), rows.iter().map(|r| r.1.to_string()).collect::<Vec<_>>());
    }

    #[test]
    fn nothing_panics(text in "[\\{\\}\\[\\]\",:ab1NaInfity\\\\\\n -]{0,60}") {
        let _ = frame(&text);
        let _ = plain(text.as_bytes());
    }
}
