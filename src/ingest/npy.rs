//! `NumPy`'s `.npy`: probability matrices, N×K.
//!
//! Invariant: a large f32 file is mapped, never copied; the map is the only unsafe code there is.

use super::IngestError;
use crate::dataset::Matrix;
use memmap2::Mmap;
use ndarray::{Array2, ArrayView2};
use ndarray_npy::npy::header::Header;
use ndarray_npy::{ReadNpyExt, ViewNpyExt, WriteNpyExt};
use std::fs::File;
use std::io::{self, BufReader, Write};
use std::path::Path;

/// Files of at least this size are mapped: below it a copy costs little, and survives the file
/// being cut while it is open.
const MAP_FROM: u64 = 64 << 20;

/// Values inside a mapped file.
struct Mapped {
    map: Mmap,
    start: usize,
    end: usize,
}

impl AsRef<[f32]> for Mapped {
    fn as_ref(&self) -> &[f32] {
        bytemuck::cast_slice(&self.map[self.start..self.end])
    }
}

/// Reads an N×K matrix of f32 or f64 in C or Fortran order.
///
/// # Errors
/// No `.npy` file, a cut one, another shape or another type of value.
pub fn read_matrix(path: &Path, rows: usize, cols: usize) -> Result<Matrix, IngestError> {
    let file = File::open(path).map_err(|e| IngestError::io(path, &e))?;
    let about = file.metadata().map_err(|e| IngestError::io(path, &e))?;
    if about.is_dir() {
        return Err(IngestError::io(path, &io::ErrorKind::IsADirectory.into()));
    }
    let size = about.len();
    let header = Header::from_reader(&mut BufReader::new(&file)).map_err(|e| {
        let remedy = "save probabilities with numpy.save(path, probs.astype('float32'))";
        IngestError::new(path, format!("no NumPy array ({e})"), remedy)
    })?;
    check_shape(path, &header.shape, rows, cols)?;
    let kind = header.type_descriptor.to_string();
    let matrix = match kind.trim_matches('\'') {
        "<f4" if size >= MAP_FROM && !header.layout.is_fortran() => map(path, &file)?,
        "<f4" => Matrix::new(read::<f32>(path, &file)?.into_raw(), rows, cols),
        "<f8" => {
            let wide = read::<f64>(path, &file)?;
            Matrix::new(
                wide.into_raw().into_iter().map(|p| p as f32).collect::<Vec<_>>(),
                rows,
                cols,
            )
        }
        other => return Err(wrong_type(path, other)),
    };
    matrix.map_err(|e| IngestError::new(path, e.to_string(), ""))
}

/// Writes an N×K matrix of f32.
///
/// # Errors
/// When `out` can't be written to.
pub fn write_matrix(out: &mut dyn Write, matrix: &Matrix) -> io::Result<()> {
    ArrayView2::from_shape((matrix.rows(), matrix.cols()), matrix.values())
        .map_err(io::Error::other)?
        .write_npy(out)
        .map_err(io::Error::other)
}

fn check_shape(path: &Path, shape: &[usize], rows: usize, cols: usize) -> Result<(), IngestError> {
    if shape == [rows, cols] {
        return Ok(());
    }
    let found = shape.iter().map(usize::to_string).collect::<Vec<_>>().join(" × ");
    let what = format!("the array is {found}, but {rows} examples × {cols} classes are expected");
    let remedy = match shape {
        [n, k] if *n == rows => {
            format!(
                "list {k} classes in gaffe.toml, in the order of the columns\n\
                 or give their names to gaffe init as a .txt, one a line"
            )
        }
        [n, k] if *k == cols => {
            format!("it has {n} rows: give one row for each example of the table")
        }
        [k, n] if (*n, *k) == (rows, cols) => "it is transposed: save probs.T".to_owned(),
        _ => "save class probabilities with one row an example and one column a class".to_owned(),
    };
    Err(IngestError::new(path, what, remedy))
}

fn wrong_type(path: &Path, kind: &str) -> IngestError {
    let what = match kind {
        "|O" => "an array of Python objects (a pickle), which is not read".to_owned(),
        other => format!("values of type {other}, where float32 or float64 is expected"),
    };
    IngestError::new(path, what, "save it with numpy.save(path, probs.astype('float32'))")
}

