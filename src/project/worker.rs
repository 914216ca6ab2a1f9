//! Measuring a model in a process of its own, so that neither this program's memory nor its threads
//! disturb it, and so that it can be ended at any time.
//!
//! Invariant: the worker ends when it is cancelled, when its limits are reached, and when nobody reads what
//! it writes.

use super::ProjectError;
use super::child::{Asked, Heard, say};
use super::samples::SampleList;
use crate::scoring::{Limits, Measurement, ScoreError, Settings, Step, measure};
use serde::{Deserialize, Serialize};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The command of the program that does the work; not one for people.
pub const WORKER: &str = "measure-model";
/// How soon a cancelled worker is ended.
const GLANCE: Duration = Duration::from_millis(50);

/// What is to be measured.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Request {
    /// The ONNX file.
    pub model: PathBuf,
    /// What is asked of it.
    pub settings: Settings,
    /// Examples to measure with.
    pub samples: SampleList,
    /// How long it may take.
    pub limits: Limits,
}

/// A line that the worker writes.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    /// How far a step is, 0 to 1.
    Progress(Step, f64),
    /// The end: what was measured.
    Done(Box<Measurement>),
    /// The end: why not.
    Refused(String),
}

/// The worker: reads a request and writes lines until it is done. Reading and writing are all it shares with
/// whoever asked.
///
/// # Errors
/// A request that is none, or nobody to write to.
pub fn work(input: &mut dyn Read, output: &mut (dyn Write + Send)) -> io::Result<()> {
    let request: Request = serde_json::from_reader(input)?;
    let (output, cancel) = (Mutex::new((output, None::<(Step, Instant)>)), AtomicBool::new(false));
    let Request { model, settings, samples, limits } = &request;
    let fetch = |at: usize| samples.get(at);
    let progress = |step: Step, share: f64| {
        let (output, last) = &mut *output.lock().unwrap_or_else(PoisonError::into_inner);
        if last.is_some_and(|(old, at)| old == step && at.elapsed() < GLANCE) {
            return;
        }
        *last = Some((step, Instant::now()));
        if say(output, &Line::Progress(step, share)).is_err() {
            cancel.store(true, Ordering::Relaxed);
        }
    };
    let line = match measure(model, settings, samples.len(), &fetch, *limits, &progress, &cancel) {
        Ok(measurement) => Line::Done(Box::new(measurement)),
        Err(error) => Line::Refused(error.to_string()),
    };
    let (output, _) = output.into_inner().unwrap_or_else(PoisonError::into_inner);
    say(output, &line)
}

/// Has `program` (this program's file) do the request, and waits for it. `progress` is told how far each step
/// is; once `cancel` is set the worker is ended.
///
/// # Errors
/// What the worker says, a worker that can't be started or ends on its own, [`ScoreError::Cancelled`].
pub fn measure_in_process(
    program: &Path,
    request: &Request,
    progress: &dyn Fn(Step, f64),
    cancel: &AtomicBool,
) -> Result<Measurement, ProjectError> {
    let failed = |e: io::Error| ProjectError::Measure(e.to_string());
    let mut worker = Asked::new(program, WORKER, request).map_err(failed)?;
    worker.hang_up();
    loop {
        if cancel.load(Ordering::Relaxed) {
            return Err(ScoreError::Cancelled.into());
        }
        match worker.hear(GLANCE).map_err(failed)? {
            Heard::Line(Line::Progress(step, share)) => progress(step, share),
            Heard::Line(Line::Done(measurement)) => return Ok(*measurement),
            Heard::Line(Line::Refused(reason)) => return Err(ProjectError::Measure(reason)),
            Heard::Nothing => {}
            Heard::End(how) => {
                return Err(ProjectError::Measure(format!("measuring ended early ({how})")));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scoring::{Medium, Preprocess};

    fn request() -> Request {
        let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample_data/fashion");
        let files = ["dev-00000.png", "dev-00001.png"].map(|name| sample.join("images").join(name));
        let preprocess =
            Preprocess { size: Some([28, 28]), channels: Some(1), ..Preprocess::default() };
        let classes = (0..10).map(|class| class.to_string()).collect();
        Request {
            model: sample.join("models/v1.onnx"),
            settings: Settings::new(Medium::Picture, preprocess, classes),
            samples: SampleList::Pictures(files.to_vec()),
            limits: Limits { kept: 2, warm_up: 1, singles: 5, many: 40, seconds: 10.0 },
        }
    }

    fn lines(request: &Request) -> Vec<Line> {
        let (text, mut out) = (serde_json::to_vec(request).unwrap(), Vec::new());
        work(&mut text.as_slice(), &mut out).unwrap();
        let lines = out.split(|&b| b == b'\n').filter(|line| !line.is_empty());
        lines.map(|line| serde_json::from_slice(line).unwrap()).collect()
    }

    #[test]
    fn the_last_line_is_the_result_or_the_reason() {
        let done = lines(&request());
        assert!(matches!(done.last(), Some(Line::Done(m)) if m.latency.n == 5), "{done:?}");
        assert!(done[..done.len() - 1].iter().all(|line| matches!(line, Line::Progress(..))));
        let mut seven = request();
        seven.settings.classes = Some(vec![String::new(); 7]);
        let refused = lines(&seven);
        let Some(Line::Refused(reason)) = refused.last() else { panic!("{refused:?}") };
        assert!(reason.contains("10 classes") && reason.contains("v1.onnx"), "{reason}");
    }

    #[test]
    fn nobody_to_write_to_ends_it() {
        struct Closed;
        impl Write for Closed {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let text = serde_json::to_vec(&request()).unwrap();
        assert!(work(&mut text.as_slice(), &mut Closed).is_err());
        assert!(work(&mut &b"{"[..], &mut Closed).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_program_that_says_nothing_is_an_error_and_one_that_hangs_is_ended() {
        let never = AtomicBool::new(false);
        let silent = measure_in_process(Path::new("/bin/true"), &request(), &|_, _| (), &never);
        assert!(silent.unwrap_err().to_string().contains("ended early"));
        let gone = measure_in_process(Path::new("/no/such"), &request(), &|_, _| (), &never);
        assert!(gone.is_err());
        let dir = tempfile::tempdir().unwrap();
        let program = dir.path().join("hang");
        std::fs::write(&program, "#!/bin/sh\nexec sleep 60\n").unwrap();
        std::fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o755))
            .unwrap();
        let (cancel, started) = (AtomicBool::new(true), Instant::now());
        let hung = measure_in_process(&program, &request(), &|_, _| (), &cancel);
        assert!(matches!(hung, Err(ProjectError::Score(ScoreError::Cancelled))), "{hung:?}");
        assert!(started.elapsed() < Duration::from_secs(20));
    }
}
