//! Whether a person has read the card of the first start: a marker among the user's own files.
//!
//! Invariant: no project and no decision depends on it.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// The marker of a user; none where the user has no folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Welcome(Option<PathBuf>);

impl Welcome {
    /// The marker in the user's folder for what programs keep in mind
    /// ([XDG](https://specifications.freedesktop.org/basedir-spec/latest/)).
    pub fn from_env(var: impl Fn(&str) -> Option<OsString>) -> Self {
        let folder = |name| var(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let state = folder("XDG_STATE_HOME")
            .or_else(|| Some(folder("HOME")?.join(".local/state")))
            .or_else(|| folder("LOCALAPPDATA"));
        Self(state.map(|state| state.join("gaffe/welcomed")))
    }

    /// Whether the card is to be shown: it was not read yet, and either the project is new to the
    /// user (`is_new`) or it will be kept in mind that it was read.
    pub fn is_due(&self, is_new: bool) -> bool {
        match &self.0 {
            Some(marker) => !marker.exists() && (is_new || can_write(marker)),
            None => is_new,
        }
    }

    /// Keeps in mind that the card was read.
    ///
    /// # Errors
    /// The marker can't be written.
    pub fn remember(&self) -> io::Result<()> {
        let Some(marker) = &self.0 else { return Ok(()) };
        make_parent(marker)?;
        File::create(marker).map(drop)
    }
}

fn make_parent(marker: &Path) -> io::Result<()> {
    marker.parent().map_or(Ok(()), fs::create_dir_all)
}

fn can_write(marker: &Path) -> bool {
    let folder = marker.parent().unwrap_or(marker);
    make_parent(marker).and_then(|()| tempfile::tempfile_in(folder)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(home: &Path) -> Welcome {
        Welcome::from_env(|name| (name == "HOME").then(|| home.into()))
    }

    #[test]
    fn a_user_is_welcomed_once() {
        let home = tempfile::tempdir().unwrap();
        assert!(of(home.path()).is_due(true) && of(home.path()).is_due(false));
        of(home.path()).remember().unwrap();
        assert!(!of(home.path()).is_due(true) && !of(home.path()).is_due(false));
        assert!(home.path().join(".local/state/gaffe/welcomed").exists());
    }

    #[test]
    fn the_folder_is_that_of_the_environment() {
        let env = |pairs: &'static [(&str, &str)]| {
            Welcome::from_env(move |name| {
                pairs.iter().find(|pair| pair.0 == name).map(|pair| pair.1.into())
            })
        };
        let marker = |path: &str| Welcome(Some(path.into()));
        assert_eq!(env(&[("XDG_STATE_HOME", "/s"), ("HOME", "/h")]), marker("/s/gaffe/welcomed"));
        assert_eq!(
            env(&[("XDG_STATE_HOME", "relative"), ("HOME", "/h")]),
            marker("/h/.local/state/gaffe/welcomed")
        );
        assert_eq!(env(&[]), Welcome(None));
    }

    #[test]
    fn what_cannot_be_kept_in_mind_is_shown_on_new_projects_only() {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join(".local"), "a file where a folder should be").unwrap();
        let welcome = of(home.path());
        assert!(welcome.is_due(true) && !welcome.is_due(false) && welcome.remember().is_err());
        assert!(Welcome(None).is_due(true) && !Welcome(None).is_due(false));
    }
}
