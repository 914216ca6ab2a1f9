//! IDX, the form of MNIST: arrays of bytes behind a head of their sizes, perhaps compressed with gzip.
//!
//! Invariant: memory is bounded whatever the head says.

use super::{MediaError, source};
use flate2::bufread::MultiGzDecoder;
use image::GrayImage;
use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

/// How gzip begins.
const PACKED: [u8; 2] = [0x1f, 0x8b];
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
    let packed = reader.fill_buf()?.starts_with(&PACKED);
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

/// The most bytes of a file that is kept unpacked.
const KEPT: u64 = 1 << 27;

/// A packed file in memory: to read its last picture all before it has to be unpacked.
struct Unpacked {
    path: PathBuf,
    about: (u64, Option<SystemTime>),
    bytes: Vec<u8>,
}

static UNPACKED: Mutex<Option<Arc<Unpacked>>> = Mutex::new(None);

/// What is in a packed file of pictures, if it is small enough to be kept.
fn unpacked(path: &Path) -> io::Result<Option<Arc<Unpacked>>> {
    let about = path.metadata()?;
    let about = (about.len(), about.modified().ok());
    let mut kept = UNPACKED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(found) = kept.as_ref().filter(|one| one.path == path && one.about == about) {
        return Ok(Some(found.clone()));
    }
    let mut whole = MultiGzDecoder::new(BufReader::new(source::whole(path)?)).take(KEPT);
    let mut bytes = vec![0; 16];
    whole.read_exact(&mut bytes)?;
    let idx = Idx::read(&mut bytes.as_slice())?;
    let size = idx.each().and_then(|each| each.checked_mul(u64::from(*idx.sizes.first()?)));
    if size.is_none_or(|size| size + 16 > KEPT) {
        return Ok(None);
    }
    whole.read_to_end(&mut bytes)?;
    let one = Arc::new(Unpacked { path: path.to_path_buf(), about, bytes });
    *kept = Some(one.clone());
    Ok(Some(one))
}

fn pixels(path: &Path, number: u32) -> io::Result<(Vec<u8>, u32, u32)> {
    let mut file = BufReader::new(source::whole(path)?);
    if !file.fill_buf()?.starts_with(&PACKED) {
        let skip = |file: &mut BufReader<File>, bytes| file.seek_relative(bytes);
        return pixels_of(&mut file, number, skip);
    }
    if let Some(one) = unpacked(path)? {
        let skip = |bytes: &mut &[u8], by: i64| {
            *bytes = usize::try_from(by).ok().and_then(|by| bytes.get(by..)).unwrap_or_default();
            Ok(())
        };
        return pixels_of(&mut one.bytes.as_slice(), number, skip);
    }
    let skip = |reader: &mut MultiGzDecoder<_>, bytes: i64| {
        io::copy(&mut reader.take(bytes.unsigned_abs()), &mut io::sink()).map(drop)
    };
    pixels_of(&mut MultiGzDecoder::new(file), number, skip)
}

/// Reads a picture; `skip` goes over bytes.
fn pixels_of<R: Read>(
    reader: &mut R,
    number: u32,
    skip: impl FnOnce(&mut R, i64) -> io::Result<()>,
) -> io::Result<(Vec<u8>, u32, u32)> {
    let wrong = |what: &str| io::Error::new(ErrorKind::Unsupported, what.to_owned());
    let idx = Idx::read(reader)?;
    let (&[count, height, width], Some(each)) = (idx.sizes.as_slice(), idx.each()) else {
        return Err(wrong("it holds no pictures"));
    };
    if number >= count || each == 0 {
        return Err(wrong(&format!("there is no picture {number} among {count}")));
    }
    let (before, mut pixels) = (u64::from(number) * each, vec![0; each as usize]);
    skip(reader, i64::try_from(before).map_err(io::Error::other)?)?;
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
