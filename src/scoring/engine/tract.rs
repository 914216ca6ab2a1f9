//! tract as an [`Engine`].
//!
//! Invariant: a plan is kept only after it gave finite values on two inputs, and the optimised plan only where it
//! gives what the plain one gives: tract's rewriting changes the values of some models without an error.

use super::{Engine, Port, Session};
use crate::scoring::error::ModelProblem;
use crate::scoring::guard::guarded;
use crate::scoring::prepare;
use crate::scoring::tensor::{Kind, Tensor};
use ndarray::ArrayD;
use std::collections::HashMap;
use std::thread;
use tract_onnx::Onnx;
use tract_onnx::pb::ModelProto;
use tract_onnx::prelude::{
    Datum, DatumType, InferenceFact, InferenceModel, InferenceModelExt, IntoRunnable, SymbolValues,
    TDim, TypedModel, TypedRunnableModel, TypedSimpleState, onnx,
};
use tract_onnx::tract_core::ops::Cost;

type Plan = std::sync::Arc<TypedRunnableModel>;
type Value = tract_onnx::prelude::Tensor;

/// How far the optimised plan may be from the plain one, relative to values above 1.
const AGREEMENT: f64 = 1e-3;

/// The symbol of the one size that differs from call to call.
const LENGTH: &str = "S";

/// A model that tract runs, shared by all threads.
pub(in crate::scoring) struct TractEngine {
    plan: Plan,
    /// The inputs that the outputs depend on: their number, and whether they are rounded to half floats.
    inputs: Vec<(usize, bool)>,
    macs: Option<u64>,
}

/// A model that passed its test.
pub(in crate::scoring) struct Loaded {
    pub engine: TractEngine,
    /// What the user should know about how it is run.
    pub notes: Vec<String>,
    /// What the model gave on each of the two test inputs.
    pub given: [Vec<Tensor>; 2],
}

impl TractEngine {
    /// Makes a plan that gives the tensors named `outputs`, of the graph's outputs or from inside it, and runs it on
    /// the two inputs of `tests`. In `inputs` an open size is the one that differs from call to call, a text's length.
    /// Weights in other files lie in `folder`.
    ///
    /// # Errors
    /// A model that tract can't run, or that gives values which are not finite.
    pub fn load(
        model: ModelProto,
        folder: Option<&str>,
        inputs: &[Port],
        outputs: &[String],
        tests: &[Vec<Tensor>; 2],
    ) -> Result<Loaded, ModelProblem> {
        // tract panics on some malformed graphs
        guarded(|| load(model, folder, inputs, outputs, tests))
            .unwrap_or_else(|panic| Err(ModelProblem::Engine(panic)))
    }

    /// Multiplications with an addition that one run makes, for texts as long as the first test input;
    /// `None` where tract can't tell.
    pub fn macs(&self) -> Option<u64> {
        self.macs
    }
}

impl Engine for TractEngine {
    fn session(&self) -> Result<Box<dyn Session + '_>, String> {
        Ok(Box::new(Run { engine: self, state: None }))
    }
}

struct Run<'e> {
    engine: &'e TractEngine,
    /// Made when first needed, and again after a panic inside tract.
    state: Option<TypedSimpleState>,
}

impl Session for Run<'_> {
    fn run(&mut self, inputs: &[Tensor]) -> Result<Vec<Tensor>, String> {
        let TractEngine { plan, inputs: wanted, .. } = self.engine;
        let state = self.state.take();
        let attempt = guarded(|| {
            let mut state = state.map_or_else(|| plan.spawn(), Ok)?;
            let outputs = run(&mut state, wanted, inputs)?;
            Ok::<_, anyhow::Error>((state, outputs))
        });
        match attempt {
            Ok(Ok((state, outputs))) => {
                self.state = Some(state);
                Ok(outputs)
            }
            Ok(Err(error)) => Err(ModelProblem::engine_text(&error)),
            Err(panic) => Err(format!("tract failed: {panic}")),
        }
    }
}

