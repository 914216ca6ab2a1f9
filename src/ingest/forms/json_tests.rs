use super::super::fixtures::{cells, left_out, names, numbers, read, written};
use super::*;
use proptest::prelude::*;
use serde_json::json;

#[test]
fn whatever_the_orient_pandas_data_is_the_same() {
    for name in [
        "records.json",
        "records.json.gz",
        "split.json",
        "columns.json",
        "index.json",
        "lists.json",
    ] {
        let (form, frame) = read(&format!("pandas/{name}"));
        assert_eq!((form, frame.rows), ("JSON", 4), "{name}");
        assert_eq!(names(&frame), ["file", "label", "prediction", "probs", "width"], "{name}");
        assert_eq!(cells(&frame, "file"), ["a/1.png", "a/2.png", "b/3.png", "b/ü 4.png"], "{name}");
        assert_eq!(cells(&frame, "label"), ["cat", "dog", "cat", ""], "{name}");
        assert_eq!(cells(&frame, "width"), ["32", "64", "32", "128"], "{name}");
        let probs = [0.75, 0.25, 0.625, 0.375, 0.875, 0.125, 0.5, 0.5];
        assert_eq!(numbers(&frame, "probs"), (2, &probs[..]), "{name}");
        assert_eq!(left_out(&frame), [""; 0], "{name}");
    }
    let (_, frame) = read("pandas/table.json");
    assert_eq!(cells(&frame, "prediction"), ["cat", "cat", "cat", "dog"]);
    assert_eq!(frame.notes, ["the rows are those under \"data\""]);
}

#[test]
fn an_index_of_files_is_their_column() {
    for name in ["index_of_files.json", "columns_of_files.json"] {
        let (_, frame) = read(&format!("pandas/{name}"));
        assert_eq!(names(&frame), ["filename", "label", "prediction", "probs", "width"], "{name}");
        assert_eq!(cells(&frame, "filename")[3], "b/ü 4.png", "{name}");
        assert_eq!(numbers(&frame, "probs").1[..2], [0.75, 0.25], "{name}");
    }
    let (_, frame) = read("pandas/index_of_files.json");
    assert_eq!(frame.lines, [2, 11, 20, 29]);
}

#[test]
fn the_table_of_an_evaluation_by_mlflow() {
    let (form, frame) = read("mlflow/eval_results_table.json");
    assert_eq!((form, frame.rows), ("JSON", 6));
    assert_eq!(names(&frame), ["inputs", "target", "prediction", "prediction_proba"]);
    assert_eq!(cells(&frame, "target"), ["0", "1", "2", "0", "1", "2"]);
    let (width, probs) = numbers(&frame, "prediction_proba");
    assert_eq!(width, 3);
    for (row, prediction) in probs.chunks(3).zip(cells(&frame, "prediction")) {
        assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-3);
        let top = (0..3).max_by(|&a, &b| row[a].total_cmp(&row[b])).unwrap();
        assert_eq!(top.to_string(), prediction);
    }
    let names: Vec<&str> = names(&frame);
    let guess = roles::guess(&names);
    assert_eq!((guess.label.as_str(), guess.prediction.as_deref()), ("target", Some("prediction")));
    assert_eq!(guess.probabilities.as_deref(), Some("prediction_proba"));
}

#[test]
fn what_python_writes_beside_json_is_missing() {
    let (_, frame) = read("pandas/nan.json");
    let (width, values) = numbers(&frame, "p_*");
    assert!(
        width == 2
            && values[..2] == [0.25, 0.75]
            && values[2].is_nan()
            && values[4..] == [1.0, 0.0]
    );
    assert_eq!(frame.lines, [2, 8, 14]);
}

#[test]
fn rows_that_cannot_be_used_are_left_out_by_line() {
    let text = b"[\n{\"id\": 1, \"p\": [1, 0]},\n{\"id\": 2, \"p\": [1]},\n 7,\n{\"id\": 4}\n]";
    let (_, frame) = written("a.json", text).unwrap();
    assert_eq!((cells(&frame, "id"), &frame.lines[..]), (vec!["1", "4"], &[2, 5][..]));
    let left_out = left_out(&frame);
    assert!(left_out[0].starts_with("3: `p` has 1 numbers"), "{left_out:?}");
    assert!(left_out[1].starts_with("4: invalid type: integer `7`"), "{left_out:?}");
    let split = br#"{"columns": ["id", "label"], "data": [[1, "a"], [2], [3, "b"]]}"#;
    let (_, frame) = written("a.json", split).unwrap();
    assert_eq!(cells(&frame, "label"), ["a", "b"]);
    assert_eq!(
        super::super::fixtures::left_out(&frame),
        ["1: 1 values, where there are 2 columns"]
    );
}

#[test]
fn json_lines_are_no_document() {
    let line = br#"{"a": {"text": "a"}, "b": {"label": []}}"#;
    let lines = [&line[..], b"\n", line].concat();
    assert_eq!(written("a.json", &lines).unwrap().0, "JSON Lines");
    assert_eq!(written("a.jsonl", line).unwrap().0, "JSON Lines");
    assert_eq!(written("a.json", b"{\"id\":1}\n{\"id\":2}\n").unwrap().0, "JSON Lines");
}

proptest! {
    #[test]
    fn what_serde_json_writes_is_read_back(
        rows in prop::collection::vec((".{0,8}", any::<i32>()), 1..20), pretty in any::<bool>()
    ) {
        let objects: Vec<Value> = rows.iter().map(|(text, n)| json!({"text": text, "n": n})).collect();
        let lists: Vec<Value> = rows.iter().map(|(text, n)| json!([text, n])).collect();
        for value in [json!(objects), json!({"columns": ["text", "n"], "data": lists})] {
            let json = if pretty { serde_json::to_vec_pretty(&value) } else { serde_json::to_vec(&value) };
            let (_, frame) = written("a.json", &json.unwrap()).unwrap();
            prop_assert_eq!(cells(&frame, "text"), rows.iter().map(|r| r.0.as_str()).collect::<Vec<_>>());
            prop_assert_eq!(cells(&frame, "n"), rows.iter().map(|r| r.1.to_string()).collect::<Vec<_>>());
        }
    }

    #[test]
    fn nothing_panics(text in "[\\[\\]{}\",:ab1NaInfity\\\\\\n -]{0,60}", named in any::<bool>()) {
        let text = if named { format!("{{\"columns\":[\"a\"],\"data\":{text}") } else { text };
        let _ = written("a.json", text.as_bytes());
    }
}
