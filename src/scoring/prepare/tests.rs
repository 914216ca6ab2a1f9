//! Whole models against ONNX Runtime: `tests/fixtures/graphs`.

use super::super::engine::Engine;
use super::super::engine::Port;
use super::super::engine::tract::{Loaded, TractEngine};
use super::super::tensor::{Kind, Tensor};
use super::draft::float;
use super::fixtures::{cases, difference, file, fixed, read, tensors};
use super::interface::Interface;
use super::*;
use tract_onnx::pb::NodeProto;

fn case(name: &str) -> NodeProto {
    cases("graphs/cases.onnx").into_iter().find(|case| case.name == name).unwrap()
}

fn folder() -> String {
    file("graphs").to_str().unwrap().to_owned()
}

fn load(name: &str, inputs: &[Port], outputs: &[String], fed: &[Tensor]) -> Loaded {
    let tests = [fed.to_vec(), fed.to_vec()];
    let model = read(&format!("graphs/{name}.onnx"));
    TractEngine::load(model, Some(&folder()), inputs, outputs, &tests)
        .unwrap_or_else(|problem| panic!("{name}: {problem}"))
}

#[track_caller]
fn assert_like_onnx_runtime(name: &str) {
    let case = case(name);
    let (fed, expected) = (tensors(&case, "fed"), tensors(&case, "expected"));
    let inputs = fixed(&read(&format!("graphs/{name}.onnx")), &fed);
    let outputs: Vec<String> = expected.iter().map(|(name, _)| name.clone()).collect();
    let fed: Vec<Tensor> = fed.into_iter().map(|(_, tensor)| tensor).collect();
    let loaded = load(name, &inputs, &outputs, &fed);
    assert_eq!(loaded.notes, [""; 0], "{name} runs optimised");
    let ours = loaded.engine.session().unwrap().run(&fed).unwrap();
    for (ours, (output, theirs)) in ours.iter().zip(&expected) {
        let far = difference(ours, theirs, float(&case, "tolerance").unwrap());
        assert_eq!(far, None, "{name}, {output}");
    }
}

macro_rules! like_onnx_runtime {
    ($($name:ident)*) => {$(
        #[test]
        fn $name() {
            assert_like_onnx_runtime(stringify!($name));
        }
    )*};
}

like_onnx_runtime! {
    cnn cnn_half qdq_cnn qdq_cnn_per_channel qlinear_cnn bert_dynamic_int8 resnet mobilenet efficientnet vit bert
    bert_optimised cnn_fused bytes_nhwc batch_of_four two_heads
}

#[test]
fn texts_of_any_length_run_in_one_plan() {
    let case = case("bert");
    let (fed, expected) = (tensors(&case, "fed"), tensors(&case, "expected"));
    let mut inputs = fixed(&read("graphs/bert.onnx"), &fed);
    for input in &mut inputs {
        input.dims[1] = None;
    }
    let fed: Vec<Tensor> = fed.into_iter().map(|(_, tensor)| tensor).collect();
    let loaded = load("bert", &inputs, &["logits".to_owned()], &fed);
    assert_eq!(loaded.notes, [""; 0]);
    assert!(loaded.engine.macs().unwrap() > 10_000);
    let mut session = loaded.engine.session().unwrap();
    let ours = session.run(&fed).unwrap();
    assert_eq!(difference(&ours[0], &expected[0].1, 1e-4), None);
    // masked tokens at the end change nothing
    let shorter: Vec<Tensor> = fed
        .iter()
        .map(|tensor| match tensor {
            Tensor::I64(ids) => Tensor::I64(ids.slice(ndarray::s![.., ..5]).to_owned().into_dyn()),
            other => other.clone(),
        })
        .collect();
    let ours = session.run(&shorter).unwrap();
    assert_eq!(difference(&ours[0], &expected[0].1, 1e-4), None);
}

#[test]
fn an_inner_tensor_can_be_asked_for_and_the_rest_is_cut_away() {
    let model = read("graphs/cnn.onnx");
    let graph = model.graph.clone().unwrap();
    let hidden = hidden(&graph, "logits").unwrap();
    let prepared = prepare(model, None, std::slice::from_ref(&hidden)).unwrap().graph.unwrap();
    assert!(prepared.node.iter().all(|node| node.op_type != "Gemm"), "what follows is cut away");
    assert!(prepared.initializer.len() < graph.initializer.len());
    let fed: Vec<Tensor> = tensors(&case("cnn"), "fed").into_iter().map(|(_, t)| t).collect();
    let inputs =
        [Port { name: "x".to_owned(), kind: Kind::F32, dims: [1, 3, 12, 12].map(Some).to_vec() }];
    let loaded = load("cnn", &inputs, &["logits".to_owned(), hidden], &fed);
    assert_eq!(loaded.given[0][1].shape(), [1, 16]);
}

