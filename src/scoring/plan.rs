//! From a graph to a plan that can be trusted.
//!
//! Invariant: a plan leaves this file only after it gave finite values on two test images. tract's
//! rewriting changes the values of some quantised models without an error, so the graph as it is
//! written is run as well and is the judge.

use super::error::ModelProblem;
use super::input::picture::{Frame, Preparer};
use std::panic::{AssertUnwindSafe, catch_unwind};
use tract_onnx::prelude::*;

/// What all threads share.
pub(super) type Plan = Arc<TypedRunnableModel>;

/// How far the optimised plan may be from the plain one, relative to values above 1.
const AGREEMENT: f32 = 1e-3;

/// A plan that passed.
pub(super) struct Tested {
    pub plan: Plan,
    /// What it gave on the two test images.
    pub rows: [Vec<f32>; 2],
    /// Why it is not the optimised plan, if it is not.
    pub note: Option<String>,
}

/// Makes the optimised plan of `model`, or the plain one where the optimised one is not to be
/// trusted. The model must have one output and its input fact set to `frame`.
///
/// # Errors
/// A model that can't be run as it is written, or that gives NaN or infinite values.
pub(super) fn make(
    model: InferenceModel,
    frame: &Frame,
    preparer: &Preparer,
) -> Result<Tested, ModelProblem> {
    let engine = |e| ModelProblem::engine(&e);
    let missing = || ModelProblem::Engine("no test pictures".to_owned());
    let images = preparer.test_inputs().ok_or_else(missing)?;
    let images = images.map(|image| image.to_f32().unwrap_or_default());
    let typed = model.into_typed().map_err(engine)?;
    let reference = typed.clone().into_runnable().map_err(engine)?;
    let judge = run_all(&reference, frame, &images).map_err(engine)?;
    let optimised = catch_unwind(AssertUnwindSafe(|| {
        let plan = typed.into_optimized()?.into_runnable()?;
        let rows = run_all(&plan, frame, &images)?;
        Ok::<_, TractError>((plan, rows))
    }));
    let (plan, rows, what) = match optimised {
        Ok(Ok((plan, rows))) if agree(&rows, &judge) => (plan, rows, None),
        Ok(Ok(_)) => (reference, judge, Some("gives other values")),
        Ok(Err(_)) | Err(_) => (reference, judge, Some("fails")),
    };
    if rows.iter().flatten().any(|v| !v.is_finite()) {
        return Err(ModelProblem::NotFinite);
    }
    let note = what.map(|what| format!("the optimised plan {what}: the slower plain one is used"));
    Ok(Tested { plan, rows, note })
}

/// Runs one image; gives all values of the output in their order.
pub(super) fn run(
    state: &mut TypedSimpleState,
    frame: &Frame,
    values: &[f32],
) -> TractResult<Vec<f32>> {
    let input = Tensor::from_shape(&frame.shape(), values)?;
    let outputs = state.run(tvec!(input.into()))?;
    let output = outputs[0].cast_to::<f32>()?;
    Ok(output.to_plain_array_view::<f32>()?.iter().copied().collect())
}

fn run_all(plan: &Plan, frame: &Frame, images: &[Vec<f32>; 2]) -> TractResult<[Vec<f32>; 2]> {
    let mut state = plan.spawn()?;
    Ok([run(&mut state, frame, &images[0])?, run(&mut state, frame, &images[1])?])
}

fn agree(ours: &[Vec<f32>; 2], judge: &[Vec<f32>; 2]) -> bool {
    // false for NaN and infinity on either side
    let near = |(a, b): (&f32, &f32)| (a - b).abs() <= AGREEMENT * b.abs().max(1.0);
    ours.iter().zip(judge).all(|(a, b)| a.len() == b.len() && a.iter().zip(b).all(near))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plans_agree_within_a_thousandth_and_never_on_nan() {
        let row = |v: f32| [vec![v], vec![0.0]];
        assert!(agree(&row(1000.5), &row(1000.0)));
        assert!(!agree(&row(1002.0), &row(1000.0)));
        assert!(!agree(&row(0.002), &row(0.0)));
        assert!(!agree(&row(f32::NAN), &row(f32::NAN)));
        assert!(!agree(&row(f32::INFINITY), &row(f32::INFINITY)));
        assert!(!agree(&row(1.0), &[vec![1.0, 1.0], vec![0.0]]));
    }
}
