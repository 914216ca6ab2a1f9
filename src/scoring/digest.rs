//! What a model's files are known by.
//!
//! Invariant: of one file it is what `sha256sum` gives; of several, that of their bytes one after the other.

use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, Write};
use std::path::PathBuf;
use std::thread;

/// Begins to hash files on a thread of its own; what is given waits for the result.
pub(super) fn begin(files: Vec<PathBuf>) -> impl FnOnce() -> io::Result<String> {
    let hashing = thread::spawn(move || sha256(&files));
    move || hashing.join().unwrap_or_else(|_| Err(io::ErrorKind::Other.into()))
}

/// The SHA-256 of files in hexadecimal digits.
fn sha256(files: &[PathBuf]) -> io::Result<String> {
    let mut hasher = Sha256::new();
    for path in files {
        io::copy(&mut File::open(path)?, &mut Digesting(&mut hasher))?;
    }
    let digits = |byte: &u8| [byte >> 4, byte & 15].map(|digit| char::from_digit(digit.into(), 16));
    Ok(hasher.finalize().iter().flat_map(digits).flatten().collect())
}

struct Digesting<'a>(&'a mut Sha256);

impl Write for Digesting<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_that_of_all_bytes() {
        let dir = tempfile::tempdir().unwrap();
        let files = ["a", "bc"].map(|text| {
            let path = dir.path().join(text);
            std::fs::write(&path, text).unwrap();
            path
        });
        // printf abc | sha256sum
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(sha256(&files).unwrap(), abc);
        assert!(sha256(&[dir.path().join("absent")]).is_err());
    }
}
