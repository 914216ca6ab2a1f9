//! Projects of any size, made of the pictures of the sample.
//!
//! Invariant: the rows are the sample's own, over and over: its labels, its pictures, what v1 made of
//! them. So the errors are real ones, whatever the number of rows.

use ndarray::{Array2, Axis, s};
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// A row of the sample's dev set.
struct Row {
    file: String,
    label: usize,
    capture: String,
    brightness: String,
}

/// The sample's dev set and v1's probabilities of it.
pub struct Sample {
    rows: Vec<Row>,
    probs: Array2<f32>,
}

/// Where the sample lies.
pub fn sample_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("sample_data/fashion")
}

impl Sample {
    /// Reads it.
    pub fn read() -> Result<Self> {
        let mut rows = Vec::new();
        for record in csv::Reader::from_path(sample_dir().join("dev.csv"))?.records() {
            let record = record?;
            let cell = |at: usize| record.get(at).unwrap_or_default().to_owned();
            let label = classes().iter().position(|class| *class == cell(2));
            let label = label.ok_or("a label that is no class")?;
            rows.push(Row { file: cell(1), label, capture: cell(3), brightness: cell(4) });
        }
        let probs = ndarray_npy::read_npy(sample_dir().join("runs/v1/dev.npy"))?;
        Ok(Self { rows, probs })
    }

    /// A project of `count` rows in `root`: the sample's in their order, again and again.
    pub fn repeat(&self, root: &Path, count: usize) -> Result<()> {
        let rows: Vec<usize> = (0..count).map(|i| i % self.rows.len()).collect();
        self.write(root, &rows)
    }

    /// A project in `root` of all errors of the sample and so many correct predictions that it has
    /// `count` rows.
    pub fn errors_first(&self, root: &Path, count: usize) -> Result<()> {
        let (mut rows, right): (Vec<usize>, Vec<usize>) =
            (0..self.rows.len()).partition(|&row| self.predicted(row) != self.rows[row].label);
        rows.extend(right);
        rows.truncate(count);
        self.write(root, &rows)
    }

    /// A project of `count` pictures and `names.len()` classes: every sixth prediction is wrong.
    pub fn with_classes(&self, root: &Path, count: usize, names: &[String]) -> Result<()> {
        let classes = names.len();
        let mut table = String::from(HEADER);
        let mut probs = Array2::<f32>::from_elem((count, classes), 0.1 / (classes - 2) as f32);
        for i in 0..count {
            let row = &self.rows[i % self.rows.len()];
            let (label, other) = (i * 7919 % classes, (i * 104_729 + 1) % classes);
            let other = if other == label { (label + 1) % classes } else { other };
            let (first, second) = if i % 6 == 0 { (other, label) } else { (label, other) };
            (probs[[i, first]], probs[[i, second]]) = (0.6, 0.3);
            line(&mut table, i, row, &names[label])?;
        }
        write_project(root, names, &table, &probs)
    }

    fn predicted(&self, row: usize) -> usize {
        let probs = self.probs.row(row);
        (0..probs.len())
            .fold(0, |best, class| if probs[class] > probs[best] { class } else { best })
    }

    fn write(&self, root: &Path, rows: &[usize]) -> Result<()> {
        let names: Vec<String> = classes().iter().map(|&name| name.to_owned()).collect();
        let mut table = String::from(HEADER);
        for (i, &row) in rows.iter().enumerate() {
            line(&mut table, i, &self.rows[row], &names[self.rows[row].label])?;
        }
        let probs = self.probs.select(Axis(0), rows);
        write_project(root, &names, &table, &probs)
    }
}

const HEADER: &str = "id,file,label,capture,brightness\n";

fn line(table: &mut String, number: usize, row: &Row, label: &str) -> Result<()> {
    let Row { file, capture, brightness, .. } = row;
    Ok(writeln!(table, "ex-{number:07},{file},{label},{capture},{brightness}")?)
}

fn write_project(root: &Path, names: &[String], table: &str, probs: &Array2<f32>) -> Result<()> {
    let config = format!(
        "name = \"fashion\"\nclasses = {names:?}\n\
         tags = [\"blurry\", \"ambiguous\", \"low contrast\", \"sleeve\", \"odd item\"]\n\
         [columns]\nid = \"id\"\nfile = \"file\"\nlabel = \"label\"\n\
         [splits]\ndev = \"dev.csv\"\n[runs.v1]\ndev = \"dev.npy\"\n"
    );
    fs::create_dir_all(root.join("images"))?;
    fs::write(root.join("gaffe.toml"), config)?;
    fs::write(root.join("dev.csv"), table)?;
    ndarray_npy::write_npy(root.join("dev.npy"), &probs.slice(s![.., ..]))?;
    for file in fs::read_dir(sample_dir().join("images"))? {
        let file = file?;
        fs::copy(file.path(), root.join("images").join(file.file_name()))?;
    }
    Ok(())
}

/// The classes of the sample, in order.
pub fn classes() -> [&'static str; 10] {
    [
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
    ]
}
