//! Arrays of `NumPy` of any type that is no pickle, as columns of texts or rows of numbers.
//!
//! Invariant: no more is kept than the file holds, whatever its header says.

use crate::dataset::TextColumn;
use half::f16;
use ndarray_npy::npy::header::Header;
use std::io::Read;

/// Most bytes of an array that is read as a whole.
const MOST: u64 = 4 << 30;

/// An array whose values are still to be read.
pub struct Array {
    /// Its sizes.
    pub shape: Vec<usize>,
    /// `<f4`, `|U3`, …
    pub kind: String,
    fortran: bool,
}

/// How one value is written.
#[derive(Clone, Copy)]
struct Item {
    code: u8,
    size: usize,
    swapped: bool,
}

impl Array {
    /// Reads the header.
    ///
    /// # Errors
    /// What is no array.
    pub fn open(mut reader: &mut dyn Read) -> Result<Self, String> {
        let header =
            Header::from_reader(&mut reader).map_err(|e| format!("no NumPy array ({e})"))?;
        let kind = header.type_descriptor.to_string();
        let kind = kind.trim_matches('\'').to_owned();
        Ok(Self { shape: header.shape, kind, fortran: header.layout.is_fortran() })
    }

    /// Whether its values are floats.
    pub fn is_float(&self) -> bool {
        self.kind.get(1..2) == Some("f")
    }

    /// The sizes, as people write them.
    pub fn sizes(&self) -> String {
        self.shape.iter().map(usize::to_string).collect::<Vec<_>>().join(" × ")
    }

    fn item(&self) -> Result<Item, String> {
        let &[order, code, ref digits @ ..] = self.kind.as_bytes() else {
            return Err(self.wrong());
        };
        let size = std::str::from_utf8(digits).ok().and_then(|digits| digits.parse::<usize>().ok());
        let size = size.and_then(|size| size.checked_mul(if code == b'U' { 4 } else { 1 }));
        let size = size.filter(|_| self.kind.is_ascii()).ok_or_else(|| self.wrong())?;
        let known = match code {
            b'i' | b'u' => matches!(size, 1 | 2 | 4 | 8),
            b'f' => matches!(size, 2 | 4 | 8),
            b'b' => size == 1,
            // one of no size would not be bounded by the file
            b'U' | b'S' => size > 0,
            _ => false,
        };
        if known { Ok(Item { code, size, swapped: order == b'>' }) } else { Err(self.wrong()) }
    }

    fn wrong(&self) -> String {
        match self.kind.as_str() {
            "|O" => "an array of Python objects (a pickle), which is not read".to_owned(),
            other => format!("values of type {other}, which are not read"),
        }
    }

    /// What to do where an array can't be read.
    pub fn remedy(&self) -> &'static str {
        match self.kind.as_str() {
            "|O" => "save labels.astype(str), or class indices with labels.astype('int64')",
            _ => "save or copy the file again",
        }
    }

    fn bytes(&self, reader: &mut dyn Read, item: Item) -> Result<Vec<u8>, String> {
        let count = self.shape.iter().try_fold(1_usize, |all, &size| all.checked_mul(size));
        let wanted =
            count.and_then(|count| count.checked_mul(item.size)).unwrap_or(usize::MAX) as u64;
        if wanted > MOST {
            return Err(format!("{} values of type {} pass 4 GiB", self.sizes(), self.kind));
        }
        let mut bytes = Vec::new();
        reader
            .take(wanted)
            .read_to_end(&mut bytes)
            .map_err(|e| format!("not a whole array: {e}"))?;
        if (bytes.len() as u64) < wanted {
            return Err("not a whole array: it is cut short".to_owned());
        }
        Ok(bytes)
    }

    /// Its values as texts, one a row.
    ///
    /// # Errors
    /// An array of several axes, of objects, or cut short.
    pub fn texts(&self, reader: &mut dyn Read) -> Result<TextColumn, String> {
        let item = self.item()?;
        let &[rows] = self.shape.as_slice() else {
            return Err(format!(
                "the array is {}, where one value an example is expected",
                self.sizes()
            ));
        };
        let bytes = self.bytes(reader, item)?;
        let mut texts = TextColumn::default();
        for row in 0..rows {
            let text = item.text(bytes.get(row * item.size..).unwrap_or_default());
            texts.push(&text).map_err(|_| "a column holds over 4 GiB")?;
        }
        Ok(texts)
    }

    /// Its floats, row by row whatever their order is, and how many a row has.
    ///
    /// # Errors
    /// An array that has not two axes, holds no floats, or is cut short.
    pub fn rows(&self, reader: &mut dyn Read) -> Result<(usize, Vec<f32>), String> {
        let item = self.item()?;
        let (&[rows, cols], true) = (self.shape.as_slice(), self.is_float()) else {
            return Err(format!(
                "the array is {} of {}, where floats by row are expected",
                self.sizes(),
                self.kind
            ));
        };
        let bytes = self.bytes(reader, item)?;
        let values: Vec<f32> =
            bytes.chunks_exact(item.size).map(|bytes| item.float(bytes) as f32).collect();
        if !self.fortran {
            return Ok((cols, values));
        }
        let by_row = (0..rows).flat_map(|row| (0..cols).map(move |col| col * rows + row));
        Ok((cols, by_row.filter_map(|at| values.get(at).copied()).collect()))
    }
}

impl Item {
    /// The first value in its order on this machine: the lowest byte first.
    fn ordered(self, bytes: &[u8]) -> [u8; 8] {
        let (mut value, size) = ([0; 8], self.size.min(8));
        for (at, &byte) in bytes.iter().take(size).enumerate() {
            value[if self.swapped { size - 1 - at } else { at }] = byte;
        }
        value
    }

