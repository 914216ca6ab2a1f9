//! Decoding of picture files, and of pictures inside of other files.
//!
//! Invariant: memory is bounded whatever the file says of its size.

use super::source::{self, Source};
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageReader, Limits};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

/// Why a picture can't be shown or scored, or a sound not measured.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MediaError {
    /// There is no such file, or it can't be opened.
    #[error("{path}: {reason}")]
    Open {
        /// the file
        path: PathBuf,
        /// what the system said
        reason: String,
    },
    /// It is no picture of a known format, or a damaged one.
    #[error("{path}: not a readable picture ({reason})")]
    Decode {
        /// the file
        path: PathBuf,
        /// what the decoder said
        reason: String,
    },
    /// It is no sound of a known format, or a damaged one.
    #[error("{path}: not a readable sound ({reason})")]
    Sound {
        /// the file
        path: PathBuf,
        /// what the decoder said
        reason: String,
    },
}

/// The most memory that decoding one picture may take.
const MAX_BYTES: u64 = 1 << 29;

/// Reads a picture as a model gets it; the format is told from its content, not from its name.
///
/// # Errors
/// A file that is missing, unreadable, of no known format, damaged, or larger than 512 MiB decoded.
pub fn decode(path: &Path) -> Result<DynamicImage, MediaError> {
    read(path).map(|(image, _)| image)
}

/// Reads a picture as a person looks at it: turned as its camera says.
///
/// # Errors
/// As [`decode`].
pub fn decode_upright(path: &Path) -> Result<DynamicImage, MediaError> {
    let (mut image, orientation) = read(path)?;
    image.apply_orientation(orientation);
    Ok(image)
}

fn read(path: &Path) -> Result<(DynamicImage, Orientation), MediaError> {
    picture(path, source::open(path).map_err(|e| MediaError::open(path, &e))?)
}

/// Reads the picture of a source that was opened as `path`.
pub(super) fn picture(
    path: &Path,
    source: Source,
) -> Result<(DynamicImage, Orientation), MediaError> {
    let open = |e: std::io::Error| MediaError::open(path, &e);
    let damaged = |reason: String| MediaError::Decode { path: path.into(), reason };
    let mut source = BufReader::new(source);
    let format = image::guess_format(source.fill_buf().map_err(open)?);
    let mut reader =
        ImageReader::with_format(source, format.map_err(|_| damaged("unknown format".into()))?);
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_BYTES);
    reader.limits(limits.clone());
    let decode = || {
        let mut decoder = reader.into_decoder()?;
        limits.reserve(decoder.total_bytes())?;
        let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
        Ok((DynamicImage::from_decoder(decoder)?, orientation))
    };
    decode().map_err(|e: ImageError| damaged(e.to_string()))
}

impl MediaError {
    pub(super) fn open(path: &Path, error: &std::io::Error) -> Self {
        let reason = match error.kind() {
            std::io::ErrorKind::NotFound => "no such file".into(),
            _ => error.to_string(),
        };
        Self::Open { path: path.into(), reason }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_a_missing_file_from_a_damaged_one() {
        let dir = tempfile::tempdir().unwrap();
        let missing = dir.path().join("none.png");
        assert!(decode(&missing).unwrap_err().to_string().ends_with("none.png: no such file"));
        for name in ["text.png", "text"] {
            let text = dir.path().join(name);
            std::fs::write(&text, "no picture").unwrap();
            let error = decode(&text).unwrap_err().to_string();
            assert!(error.contains(&format!("{name}: not a readable picture")), "{error}");
        }
        let whole = dir.path().join("a.png");
        image::RgbImage::new(9, 5).save(&whole).unwrap();
        let bytes = std::fs::read(&whole).unwrap();
        let half = dir.path().join("half.png");
        std::fs::write(&half, &bytes[..bytes.len() / 2]).unwrap();
        assert!(matches!(decode(&half), Err(MediaError::Decode { .. })));
        // the name says JPEG, the content PNG
        let renamed = dir.path().join("a.jpg");
        std::fs::write(&renamed, bytes).unwrap();
        assert_eq!(decode(&renamed).unwrap().width(), 9);
    }

    #[test]
    fn a_file_that_claims_to_be_huge_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("bomb.bmp");
        let mut header = vec![0_u8; 54];
        header[..2].copy_from_slice(b"BM");
        header[10] = 54;
        header[14] = 40;
        header[18..22].copy_from_slice(&60_000_i32.to_le_bytes());
        header[22..26].copy_from_slice(&60_000_i32.to_le_bytes());
        header[26] = 1;
        header[28] = 24;
        std::fs::write(&path, header).unwrap();
        assert!(matches!(decode(&path), Err(MediaError::Decode { .. })));
    }
}
