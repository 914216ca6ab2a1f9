//! Damaged and hostile graphs: an error or values, never a panic.

use super::tests::{array, cases, model};
use super::*;
use proptest::prelude::*;
use tract_onnx::pb::{AttributeProto, ModelProto, NodeProto};

/// One thing done to a model: `place` chooses where, `value` what is written.
#[derive(Debug, Clone, Copy)]
struct Harm {
    kind: u8,
    place: u32,
    value: i64,
}

fn harm() -> impl Strategy<Value = Harm> {
    let value = prop_oneof![
        -3_i64..12,
        Just(i64::MAX),
        Just(i64::MIN),
        Just(1 << 33),
        Just(1 << 20),
        any::<i64>(),
    ];
    (0_u8..12, any::<u32>(), value).prop_map(|(kind, place, value)| Harm { kind, place, value })
}

fn pick<T>(list: &mut [T], place: u32) -> Option<&mut T> {
    let len = list.len();
    (len > 0).then(|| &mut list[place as usize % len])
}

#[expect(clippy::too_many_lines, reason = "an arm a harm")]
fn damage(model: &mut ModelProto, harm: Harm) {
    let graph = model.graph.as_mut().unwrap();
    let (place, value) = (harm.place, harm.value);
    match harm.kind {
        0..=5 => {
            let mut attributes: Vec<&mut AttributeProto> =
                graph.node.iter_mut().flat_map(|node| &mut node.attribute).collect();
            if let Some(attribute) = pick(&mut attributes, place) {
                damage_attribute(attribute, harm);
            }
        }
        6 => {
            if let Some(tensor) = pick(&mut graph.initializer, place) {
                if let Some(size) = pick(&mut tensor.dims, place / 7) {
                    *size = value;
                }
                tensor.raw_data.truncate(place as usize % 9);
            }
        }
        7 => {
            // values in an order that ends nowhere
            let name =
                graph.node.last().and_then(|n| n.output.first()).cloned().unwrap_or_default();
            let node: Option<&mut NodeProto> = pick(&mut graph.node, place);
            if let Some(input) = node.and_then(|node| pick(&mut node.input, place / 7)) {
                *input = name;
            }
        }
        8 => {
            let len = graph.node.len();
            graph.node.swap(place as usize % len, value.unsigned_abs() as usize % len);
        }
        9 => {
            let node = pick(&mut graph.node, place).unwrap();
            node.input.truncate(value.unsigned_abs() as usize % 3);
        }
        10 => {
            let other =
                graph.node[value.unsigned_abs() as usize % graph.node.len()].op_type.clone();
            pick(&mut graph.node, place).unwrap().op_type = other;
        }
        _ => {
            if let Some(tensor) = pick(&mut graph.initializer, place) {
                if let Some(number) = pick(&mut tensor.int64_data, place / 7) {
                    *number = value;
                }
                if let Some(byte) = pick(&mut tensor.raw_data, place / 7) {
                    *byte = value as u8;
                }
            }
        }
    }
}

fn damage_attribute(attribute: &mut AttributeProto, harm: Harm) {
    let Harm { kind, place, value } = harm;
    match kind {
        0 => attribute.ints.truncate(place as usize % 5),
        1 => attribute.floats.truncate(place as usize % 5),
        2 => attribute.strings.truncate(place as usize % 5),
        3 => {
            attribute.i = value;
            if let Some(string) = pick(&mut attribute.strings, place) {
                string.truncate(3);
            }
        }
        4 => attribute.f = f32::from_bits(value as u32),
        _ => {
            if let Some(number) = pick(&mut attribute.ints, place) {
                *number = value;
            }
            if let Some(number) = pick(&mut attribute.floats, place) {
                *number = f32::from_bits(value as u32);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn a_damaged_model_gives_an_error_or_values(
        which in any::<prop::sample::Index>(),
        harms in prop::collection::vec(harm(), 1..4),
        crossed in any::<bool>(),
    ) {
        let cases = cases();
        let case = which.get(cases);
        let mut model = model(case["name"].as_str().unwrap());
        for harm in harms {
            damage(&mut model, harm);
        }
        let mut inputs: Vec<Tensor> = case["inputs"].as_array().unwrap().iter().map(array).collect();
        if crossed {
            inputs = cases[0]["inputs"].as_array().unwrap().iter().map(array).collect();
        }
        if let Ok(program) = Program::new(model.graph.as_ref().unwrap(), &model.opset_import)
            && let Ok(outputs) = program.run(&inputs)
        {
            prop_assert_eq!(outputs.len(), program.outputs().len());
        }
    }
}

#[test]
fn an_unknown_operator_is_named() {
    let mut strange = model("forest");
    let graph = strange.graph.as_mut().unwrap();
    graph.node[0].op_type = "FancyTrees".to_owned();
    let node = graph.node[0].name.clone();
    let refusal = Program::new(graph, &strange.opset_import).err();
    let operator = "ai.onnx.ml.FancyTrees".to_owned();
    assert_eq!(refusal, Some(Refusal::Missing { node, operator }));
}

#[test]
fn nodes_that_no_output_needs_are_not_asked_for() {
    let mut extra = model("forest");
    let graph = extra.graph.as_mut().unwrap();
    graph.node.push(NodeProto {
        op_type: "Fancy".to_owned(),
        output: vec!["unused".to_owned()],
        ..NodeProto::default()
    });
    assert!(Program::new(graph, &extra.opset_import).is_ok());
}
