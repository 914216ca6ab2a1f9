//! These need ONNX Runtime's library, named by `ORT_DYLIB_PATH` (`.ci/run` sets it, and `GAFFE_TEST_ORT`,
//! under which a missing one is a failure).

use super::*;
use crate::scoring::engine::Port;
use crate::scoring::engine::tract::TractEngine;
use crate::scoring::{onnx_file, prepare};
use ndarray::{ArrayD, IxDyn, arr2};
use std::io::Write as _;
use tract_onnx::pb;
use tract_onnx::pb::tensor_proto::DataType;

/// Whether there is a library to test with.
fn library() -> bool {
    let named = std::env::var_os("ORT_DYLIB_PATH").is_some_and(|path| !path.is_empty());
    let needed = std::env::var_os("GAFFE_TEST_ORT").is_some();
    assert!(named || !needed, "GAFFE_TEST_ORT is set, ORT_DYLIB_PATH is not");
    if !named {
        // straight to the terminal: what a test prints is shown only when it fails
        let _ = writeln!(std::io::stderr(), "skipped: ORT_DYLIB_PATH names no ONNX Runtime");
    }
    named
}

const OPTIONS: Options = Options { threads: 2, bytes: 0, cpu_only: true };

fn port(name: &str, kind: DataType, dims: &[i64]) -> pb::ValueInfoProto {
    use pb::tensor_shape_proto::{Dimension, dimension::Value};
    let dim = dims.iter().map(|&d| Dimension {
        value: Some(if d < 0 { Value::DimParam("N".to_owned()) } else { Value::DimValue(d) }),
        ..Dimension::default()
    });
    let tensor = pb::type_proto::Tensor {
        elem_type: kind as i32,
        shape: Some(pb::TensorShapeProto { dim: dim.collect() }),
    };
    let value = Some(pb::type_proto::Value::TensorType(tensor));
    let held = pb::TypeProto { value, ..pb::TypeProto::default() };
    pb::ValueInfoProto { name: name.to_owned(), r#type: Some(held), ..Default::default() }
}

fn node(operator: &str, input: &[&str], output: &str) -> pb::NodeProto {
    pb::NodeProto {
        op_type: operator.to_owned(),
        input: input.iter().map(|&name| name.to_owned()).collect(),
        output: vec![output.to_owned()],
        ..Default::default()
    }
}

fn model(graph: pb::GraphProto) -> ModelProto {
    let opset = pb::OperatorSetIdProto { domain: String::new(), version: 17 };
    let graph = pb::GraphProto { name: "test".to_owned(), ..graph };
    let opset_import = vec![opset];
    ModelProto { ir_version: 8, opset_import, graph: Some(graph), ..Default::default() }
}

/// A model in a file, which lasts as long as the folder.
#[expect(clippy::needless_pass_by_value, reason = "its callers make it on the spot")]
fn engine(
    proto: ModelProto,
    outputs: &[&str],
    bytes: u64,
) -> (tempfile::TempDir, Result<OrtEngine, ModelProblem>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.onnx");
    std::fs::write(&path, proto.encode_to_vec()).unwrap();
    let outputs: Vec<String> = outputs.iter().map(|&name| name.to_owned()).collect();
    let options = Options { bytes, ..OPTIONS };
    (folder, OrtEngine::new(&path, None, &outputs, options).map(|(engine, _)| engine))
}

fn negation() -> ModelProto {
    model(pb::GraphProto {
        node: vec![node("Neg", &["x"], "y")],
        input: vec![port("x", DataType::Float, &[-1])],
        output: vec![port("y", DataType::Float, &[-1])],
        ..Default::default()
    })
}

const KINDS: [DataType; 9] = [
    DataType::Float16,
    DataType::Float,
    DataType::Double,
    DataType::Uint8,
    DataType::Int8,
    DataType::Int32,
    DataType::Int64,
    DataType::Bool,
    DataType::String,
];

fn of_each_kind() -> Vec<Tensor> {
    fn array<T: Clone>(values: &[T; 4]) -> ArrayD<T> {
        ArrayD::from_shape_vec(IxDyn(&[2, 2]), values.to_vec()).unwrap()
    }
    vec![
        Tensor::F32(array(&[0.5, -2.0, 65504.0, 0.25])),
        Tensor::F32(array(&[0.1, f32::MIN, f32::MAX, -0.0])),
        Tensor::F64(array(&[0.1, f64::MIN, f64::MAX, 1e-300])),
        Tensor::U8(array(&[0, 1, 254, 255])),
        Tensor::I8(array(&[-128, -1, 0, 127])),
        Tensor::I32(array(&[i32::MIN, -1, 0, i32::MAX])),
        Tensor::I64(array(&[i64::MIN, -1, 0, i64::MAX])),
        Tensor::Bool(array(&[true, false, false, true])),
        Tensor::Text(array(&["", "näh", "日本", "a b"].map(str::to_owned))),
    ]
}

#[test]
fn every_kind_goes_in_and_comes_out() {
    if !library() {
        return;
    }
    let names: Vec<(String, String)> =
        (0..KINDS.len()).map(|i| (format!("x{i}"), format!("y{i}"))).collect();
    let graph = pb::GraphProto {
        node: names.iter().map(|(x, y)| node("Identity", &[x], y)).collect(),
        input: names.iter().zip(KINDS).map(|((x, _), k)| port(x, k, &[-1, 2])).collect(),
        output: names.iter().zip(KINDS).map(|((_, y), k)| port(y, k, &[-1, 2])).collect(),
        ..Default::default()
    };
    let outputs: Vec<&str> = names.iter().map(|(_, y)| y.as_str()).collect();
    let (_folder, engine) = engine(model(graph), &outputs, 0);
    let engine = engine.unwrap();
    let given = of_each_kind();
    let mut session = engine.session().unwrap();
    assert_eq!(session.run(&given).unwrap(), given);
    // laid out otherwise: the same values
    let turned: Vec<Tensor> = given.iter().map(transposed).collect();
    assert_eq!(session.run(&turned).unwrap(), turned);

    let mut wrong = of_each_kind();
    wrong.swap(1, 2);
    let refused = session.run(&wrong).unwrap_err();
    assert_eq!(refused, "input `x1` is float64, not float32");
    assert!(session.run(&given[..3]).unwrap_err().contains("3 inputs are given"));
    let mut wide = of_each_kind();
    wide[1] = Tensor::F32(ArrayD::zeros(IxDyn(&[2, 3])));
    let refused = session.run(&wide).unwrap_err();
    assert!(refused.contains("x1") && refused.lines().count() == 1, "{refused}");
    let mut nul = of_each_kind();
    nul[8] = Tensor::Text(ArrayD::from_elem(IxDyn(&[2, 2]), "a\0b".to_owned()));
    assert!(session.run(&nul).is_err());
    // none of that spoils the session
    assert_eq!(session.run(&given).unwrap(), given);
}

fn transposed(tensor: &Tensor) -> Tensor {
    match tensor.clone() {
        Tensor::F32(a) => Tensor::F32(a.reversed_axes()),
        Tensor::F64(a) => Tensor::F64(a.reversed_axes()),
        Tensor::U8(a) => Tensor::U8(a.reversed_axes()),
        Tensor::I8(a) => Tensor::I8(a.reversed_axes()),
        Tensor::I32(a) => Tensor::I32(a.reversed_axes()),
        Tensor::I64(a) => Tensor::I64(a.reversed_axes()),
        Tensor::Bool(a) => Tensor::Bool(a.reversed_axes()),
        Tensor::Text(a) => Tensor::Text(a.reversed_axes()),
    }
}

#[test]
fn outputs_come_in_the_order_they_were_asked_for() {
    if !library() {
        return;
    }
    let graph = pb::GraphProto {
        node: vec![node("Neg", &["x"], "minus"), node("Abs", &["x"], "size")],
        input: vec![port("x", DataType::Float, &[-1, 2])],
        output: vec![
            port("minus", DataType::Float, &[-1, 2]),
            port("size", DataType::Float, &[-1, 2]),
        ],
        ..Default::default()
    };
    let proto = model(graph);
    let x = [Tensor::F32(arr2(&[[1.0, -2.0]]).into_dyn())];
    let minus = Tensor::F32(arr2(&[[-1.0, 2.0]]).into_dyn());
    let size = Tensor::F32(arr2(&[[1.0, 2.0]]).into_dyn());
    let (_first, both) = engine(proto.clone(), &["size", "minus"], 0);
    let both = both.unwrap();
    assert_eq!(both.session().unwrap().run(&x).unwrap(), [size.clone(), minus]);
    let (_second, one) = engine(proto.clone(), &["size"], 0);
    let one = one.unwrap();
    assert_eq!(one.session().unwrap().run(&x).unwrap(), [size]);
    let (_third, other) = engine(proto, &["other"], 0);
    let Err(ModelProblem::Runtime(reason)) = other else { panic!() };
    assert!(reason.contains("other"), "{reason}");
    assert!(one.describe().starts_with("ONNX Runtime 1."), "{}", one.describe());
    assert_eq!(one.batch(), 1);
}

#[test]
fn weights_beside_a_model_are_found_when_its_graph_was_changed() {
    if !library() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let weights: Vec<u8> = [1.0_f32, 2.0, 3.0].iter().flat_map(|v| v.to_le_bytes()).collect();
    std::fs::write(folder.path().join("w.bin"), weights).unwrap();
    let entry = |key: &str, value: &str| pb::StringStringEntryProto {
        key: key.to_owned(),
        value: value.to_owned(),
    };
    let initializer = pb::TensorProto {
        name: "w".to_owned(),
        dims: vec![1, 3],
        data_type: DataType::Float as i32,
        data_location: Some(pb::tensor_proto::DataLocation::External as i32),
        external_data: vec![entry("location", "w.bin"), entry("length", "12")],
        ..Default::default()
    };
    let proto = model(pb::GraphProto {
        node: vec![node("Add", &["x", "w"], "inner"), node("Neg", &["inner"], "y")],
        initializer: vec![initializer],
        input: vec![port("x", DataType::Float, &[-1, 3])],
        output: vec![port("y", DataType::Float, &[-1, 3])],
        ..Default::default()
    });
    let path = folder.path().join("model.onnx");
    std::fs::write(&path, proto.encode_to_vec()).unwrap();
    let x = [Tensor::F32(arr2(&[[10.0, 10.0, 10.0]]).into_dyn())];
    let inner = Tensor::F32(arr2(&[[11.0, 12.0, 13.0]]).into_dyn());
    let y = Tensor::F32(arr2(&[[-11.0, -12.0, -13.0]]).into_dyn());
    let both = ["inner".to_owned(), "y".to_owned()];
    let changed = prepare::with_outputs(&proto, &both);
    for (changed, outputs, values) in
        [(None, &both[1..], vec![y.clone()]), (Some(changed), &both[..], vec![inner, y])]
    {
        let (engine, notes) = OrtEngine::new(&path, changed, outputs, OPTIONS).unwrap();
        assert!(notes.is_empty(), "{notes:?}");
        assert_eq!(engine.session().unwrap().run(&x).unwrap(), values);
    }
}

#[test]
fn threads_have_sessions_of_their_own_until_the_weights_are_too_many() {
    let plan = |threads, bytes| {
        let Plan { sessions, threads, .. } = Plan::on_cpu(Options { threads, bytes, ..OPTIONS });
        (sessions, threads)
    };
    assert_eq!(plan(2, 100 << 20), (2, 1));
    assert_eq!(plan(16, 400 << 20), (2, 8));
    assert_eq!(plan(4, 5 << 30), (1, 4));
    assert_eq!(plan(0, 0), (1, 1));
}

#[test]
fn more_threads_than_sessions_wait_for_each_other() {
    if !library() {
        return;
    }
    for bytes in [0, u64::MAX] {
        let (_folder, engine) = engine(negation(), &["y"], bytes);
        let engine = engine.unwrap();
        std::thread::scope(|scope| {
            for worker in 0..5_u8 {
                let engine = &engine;
                scope.spawn(move || {
                    let mut session = engine.session().unwrap();
                    for i in 0..50_u8 {
                        let value = f32::from(worker) * 100.0 + f32::from(i);
                        let x = [Tensor::f32(&[1], vec![value]).unwrap()];
                        let y = Tensor::f32(&[1], vec![-value]).unwrap();
                        assert_eq!(session.run(&x).unwrap(), [y]);
                    }
                });
            }
        });
    }
}

#[test]
fn a_session_that_panics_or_can_not_be_made_keeps_nobody_waiting() {
    if !library() {
        return;
    }
    let (_folder, engine) = engine(negation(), &["y"], 0);
    let engine = engine.unwrap();
    let make = || engine.make();
    let fails = || Err("no memory".to_owned());
    std::thread::scope(|scope| {
        let waits = engine.pool.with(&make, |_| {
            let second = engine.pool.with(&make, |_| -> Result<(), String> { panic!("in a test") });
            assert_eq!(second, Err("in a test".to_owned()));
            Ok(scope.spawn(|| engine.pool.with(&fails, |_| Ok(()))))
        });
        assert_eq!(waits.unwrap().join().unwrap(), Ok(()));
    });
    let gone = engine.pool.with(&make, |_| -> Result<(), String> { panic!("in a test") });
    assert!(gone.is_err());
    assert_eq!(engine.pool.with(&fails, |_| Ok(())), Err("no memory".to_owned()));
    assert_eq!(engine.pool.with(&make, |_| Ok(())), Ok(()));
}

#[test]
fn what_is_no_model_is_refused_on_one_line() {
    if !library() {
        return;
    }
    let unknown = model(pb::GraphProto {
        node: vec![node("FancyPool", &["x"], "y")],
        input: vec![port("x", DataType::Float, &[1])],
        output: vec![port("y", DataType::Float, &[1])],
        ..Default::default()
    });
    let (_folder, refused) = engine(unknown, &["y"], 0);
    let Err(ModelProblem::Runtime(reason)) = refused else { panic!() };
    assert!(reason.contains("FancyPool") && reason.lines().count() == 1, "{reason}");
    let (_folder, refused) = engine(ModelProto::default(), &[], 0);
    assert!(matches!(refused, Err(ModelProblem::Runtime(_))));
    let gone = OrtEngine::new(Path::new("no/such.onnx"), None, &["y".to_owned()], OPTIONS);
    assert!(gone.err().unwrap().to_string().contains("no/such.onnx"));
}

#[test]
fn a_second_library_is_refused() {
    if !library() {
        return;
    }
    library::runtime(&Places::of_process()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let other = folder.path().join("libonnxruntime.so");
    std::fs::write(&other, b"").unwrap();
    let places = Places { named: Some(other), ..Places::default() };
    let refused = library::runtime(&places).unwrap_err();
    assert!(refused.contains("is loaded already"), "{refused}");
    assert!(library::runtime(&Places::default()).is_ok());
}

/// Largest difference, relative to values above 1.
fn apart(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| (a - b).abs() / b.abs().max(1.0)).fold(0.0, f32::max)
}

#[test]
fn it_gives_what_tract_gives() {
    if !library() {
        return;
    }
    let models = [
        ("sample_data/fashion/models/v1.onnx", [1, 1, 28, 28], "logits"),
        ("sample_data/fashion/models/v1.onnx", [1, 1, 28, 28], "embedding"),
        ("sample_data/fashion/models/v2.onnx", [1, 1, 28, 28], "logits"),
        ("tests/fixtures/models/batch_of_eight.onnx", [8, 1, 4, 4], "logits"),
        ("tests/fixtures/models/nhwc_softmax.onnx", [2, 4, 6, 3], "probabilities"),
        ("tests/fixtures/models/open_size.onnx", [1, 3, 5, 7], "second"),
        ("tests/fixtures/models/sigmoid.onnx", [1, 3, 4, 4], "output"),
        ("tests/fixtures/models/unnamed_outputs.onnx", [1, 1, 4, 4], "c"),
    ];
    for (file, shape, name) in models {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        let proto = onnx_file::read(&tract_onnx::onnx(), &path).unwrap();
        let outputs = [name.to_owned()];
        let input = |salt: usize| {
            let len: usize = shape.iter().product();
            let value = |i: usize| (((i + salt) * 37 % 101) as f32) / 50.0 - 1.0;
            vec![Tensor::f32(&shape, (0..len).map(value).collect()).unwrap()]
        };
        let tests = [input(0), input(50)];
        let port = prepare::interface(&proto).inputs.remove(0);
        let port = Port { dims: shape.iter().copied().map(Some).collect(), ..port };
        let theirs = TractEngine::load(proto, None, &[port], &outputs, &tests).unwrap().given;
        let (ours, _) = OrtEngine::new(&path, None, &outputs, OPTIONS).unwrap();
        for (test, theirs) in tests.iter().zip(theirs) {
            let ours = ours.session().unwrap().run(test).unwrap();
            let apart = apart(&ours[0].to_f32().unwrap(), &theirs[0].to_f32().unwrap());
            assert!(apart < 1e-4, "{file} {name}: {apart}");
        }
    }
}

/// By the whole way from a picture's file, in both engines.
#[test]
fn a_model_is_the_same_whatever_runs_it() {
    use crate::scoring::{Embedding, EngineChoice, Medium, Model, Preprocess, Sample, Settings};
    if !library() {
        return;
    }
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample_data/fashion");
    let classes = (0..10).map(|i| i.to_string()).collect();
    let preprocess = Preprocess { channels: Some(1), ..Preprocess::default() };
    let settings = Settings {
        embedding: Some(Embedding::LastHidden),
        ..Settings::new(Medium::Picture, preprocess, classes)
    };
    let path = sample.join("models/v1.onnx");
    let tract = Model::load(&path, &settings).unwrap();
    let engine = EngineChoice::OnnxRuntime;
    let ours = Model::load(&path, &Settings { engine, ..settings }).unwrap();
    assert!(ours.about().engine.starts_with("ONNX Runtime 1."), "{:?}", ours.about());
    for row in 0..20 {
        let file = sample.join(format!("images/dev-{row:05}.png"));
        let picture = Sample::Picture(crate::media::decode(&file).unwrap());
        let (ours, theirs) = (ours.score(&picture).unwrap(), tract.score(&picture).unwrap());
        assert!(apart(&ours.probs, &theirs.probs) < 1e-4, "{row}");
        assert!(apart(&ours.embedding, &theirs.embedding) < 1e-4, "{row}");
    }
}
