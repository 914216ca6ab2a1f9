//! The screens that decide: what they show, that it is what the command prints, and that a row leads
//! to its examples and back.

mod bottleneck;
mod calibration;
mod compare;
mod confusion;
mod cost;
mod enter;
mod goal;
mod label_issues;
mod map;
mod models;
mod next;
mod shift;
mod slices;
mod tally;

use crate::screens_themes::in_two_themes;
use crate::support::project::{CLASSES, Folder, gaffe_in};
use crate::support::stage::{Stage, press};
use gaffe::dataset::{Answer, Choice, Order, Split, Verdict};
use gaffe::project::Project;
use ndarray::Array2;
use serde_json::Value;

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (200, 60)];

/// The sample with its first errors reviewed, in random order: what is blurred is tagged so, every
/// seventh label is wrong, every fifth error is ambiguous too.
fn reviewed(errors: usize) -> Folder {
    let folder = Folder::sample();
    let project = Project::open(folder.root()).unwrap();
    let mut writable = project.open_decisions(|_| false).unwrap();
    let mut desk = project.desk(Split::Dev, "v1", Order::Random, writable.ledger).unwrap();
    let tag = |name: &str| desk.ledger().tags().iter().find(|tag| tag.name == name).unwrap().id;
    let (blurry, ambiguous) = (tag("blurry"), tag("ambiguous"));
    let columns = &desk.examples().metadata;
    let capture = columns.iter().find(|column| column.name == "capture").unwrap().cells.clone();
    for (at, row) in desk.list().to_vec().into_iter().take(errors).enumerate() {
        let verdict = if at % 7 == 6 { Verdict::LabelWrong } else { Verdict::ModelWrong };
        let mut choice = Choice::of(Answer::Verdict(verdict));
        if capture.get(row as usize) == "blurry" {
            choice.tags.push(blurry);
        }
        if at % 5 == 4 {
            choice.tags.push(ambiguous);
        }
        let event = desk.apply(&[row], &choice, 1_700_000_000_000 + at as u64).unwrap();
        writable.store.append(&event).unwrap();
    }
    folder
}

/// The sample with a second run: of every four errors of the first one is right, and every fiftieth of
/// its right predictions is its second choice.
fn with_second_run() -> Folder {
    let folder = Folder::sample();
    let mut probs: Array2<f32> = ndarray_npy::read_npy(folder.file("runs/v1/dev.npy")).unwrap();
    let table = folder.read("dev.csv");
    let labels = table.lines().skip(1).map(|line| line.split(',').nth(2).unwrap());
    let (mut wrong, mut right) = (0, 0);
    for (mut row, label) in probs.rows_mut().into_iter().zip(labels) {
        let label = CLASSES.iter().position(|class| *class == label).unwrap();
        let mut order: Vec<usize> = (0..row.len()).collect();
        order.sort_by(|&a, &b| row[b].total_cmp(&row[a]));
        let (top, second) = (order[0], order[1]);
        let count = if top == label { &mut right } else { &mut wrong };
        *count += 1;
        let other = if top == label { second } else { label };
        if *count % if top == label { 50 } else { 4 } == 0 {
            row.swap(top, other);
        }
    }
    ndarray_npy::write_npy(folder.file("v2.npy"), &probs).unwrap();
    let config = folder.read("gaffe.toml") + "\n[runs.v2]\ndev = \"v2.npy\"\n";
    folder.write("gaffe.toml", config);
    folder
}

fn stage(folder: &Folder, (cols, rows): (u16, u16)) -> Stage {
    Stage::of_project(folder.root(), cols, rows)
}

/// What the open screen shows, as the values behind it.
fn values(stage: &Stage) -> Value {
    let shown = stage.app().shown().expect("an answer");
    serde_json::from_str(&serde_json::to_string(&shown.insight).unwrap()).unwrap()
}

/// The screen that `keys` lead to shows what the command prints.
#[track_caller]
fn same_as_command(folder: &Folder, keys: &str, command: &[&str]) {
    let mut stage = stage(folder, (80, 24));
    press(&mut stage, keys);
    let printed = gaffe_in(folder.root(), &[command, &["--json"]].concat()).json();
    assert_eq!(values(&stage), printed, "{keys} against {command:?}");
}
