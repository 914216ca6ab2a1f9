//! IDX, the form of MNIST: arrays of bytes behind a head of their sizes, perhaps compressed with gzip.
//!
//! Invariant: memory is bounded whatever the head says.

use super::MediaError;
use flate2::bufread::MultiGzDecoder;
use image::GrayImage;
use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind, Read};
use std::path::Path;

/// Most pixels of a picture.
const PIXELS: u64 = 1 << 26;

/// The sizes in the head of a file, the number of things first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Idx {
    /// One a dimension: pictures have three, labels one.
    pub sizes: Vec<u32>,
}

impl Idx {
    /// Reads the head: two zeros, the type of the values (8: bytes), the number of dimensions, and their sizes, the
    /// highest byte first.
    ///
    /// # Errors
    /// What is none, values of another type than bytes, or over four dimensions.
    pub fn read(reader: &mut dyn Read) -> io::Result<Self> {
        let wrong = |what: String| io::Error::new(ErrorKind::Unsupported, what);
        let mut magic = [0; 4];
        reader.read_exact(&mut magic)?;
        match magic {
            [0, 0, 8, 1..=4] => {}
            [0, 0, 9..=14, _] => {
                return Err(wrong("an IDX file of other values than bytes".to_owned()));
            }
            _ => return Err(wrong("no IDX file".to_owned())),
        }
        let mut size = || {
            let mut bytes = [0; 4];
            reader.read_exact(&mut bytes).map(|()| u32::from_be_bytes(bytes))
        };
        let sizes = (0..magic[3]).map(|_| size()).collect::<io::Result<_>>()?;
        Ok(Self { sizes })
    }

    /// The bytes of one thing, `None` if they pass 2²⁶.
    pub fn each(&self) -> Option<u64> {
        let each = self
            .sizes
            .iter()
            .skip(1)
            .try_fold(1_u64, |all, &size| all.checked_mul(u64::from(size)));
        each.filter(|&each| each <= PIXELS)
    }
}

/// The head of a file, and what is behind it, unpacked.
///
/// # Errors
/// As [`Idx::read`].
pub fn open_idx(path: &Path) -> io::Result<(Idx, Box<dyn Read>)> {
    let mut reader = BufReader::new(File::open(path)?);
    let packed = reader.fill_buf()?.starts_with(&[0x1f, 0x8b]);
    let mut reader: Box<dyn Read> = if packed {
        Box::new(BufReader::new(MultiGzDecoder::new(reader)))
    } else {
        Box::new(reader)
    };
    Ok((Idx::read(&mut reader)?, reader))
}

/// Reads picture `number`, from 0, of an IDX file of pictures: rows of bytes, 0 is black.
///
/// # Errors
/// A file that can't be read or is none, is cut short, or has fewer pictures.
pub fn picture(path: &Path, number: u32) -> Result<GrayImage, MediaError> {
    let failed = |reason: String| MediaError::Decode { path: path.into(), reason };
    let (pixels, width, height) = pixels(path, number).map_err(|e| match e.kind() {
        ErrorKind::NotFound | ErrorKind::PermissionDenied => {
            MediaError::Open { path: path.into(), reason: e.to_string() }
        }
        ErrorKind::UnexpectedEof => failed("it is cut short".to_owned()),
        _ => failed(e.to_string()),
    })?;
    GrayImage::from_raw(width, height, pixels).ok_or_else(|| failed("it has no pixels".to_owned()))
}

fn pixels(path: &Path, number: u32) -> io::Result<(Vec<u8>, u32, u32)> {
    let wrong = |what: &str| io::Error::new(ErrorKind::Unsupported, what.to_owned());
    let (idx, mut reader) = open_idx(path)?;
    let (&[count, height, width], Some(each)) = (idx.sizes.as_slice(), idx.each()) else {
        return Err(wrong("it holds no pictures"));
    };
    if number >= count || each == 0 {
        return Err(wrong(&format!("there is no picture {number} among {count}")));
    }
    let (before, mut pixels) = (u64::from(number) * each, vec![0; each as usize]);
    io::copy(&mut (&mut reader).take(before), &mut io::sink())?;
    reader.read_exact(&mut pixels)?;
    Ok((pixels, width, height))
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use proptest::prelude::*;
    use std::io::Write;

    fn bytes() -> Vec<u8> {
        let head = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3];
        head.into_iter().chain(0..12).collect()
    }

    fn read(bytes: &[u8], number: u32) -> Result<GrayImage, String> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        picture(file.path(), number).map_err(|e| e.to_string())
    }

    #[test]
    fn a_picture_is_read_whether_packed_or_not() {
        let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
        packed.write_all(&bytes()).unwrap();
        for bytes in [bytes(), packed.finish().unwrap()] {
            let picture = read(&bytes, 1).unwrap();
            assert_eq!((picture.dimensions(), picture.get_pixel(2, 1).0), ((3, 2), [11]));
            assert!(read(&bytes, 2).unwrap_err().contains("no picture 2 among 2"));
            assert!(read(&bytes[..bytes.len() - 12], 1).is_err());
        }
    }

    #[test]
    fn other_files_are_refused() {
        assert!(read(b"", 0).unwrap_err().contains("cut short"));
        assert!(read(b"\x89PNG....", 0).unwrap_err().contains("no IDX file"));
        assert!(read(&[0, 0, 13, 3, 0, 0], 0).unwrap_err().contains("other values than bytes"));
        assert!(read(&[0, 0, 8, 1, 0, 0, 0, 1, 7], 0).unwrap_err().contains("no pictures"));
        let huge = [&[0, 0, 8, 3][..], &[255; 12]].concat();
        assert!(read(&huge, 0).unwrap_err().contains("no pictures"));
    }

    proptest! {
        #[test]
        fn nothing_panics(at in 0_usize..28, byte in any::<u8>(), number in 0_u32..3) {
            let mut bytes = bytes();
            bytes[at] = byte;
            let _ = read(&bytes, number);
        }
    }
}
