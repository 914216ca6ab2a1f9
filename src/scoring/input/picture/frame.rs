//! The picture tensor that a model takes: where its channels are, how many, how large.
//!
//! Invariant: every size is known, from the model or `[preprocess]`, and they do not contradict each other.

use super::super::{Layout, Preprocess};
use crate::scoring::engine::Port;
use crate::scoring::error::ModelProblem;

/// The most pixels of an input: a size in a damaged file must not take all memory.
const MOST_PIXELS: u64 = 1 << 26;

/// Shape of the input for one picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame {
    /// Where the channels are.
    pub layout: Layout,
    /// 1 or 3.
    pub channels: usize,
    /// Pixels down.
    pub height: u32,
    /// Pixels across.
    pub width: u32,
}

impl Frame {
    /// From the model's input, and from `[preprocess]` where that is silent.
    ///
    /// # Errors
    /// No shape of a picture; a size that neither has, or that they contradict each other in.
    pub fn new(port: &Port, preprocess: &Preprocess) -> Result<Self, ModelProblem> {
        let (layout, count, sides) = axes(port, preprocess.layout)?;
        let [height, width] = size(sides, preprocess.size)?;
        Ok(Self { layout, channels: channels(count, preprocess.channels)?, height, width })
    }

    /// Shape of the tensor.
    pub fn shape(&self) -> [usize; 4] {
        let (c, h, w) = (self.channels, self.height as usize, self.width as usize);
        match self.layout {
            Layout::Nchw => [1, c, h, w],
            Layout::Nhwc => [1, h, w, c],
        }
    }

    /// Number of pixels.
    pub fn area(&self) -> usize {
        self.height as usize * self.width as usize
    }
}

/// What the shape of an input says: layout, channels, height and width.
pub type Axes = (Layout, Option<usize>, [Option<usize>; 2]);

/// Tells the layout by the axis that is 1 or 3 long; channels first where that leaves both open.
///
/// # Errors
/// Another rank than 4, or no axis that can be the channels.
pub fn axes(port: &Port, given: Option<Layout>) -> Result<Axes, ModelProblem> {
    let is_channels = |d: Option<usize>| matches!(d, Some(1 | 3));
    let problem = || ModelProblem::InputShape { input: port.name.clone(), shape: shape_text(port) };
    let &[_, a, b, c] = port.dims.as_slice() else { return Err(problem()) };
    let fits = |d: Option<usize>| d.is_none() || is_channels(d);
    let layout = given.or_else(|| {
        if is_channels(a) || (a.is_none() && !is_channels(c)) {
            Some(Layout::Nchw)
        } else {
            fits(c).then_some(Layout::Nhwc)
        }
    });
    match layout {
        Some(Layout::Nchw) if fits(a) => Ok((Layout::Nchw, a, [b, c])),
        Some(Layout::Nhwc) if fits(c) => Ok((Layout::Nhwc, c, [a, b])),
        _ => Err(problem()),
    }
}

fn shape_text(port: &Port) -> String {
    let dims = port.dims.iter().map(|d| d.map_or("?".to_owned(), |d| d.to_string()));
    format!("[{}]", dims.collect::<Vec<_>>().join(", "))
}

fn channels(model: Option<usize>, project: Option<u8>) -> Result<usize, ModelProblem> {
    let project = project.map(usize::from);
    match (model, project) {
        (Some(m), Some(p)) if m != p => {
            Err(contradiction("channels", m.to_string(), p.to_string()))
        }
        (None, Some(p)) if p != 1 && p != 3 => {
            Err(ModelProblem::Preprocess("`channels` must be 1 or 3".to_owned()))
        }
        _ => model.or(project).ok_or(ModelProblem::ChannelsOpen),
    }
}

fn size(model: [Option<usize>; 2], project: Option<[u32; 2]>) -> Result<[u32; 2], ModelProblem> {
    let given = |i: usize| project.map(|sides| sides[i]);
    let settled = |i: usize| model[i].map_or(given(i), |d| u32::try_from(d).ok());
    let (Some(height), Some(width)) = (settled(0), settled(1)) else {
        return Err(ModelProblem::SizeOpen);
    };
    let size = [height, width];
    match project {
        Some(other) if other != size => {
            Err(contradiction("size", format!("{size:?}"), format!("{other:?}")))
        }
        _ => check_sides("size", size),
    }
}

/// # Errors
/// A side of 0 pixels, or too many pixels in all.
pub(super) fn check_sides(key: &str, sides: [u32; 2]) -> Result<[u32; 2], ModelProblem> {
    let [height, width] = sides.map(u64::from);
    if height == 0 || width == 0 {
        return Err(ModelProblem::Preprocess(format!("`{key}` must not be 0")));
    }
    if height * width > MOST_PIXELS {
        return Err(ModelProblem::Preprocess(format!("`{key}` is too large: {height} × {width}")));
    }
    Ok(sides)
}

fn contradiction(key: &'static str, model: String, project: String) -> ModelProblem {
    ModelProblem::Contradiction { key, model, project }
}
