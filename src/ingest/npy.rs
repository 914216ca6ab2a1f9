//! `NumPy`'s `.npy`: probability matrices, N×K, and class indices, N.
//!
//! Invariant: a large file is mapped, never copied; the map is the only unsafe code there is.

use super::IngestError;
use crate::dataset::{Matrix, Values};
use bytemuck::Pod;
use half::f16;
use memmap2::Mmap;
use ndarray::{Array, Array1, ArrayView2, Dimension, Ix1, Ix2};
use ndarray_npy::npy::header::Header;
use ndarray_npy::{ReadNpyExt, ViewElement, ViewNpyExt, WriteNpyExt};
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::marker::PhantomData;
use std::ops::Range;
use std::path::Path;

/// Files of at least this size are mapped: below it a copy costs little, and survives the file
/// being cut while it is open.
const MAP_FROM: u64 = 64 << 20;

/// Memory of maps of at least this size is given back once it was gone through.
#[cfg(unix)]
const GIVE_BACK_FROM: u64 = if cfg!(test) { 1 } else { 256 << 20 };

/// Values inside a mapped file.
struct Mapped<T> {
    map: Mmap,
    start: usize,
    end: usize,
    of: PhantomData<T>,
}

impl<T: Pod + Send + Sync> Values<T> for Mapped<T> {
    fn all(&self) -> &[T] {
        bytemuck::cast_slice(&self.map[self.start..self.end])
    }

    /// Pages of a large file would count as this process's memory until it ends.
    fn passed(&self, values: Range<usize>) {
        #[cfg(unix)]
        if self.map.len() as u64 >= GIVE_BACK_FROM {
            let (start, end) = (values.start * size_of::<T>(), values.end * size_of::<T>());
            let (start, end) = (self.start + start, self.start + end);
            // SAFETY: the map is read-only and of a file: what is given back is read from there again.
            #[allow(unsafe_code)]
            let _ = unsafe {
                use memmap2::UncheckedAdvice::DontNeed;
                self.map.unchecked_advise_range(DontNeed, start, end.saturating_sub(start))
            };
        }
    }
}

/// Probabilities as they were saved, N×K.
#[derive(Debug, Clone)]
pub enum Probs {
    /// In single precision.
    F32(Matrix),
    /// In double precision.
    F64(Matrix<f64>),
}

impl Probs {
    /// N and K.
    pub fn shape(&self) -> (usize, usize) {
        match self {
            Self::F32(m) => (m.rows(), m.cols()),
            Self::F64(m) => (m.rows(), m.cols()),
        }
    }
}

/// Reads an N×K matrix of f32 or f64 in C or Fortran order, of the shape that is expected.
///
/// # Errors
/// No `.npy` file, a cut one, another shape or another type of value.
pub fn read_matrix(path: &Path, rows: usize, cols: usize) -> Result<Matrix, IngestError> {
    let (file, header) = open(path)?;
    check_shape(path, &header.shape, rows, cols)?;
    match read_values(path, &file, &header)? {
        Probs::F32(matrix) => Ok(matrix),
        Probs::F64(wide) => narrow(path, &wide),
    }
}

/// Reads an N×K matrix in the precision in which it was saved.
///
/// # Errors
/// As [`read_matrix`], or an array that is no matrix.
pub fn read_probs(path: &Path) -> Result<Probs, IngestError> {
    let (file, header) = open(path)?;
    if !matches!(header.shape[..], [_, cols] if cols > 0) {
        let found = header.shape.iter().map(usize::to_string).collect::<Vec<_>>().join(" × ");
        let what = format!("the array is {found}, where examples × classes are expected");
        let remedy = "save class probabilities with one row an example and one column a class";
        return Err(IngestError::new(path, what, remedy));
    }
    read_values(path, &file, &header)
}

/// Reads embeddings, N×D, in single precision: one row for each of `rows` examples.
///
/// # Errors
/// As [`read_probs`], or another number of rows.
pub fn read_embeddings(path: &Path, rows: usize) -> Result<Matrix, IngestError> {
    let matrix = match read_probs(path)? {
        Probs::F32(matrix) => matrix,
        Probs::F64(wide) => narrow(path, &wide)?,
    };
    if matrix.rows() == rows {
        return Ok(matrix);
    }
    let what = format!("{} rows, but there are {rows} examples", matrix.rows());
    Err(IngestError::new(path, what, "give one row an example, in the order of the table"))
}

fn narrow(path: &Path, wide: &Matrix<f64>) -> Result<Matrix, IngestError> {
    let narrow: Vec<f32> = wide.values().iter().map(|&p| p as f32).collect();
    Matrix::new(narrow, wide.rows(), wide.cols())
        .map_err(|e| IngestError::new(path, e.to_string(), ""))
}