fn load(
    model: ModelProto,
    folder: Option<&str>,
    inputs: &[Port],
    outputs: &[String],
    tests: &[Vec<Tensor>; 2],
) -> Result<Loaded, ModelProblem> {
    let engine = |e| ModelProblem::engine(&e);
    let model = prepare::prepare(model, folder, outputs)?;
    let (model, wanted) = inferred(model, folder, inputs)?;
    check_operators(&model)?;
    let typed = model.into_typed().map_err(engine)?;
    let macs = macs(&typed, inputs, &tests[0]);
    let judge = || judge(&typed, inputs, &wanted, tests);
    let optimised = || -> anyhow::Result<_> {
        let mut model = typed.clone().into_decluttered()?;
        super::kernels::replace(&mut model)?;
        model.optimize()?;
        let plan = model.into_runnable()?;
        let given = run_both(&plan, &wanted, tests)?;
        Ok((plan, given))
    };
    let (judge, tried) = thread::scope(|scope| {
        let judge = scope.spawn(|| guarded(judge));
        let tried = guarded(optimised);
        (judge.join().unwrap_or_else(|_| Err("it panicked".to_owned())), tried)
    });
    let judge = judge.map_err(ModelProblem::Engine)?.map_err(engine)?;
    if !judge.iter().flatten().all(is_finite) {
        return Err(ModelProblem::NotFinite);
    }
    let (plan, given, what) = match tried {
        Ok(Ok((plan, given))) if agree(&given, &judge) => (plan, given, None),
        tried => {
            let what = if matches!(tried, Ok(Ok(_))) { "gives other values" } else { "fails" };
            (plain(&typed, &wanted, tests, &judge).map_err(engine)?, judge, Some(what))
        }
    };
    let note = what.map(|what| format!("the optimised plan {what}: the slower plain one is used"));
    let engine = TractEngine { plan, inputs: wanted, macs };
    Ok(Loaded { engine, notes: note.into_iter().collect(), given })
}

/// What the graph gives as it is written. A length that is left open is settled for each test: tract has to
/// rewrite a graph before it can run for any length.
fn judge(
    typed: &TypedModel,
    inputs: &[Port],
    wanted: &[(usize, bool)],
    tests: &[Vec<Tensor>; 2],
) -> anyhow::Result<[Vec<Tensor>; 2]> {
    let lengths = tests.each_ref().map(|test| length(inputs, test));
    let plan = |length: Option<i64>| -> anyhow::Result<Plan> {
        let Some(length) = length else { return typed.clone().into_runnable() };
        let settled = HashMap::from([(typed.symbols.sym(LENGTH), TDim::from(length))]);
        typed.set_symbols(&settled)?.into_runnable()
    };
    let first = plan(lengths[0])?;
    let second = if lengths[0] == lengths[1] { first.clone() } else { plan(lengths[1])? };
    let run = |plan: &Plan, test: &[Tensor]| run(&mut plan.spawn()?, wanted, test);
    Ok([run(&first, &tests[0])?, run(&second, &tests[1])?])
}

/// The plan of the graph as it is written, to be kept where the optimised one is not to be trusted.
fn plain(
    typed: &TypedModel,
    wanted: &[(usize, bool)],
    tests: &[Vec<Tensor>; 2],
    judge: &[Vec<Tensor>; 2],
) -> anyhow::Result<Plan> {
    let plan = typed.clone().into_runnable()?;
    let given = run_both(&plan, wanted, tests)?;
    anyhow::ensure!(agree(&given, judge), "it computes other values than the graph says");
    Ok(plan)
}

/// How long the open axis is in a test.
fn length(inputs: &[Port], test: &[Tensor]) -> Option<i64> {
    let open = |input: &Port| input.dims.iter().position(Option::is_none);
    inputs.iter().zip(test).find_map(|(input, test)| {
        test.shape().get(open(input)?).and_then(|&size| i64::try_from(size).ok())
    })
}

/// tract's reader. Declared shapes are often wrong or symbolic, and tract won't unify them with a batch of 1.
fn reader() -> Onnx {
    onnx()
        .with_ignore_output_shapes(true)
        .with_ignore_output_types(true)
        .with_ignore_value_info(true)
}

