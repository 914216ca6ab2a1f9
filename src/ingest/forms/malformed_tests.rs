use super::fixtures::{path, written};
use proptest::prelude::*;

/// What is written wrong in a file of that name, and how the message begins and what is in it.
const CASES: &[(&str, &[u8], &str)] = &[
    ("a.json", b"", "a.json: the file is empty"),
    ("a.json", b"[]", "a.json: there are no rows in it"),
    ("a.json", b"{}", "a.json: no JSON that holds rows"),
    ("a.json", b"[1, 2", "a.json: no JSON that holds rows"),
    ("a.json", b"[\n{\"id\": 1},\n{\"id\"", "a.json:3: the JSON is cut short"),
    ("a.json", b"[[1, 2], [3, 4]]", "a.json:1: invalid type: sequence"),
    ("a.json", b"[{\"id\": \"\xff\"}]", "a.json:1: no JSON object: invalid unicode"),
    ("a.json", b"{\"columns\": [\"a\"], \"index\": [0]}", "a.json: no \"data\""),
    ("a.json", b"{\"columns\": [\"a\"], \"data\": [[1], [2", "a.json:1: the JSON is cut short"),
    ("a.json", b"{\"columns\": 1, \"data\": 2}", "a.json: no JSON that holds rows"),
    ("a.json", b"{\"id\": {\"0\": 1}, \"label\": {\"1\": 1}}", "a.json: \"label\" has other rows"),
    ("a.json", b"{\"a\": [1, 2], \"b\": [1]}", "a.json: \"b\" has 1 values, where \"a\" has 2"),
    ("a.json", b"\x1f\x8b\x08\0\0\0", "a.json: "),
    (
        "ls.json",
        b"[{\"id\": 1, \"data\": {}, \"annotations\": [",
        "ls.json:1: the JSON is cut short",
    ),
    ("ls.json", b"[{\"id\": 1, \"data\": 3, \"annotations\": []}]", "ls.json:1: invalid type"),
    ("ls.json", b"[{\"id\": 1, \"data\": {}, \"annotations\": 3}]", "ls.json:1: invalid type"),
    (
        "ls.json",
        b"[{\"id\": 1, \"annotations\": [{\"was_cancelled\": true}]}]",
        "ls.json:1: it was skipped",
    ),
    ("p.jsonl", b"{\"answer\": 3, \"_task_hash\": 1}", "p.jsonl:1: no `label`"),
    (
        "p.jsonl",
        b"{\"answer\": \"accept\", \"options\": 3, \"accept\": 4}",
        "p.jsonl:1: nothing was chosen",
    ),
    ("f.txt", b"__label__", "f.txt: "),
    ("f.txt", b"__label__a __label__b x\n", "f.txt:1: it has 2 labels"),
    ("t.txt", b"index\tprediction\n", "t.txt: there are no rows"),
    ("t.txt", b"index\tprediction\na\tb\n", "t.txt:2: the index is"),
    (
        "d.jsonl",
        b"{\"text\": \"a\", \"label\": [[0, 1, \"P\"]]}",
        "d.jsonl:1: its labels are of parts",
    ),
];

#[test]
fn what_is_malformed_is_refused_with_one_clear_message() {
    for (name, bytes, wanted) in CASES {
        let text = String::from_utf8_lossy(bytes);
        match written(name, bytes) {
            Err(message) => {
                assert!(message.starts_with(wanted), "{text}: {message}");
                assert!(message.lines().count() <= 2, "{text}: {message}");
            }
            // there is no row in it that tells that it is wrong
            Ok((_, frame)) => assert!(*wanted == "f.txt: " && frame.rows == 1, "{text}"),
        }
    }
}

#[test]
fn a_long_line_is_a_cell() {
    let long = "x".repeat(10 << 20);
    for (name, text) in [
        ("a.json", format!("[{{\"text\": \"{long}\", \"label\": \"a\"}}]")),
        (
            "ls.json",
            format!("[{{\"id\": 1, \"annotations\": [], \"data\": {{\"text\": \"{long}\"}}}}]"),
        ),
        ("f.txt", format!("__label__a {long}")),
        ("t.txt", format!("index\tprediction\n0\t{long}")),
    ] {
        let (_, frame) = written(name, text.as_bytes()).unwrap();
        assert_eq!(frame.rows, 1, "{name}");
    }
}

#[test]
fn a_folder_is_no_file() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.json");
    std::fs::create_dir(&path).unwrap();
    let refused = super::read_frame(&path).unwrap_err().to_string();
    assert!(refused.contains("no folder of examples that is known"), "{refused}");
}

/// Files of all forms that are changed at random.
const FILES: [&str; 22] = [
    "argilla/flat.json",
    "argilla/records.json",
    "doccano/all.csv",
    "fiftyone/labels.json",
    "fiftyone/samples.csv",
    "idx/alone-images-idx3-ubyte",
    "idx/kaggle-labels.idx1-ubyte",
    "idx/t10k-labels-idx1-ubyte.gz",
    "label_studio/export.csv",
    "label_studio/export.json",
    "label_studio/min.json",
    "labelme/a.json",
    "mlflow/eval_results_table.json",
    "numpy/labels.npy",
    "numpy/packed.npz",
    "numpy/plain.npz",
    "pandas/columns.json",
    "pandas/index.json",
    "pandas/split.json",
    "prodigy/choice.jsonl",
    "timm/all.csv",
    "timm/all_separate.csv",
];

proptest! {
    #[test]
    fn no_change_of_a_file_ends_the_program(
        file in prop::sample::select(&FILES[..]),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        end in any::<prop::sample::Index>(),
        cut in any::<bool>(),
    ) {
        let mut bytes = std::fs::read(path(file)).unwrap();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if cut {
            bytes.truncate(end.index(bytes.len()));
        }
        let name = file.rsplit('/').next().unwrap();
        if let Ok((_, frame)) = written(name, &bytes) {
            for field in &frame.fields {
                let rows = match &field.cells {
                    crate::ingest::Cells::Text(cells) => cells.len(),
                    crate::ingest::Cells::Numbers { width, values } => values.len() / width,
                };
                prop_assert_eq!(rows, frame.rows, "{} of {}", field.name, file);
            }
        }
    }
}
