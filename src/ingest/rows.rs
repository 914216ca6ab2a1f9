//! A `.npy` matrix that is written some rows at a time.
//!
//! Invariant: the file has its whole size from the start, and its header says so; which rows are there is known to
//! whoever writes them.

use half::f16;
use std::fs::{File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;

/// How values are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// 16 bits: three digits, half the size.
    F16,
    /// 32 bits.
    F32,
}

impl Precision {
    fn bytes(self) -> u64 {
        match self {
            Self::F16 => 2,
            Self::F32 => 4,
        }
    }

    fn descriptor(self) -> &'static str {
        match self {
            Self::F16 => "<f2",
            Self::F32 => "<f4",
        }
    }
}

/// An N×D matrix on disk whose rows are written in any order.
#[derive(Debug)]
pub struct RowFile {
    file: File,
    precision: Precision,
    cols: usize,
    start: u64,
}

impl RowFile {
    /// Opens the file, or makes it with all values 0.
    ///
    /// # Errors
    /// A file that can't be made, or one of another shape.
    pub fn open(path: &Path, precision: Precision, shape: [usize; 2]) -> io::Result<Self> {
        let [rows, cols] = shape;
        let header = header(precision, shape);
        let size = header.len() as u64 + precision.bytes() * rows as u64 * cols as u64;
        let mut file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        match file.metadata()?.len() {
            0 => {
                file.write_all(&header)?;
                file.set_len(size)?;
            }
            found if found == size => {}
            _ => return Err(io::Error::other("it has another size than it should")),
        }
        Ok(Self { file, precision, cols, start: header.len() as u64 })
    }

    /// Writes rows from `first`; gives the CRC-32 of their bytes.
    ///
    /// # Errors
    /// When they can't be written.
    pub fn write(&mut self, first: usize, values: &[f32]) -> io::Result<u32> {
        let bytes: Vec<u8> = match self.precision {
            Precision::F16 => values.iter().flat_map(|&v| f16::from_f32(v).to_le_bytes()).collect(),
            Precision::F32 => values.iter().flat_map(|v| v.to_le_bytes()).collect(),
        };
        self.seek(first)?;
        self.file.write_all(&bytes)?;
        Ok(crc32fast::hash(&bytes))
    }

    /// The CRC-32 of `count` rows from `first`.
    ///
    /// # Errors
    /// When they can't be read.
    pub fn check(&mut self, first: usize, count: usize) -> io::Result<u32> {
        let mut bytes = vec![0; count * self.cols * self.precision.bytes() as usize];
        self.seek(first)?;
        io::Read::read_exact(&mut self.file, &mut bytes)?;
        Ok(crc32fast::hash(&bytes))
    }

    /// Makes sure that what was written survives a power cut.
    ///
    /// # Errors
    /// What the system says.
    pub fn sync(&self) -> io::Result<()> {
        self.file.sync_data()
    }

    fn seek(&mut self, row: usize) -> io::Result<u64> {
        let row = self.precision.bytes() * self.cols as u64 * row as u64;
        self.file.seek(SeekFrom::Start(self.start + row))
    }
}

/// The header of a matrix in C order, version 1.0 (NEP 1), padded to 64 bytes.
fn header(precision: Precision, [rows, cols]: [usize; 2]) -> Vec<u8> {
    let descriptor = precision.descriptor();
    let text =
        format!("{{'descr': '{descriptor}', 'fortran_order': False, 'shape': ({rows}, {cols}), }}");
    let len = (10 + text.len() + 1).next_multiple_of(64) - 10;
    let mut header = b"\x93NUMPY\x01\x00".to_vec();
    header.extend((len as u16).to_le_bytes());
    header.extend(format!("{text:<0$}\n", len - 1).bytes());
    header
}

#[cfg(test)]
mod tests {
    use super::super::{read_embeddings, read_matrix};
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn rows_are_read_back_whatever_their_order() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("p.npy");
        let mut file = RowFile::open(&path, Precision::F32, [4, 2]).unwrap();
        let crc = file.write(2, &[5.0, 6.0, 7.0, 8.0]).unwrap();
        drop(file);
        let mut file = RowFile::open(&path, Precision::F32, [4, 2]).unwrap();
        assert_eq!(file.check(2, 2).unwrap(), crc);
        file.write(0, &[1.0, 2.0, 3.0, 4.0]).unwrap();
        let matrix = read_matrix(&path, 4, 2).unwrap();
        assert_eq!(matrix.values(), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]);
        assert!(RowFile::open(&path, Precision::F32, [5, 2]).is_err());
    }

    proptest! {
        #[test]
        fn half_floats_keep_three_digits(values in prop::collection::vec(-1000.0_f32..1000.0, 1..40)) {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("e.npy");
            let mut file = RowFile::open(&path, Precision::F16, [values.len(), 1]).unwrap();
            file.write(0, &values).unwrap();
            let read = read_embeddings(&path, values.len()).unwrap();
            for (a, b) in read.values().iter().zip(&values) {
                prop_assert!((a - b).abs() <= b.abs() * 1e-3 + 1e-6, "{a} {b}");
            }
        }
    }
}