    fn float(self, bytes: &[u8]) -> f64 {
        let bits = u64::from_le_bytes(self.ordered(bytes));
        match self.size {
            2 => f16::from_bits(bits as u16).to_f64(),
            4 => f64::from(f32::from_bits(bits as u32)),
            _ => f64::from_bits(bits),
        }
    }

    fn text(self, bytes: &[u8]) -> String {
        let bytes = bytes.get(..self.size).unwrap_or_default();
        let bits = u64::from_le_bytes(self.ordered(bytes));
        match (self.code, self.size) {
            (b'f', 8) => self.float(bytes).to_string(),
            (b'f', _) => (self.float(bytes) as f32).to_string(),
            (b'u', _) => bits.to_string(),
            (b'i', 1) => (bits as i8).to_string(),
            (b'i', 2) => (bits as i16).to_string(),
            (b'i', 4) => (bits as i32).to_string(),
            (b'i', _) => (bits as i64).to_string(),
            (b'b', _) => if bits == 0 { "False" } else { "True" }.to_owned(),
            (b'S', _) => String::from_utf8_lossy(bytes).trim_end_matches('\0').to_owned(),
            _ => {
                let one = Self { size: 4, ..self };
                let code = |c: &[u8]| u64::from_le_bytes(one.ordered(c)) as u32;
                let char = |c| char::from_u32(code(c)).unwrap_or(char::REPLACEMENT_CHARACTER);
                let text: String = bytes.chunks_exact(4).map(char).collect();
                text.trim_end_matches('\0').to_owned()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// An array as version 1.0 of the format has it.
    fn npy(kind: &str, shape: &str, fortran: &str, data: &[u8]) -> Vec<u8> {
        let mut header =
            format!("{{'descr': {kind}, 'fortran_order': {fortran}, 'shape': {shape}, }}");
        header += &" ".repeat(63 - (10 + header.len()) % 64);
        header += "\n";
        let size = (header.len() as u16).to_le_bytes();
        [b"\x93NUMPY\x01\x00", &size[..], header.as_bytes(), data].concat()
    }

    fn texts(bytes: &[u8]) -> Result<Vec<String>, String> {
        let mut reader = bytes;
        let texts = Array::open(&mut reader)?.texts(&mut reader)?;
        Ok(texts.iter().map(str::to_owned).collect())
    }

    #[test]
    fn values_of_each_type_are_texts() {
        assert_eq!(texts(&npy("'<i2'", "(2,)", "False", &[255, 255, 1, 0])).unwrap(), ["-1", "1"]);
        assert_eq!(texts(&npy("'>i2'", "(2,)", "False", &[255, 254, 0, 1])).unwrap(), ["-2", "1"]);
        assert_eq!(texts(&npy("'|u1'", "(2,)", "False", &[255, 0])).unwrap(), ["255", "0"]);
        assert_eq!(texts(&npy("'|b1'", "(2,)", "False", &[1, 0])).unwrap(), ["True", "False"]);
        assert_eq!(texts(&npy("'|S2'", "(2,)", "False", b"ab\0\0")).unwrap(), ["ab", ""]);
        let wide = [0x61, 0, 0, 0, 0xfc, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        assert_eq!(texts(&npy("'<U2'", "(2,)", "False", &wide)).unwrap(), ["aü", ""]);
        assert_eq!(texts(&npy("'>U1'", "(1,)", "False", &[0, 0, 0, 0x61])).unwrap(), ["a"]);
        assert_eq!(texts(&npy("'<f4'", "(1,)", "False", &0.1_f32.to_le_bytes())).unwrap(), ["0.1"]);
    }

    #[test]
    fn what_is_no_column_is_refused() {
        assert!(texts(b"no").unwrap_err().contains("no NumPy array"));
        assert!(texts(&npy("'|O'", "(1,)", "False", b"")).unwrap_err().contains("pickle"));
        assert!(texts(&npy("'<i8'", "(2,)", "False", &[0; 8])).unwrap_err().contains("cut short"));
        assert!(texts(&npy("'<i8'", "(2, 1)", "False", &[0; 16])).unwrap_err().contains("2 × 1"));
        assert!(texts(&npy("'<M8[s]'", "(1,)", "False", &[0; 8])).unwrap_err().contains("<M8[s]"));
        assert!(texts(&npy("[('a', '<i4')]", "(1,)", "False", &[0; 4])).is_err());
        assert!(
            texts(&npy("'<i8'", "(9223372036854775807,)", "False", &[]))
                .unwrap_err()
                .contains("4 GiB")
        );
        assert!(texts(&npy("'<U9223372036854775807'", "(1,)", "False", &[])).is_err());
        assert!(texts(&npy("'|U0'", "(99999999999,)", "False", &[])).is_err());
    }

    #[test]
    fn halves_in_fortran_order_are_rows() {
        let data: Vec<u8> = [1.0, 3.0, 2.0, 4.0].map(|n| f16::from_f32(n).to_le_bytes()).concat();
        let bytes = npy("'<f2'", "(2, 2)", "True", &data);
        let mut reader = bytes.as_slice();
        let array = Array::open(&mut reader).unwrap();
        assert_eq!(array.rows(&mut reader).unwrap(), (2, vec![1.0, 2.0, 3.0, 4.0]));
    }

    proptest! {
        #[test]
        fn nothing_panics(kind in "[<>|=][iufbUSOc][0-9]{0,2}", rows in 0_usize..5, data in prop::collection::vec(any::<u8>(), 0..40)) {
            let bytes = npy(&format!("'{kind}'"), &format!("({rows},)"), "False", &data);
            let _ = texts(&bytes);
        }
    }
}
