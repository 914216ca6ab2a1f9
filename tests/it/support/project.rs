//! Projects in folders of their own, and the real program run on them.
//!
//! Invariant: the committed sample is only read; whatever a test writes is gone when it ends.

use gaffe::dataset::{Event, Order, Split};
use gaffe::project::{Desk, Project};
use gaffe::store::Store;
use ndarray::Array2;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// The project file of [`Folder::small`].
pub const SMALL: &str = "name = \"pets\"\n\
    classes = [\"cat\", \"dog\", \"Ankle boot\"]\n\
    tags = [\"blurry\", \"odd\"]\n\
    [columns]\nid = \"id\"\ntext = \"text\"\nlabel = \"label\"\n\
    [splits]\ndev = \"dev.csv\"\n\
    [runs.v1]\ndev = \"v1.npy\"\n";

/// The table of [`Folder::small`].
pub const TABLE: &str = "id,text,label,place\n\
    a,meows,cat,in\n\
    b,barks,dog,out\n\
    c,is laced,Ankle boot,in\n\
    d,purrs,dog,in\n\
    e,fetches,cat,out\n\
    f,is worn,cat,out\n";

/// The probabilities of [`Folder::small`]: d, e and f are errors.
pub const PROBS: [[f32; 3]; 6] = [
    [0.8, 0.1, 0.1],
    [0.2, 0.7, 0.1],
    [0.1, 0.1, 0.8],
    [0.9, 0.05, 0.05],
    [0.3, 0.6, 0.1],
    [0.15, 0.15, 0.7],
];

/// The classes of the sample, in order.
pub const CLASSES: [&str; 10] = [
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
];

/// Where the committed sample lies.
pub fn sample_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("sample_data/fashion")
}

/// A project's folder, inside a folder that has no project.
pub struct Folder {
    outer: TempDir,
    root: PathBuf,
}

impl Folder {
    /// An empty folder.
    pub fn empty() -> Self {
        let outer = tempfile::tempdir().unwrap();
        let root = outer.path().join("project");
        fs::create_dir(&root).unwrap();
        Self { outer, root }
    }

    /// The committed sample, as it is in a fresh clone.
    pub fn sample() -> Self {
        let folder = Self::empty();
        copy(&sample_dir(), &folder.root);
        folder
    }

    /// Six texts of three classes with a run that gets three of them wrong.
    pub fn small() -> Self {
        let folder = Self::empty();
        folder.write("gaffe.toml", SMALL);
        folder.write("dev.csv", TABLE);
        folder.npy("v1.npy", &PROBS);
        folder
    }

    /// The first `rows` pictures of the sample, with its models and no run.
    pub fn pictures(rows: usize) -> Self {
        let folder = Self::empty();
        let sample = sample_dir();
        let config = fs::read_to_string(sample.join("gaffe.toml")).unwrap();
        let (start, end) = (config.find("[splits]").unwrap(), config.find("# pixels").unwrap());
        folder.write(
            "gaffe.toml",
            config[..start].to_owned() + "[splits]\ndev = \"dev.csv\"\n\n" + &config[end..],
        );
        let table = fs::read_to_string(sample.join("dev.csv")).unwrap();
        let lines: Vec<&str> = table.lines().take(rows + 1).collect();
        folder.write("dev.csv", lines.join("\n") + "\n");
        for line in &lines[1..] {
            let file = line.split(',').nth(1).unwrap();
            folder.write(file, fs::read(sample.join(file)).unwrap());
        }
        copy(&sample.join("models"), &folder.root.join("models"));
        folder
    }

    /// The project's folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The folder around it.
    pub fn outer(&self) -> &Path {
        self.outer.path()
    }

    /// A file of the project.
    pub fn file(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// The text of a file of the project.
    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.file(name)).unwrap()
    }

    /// Writes a file of the project, and its folder.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.file(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// Writes one of the project's files with `from` replaced by `to`.
    pub fn change(&self, name: &str, from: &str, to: &str) {
        let text = self.read(name);
        assert!(text.contains(from), "{name} has no {from:?}");
        self.write(name, text.replace(from, to));
    }

    /// Writes probabilities.
    pub fn npy<const K: usize>(&self, name: &str, rows: &[[f32; K]]) {
        let array = Array2::from_shape_fn((rows.len(), K), |(i, k)| rows[i][k]);
        ndarray_npy::write_npy(self.file(name), &array).unwrap();
    }

    /// Every file and folder below the outer folder, with a checksum of its content.
    pub fn listing(&self) -> BTreeMap<PathBuf, u32> {
        let mut listing = BTreeMap::new();
        list(self.outer(), &mut listing);
        listing
    }

    /// The events of the journal without their times.
    pub fn events(&self) -> Vec<Value> {
        let journal = fs::read_to_string(self.file(".gaffe/journal.jsonl")).unwrap_or_default();
        let event = |line: &str| {
            let mut line: Value = serde_json::from_str(line).unwrap();
            let mut event = line["event"].take();
            forget_times(&mut event);
            event
        };
        journal.lines().map(event).collect()
    }

    /// Runs the program in the project's folder.
    pub fn gaffe(&self, args: &[&str]) -> Outcome {
        gaffe_in(&self.root, args)
    }

    /// Opens the errors of a run to decide on them, as the review does.
    pub fn reviewer(&self, run: &str, order: Order) -> Reviewer {
        let project = Project::open(&self.root).unwrap();
        let writable = project.open_decisions(|_| false).unwrap();
        let desk = project.desk(Split::Dev, run, order, writable.ledger).unwrap();
        Reviewer { desk, store: writable.store, clock: 1_700_000_000_000 }
    }
}

