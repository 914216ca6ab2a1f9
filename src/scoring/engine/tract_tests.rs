use super::*;
use crate::scoring::prepare::fixtures::{cases, fixed, read, tensors};
use tract_onnx::pb::GraphProto;

fn cnn() -> (ModelProto, Vec<Port>, Vec<Tensor>) {
    let case = cases("graphs/cases.onnx").into_iter().find(|case| case.name == "cnn").unwrap();
    let (model, fed) = (read("graphs/cnn.onnx"), tensors(&case, "fed"));
    let inputs = fixed(&model, &fed);
    (model, inputs, fed.into_iter().map(|(_, tensor)| tensor).collect())
}

fn load_cnn(change: impl FnOnce(&mut GraphProto)) -> Result<Loaded, ModelProblem> {
    let (mut model, inputs, fed) = cnn();
    change(model.graph.as_mut().unwrap());
    TractEngine::load(model, None, &inputs, &["logits".to_owned()], &[fed.clone(), fed])
}

#[track_caller]
fn refusal(loaded: Result<Loaded, ModelProblem>) -> String {
    loaded.err().expect("it is refused").to_string()
}

#[test]
fn plans_agree_within_a_thousandth_and_never_on_nan() {
    let row = |v: f32| [vec![Tensor::f32(&[1], vec![v]).unwrap()], Vec::new()];
    assert!(agree(&row(1000.5), &row(1000.0)));
    assert!(!agree(&row(1002.0), &row(1000.0)));
    assert!(!agree(&row(0.002), &row(0.0)));
    assert!(!agree(&row(f32::NAN), &row(f32::NAN)));
    assert!(!agree(&row(f32::INFINITY), &row(f32::INFINITY)));
    assert!(!agree(&row(1.0), &[Vec::new(), Vec::new()]));
    let wide = [vec![Tensor::f32(&[2], vec![1.0; 2]).unwrap()], Vec::new()];
    assert!(!agree(&row(1.0), &wide));
}

#[test]
fn an_operator_that_is_not_there_is_named_with_its_node() {
    let text = refusal(load_cnn(|graph| graph.node[2].op_type = "FancyPool".to_owned()));
    assert!(text.starts_with("node `n2` needs the operator FancyPool"), "{text}");
    assert!(text.contains("--engine ort"), "{text}");
}

#[test]
fn weights_in_a_file_that_is_not_there_are_named_by_it() {
    use tract_onnx::pb::StringStringEntryProto as Entry;
    let outside = |location: &str| {
        let entry = Entry { key: "location".to_owned(), value: location.to_owned() };
        refusal(load_cnn(|graph| {
            graph.initializer[0].raw_data.clear();
            graph.initializer[0].data_location = Some(1);
            graph.initializer[0].external_data = vec![entry];
        }))
    };
    assert!(outside("weights.bin").contains("`weights.bin`, which is not in its folder"));
    assert!(outside("../weights.bin").contains("`../weights.bin`"));
    assert!(outside("/etc/passwd").contains("`/etc/passwd`"));
}

#[test]
fn values_that_are_not_finite_refuse_the_model() {
    let text = refusal(load_cnn(|graph| {
        graph.initializer[4].raw_data[..4].copy_from_slice(&f32::NAN.to_le_bytes());
    }));
    assert!(text.contains("not finite"), "{text}");
}

#[test]
fn what_makes_tract_panic_or_fail_is_an_error() {
    for number in 0..8 {
        for change in 0..4 {
            // a graph that is broken in one place: whatever comes, it is no panic
            let _ = load_cnn(|graph| {
                let number = number % graph.node.len();
                let node = &mut graph.node[number];
                match change {
                    0 => node.input.clear(),
                    1 => node.output.clear(),
                    2 => node.attribute.clear(),
                    _ => graph.initializer[number % 4].dims = vec![-1, i64::MAX, 3],
                }
            });
        }
    }
}

#[test]
fn a_session_goes_on_after_an_input_it_can_not_take() {
    let (model, inputs, fed) = cnn();
    let outputs = ["logits".to_owned()];
    let loaded =
        TractEngine::load(model, None, &inputs, &outputs, &[fed.clone(), fed.clone()]).unwrap();
    let mut session = loaded.engine.session().unwrap();
    let small = Tensor::f32(&[1, 3, 2, 2], vec![0.0; 12]).unwrap();
    assert!(session.run(&[small]).is_err());
    assert!(session.run(&[]).is_err());
    assert_eq!(session.run(&fed).unwrap(), loaded.given[0]);
}

#[test]
fn a_tensor_that_is_asked_for_must_be_there() {
    let (model, inputs, fed) = cnn();
    let outputs = ["scores".to_owned()];
    let loaded = TractEngine::load(model, None, &inputs, &outputs, &[fed.clone(), fed]);
    assert!(refusal(loaded).contains("no tensor `scores`"));
}
