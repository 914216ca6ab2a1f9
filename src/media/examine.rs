//! What a picture or sound holds as bytes, and whether it is one, in one opening.

use super::source::{self, Source};
use super::{MediaError, decode, sound};
use std::io::{self, Read, Seek};
use std::path::Path;

/// Hands the encoded bytes of a picture or sound to `take`, piece by piece. A picture of an IDX file, which is not
/// encoded, has those of a PNG.
///
/// # Errors
/// One that is not there or can't be read.
pub fn read(path: &Path, take: impl FnMut(&[u8])) -> io::Result<()> {
    read_all(&mut source::open(path)?, take)
}

fn read_all(source: &mut Source, mut take: impl FnMut(&[u8])) -> io::Result<()> {
    let mut piece = vec![0; 1 << 16];
    loop {
        match source.read(&mut piece)? {
            0 => return Ok(()),
            read => take(&piece[..read]),
        }
    }
}

/// The same, and decodes it.
///
/// # Errors
/// As [`decode`](super::decode()) and [`decode_sound`](super::decode_sound).
pub fn examine(path: &Path, is_sound: bool, take: impl FnMut(&[u8])) -> Result<(), MediaError> {
    let failed = |e| MediaError::open(path, &e);
    let mut source = source::open(path).map_err(failed)?;
    read_all(&mut source, take).map_err(failed)?;
    source.rewind().map_err(failed)?;
    if is_sound {
        sound::sound(path, source).map(drop)
    } else {
        decode::picture(path, source).map(drop)
    }
}