/// A person at the desk whose decisions are written down.
pub struct Reviewer {
    /// The errors.
    pub desk: Desk,
    store: Store,
    clock: u64,
}

impl Reviewer {
    /// Goes through the predictions that agree with the label, in place of the errors.
    pub fn with_correct(self) -> Self {
        Self { desk: self.desk.with_correct(), ..self }
    }

    /// Decides something, one second after the last decision.
    pub fn decide(&mut self, decide: impl FnOnce(&mut Desk, u64) -> Option<Event>) {
        self.clock += 1000;
        let event = decide(&mut self.desk, self.clock).expect("the decision changes something");
        self.store.append(&event).unwrap();
    }

    /// Puts the tag called `name` on a row.
    pub fn tag(&mut self, row: u32, name: &str) {
        let tag = self.desk.ledger().tags().iter().find(|tag| tag.name == name).unwrap().id;
        self.decide(|desk, at| desk.toggle_tag(row, tag, at));
    }
}

/// Where no settings of the person's who runs the tests can be.
pub const NO_SETTINGS: (&str, &str) =
    ("XDG_CONFIG_HOME", concat!(env!("CARGO_TARGET_TMPDIR"), "/no-settings"));

/// The program, to be run in `cwd` without a terminal and without settings of the person's.
pub fn command(cwd: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gaffe"));
    command.current_dir(cwd).args(args).envs([("GAFFE_USER", "ada"), NO_SETTINGS]);
    for name in ["GAFFE_PROJECT", "GAFFE_CONFIG", "GAFFE_KEYMAP", "GAFFE_THEME"] {
        command.env_remove(name);
    }
    command.stdin(Stdio::null());
    command
}

/// Runs the program in `cwd`.
pub fn gaffe_in(cwd: &Path, args: &[&str]) -> Outcome {
    Outcome::of(&mut command(cwd, args))
}

/// What came of a run of the program.
#[derive(Debug)]
pub struct Outcome {
    /// The exit code.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Outcome {
    /// Runs the command to its end.
    pub fn of(command: &mut Command) -> Self {
        let output = command.output().unwrap();
        Self {
            code: output.status.code().expect("no signal ends it"),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Standard output of a run that must succeed.
    #[track_caller]
    pub fn ok(&self) -> &str {
        assert_eq!(self.code, 0, "{self:#?}");
        &self.out
    }

    /// Standard output of a run that must succeed and print one JSON value, nothing else.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(self.ok()).unwrap_or_else(|e| panic!("{e}: {self:#?}"))
    }

    /// The records of a run that must succeed and print CSV, by the names of their columns.
    #[track_caller]
    pub fn csv(&self) -> Vec<BTreeMap<String, String>> {
        records(self.ok())
    }

    /// Standard error of a run that must fail with one message of ours: a line of what is wrong,
    /// then indented lines of what to do.
    #[track_caller]
    pub fn refused(&self) -> &str {
        assert_eq!(self.code, 1, "{self:#?}");
        assert_eq!(self.out, "", "{self:#?}");
        let mut lines = self.err.lines();
        assert!(lines.next().is_some_and(|l| l.starts_with("gaffe: ")), "{self:#?}");
        assert!(lines.all(|l| l.starts_with("  ") && !l.trim().is_empty()), "{self:#?}");
        assert!(!self.err.contains('\u{1b}'), "{self:#?}");
        &self.err
    }
}

/// The records of a CSV text by the names of their columns; every record has every column.
#[track_caller]
pub fn records(text: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let headers = reader.headers().unwrap().clone();
    let record = |record: Result<csv::StringRecord, csv::Error>| {
        let record = record.unwrap();
        headers.iter().map(str::to_owned).zip(record.iter().map(str::to_owned)).collect()
    };
    reader.records().map(record).collect()
}

/// Takes all that is called `at` and is a number out.
fn forget_times(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|name, value| name != "at" || !value.is_number());
            fields.values_mut().for_each(forget_times);
        }
        Value::Array(values) => values.iter_mut().for_each(forget_times),
        _ => {}
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name();
        if name == ".gaffe" {
            continue;
        }
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to.join(name));
        } else {
            fs::copy(entry.path(), to.join(name)).unwrap();
        }
    }
}

fn list(dir: &Path, into: &mut BTreeMap<PathBuf, u32>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.is_symlink() {
            into.insert(path.clone(), 0);
            list(&path, into);
        } else {
            into.insert(path.clone(), crc32fast::hash(&fs::read(&path).unwrap_or_default()));
        }
    }
}