/// Reads class indices: an array of whole numbers with one axis.
///
/// # Errors
/// No `.npy` file, a cut one, another shape, another type, or an index that is not below `classes`.
pub fn read_indices(path: &Path, classes: usize) -> Result<Vec<u32>, IngestError> {
    let (file, header) = open(path)?;
    if header.shape.len() != 1 {
        let found = header.shape.iter().map(usize::to_string).collect::<Vec<_>>().join(" × ");
        let what = format!("the array is {found}, where one label an example is expected");
        return Err(IngestError::new(path, what, "save it with numpy.save(path, labels.ravel())"));
    }
    let kind = header.type_descriptor.to_string();
    let values: Vec<i128> = match kind.trim_matches('\'') {
        "<i8" => wide(read::<i64, Ix1>(path, &file)?),
        "<i4" => wide(read::<i32, Ix1>(path, &file)?),
        "<i2" => wide(read::<i16, Ix1>(path, &file)?),
        "|i1" => wide(read::<i8, Ix1>(path, &file)?),
        "<u8" => wide(read::<u64, Ix1>(path, &file)?),
        "<u4" => wide(read::<u32, Ix1>(path, &file)?),
        "<u2" => wide(read::<u16, Ix1>(path, &file)?),
        "|u1" => wide(read::<u8, Ix1>(path, &file)?),
        other => {
            let what = format!("values of type {other}, where whole numbers are expected");
            let remedy = "save class indices with numpy.save(path, labels.astype('int64'))";
            return Err(IngestError::new(path, what, remedy));
        }
    };
    let index = |(row, &value): (usize, &i128)| {
        u32::try_from(value).ok().filter(|&k| (k as usize) < classes).ok_or_else(|| {
            let what = format!("entry {row} (from 0) is {value}, but there are {classes} classes");
            IngestError::new(
                path,
                what,
                format!("labels are class indices from 0 to {}", classes - 1),
            )
        })
    };
    values.iter().enumerate().map(index).collect()
}

fn wide<T: Into<i128> + Clone>(values: Array1<T>) -> Vec<i128> {
    values.into_iter().map(Into::into).collect()
}

/// Whether a file begins as `NumPy`'s arrays do.
pub fn is_array(path: &Path) -> bool {
    let mut magic = [0; 6];
    File::open(path).and_then(|mut file| file.read_exact(&mut magic)).is_ok()
        && magic == *b"\x93NUMPY"
}

/// The sizes of an array's axes.
///
/// # Errors
/// No `.npy` file.
pub fn array_shape(path: &Path) -> Result<Vec<usize>, IngestError> {
    Ok(open(path)?.1.shape)
}

fn open(path: &Path) -> Result<(File, Header), IngestError> {
    let file = File::open(path).map_err(|e| IngestError::io(path, &e))?;
    if file.metadata().map_err(|e| IngestError::io(path, &e))?.is_dir() {
        return Err(IngestError::io(path, &io::ErrorKind::IsADirectory.into()));
    }
    let header = Header::from_reader(&mut BufReader::new(&file)).map_err(|e| {
        let remedy = "save it with numpy.save: probabilities as float32, labels as whole numbers";
        IngestError::new(path, format!("no NumPy array ({e})"), remedy)
    })?;
    Ok((file, header))
}

fn read_values(path: &Path, file: &File, header: &Header) -> Result<Probs, IngestError> {
    let kind = header.type_descriptor.to_string();
    match kind.trim_matches('\'') {
        "<f4" => matrix(path, file, header).map(Probs::F32),
        "<f8" => matrix(path, file, header).map(Probs::F64),
        "<f2" => halves(path, file, header).map(Probs::F32),
        other => Err(wrong_type(path, other)),
    }
}

/// Half floats, widened.
fn halves(path: &Path, file: &File, header: &Header) -> Result<Matrix, IngestError> {
    let wrong = |what: String| IngestError::new(path, what, "save or copy the file again");
    let &[rows, cols] = header.shape.as_slice() else {
        return Err(wrong("the array has not two axes".to_owned()));
    };
    let size = file.metadata().map_err(|e| IngestError::io(path, &e))?.len();
    let values = rows.checked_mul(cols).and_then(|n| n.checked_mul(2));
    let start = values.and_then(|bytes| size.checked_sub(bytes as u64));
    let start = start.ok_or_else(|| wrong("not a whole array: it is cut short".to_owned()))?;
    let mut reader = BufReader::new(file);
    let mut bytes = Vec::new();
    reader.seek(SeekFrom::Start(start)).map_err(|e| IngestError::io(path, &e))?;
    reader.read_to_end(&mut bytes).map_err(|e| IngestError::io(path, &e))?;
    let wide = |pair: &[u8]| f16::from_le_bytes([pair[0], pair[1]]).to_f32();
    let mut values: Vec<f32> = bytes.chunks_exact(2).map(wide).collect();
    if header.layout.is_fortran() {
        let by_row = (0..rows).flat_map(|row| (0..cols).map(move |col| col * rows + row));
        values = by_row.filter_map(|at| values.get(at).copied()).collect();
    }
    Matrix::new(values, rows, cols).map_err(|e| wrong(e.to_string()))
}

