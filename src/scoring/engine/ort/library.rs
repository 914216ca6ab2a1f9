//! ONNX Runtime's shared library: where it may be, and loading it.
//!
//! Invariant: a process loads one such library, once, and never unloads it: its threads and tables outlive
//! whoever asked for it.

use super::log;
use crate::scoring::guard::guarded;
use ort::environment::Environment;
use ort::logging::LogLevel;
use std::error::Error as _;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// How long a Python may take to say where its onnxruntime is.
const ANSWER: Duration = Duration::from_secs(3);
/// Most bytes that are read of its answer.
const LONGEST: u64 = 64 << 10;
/// Says where onnxruntime is without importing it.
const QUESTION: &str = "import importlib.util as u; s = u.find_spec('onnxruntime'); \
                        print((s and s.origin) or '')";
/// Where a wheel has all of it in Python's module.
const PYTHON_ONLY: &str = "onnxruntime_pybind11_state";
/// Under these names the system's loader may know it.
const SYSTEM: &str = if cfg!(windows) {
    "onnxruntime.dll"
} else if cfg!(target_os = "macos") {
    "libonnxruntime.dylib"
} else {
    "libonnxruntime.so"
};

/// Where a library may be; [`Places::of_process`] for this process's own.
#[derive(Debug, Clone, Default)]
pub(super) struct Places {
    /// `ORT_DYLIB_PATH`: a file, or a folder with it.
    pub named: Option<PathBuf>,
    /// Roots of Python environments, the active one first.
    pub environments: Vec<PathBuf>,
    /// Python programs that are asked, the first one first.
    pub pythons: Vec<PathBuf>,
    /// What the system's loader is asked for.
    pub system: Option<PathBuf>,
}

impl Places {
    pub fn of_process() -> Self {
        let path = |name: &str| {
            let value: Option<OsString> = std::env::var_os(name).filter(|v| !v.is_empty());
            value.map(PathBuf::from)
        };
        Self {
            named: path("ORT_DYLIB_PATH"),
            environments: ["VIRTUAL_ENV", "CONDA_PREFIX"].into_iter().filter_map(path).collect(),
            pythons: ["python3", "python"].map(PathBuf::from).to_vec(),
            system: Some(SYSTEM.into()),
        }
    }
}

/// A library that is loaded, and how sessions are made with it.
#[derive(Debug)]
pub(super) struct Runtime {
    pub environment: Environment,
    /// The library's file, or the name that the system's loader found it by.
    pub path: PathBuf,
    /// Its version, as far as it is known: at least `1.N`.
    pub version: String,
    /// Libraries that come before this one and can't be loaded, with the reason.
    pub passed_over: Vec<String>,
}

static RUNTIME: Mutex<Option<Arc<Runtime>>> = Mutex::new(None);

/// The process's library: the first of `places` that loads, or the one that is loaded already.
///
/// # Errors
/// No library, with each place that was tried; or `named` is another one than the one that is loaded.
pub(super) fn runtime(places: &Places) -> Result<Arc<Runtime>, String> {
    let mut loaded = RUNTIME.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(runtime) = &*loaded {
        return match places.named.as_deref().map(library_at) {
            Some(Ok(other)) if !same(&other, &runtime.path) => Err(format!(
                "{} is loaded already, {} can't be loaded beside it",
                runtime.path.display(),
                other.display()
            )),
            _ => Ok(Arc::clone(runtime)),
        };
    }
    let runtime = Arc::new(find(places)?);
    *loaded = Some(Arc::clone(&runtime));
    Ok(runtime)
}

fn same(a: &Path, b: &Path) -> bool {
    let whole = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    whole(a) == whole(b)
}

fn find(places: &Places) -> Result<Runtime, String> {
    let mut tried = Tried::default();
    if let Some(named) = &places.named
        && let Some(found) = tried.file("ORT_DYLIB_PATH", library_at(named))?
    {
        return Ok(found);
    }
    for root in &places.environments {
        for folder in python_folders(root) {
            if let Some(found) = tried.file("", library_at(&folder))? {
                return Ok(found);
            }
        }
    }
    for python in &places.pythons {
        let answer = ask(python).and_then(|folder| library_at(&folder));
        if let Some(found) = tried.file(&python.display().to_string(), answer)? {
            return Ok(found);
        }
    }
    if let Some(name) = &places.system
        && let Some(found) = tried.file("the system", Ok(name.clone()))?
    {
        return Ok(found);
    }
    Err(tried.list())
}

/// What was tried in vain.
#[derive(Default)]
struct Tried {
    reasons: Vec<String>,
    /// Those where there was a library.
    broken: Vec<String>,
}

impl Tried {
    /// Loads a library that was found; keeps the reason where there is none or it can't be loaded.
    fn file(
        &mut self,
        place: &str,
        found: Result<PathBuf, String>,
    ) -> Result<Option<Runtime>, String> {
        let path = match found {
            Ok(path) => path,
            Err(reason) => {
                let place = if place.is_empty() { "" } else { &format!("{place}: ") };
                self.reasons.push(format!("{place}{reason}"));
                return Ok(None);
            }
        };
        match load(&path) {
            Ok((environment, version)) => {
                let passed_over = std::mem::take(&mut self.broken);
                Ok(Some(Runtime { environment, path, version, passed_over }))
            }
            Err(Failure::Other(reason)) => {
                if path.exists() {
                    self.broken.push(reason.clone());
                }
                self.reasons.push(reason);
                Ok(None)
            }
            Err(Failure::Broken(reason)) => Err(reason),
        }
    }

