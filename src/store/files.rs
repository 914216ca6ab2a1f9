//! Folders, the writer's lock, and files that are replaced as a whole.
//!
//! Invariant: a file that is replaced is seen by others either as it was or as it will be.

use super::StoreError;
use super::error::writing;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::Path;

/// Held by the one process that writes; let go of when dropped.
///
/// sled has a lock of its own, but files are mended while sled is closed.
#[derive(Debug)]
pub(super) struct Lock(File);

impl Lock {
    pub(super) fn acquire(dir: &Path) -> Result<Self, StoreError> {
        let path = dir.join("lock");
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(writing(&path))?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => Err(StoreError::Locked { dir: dir.to_owned() }),
            Err(TryLockError::Error(source)) => Err(writing(&path)(source)),
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing is not enough while a child that was just forked still has the file. Nothing can
        // be done if it fails: the lock ends with the process.
        let _ = self.0.unlock();
    }
}

/// Makes the folder if it is missing, durably.
pub(super) fn make_dir(dir: &Path) -> Result<(), StoreError> {
    if dir.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(dir).map_err(writing(dir))?;
    match dir.parent().filter(|p| !p.as_os_str().is_empty()) {
        Some(parent) => sync_dir(parent),
        None => sync_dir(Path::new(".")),
    }
}

/// Makes the names in a folder durable.
pub(super) fn sync_dir(dir: &Path) -> Result<(), StoreError> {
    // Windows can't sync a folder.
    if cfg!(unix) {
        File::open(dir).and_then(|d| d.sync_all()).map_err(writing(dir))?;
    }
    Ok(())
}

/// Replaces `path` by what `write` writes; `write` syncs it if it must last.
pub(super) fn replace(
    path: &Path,
    write: impl FnOnce(&mut File) -> io::Result<()>,
) -> Result<(), StoreError> {
    // One name for all: what a killed process left behind is overwritten, not heaped up.
    let new = path.with_extension("new");
    File::create(&new)
        .and_then(|mut file| write(&mut file))
        .and_then(|()| fs::rename(&new, path))
        .map_err(writing(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_one_lock_until_it_is_let_go_of() {
        let dir = tempfile::tempdir().unwrap();
        let lock = Lock::acquire(dir.path()).unwrap();
        let error = Lock::acquire(dir.path()).unwrap_err();
        assert!(matches!(error, StoreError::Locked { .. }), "{error}");
        drop(lock);
        Lock::acquire(dir.path()).unwrap();
    }
}
