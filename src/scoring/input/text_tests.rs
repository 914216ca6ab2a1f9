use super::*;
use crate::scoring::tensor::Kind;
use proptest::prelude::*;
use serde_json::Value;
use std::path::PathBuf;
use tempfile::TempDir;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/text")
}

fn expected() -> Value {
    serde_json::from_slice(&std::fs::read(fixtures().join("expected.json")).unwrap()).unwrap()
}

fn port(name: &str, kind: Kind, length: Option<usize>) -> Port {
    Port { name: name.to_owned(), kind, dims: vec![None, length] }
}

/// The names, the type and the length of the inputs of each fixture.
fn ports(model: &str) -> Vec<Port> {
    let names = ["input_ids", "attention_mask", "token_type_ids"];
    match model {
        "bert" => names.map(|n| port(n, Kind::I64, None)).to_vec(),
        "roberta" => names[..2].iter().map(|n| port(n, Kind::I64, None)).collect(),
        _ => names[..2].iter().map(|n| port(n, Kind::I32, Some(24))).collect(),
    }
}

fn load(model: &str) -> Texts {
    let file = fixtures().join(expected()["models"][model]["file"].as_str().unwrap());
    Texts::load(&file, &ports(model), None, None).unwrap()
}

fn values(tensor: &Tensor) -> Vec<i64> {
    match tensor {
        Tensor::I64(values) => values.iter().copied().collect(),
        Tensor::I32(values) => values.iter().map(|&v| i64::from(v)).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn ids_masks_and_types_are_those_of_transformers() {
    let expected = expected();
    for model in ["bert", "roberta", "unigram"] {
        let texts = load(model);
        let rows = expected["models"][model]["rows"].as_array().unwrap();
        assert_eq!(rows.len(), 40);
        for (text, row) in expected["texts"].as_array().unwrap().iter().zip(rows) {
            let made = texts.tensors(text.as_str().unwrap()).unwrap();
            for (port, tensor) in ports(model).iter().zip(&made) {
                let wanted: Vec<i64> = serde_json::from_value(row[&port.name].clone()).unwrap();
                assert_eq!(values(tensor), wanted, "{model} {} {text}", port.name);
                assert_eq!(tensor.shape(), [1, wanted.len()]);
                assert_eq!(tensor.kind(), port.kind);
            }
        }
    }
}

#[test]
fn the_length_is_the_least_of_tokenizer_positions_and_graph() {
    // the tokenizer's own 16 is a setting of another call
    assert_eq!(load("bert").limit(), 64);
    // 42 positions, of which no token gets the first two; the tokenizer says "none"
    assert_eq!(load("roberta").limit(), 40);
    assert_eq!(load("unigram").limit(), 24);
    let bert = fixtures().join("bert/onnx/model.onnx");
    let limit = |asked| Texts::load(&bert, &ports("bert"), Some(asked), None).unwrap();
    assert_eq!(limit(10).limit(), 10);
    assert_eq!(limit(10).tensors(&"the river ".repeat(30)).unwrap()[0].shape(), [1, 10]);
    assert_eq!(limit(1000).limit(), 64);
    assert_eq!(limit(1000).notes(), ["max_length = 1000, and the model has positions for 64"]);
    let none = Texts::load(&bert, &ports("bert"), Some(2), None).unwrap_err().to_string();
    assert!(none.starts_with("texts may have 2 tokens, and the tokenizer adds 2"), "{none}");
}

/// A folder with the tokenizer of a fixture and nothing else.
fn alone(model: &str) -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    std::fs::copy(fixtures().join(model).join("tokenizer.json"), dir.path().join("tokenizer.json"))
        .unwrap();
    let file = dir.path().join("model.onnx");
    (dir, file)
}

#[test]
fn without_other_files_the_graph_and_the_tokenizer_tell_the_length() {
    let (dir, file) = alone("bert");
    let limit = |positions| Texts::load(&file, &ports("bert"), None, positions).unwrap().limit();
    assert_eq!((limit(None), limit(Some(32))), (16, 32));
    let (_dir, file) = alone("roberta");
    let texts = Texts::load(&file, &ports("roberta"), None, None).unwrap();
    assert_eq!(texts.limit(), MOST_TOKENS);
    assert!(texts.notes()[0].contains("cut to 4096"), "{:?}", texts.notes());
    std::fs::remove_file(dir.path().join("tokenizer.json")).unwrap();
    let missing = Texts::load(&dir.path().join("m.onnx"), &ports("bert"), None, None);
    assert!(missing.unwrap_err().to_string().contains("no tokenizer.json"));
}

#[test]
fn a_fixed_length_is_filled_on_the_side_of_the_tokenizer() {
    let left = load("unigram").tensors("a").unwrap();
    let mask = values(&left[1]);
    assert_eq!((left[0].shape(), mask[0], mask[23]), ([1, 24].as_slice(), 0, 1));
}

#[test]
fn positions_begin_where_the_model_has_its_first() {
    let mut ports = ports("roberta");
    ports.push(port("position_ids", Kind::I64, None));
    let texts = Texts::load(&fixtures().join("roberta/model.onnx"), &ports, None, None).unwrap();
    assert_eq!(values(&texts.tensors("ab").unwrap()[2]), [2, 3, 4, 5]);
}

#[test]
fn what_is_found_is_said_on_one_line() {
    assert_eq!(
        load("bert").describe(),
        "input_ids, attention_mask, token_type_ids: text by tokenizer.json, up to 64 tokens"
    );
    assert!(load("unigram").describe().ends_with("24 tokens, padded"));
    let [short, long] = load("bert").test_inputs().unwrap();
    assert!(short[0].shape()[1] < long[0].shape()[1]);
}

#[test]
fn hostile_texts_are_tokenized_or_refused() {
    let marks = "\u{301}".repeat(100_000);
    let texts =
        ["", " ", "\0", "\u{fffd}\u{fffe}", &marks, &"x".repeat(1 << 20), &"ab ".repeat(1 << 18)];
    for model in ["bert", "roberta", "unigram"] {
        let made = load(model);
        for text in texts {
            let shape = made.tensors(text).unwrap()[0].shape().to_vec();
            assert!(shape[1] <= made.limit(), "{model} {shape:?}");
        }
    }
}

#[test]
fn broken_files_beside_the_model_are_named() {
    let (dir, file) = alone("bert");
    let path = dir.path().join("tokenizer.json");
    let whole = std::fs::read(&path).unwrap();
    std::fs::write(
        dir.path().join("config.json"),
        "{\"max_position_embeddings\": -3, \"pad_token_id\": 1e99",
    )
    .unwrap();
    std::fs::write(
        dir.path().join("tokenizer_config.json"),
        "{\"model_max_length\": \"x\", \"pad_token\": 3}",
    )
    .unwrap();
    assert_eq!(Texts::load(&file, &ports("bert"), None, None).unwrap().limit(), 16);
    for text in [&b"{}"[..], b"", b"\xff", &whole[..whole.len() / 2]] {
        std::fs::write(&path, text).unwrap();
        let error = Texts::load(&file, &ports("bert"), None, None).unwrap_err().to_string();
        assert!(error.starts_with("its tokenizer can't be used: "), "{error}");
        assert_eq!(error.lines().count(), 2, "{error}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_text_has_at_most_so_many_tokens(text in any::<String>(), model in 0_usize..3) {
        let name = ["bert", "roberta", "unigram"][model];
        let texts = load(name);
        let made = texts.tensors(&text).unwrap();
        prop_assert!(made[0].shape()[1] <= texts.limit());
        prop_assert!(made.iter().all(|t| t.shape() == made[0].shape()));
    }
}