    fn list(&self) -> String {
        let mut list = String::new();
        for (i, reason) in self.reasons.iter().enumerate() {
            let _ = write!(list, "{}{reason}", if i == 0 { "" } else { "; " });
        }
        list
    }
}

enum Failure {
    /// No such library, or one that can't be used: another may be.
    Other(String),
    /// A library that was taken and then failed: no other can be loaded in this process.
    Broken(String),
}

/// The library at a path, or in a folder.
fn library_at(path: &Path) -> Result<PathBuf, String> {
    // the loader takes a bare name for one of its own folders, and `ort` for one beside the program
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    if !path.is_dir() {
        let there = path.exists();
        return if there { Ok(path) } else { Err(format!("{} does not exist", path.display())) };
    }
    let entries = fs::read_dir(&path).map_err(|e| format!("{}: {e}", path.display()))?;
    let files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    if let Some(library) = files.iter().filter(|file| is_library(file)).max() {
        return Ok(library.clone());
    }
    // wheels before 1.19
    let built_in = files.iter().any(|file| file.to_string_lossy().contains(PYTHON_ONLY));
    let what = if built_in { "an old package without a library of its own" } else { "no library" };
    Err(format!("{what} in {}", path.display()))
}

fn is_library(file: &Path) -> bool {
    let Some(name) = file.file_name().and_then(|name| name.to_str()) else { return false };
    if cfg!(windows) {
        name.eq_ignore_ascii_case(SYSTEM)
    } else if cfg!(target_os = "macos") {
        name.starts_with("libonnxruntime.")
            && Path::new(name).extension().is_some_and(|end| end == "dylib")
    } else {
        name.strip_prefix(SYSTEM).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }
}

/// Folders of a Python environment that can hold the library: its package's, and the environment's own.
fn python_folders(root: &Path) -> Vec<PathBuf> {
    let package = Path::new("site-packages").join("onnxruntime").join("capi");
    if cfg!(windows) {
        return vec![root.join("Lib").join(package), root.join("Library").join("bin")];
    }
    let lib = root.join("lib");
    let mut pythons: Vec<PathBuf> =
        fs::read_dir(&lib).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    pythons.retain(|path| {
        path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("python3"))
    });
    pythons.sort();
    pythons.iter().rev().map(|python| python.join(&package)).chain([lib.clone()]).collect()
}

/// Asks a Python where its onnxruntime is; whatever it does, it is ended after [`ANSWER`].
fn ask(python: &Path) -> Result<PathBuf, String> {
    let mut command = Command::new(python);
    command.args(["-c", QUESTION]);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().map_err(|_| "can't be run".to_owned())?;
    let (send, receive) = channel();
    if let Some(output) = child.stdout.take() {
        // on a thread of its own: a process that it started may keep the pipe open
        thread::spawn(move || {
            let mut line = String::new();
            let _ = BufReader::new(output.take(LONGEST)).read_line(&mut line);
            let _ = send.send(line);
        });
    }
    let line = receive.recv_timeout(ANSWER);
    let _ = child.kill();
    let _ = child.wait();
    let line = line.map_err(|_| "does not answer".to_owned())?;
    match Path::new(line.trim_end_matches(['\r', '\n'])).parent() {
        Some(package) if package.is_absolute() => Ok(package.join("capi")),
        _ => Err("has no onnxruntime".to_owned()),
    }
}

/// Loads a library and makes the process's environment.
fn load(path: &Path) -> Result<(Environment, String), Failure> {
    let shown = path.display();
    // `ort` panics on a library that has the right symbol and gives nothing
    let builder = guarded(|| ort::init_from(path))
        .map_err(|panic| Failure::Other(format!("{shown}: {panic}")))?
        .map_err(|error| Failure::Other(load_problem(path, &error)))?;
    let built = guarded(|| {
        let builder = builder.with_name("gaffe").with_telemetry(false);
        let environment = builder.with_logger(log::collector()).build()?;
        environment.set_log_level(LogLevel::Error);
        Ok::<_, ort::Error>(environment)
    });
    match built {
        Ok(Ok(environment)) => Ok((environment, version(path))),
        Ok(Err(error)) => Err(Failure::Broken(format!("{shown}: {error}"))),
        Err(panic) => Err(Failure::Broken(format!("{shown}: {panic}"))),
    }
}

fn load_problem(path: &Path, error: &ort::LoadDynamicError) -> String {
    use ort::LoadDynamicError as E;
    let path = path.display();
    match error {
        E::Dlopen { error, .. } => {
            // what the loader says is the cause of what the wrapper around it says
            let text = error.source().map_or_else(|| error.to_string(), ToString::to_string);
            // the loader's message opens with the path
            if text.contains(&path.to_string()) { text } else { format!("{path}: {text}") }
        }
        E::MissingApi { .. } => format!("{path} is another library"),
        E::InvalidVersionString => format!("{path} does not tell its version"),
        E::BadVersion { version_str, .. } => {
            let needed = ort::MINOR_VERSION;
            format!("{path} is ONNX Runtime {version_str}, 1.{needed} or newer is needed")
        }
    }
}

/// The version in the file's name, else what the library says of it.
fn version(path: &Path) -> String {
    let name = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let name = name.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let digits = name.trim_start_matches(|c: char| !c.is_ascii_digit()).trim_end_matches(".dylib");
    if digits.split('.').count() == 3 && digits.split('.').all(|part| part.parse::<u32>().is_ok()) {
        return digits.to_owned();
    }
    let minor = guarded(|| ort::util::probe(path)).ok().flatten();
    format!("1.{}", minor.unwrap_or(ort::MINOR_VERSION))
}

#[cfg(test)]
#[path = "library_tests.rs"]
mod tests;
