//! A command of this program in a process of its own: a line of JSON to it, lines of JSON from it.
//!
//! Invariant: the process does not outlive this. Whoever waits for a line can give that up at any time.

use serde::Serialize;
use serde::de::DeserializeOwned;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

/// A process that was asked something.
pub(super) struct Asked<L> {
    child: Ended,
    input: Option<ChildStdin>,
    lines: Receiver<L>,
}

/// What waiting for a line gave.
#[derive(Debug)]
pub(super) enum Heard<L> {
    /// A line.
    Line(L),
    /// None within the time.
    Nothing,
    /// The process has ended, in this way.
    End(ExitStatus),
}

impl<L: DeserializeOwned + Send + 'static> Asked<L> {
    /// Starts `command` of `program` and gives it the request.
    pub fn new(program: &Path, command: &str, request: &impl Serialize) -> io::Result<Self> {
        let mut text = serde_json::to_vec(request)?;
        text.push(b'\n');
        let mut process = Command::new(program);
        process.arg(command).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = Ended(process.spawn()?);
        let mut input = child.0.stdin.take();
        if let Some(input) = &mut input {
            // A process that ended before it had read says so in another way.
            let _ = input.write_all(&text).and_then(|()| input.flush());
        }
        let output = child.0.stdout.take().ok_or_else(|| io::Error::other("no output"))?;
        Ok(Self { child, input, lines: reader(output) })
    }

    /// Closes the input of the process: nobody waits for it any more, as far as it knows.
    pub fn hang_up(&mut self) {
        self.input = None;
    }

    /// The next line, if one comes within `limit`.
    pub fn hear(&mut self, limit: Duration) -> io::Result<Heard<L>> {
        match self.lines.recv_timeout(limit) {
            Ok(line) => Ok(Heard::Line(line)),
            Err(RecvTimeoutError::Timeout) => Ok(Heard::Nothing),
            Err(RecvTimeoutError::Disconnected) => self.child.0.wait().map(Heard::End),
        }
    }
}

/// Writes a line at once.
pub(super) fn say(output: &mut (impl Write + ?Sized), line: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *output, line)?;
    output.write_all(b"\n")?;
    output.flush()
}

/// Reads lines on a thread of its own, so that waiting for them can be given up.
fn reader<L: DeserializeOwned + Send + 'static>(output: impl Read + Send + 'static) -> Receiver<L> {
    let (send, receive) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            let Ok(line) = serde_json::from_str(&line) else { return };
            if send.send(line).is_err() {
                return;
            }
        }
    });
    receive
}

/// A child that does not outlive this.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
