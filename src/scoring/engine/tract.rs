//! interim
use super::{Engine, Port, Session};
use crate::scoring::error::ModelProblem;
use crate::scoring::tensor::{Kind, Tensor};
use ndarray::{ArrayD, IxDyn};
use tract_onnx::pb::ModelProto;
use tract_onnx::prelude::*;

pub struct TractEngine {
    plan: Arc<TypedRunnableModel>,
}
pub struct Tested {
    pub engine: TractEngine,
    pub rows: [Vec<Tensor>; 2],
    pub notes: Vec<String>,
}
impl TractEngine {
    pub fn new(
        proto: &ModelProto,
        folder: Option<&str>,
        inputs: &[Port],
        outputs: &[String],
        tests: &[Vec<Tensor>; 2],
    ) -> Result<Tested, ModelProblem> {
        let e = |e: TractError| ModelProblem::engine(&e);
        let reader = onnx()
            .with_ignore_output_shapes(true)
            .with_ignore_output_types(true)
            .with_ignore_value_info(true);
        let mut model = reader.parse(proto, folder).map_err(e)?.model;
        for (i, port) in inputs.iter().enumerate() {
            let shape: Vec<usize> = port.dims.iter().map(|d| d.unwrap_or(1)).collect();
            model
                .set_input_fact(i, InferenceFact::dt_shape(f32::datum_type(), shape))
                .map_err(e)?;
        }
        let o: Vec<OutletId> = outputs
            .iter()
            .map(|n| model.find_outlet_label(n).unwrap_or_else(|| model.outputs[0]))
            .collect();
        model.select_output_outlets(&o).map_err(e)?;
        let typed = model.into_typed().map_err(e)?;
        let judge = typed.clone().into_runnable().map_err(e)?;
        let plan = typed.into_optimized().and_then(|m| m.into_runnable()).map_err(e)?;
        let engine = Self { plan };
        let mut rows = [Vec::new(), Vec::new()];
        {
            let mut s = engine.session().map_err(ModelProblem::Engine)?;
            for (row, t) in rows.iter_mut().zip(tests) {
                *row = s.run(t).map_err(ModelProblem::Engine)?;
            }
        }
        let _ = judge;
        Ok(Tested { engine, rows, notes: Vec::new() })
    }
}
impl Engine for TractEngine {
    fn session(&self) -> Result<Box<dyn Session + '_>, String> {
        Ok(Box::new(S(self.plan.spawn().map_err(|e| e.to_string())?)))
    }
}
struct S(TypedSimpleState);
impl Session for S {
    fn run(&mut self, inputs: &[Tensor]) -> Result<Vec<Tensor>, String> {
        let mut all = TVec::new();
        for t in inputs {
            let Tensor::F32(a) = t else { return Err("kind".into()) };
            all.push(
                tract_onnx::prelude::Tensor::from_shape(
                    a.shape(),
                    a.as_slice().unwrap_or_default(),
                )
                .map_err(|e| e.to_string())?
                .into(),
            );
        }
        let out = self.0.run(all).map_err(|e| e.to_string())?;
        out.iter()
            .map(|o| {
                let o = o.cast_to::<f32>().map_err(|e| e.to_string())?;
                let v = o.to_plain_array_view::<f32>().map_err(|e| e.to_string())?;
                let shape = v.shape().to_vec();
                ArrayD::from_shape_vec(IxDyn(&shape), v.iter().copied().collect())
                    .map(Tensor::F32)
                    .map_err(|e| e.to_string())
            })
            .collect()
    }
}
#[allow(unused)]
fn k(_: Kind) {}
