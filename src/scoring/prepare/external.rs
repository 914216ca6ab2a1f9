//! Weights in files beside the model.
//!
//! Invariant: a model that names a file which is not there, or which leads out of the model's folder, is
//! refused by that file's name.

use super::super::error::ModelProblem;
use super::{half, values};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Component, Path, PathBuf};
use tract_onnx::pb::{GraphProto, TensorProto};

/// Checks that every file is there, and reads the half floats among the weights, which are to be widened;
/// tract reads the others itself.
///
/// # Errors
/// [`ModelProblem::ExternalData`], with the file's name.
pub(super) fn check(graph: &mut GraphProto, folder: Option<&str>) -> Result<(), ModelProblem> {
    for tensor in graph.initializer.iter_mut().filter(|tensor| values::is_external(tensor)) {
        let place = place(tensor, folder)?;
        if half::is_half(tensor.data_type) {
            tensor.raw_data = place.read()?;
            tensor.data_location = None;
            tensor.external_data.clear();
        }
    }
    Ok(())
}

/// Where a tensor's values are.
struct Place {
    path: PathBuf,
    name: String,
    offset: u64,
    length: u64,
}

fn place(tensor: &TensorProto, folder: Option<&str>) -> Result<Place, ModelProblem> {
    let entry = |key: &str| {
        let entry = tensor.external_data.iter().find(|entry| entry.key == key);
        entry.map(|entry| entry.value.as_str())
    };
    let name = entry("location").unwrap_or_default().to_owned();
    let missing = |name: &str| ModelProblem::ExternalData(name.to_owned());
    let relative = Path::new(&name);
    let inside = |c: Component<'_>| matches!(c, Component::Normal(_) | Component::CurDir);
    if name.is_empty() || !relative.components().all(inside) {
        return Err(missing(&name));
    }
    let path = Path::new(folder.unwrap_or(".")).join(relative);
    let bytes = std::fs::metadata(&path).map_err(|_| missing(&name))?.len();
    let number = |key: &str| entry(key).map(str::parse::<u64>).transpose();
    let (Ok(offset), Ok(length)) = (number("offset"), number("length")) else {
        return Err(ModelProblem::Damaged);
    };
    let offset = offset.unwrap_or(0);
    let length = length.unwrap_or(bytes.saturating_sub(offset));
    match offset.checked_add(length) {
        Some(end) if end <= bytes => Ok(Place { path, name, offset, length }),
        _ => Err(ModelProblem::ExternalShort(name)),
    }
}

impl Place {
    fn read(&self) -> Result<Vec<u8>, ModelProblem> {
        let read = || {
            let mut file = File::open(&self.path)?;
            file.seek(SeekFrom::Start(self.offset))?;
            let mut bytes = Vec::new();
            file.take(self.length).read_to_end(&mut bytes)?;
            Ok::<_, std::io::Error>(bytes)
        };
        read().map_err(|_| ModelProblem::ExternalData(self.name.clone()))
    }
}