/// The graph with its inputs' types and sizes, and which of `inputs` it takes.
fn inferred(
    proto: ModelProto,
    folder: Option<&str>,
    inputs: &[Port],
) -> Result<(InferenceModel, Vec<(usize, bool)>), ModelProblem> {
    let engine = |e| ModelProblem::engine(&e);
    let parsed = reader().parse(&proto, folder).map_err(engine)?;
    // its weights are copied by now
    drop(proto);
    if let Some(name) = parsed.unresolved_inputs.first() {
        return Err(ModelProblem::NoTensor(name.clone()));
    }
    let mut model = parsed.model;
    let length: TDim = model.symbols.sym(LENGTH).into();
    let mut wanted = Vec::new();
    for outlet in model.input_outlets().map_err(engine)?.to_vec() {
        let name = model.node(outlet.node).name.clone();
        let number = inputs.iter().position(|input| input.name == name);
        let Some(number) = number else { return Err(ModelProblem::NoTensor(name)) };
        let Port { kind, dims, .. } = &inputs[number];
        let size = |dim: &Option<usize>| dim.map_or_else(|| length.clone(), TDim::from);
        let shape: Vec<TDim> = dims.iter().map(size).collect();
        let datum = datum(*kind).ok_or(ModelProblem::NoTensor(name))?;
        let fact = InferenceFact::dt_shape(datum, shape);
        model.set_outlet_fact(outlet, fact).map_err(engine)?;
        wanted.push((number, *kind == Kind::F16));
    }
    Ok((model, wanted))
}

/// # Errors
/// The first node on the way to the outputs whose operator tract does not have.
fn check_operators(model: &InferenceModel) -> Result<(), ModelProblem> {
    let order = model.eval_order().map_err(|e| ModelProblem::engine(&e))?;
    for node in order.into_iter().map(|id| model.node(id)) {
        let name = node.op.name();
        // what tract puts in the place of an operator that it does not have
        if let Some(operator) = name.strip_prefix("Unimplemented(") {
            let operator = operator.trim_end_matches(')').to_owned();
            return Err(ModelProblem::Operator { node: node.name.clone(), operator });
        }
    }
    Ok(())
}

/// The sum of what tract knows its operators to cost.
fn macs(model: &TypedModel, inputs: &[Port], test: &[Tensor]) -> Option<u64> {
    let symbol = model.symbols.sym(LENGTH);
    let values = SymbolValues::default().with(&symbol, length(inputs, test).unwrap_or(1));
    let mut sum = 0_u64;
    for node in model.nodes() {
        let facts = model.node_input_facts(node.id).ok()?;
        for (cost, count) in node.op.cost(&facts).ok()? {
            if matches!(cost, Cost::FMA(_)) {
                let count = count.eval(&values).to_i64().ok()?;
                sum = sum.saturating_add(u64::try_from(count).ok()?);
            }
        }
    }
    Some(sum)
}

fn run_both(
    plan: &Plan,
    wanted: &[(usize, bool)],
    tests: &[Vec<Tensor>; 2],
) -> anyhow::Result<[Vec<Tensor>; 2]> {
    let mut state = plan.spawn()?;
    Ok([run(&mut state, wanted, &tests[0])?, run(&mut state, wanted, &tests[1])?])
}

fn run(
    state: &mut TypedSimpleState,
    wanted: &[(usize, bool)],
    inputs: &[Tensor],
) -> anyhow::Result<Vec<Tensor>> {
    let values = taken(wanted, inputs).map_err(anyhow::Error::msg)?;
    let outputs = state.run(values.into_iter().map(Into::into).collect())?;
    outputs.iter().map(|value| given(value)).collect()
}