#[test]
fn the_last_hidden_layer_is_what_the_class_scores_come_from() {
    let width = |name: &str, output: &str| {
        let model = read(&format!("graphs/{name}.onnx"));
        let hidden = hidden(model.graph.as_ref().unwrap(), output)?;
        let case = case(name);
        let fed = tensors(&case, "fed");
        let inputs = fixed(&model, &fed);
        let fed: Vec<Tensor> = fed.into_iter().map(|(_, tensor)| tensor).collect();
        let loaded = load(name, &inputs, &[hidden], &fed);
        Some(loaded.given[0][0].shape().to_vec())
    };
    for (name, output, shape) in [
        ("cnn", "logits", vec![1, 16]),
        ("cnn_half", "logits", vec![1, 16]),
        ("qdq_cnn", "probabilities", vec![1, 8]),
        ("resnet", "logits", vec![1, 16]),
        ("mobilenet", "logits", vec![1, 12]),
        ("efficientnet", "logits", vec![1, 16]),
        ("vit", "logits", vec![1, 16]),
        ("bert", "logits", vec![1, 16]),
        ("bert_dynamic_int8", "logits", vec![1, 16]),
        ("batch_of_four", "logits", vec![4, 100]),
        ("two_heads", "colour", vec![1, 6]),
    ] {
        assert_eq!(width(name, output), Some(shape), "{name}");
    }
    assert_eq!(width("two_heads", "features"), None);
}

#[test]
fn inputs_and_outputs_are_told_as_the_file_has_them() {
    let Interface { inputs, outputs, foreign } = interface(&read("graphs/bytes_nhwc.onnx"));
    assert_eq!(inputs.len(), 1);
    assert_eq!((inputs[0].name.as_str(), inputs[0].kind), ("x", Kind::U8));
    assert_eq!(inputs[0].dims, [1, 10, 10, 3].map(Some));
    assert_eq!(outputs[0].name, "logits");
    assert!(foreign.is_empty());
    let half = interface(&read("graphs/cnn_half.onnx"));
    assert_eq!((half.inputs[0].kind, half.outputs[0].kind), (Kind::F16, Kind::F16));
    let open = interface(&read("graphs/bert.onnx"));
    assert_eq!(open.inputs[1].dims, [None, None]);
}

#[test]
fn multiply_adds_are_counted() {
    let fed: Vec<Tensor> = tensors(&case("cnn"), "fed").into_iter().map(|(_, t)| t).collect();
    let inputs = fixed(&read("graphs/cnn.onnx"), &tensors(&case("cnn"), "fed"));
    let loaded = load("cnn", &inputs, &["logits".to_owned()], &fed);
    // 3×8 and 8×16 kernels of 3×3 over 12×12 and 6×6 places, and 16×5 weights
    let convolutions = 3 * 8 * 9 * 144 + 8 * 16 * 9 * 36;
    let macs = loaded.engine.macs().unwrap();
    assert!((convolutions + 80..convolutions + 80 + 2000).contains(&macs), "{macs}");
}

#[test]
fn weights_in_a_file_beside_the_model_are_read() {
    use tract_onnx::pb::StringStringEntryProto as Entry;
    for name in ["cnn", "cnn_half"] {
        let case = case(name);
        let (fed, expected) = (tensors(&case, "fed"), tensors(&case, "expected"));
        let mut model = read(&format!("graphs/{name}.onnx"));
        let inputs = fixed(&model, &fed);
        let fed: Vec<Tensor> = fed.into_iter().map(|(_, tensor)| tensor).collect();
        let beside = tempfile::tempdir().unwrap();
        let weights = &mut model.graph.as_mut().unwrap().initializer[0];
        let bytes = std::mem::take(&mut weights.raw_data);
        let entry = |key: &str, value: &str| Entry { key: key.to_owned(), value: value.to_owned() };
        weights.data_location = Some(1);
        weights.external_data = vec![entry("location", "w.bin"), entry("offset", "16")];
        let load = |kept: &[u8]| {
            std::fs::write(beside.path().join("w.bin"), [&[7; 16], kept].concat()).unwrap();
            let (folder, outputs) = (beside.path().to_str(), ["logits".to_owned()]);
            let tests = [fed.clone(), fed.clone()];
            TractEngine::load(model.clone(), folder, &inputs, &outputs, &tests)
        };
        let loaded = load(&bytes).unwrap_or_else(|problem| panic!("{name}: {problem}"));
        let far =
            difference(&loaded.given[0][0], &expected[0].1, float(&case, "tolerance").unwrap());
        assert_eq!(far, None, "{name}");
        assert!(load(&bytes[..bytes.len() - 4]).is_err(), "{name} with a file that is cut short");
    }
}