fn matrix<T>(path: &Path, file: &File, header: &Header) -> Result<Matrix<T>, IngestError>
where
    T: Pod + ndarray_npy::ReadableElement + ViewElement + Send + Sync,
{
    let size = file.metadata().map_err(|e| IngestError::io(path, &e))?.len();
    if size >= MAP_FROM && !header.layout.is_fortran() {
        return map(path, file);
    }
    let array = read::<T, Ix2>(path, file)?;
    let (rows, cols) = array.dim();
    let values = if array.is_standard_layout() {
        array.into_raw_vec_and_offset().0
    } else {
        array.iter().copied().collect()
    };
    Matrix::new(values, rows, cols).map_err(|e| IngestError::new(path, e.to_string(), ""))
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

fn read<T, D>(path: &Path, file: &File) -> Result<Array<T, D>, IngestError>
where
    T: ndarray_npy::ReadableElement,
    D: Dimension,
{
    let cut = |e: &dyn std::fmt::Display| {
        IngestError::new(path, format!("not a whole array: {e}"), "save or copy the file again")
    };
    let mut reader = BufReader::new(file);
    reader.rewind().map_err(|e| cut(&e))?;
    Array::read_npy(reader).map_err(|e| cut(&e))
}

fn map<T: Pod + ViewElement + Send + Sync>(
    path: &Path,
    file: &File,
) -> Result<Matrix<T>, IngestError> {
    // SAFETY: the map is read-only and private to this process. Another program that cuts the file
    // meanwhile can end this one, but not make it read memory that is not the file's.
    #[allow(unsafe_code)]
    let map = unsafe { Mmap::map(file) }.map_err(|e| IngestError::io(path, &e))?;
    let view = ArrayView2::<T>::view_npy(&map).map_err(|e| {
        IngestError::new(path, format!("not a whole array: {e}"), "save or copy the file again")
    })?;
    let (rows, cols) = view.dim();
    let start = view.as_ptr() as usize - map.as_ptr() as usize;
    let end = start + rows * cols * size_of::<T>();
    Matrix::of(Mapped { map, start, end, of: PhantomData }, rows, cols)
        .map_err(|e| IngestError::new(path, e.to_string(), ""))
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
        let mapped = map::<f32>(&path, &File::open(&path).unwrap()).unwrap();
        assert_eq!(mapped.row(4), [12.0, 13.0, 14.0]);
        // memory that is given back is read again
        let large =
            Array2::from_shape_fn((9000, 3), |(i, j)| if j == i % 3 { 1.0_f32 } else { 0.0 });
        save(&path, &large);
        let mapped = map::<f32>(&path, &File::open(&path).unwrap()).unwrap();
        for _ in 0..2 {
            let tops = mapped.tops().unwrap();
            assert!(tops.iter().enumerate().all(|(i, top)| *top == Some((i as u32 % 3, 1.0))));
        }
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

    #[test]
    fn double_precision_is_kept_where_it_counts() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("p.npy");
        save(&path, &Array2::from_elem((2, 3), 1.0 / 3.0));
        let Probs::F64(matrix) = read_probs(&path).unwrap() else { panic!("narrowed") };
        assert_eq!((matrix.rows(), matrix.row(1)), (2, [1.0 / 3.0; 3].as_slice()));
        save(&path, &Array2::<f32>::zeros((2, 0)));
        assert!(read_probs(&path).unwrap_err().to_string().contains("2 × 0"));
    }

    #[test]
    fn indices_of_any_width_are_read_and_checked() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("y.npy");
        ndarray_npy::write_npy(&path, &Array1::from(vec![2_u8, 0, 1])).unwrap();
        assert_eq!(read_indices(&path, 3).unwrap(), [2, 0, 1]);
        ndarray_npy::write_npy(&path, &Array1::from(vec![0_i64, -1])).unwrap();
        let refused = read_indices(&path, 3).unwrap_err().to_string();
        assert!(refused.contains("entry 1") && refused.contains("-1"), "{refused}");
        ndarray_npy::write_npy(&path, &Array1::from(vec![0.0_f32])).unwrap();
        assert!(read_indices(&path, 3).unwrap_err().to_string().contains("whole numbers"));
    }
}