/// The inputs that the graph takes, as tract's tensors.
fn taken(wanted: &[(usize, bool)], inputs: &[Tensor]) -> Result<Vec<Value>, String> {
    let value = |&(number, half): &(usize, bool)| {
        let input = inputs.get(number).ok_or("an input is missing")?;
        let shape = input.shape();
        match input {
            // the graph computes in float32; what it is given is what a half float can hold
            Tensor::F32(values) if half => {
                let rounded = values.mapv(|v| half::f16::from_f32(v).to_f32());
                from(shape, rounded.as_slice_memory_order())
            }
            Tensor::F32(values) => from(shape, values.as_slice()),
            Tensor::F64(values) => from(shape, values.as_slice()),
            Tensor::U8(values) => from(shape, values.as_slice()),
            Tensor::I8(values) => from(shape, values.as_slice()),
            Tensor::I32(values) => from(shape, values.as_slice()),
            Tensor::I64(values) => from(shape, values.as_slice()),
            Tensor::Bool(values) => from(shape, values.as_slice()),
            Tensor::Text(_) => Err("tract takes no texts".to_owned()),
        }
    };
    wanted.iter().map(value).collect()
}

fn from<T: Datum + Copy>(shape: &[usize], values: Option<&[T]>) -> Result<Value, String> {
    let values = values.ok_or("an input is not in row-major order")?;
    Value::from_shape(shape, values).map_err(|e| e.to_string())
}

/// One of tract's tensors as ours; an integer of a kind that models for classification do not use is an int64.
fn given(value: &Value) -> anyhow::Result<Tensor> {
    fn array<T: Datum + Clone>(value: &Value) -> anyhow::Result<ArrayD<T>> {
        let values = value.to_plain_array_view::<T>()?;
        let shape = values.shape().to_vec();
        Ok(ArrayD::from_shape_vec(shape, values.iter().cloned().collect())?)
    }
    Ok(match value.datum_type() {
        DatumType::F32 => Tensor::F32(array(value)?),
        DatumType::F16 => Tensor::F32(array(&*value.cast_to::<f32>()?)?),
        DatumType::F64 => Tensor::F64(array(value)?),
        DatumType::U8 => Tensor::U8(array(value)?),
        DatumType::I8 => Tensor::I8(array(value)?),
        DatumType::I32 => Tensor::I32(array(value)?),
        DatumType::I64 => Tensor::I64(array(value)?),
        DatumType::Bool => Tensor::Bool(array(value)?),
        _ => Tensor::I64(array(&*value.cast_to::<i64>()?)?),
    })
}

fn datum(kind: Kind) -> Option<DatumType> {
    Some(match kind {
        Kind::F16 | Kind::F32 => DatumType::F32,
        Kind::F64 => DatumType::F64,
        Kind::U8 => DatumType::U8,
        Kind::I8 => DatumType::I8,
        Kind::I32 => DatumType::I32,
        Kind::I64 => DatumType::I64,
        Kind::Bool => DatumType::Bool,
        Kind::Text => return None,
    })
}

fn is_finite(tensor: &Tensor) -> bool {
    match tensor {
        Tensor::F32(values) => values.iter().all(|v| v.is_finite()),
        Tensor::F64(values) => values.iter().all(|v| v.is_finite()),
        _ => true,
    }
}

fn agree(ours: &[Vec<Tensor>; 2], judge: &[Vec<Tensor>; 2]) -> bool {
    ours.iter()
        .zip(judge)
        .all(|(a, b)| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| near(a, b)))
}

fn near(a: &Tensor, b: &Tensor) -> bool {
    // false for NaN and infinity on either side
    let near = |(a, b): (f64, f64)| (a - b).abs() <= AGREEMENT * b.abs().max(1.0);
    a.kind() == b.kind()
        && a.shape() == b.shape()
        && match (a, b) {
            (Tensor::F32(a), Tensor::F32(b)) => {
                a.iter().zip(b).map(|(&a, &b)| (f64::from(a), f64::from(b))).all(near)
            }
            (Tensor::F64(a), Tensor::F64(b)) => a.iter().zip(b).map(|(&a, &b)| (a, b)).all(near),
            _ => a == b,
        }
}

#[cfg(test)]
#[path = "tract_tests.rs"]
mod tests;
