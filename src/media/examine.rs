//! Whether a picture or sound is one, and its bytes, in one opening.

use super::source;
use super::{MediaError, decode, sound};
use std::io::{Read, Seek};
use std::path::Path;

/// Decodes a picture or sound, and hands its encoded bytes to `take`, piece by piece. A picture of an IDX file, which is
/// not encoded, has those of a PNG.
///
/// # Errors
/// As [`decode`](super::decode()) and [`decode_sound`](super::decode_sound).
pub fn examine(path: &Path, is_sound: bool, mut take: impl FnMut(&[u8])) -> Result<(), MediaError> {
    let failed = |e| MediaError::open(path, &e);
    let (mut source, mut piece) = (source::open(path).map_err(failed)?, vec![0; 1 << 16]);
    loop {
        match source.read(&mut piece).map_err(failed)? {
            0 => break,
            read => take(&piece[..read]),
        }
    }
    source.rewind().map_err(failed)?;
    if is_sound {
        sound::sound(path, source).map(drop)
    } else {
        decode::picture(path, source).map(drop)
    }
}