/// Reads all values into row-major order.
fn read<T>(path: &Path, file: &File) -> Result<RowMajor<T>, IngestError>
where
    T: ndarray_npy::ReadableElement + Clone,
{
    use std::io::Seek;
    let cut = |e: &dyn std::fmt::Display| {
        IngestError::new(path, format!("not a whole array: {e}"), "save or copy the file again")
    };
    let mut reader = BufReader::new(file);
    reader.rewind().map_err(|e| cut(&e))?;
    let array = Array2::<T>::read_npy(reader).map_err(|e| cut(&e))?;
    Ok(RowMajor(array))
}

struct RowMajor<T>(Array2<T>);

impl<T: Clone> RowMajor<T> {
    fn into_raw(self) -> Vec<T> {
        if self.0.is_standard_layout() {
            self.0.into_raw_vec_and_offset().0
        } else {
            self.0.iter().cloned().collect()
        }
    }
}

fn map(path: &Path, file: &File) -> Result<Result<Matrix, crate::dataset::RunError>, IngestError> {
    // SAFETY: the map is read-only and private to this process. Another program that cuts the file
    // meanwhile can end this one, but not make it read memory that is not the file's.
    #[allow(unsafe_code)]
    let map = unsafe { Mmap::map(file) }.map_err(|e| IngestError::io(path, &e))?;
    let view = ArrayView2::<f32>::view_npy(&map).map_err(|e| {
        IngestError::new(path, format!("not a whole array: {e}"), "save or copy the file again")
    })?;
    let (rows, cols) = view.dim();
    let start = view.as_ptr() as usize - map.as_ptr() as usize;
    let end = start + rows * cols * size_of::<f32>();
    Ok(Matrix::new(Mapped { map, start, end }, rows, cols))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array2, ShapeBuilder};

    fn save<T: ndarray_npy::WritableElement>(path: &Path, array: &Array2<T>) {
        ndarray_npy::write_npy(path, array).unwrap();
    }

    #[test]
    fn f32_f64_and_fortran_order_give_the_same_matrix() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("p.npy");
        let values = Array2::from_shape_fn((3, 2), |(i, j)| (i * 2 + j) as f32);
        let expected: Vec<f32> = values.iter().copied().collect();
        save(&path, &values);
        assert_eq!(read_matrix(&path, 3, 2).unwrap().values(), expected);
        save(&path, &values.mapv(f64::from));
        assert_eq!(read_matrix(&path, 3, 2).unwrap().values(), expected);
        let mut fortran = Array2::zeros((3, 2).f());
        fortran.assign(&values);
        save(&path, &fortran);
        assert_eq!(read_matrix(&path, 3, 2).unwrap().values(), expected);
    }

    #[test]
    fn a_mapped_file_holds_the_same_values() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("p.npy");
        let values = Array2::from_shape_fn((5, 3), |(i, j)| (i * 3 + j) as f32);
        save(&path, &values);
        let mapped = map(&path, &File::open(&path).unwrap()).unwrap().unwrap();
        assert_eq!(mapped.row(4), [12.0, 13.0, 14.0]);
    }

    #[test]
    fn what_is_written_is_read_back() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        let matrix = Matrix::new(vec![0.25, 0.75, 1.0, 0.0], 2, 2).unwrap();
        write_matrix(file.as_file_mut(), &matrix).unwrap();
        assert_eq!(read_matrix(file.path(), 2, 2).unwrap().values(), matrix.values());
    }

    #[test]
    fn refuses_other_shapes_types_and_cut_files_with_a_remedy() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("p.npy");
        let refused = |rows, cols| read_matrix(&path, rows, cols).unwrap_err().to_string();
        assert!(refused(3, 2).contains("no such file"));
        save(&path, &Array2::<f32>::zeros((3, 2)));
        assert!(refused(3, 4).contains("list 2 classes"));
        assert!(refused(4, 2).contains("it has 3 rows"));
        assert!(refused(2, 3).contains("transposed"));
        let bytes = std::fs::read(&path).unwrap();
        std::fs::write(&path, &bytes[..bytes.len() - 4]).unwrap();
        assert!(refused(3, 2).contains("not a whole array"));
        save(&path, &Array2::<i64>::zeros((3, 2)));
        assert!(refused(3, 2).contains("<i8"));
        std::fs::write(&path, "id,label\n").unwrap();
        assert!(refused(3, 2).contains("no NumPy array"));
    }
}
