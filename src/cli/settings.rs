//! A person's settings: where their file lies, and what goes before it.
//!
//! Invariant: the command line goes before the environment, the environment before the file.

use crate::ingest::IngestError;
use crate::tui::keymap::{Keymap, Layer, preset};
use crate::tui::settings::Settings;
use crate::tui::theme::Theme;
use anyhow::{Result, anyhow};
use clap::Args;
use clap::builder::PossibleValuesParser;
use std::ffi::OsString;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

#[derive(Args, Clone, Default)]
pub struct KeymapArg {
    /// The keymap: default, vim, prodigy, or a file that holds a whole one [default: `GAFFE_KEYMAP`,
    /// else that of the settings]
    #[arg(long, value_name = "NAME|FILE")]
    keymap: Option<String>,
}

#[derive(Args, Clone, Default)]
pub struct ThemeArg {
    /// The colours [default: `GAFFE_THEME`, else those of the settings, else what fits the terminal]
    #[arg(long, value_parser = PossibleValuesParser::new(Theme::NAMES))]
    theme: Option<String>,
}

impl KeymapArg {
    /// Whether it stands on the command line.
    pub fn is_given(&self) -> bool {
        self.keymap.is_some()
    }

    /// The name or file of the keymap, and its keys under those of the settings.
    pub fn keymap(&self, settings: &Settings) -> Result<(String, Keymap)> {
        let asked = self.keymap.clone().or_else(|| var("GAFFE_KEYMAP"));
        let name = asked.or_else(|| settings.keymap.clone());
        let name = name.unwrap_or_else(|| Keymap::PRESETS[0].to_owned());
        let mut layers = layers(&name)?;
        layers.push(settings.keys.clone());
        let keymap = Keymap::of(&layers, &settings.macros)?;
        Ok((name, keymap))
    }
}

impl ThemeArg {
    /// Whether it stands on the command line.
    pub fn is_given(&self) -> bool {
        self.theme.is_some()
    }

    /// The theme for this terminal.
    pub fn theme(&self, settings: &Settings) -> Result<Theme> {
        let asked = self.theme.clone().or_else(|| var("GAFFE_THEME"));
        let name = asked.or_else(|| settings.theme.clone());
        Theme::from_env(name.as_deref(), var).ok_or_else(|| {
            let name = name.unwrap_or_default();
            let known = Theme::NAMES.join(", ");
            anyhow!("GAFFE_THEME: no theme is called {name:?}\n  there are {known}")
        })
    }
}

/// The layers of a keymap that comes with the program, or of a file.
fn layers(name: &str) -> Result<Vec<Layer>> {
    if Keymap::PRESETS.contains(&name) {
        return Ok(preset(name)?);
    }
    let file = Path::new(name);
    let text = std::fs::read_to_string(file).map_err(|error| {
        let known = Keymap::PRESETS.join(", ");
        IngestError::io(file, &error)
            .or_remedy(&format!("a keymap is {known}, or a file with all keys"))
    })?;
    Ok(vec![Layer::parse(&text, file)?])
}

/// The file of the settings, whether it is there or not.
pub fn file() -> Option<PathBuf> {
    place(|name| std::env::var_os(name).filter(|value| !value.is_empty()), cfg!(windows))
}

/// Reads the settings. None is no error, unless `GAFFE_CONFIG` names the file.
pub fn load() -> Result<Settings> {
    let Some(file) = file() else { return Ok(Settings::default()) };
    let text = match std::fs::read_to_string(&file) {
        Ok(text) => text,
        Err(error) if is_absent(&error) && var("GAFFE_CONFIG").is_none() => {
            return Ok(Settings::default());
        }
        Err(error) => {
            let remedy = "GAFFE_CONFIG names it: correct the path there";
            return Err(IngestError::io(&file, &error).or_remedy(remedy).into());
        }
    };
    let mut settings = Settings::parse(&text, &file)?;
    // The path of a keymap starts at the file that names it.
    if let Some(name) = settings.keymap.take() {
        let dir = file.parent().filter(|_| !Keymap::PRESETS.contains(&name.as_str()));
        settings.keymap =
            Some(dir.map_or(name.clone(), |dir| dir.join(&name).display().to_string()));
    }
    Ok(settings)
}

fn is_absent(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

/// `GAFFE_CONFIG`, else where the system keeps settings: on Unix as the XDG Base Directory
/// Specification has it, by which a relative `XDG_CONFIG_HOME` does not count.
fn place(var: impl Fn(&str) -> Option<OsString>, windows: bool) -> Option<PathBuf> {
    let path = |name: &str| var(name).map(PathBuf::from);
    if let Some(file) = path("GAFFE_CONFIG") {
        return Some(file);
    }
    let dir = if windows {
        path("APPDATA")
    } else {
        let xdg = path("XDG_CONFIG_HOME").filter(|dir| dir.is_absolute());
        xdg.or_else(|| path("HOME").map(|home| home.join(".config")))
    };
    dir.map(|dir| dir.join("gaffe").join("config.toml"))
}

fn var(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_lies_where_the_system_keeps_settings() {
        let place = |windows, pairs: &[(&str, &str)]| {
            let var = |name: &str| pairs.iter().find(|p| p.0 == name).map(|p| OsString::from(p.1));
            place(var, windows)
        };
        let at = |parts: &[&str]| Some(parts.iter().collect::<PathBuf>());
        let home = ("HOME", "/home/ada");
        assert_eq!(place(false, &[home]), at(&["/home/ada", ".config", "gaffe", "config.toml"]));
        let xdg = ("XDG_CONFIG_HOME", "/etc/ada");
        assert_eq!(place(false, &[home, xdg]), at(&["/etc/ada", "gaffe", "config.toml"]));
        let relative = ("XDG_CONFIG_HOME", "ada");
        assert_eq!(place(false, &[home, relative]), place(false, &[home]));
        assert_eq!(
            place(true, &[("APPDATA", "/roaming")]),
            at(&["/roaming", "gaffe", "config.toml"])
        );
        assert_eq!(place(false, &[home, ("GAFFE_CONFIG", "my.toml")]), at(&["my.toml"]));
        assert_eq!(place(false, &[]), None);
    }
}
