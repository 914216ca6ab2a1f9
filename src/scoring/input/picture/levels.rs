//! From levels of 0 to 255 to the numbers of a model's input.
//!
//! Invariant: a level's number is computed once, in f64, as (level × `rescale` − `mean`) / `std`.

use super::super::{Layout, Order, Preprocess};
use super::frame::Frame;
use super::pixels::Pixels;
use crate::scoring::engine::Port;
use crate::scoring::error::ModelProblem;
use crate::scoring::tensor::{Kind, Tensor};
use ndarray::{ArrayD, IxDyn};

/// For each channel of the model the number of each level.
type Table<T> = Vec<[T; 256]>;

/// What becomes of pixels, in the type of the input.
#[derive(Debug)]
pub struct Levels {
    frame: Frame,
    bgr: bool,
    numbers: Numbers,
}

#[derive(Debug)]
enum Numbers {
    F32(Table<f32>),
    F64(Table<f64>),
    U8(Table<u8>),
    I32(Table<i32>),
    I64(Table<i64>),
}

impl Levels {
    /// # Errors
    /// An input of a type that holds no picture; a mean or std of another length than 1 or the number of
    /// channels, or of impossible values.
    pub fn new(frame: Frame, port: &Port, preprocess: &Preprocess) -> Result<Self, ModelProblem> {
        let exact = numbers(frame.channels, port.kind, preprocess)?;
        let numbers = match port.kind {
            Kind::F16 | Kind::F32 => Numbers::F32(cast(&exact, |v| v as f32)),
            Kind::F64 => Numbers::F64(exact),
            Kind::U8 => Numbers::U8(cast(&exact, |v| v.round() as u8)),
            Kind::I32 => Numbers::I32(cast(&exact, |v| v.round() as i32)),
            Kind::I64 => Numbers::I64(cast(&exact, |v| v.round() as i64)),
            Kind::I8 | Kind::Bool | Kind::Text => {
                let (input, kind) = (port.name.clone(), port.kind.name().to_owned());
                return Err(ModelProblem::InputType { input, kind });
            }
        };
        let bgr = frame.channels == 3 && preprocess.order == Some(Order::Bgr);
        Ok(Self { frame, bgr, numbers })
    }

    /// The tensor of as many pixels as the frame has.
    pub fn tensor(&self, pixels: &Pixels<'_>) -> Option<Tensor> {
        let shape = IxDyn(&self.frame.shape());
        Some(match &self.numbers {
            Numbers::F32(table) => {
                Tensor::F32(ArrayD::from_shape_vec(shape, self.spread(table, pixels)).ok()?)
            }
            Numbers::F64(table) => {
                Tensor::F64(ArrayD::from_shape_vec(shape, self.spread(table, pixels)).ok()?)
            }
            Numbers::U8(table) => {
                Tensor::U8(ArrayD::from_shape_vec(shape, self.spread(table, pixels)).ok()?)
            }
            Numbers::I32(table) => {
                Tensor::I32(ArrayD::from_shape_vec(shape, self.spread(table, pixels)).ok()?)
            }
            Numbers::I64(table) => {
                Tensor::I64(ArrayD::from_shape_vec(shape, self.spread(table, pixels)).ok()?)
            }
        })
    }

    fn spread<T: Copy>(&self, table: &Table<T>, pixels: &Pixels<'_>) -> Vec<T> {
        let Pixels { levels, channels } = pixels;
        // which channel of the pixels is the model's
        let from = |c: usize| match (*channels, self.bgr) {
            (1, _) => 0,
            (_, true) => 2 - c,
            (_, false) => c,
        };
        let mut values = Vec::with_capacity(self.frame.area() * table.len());
        match self.frame.layout {
            Layout::Nchw => {
                for (c, numbers) in table.iter().enumerate() {
                    let from = from(c);
                    let value = |pixel: &[u8]| numbers[usize::from(pixel[from])];
                    values.extend(levels.chunks_exact(*channels).map(value));
                }
            }
            Layout::Nhwc => {
                for pixel in levels.chunks_exact(*channels) {
                    let value =
                        |(c, numbers): (usize, &[T; 256])| numbers[usize::from(pixel[from(c)])];
                    values.extend(table.iter().enumerate().map(value));
                }
            }
        }
        values
    }
}

fn cast<T: Copy>(exact: &Table<f64>, to: impl Fn(f64) -> T) -> Table<T> {
    exact.iter().map(|numbers| numbers.map(&to)).collect()
}

fn numbers(
    channels: usize,
    kind: Kind,
    preprocess: &Preprocess,
) -> Result<Table<f64>, ModelProblem> {
    let refuse = |text: String| Err(ModelProblem::Preprocess(text));
    let float = matches!(kind, Kind::F16 | Kind::F32 | Kind::F64);
    let rescale = preprocess.rescale.unwrap_or(if float { 1.0 / 255.0 } else { 1.0 });
    if !(rescale.is_finite() && rescale > 0.0) {
        return refuse(format!("`rescale` must be above 0, not {rescale}"));
    }
    let mean = per_channel("mean", preprocess.mean.as_deref(), 0.0, channels)?;
    let std = per_channel("std", preprocess.std.as_deref(), 1.0, channels)?;
    if std.contains(&0.0) {
        return refuse("`std` must not be 0".to_owned());
    }
    // the mean of values from 0 to 1: above that it is one of levels from 0 to 255
    let high = mean.iter().find(|&&m| m > 1.0);
    if let Some(high) = high.filter(|_| float && preprocess.rescale.is_none()) {
        let text = format!("`mean` holds {high}; it is applied after dividing by 255");
        return refuse(format!("{text} unless `rescale` is 1"));
    }
    let number = |c: usize, level: usize| (level as f64 * rescale - mean[c]) / std[c];
    Ok((0..channels).map(|c| std::array::from_fn(|level| number(c, level))).collect())
}

fn per_channel(
    key: &str,
    given: Option<&[f64]>,
    absent: f64,
    channels: usize,
) -> Result<Vec<f64>, ModelProblem> {
    let values = match given {
        None => vec![absent; channels],
        Some(&[one]) => vec![one; channels],
        Some(all) if all.len() == channels => all.to_vec(),
        Some(all) => {
            let text = format!("`{key}` has {} values, the model {channels} channels", all.len());
            return Err(ModelProblem::Preprocess(text));
        }
    };
    match values.iter().find(|v| !v.is_finite()) {
        Some(v) => Err(ModelProblem::Preprocess(format!("`{key}` holds {v}"))),
        None => Ok(values),
    }
}
