//! Where results are written.
//!
//! Invariant: a file is written whole or not at all; what is no file (a pipe, a device) is written to,
//! never replaced.

use std::fs::{Metadata, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// Writes `path` through `write`: aside, synced, then renamed into place, links followed.
///
/// # Errors
/// What `write` says, or what the system says; then an old file is as it was.
pub fn write_whole<E: From<io::Error>>(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> Result<(), E>,
) -> Result<(), E> {
    let old = path.metadata();
    if old.as_ref().is_ok_and(|about| !about.is_file() && !about.is_dir()) {
        let mut out = BufWriter::new(OpenOptions::new().write(true).open(path)?);
        write(&mut out)?;
        return Ok(out.flush()?);
    }
    if old.as_ref().is_ok_and(Metadata::is_dir) {
        return Err(io::Error::from(io::ErrorKind::IsADirectory).into());
    }
    // The target of a link, so that the link stays.
    let path = &path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    let dir = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    match old {
        Ok(about) => drop(builder.permissions(about.permissions())),
        Err(_) => shared(&mut builder),
    }
    let temporary = builder.tempfile_in(dir)?;
    let mut out = BufWriter::new(temporary.as_file());
    write(&mut out)?;
    out.flush()?;
    drop(out);
    temporary.as_file().sync_all()?;
    temporary.persist(path).map_err(|e| e.error)?;
    Ok(())
}

/// What a new file gets, less the user's mask: temporary files are private otherwise.
#[cfg(unix)]
fn shared(builder: &mut tempfile::Builder<'_, '_>) {
    use std::os::unix::fs::PermissionsExt;
    builder.permissions(std::fs::Permissions::from_mode(0o666));
}

#[cfg(not(unix))]
fn shared(_: &mut tempfile::Builder<'_, '_>) {}
