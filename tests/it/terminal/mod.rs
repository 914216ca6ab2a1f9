//! The review in a real terminal: what a person sees, types, breaks, closes and comes back to.

mod alike;
mod asking;
mod board_compare;
mod board_label_issues;
mod board_shift;
mod board_slices;
mod boards;
mod confusion;
mod decisions;
mod ending;
mod fields;
mod figures;
mod find;
mod grid;
mod help;
mod many;
mod mouse;
mod progress;
mod record;
mod scoring;
mod settings;
mod small;
mod suspend;
mod tags;
mod what_if;

use crate::support::project::{CLASSES, Folder, gaffe_in};
use crate::support::pty::{Exit, Pty, Size};
use crate::support::screen::Screen;
use crossterm::queue;
use crossterm::terminal::BeginSynchronizedUpdate;
use gaffe::tui::terminal::Guard;
use serde_json::Value;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

const USUAL: Size = (80, 24);
const ENTER: &str = "\r";
const ESC: &str = "\x1b";
const LEFT: &str = "\x1b[D";
const RIGHT: &str = "\x1b[C";
const PAGE_DOWN: &str = "\x1b[6~";
const HOME: &str = "\x1b[H";

fn open(folder: &Folder) -> Pty {
    Pty::spawn(USUAL, &[], folder.root(), &[])
}

/// Waits until the error at `place` is wholly on the screen: only then is it decided on.
#[track_caller]
fn shown(pty: &mut Pty, place: usize) -> Screen {
    pty.wait_for(&format!("error {place} of 318 and its picture"), |screen| {
        is_at(screen, place) && screen.picture().is_some()
    })
}

fn is_at(screen: &Screen, place: usize) -> bool {
    let line = screen.line(0);
    let before = line.split(" of 318 errors").next().filter(|before| *before != line);
    before.and_then(|b| b.rsplit(|c: char| !c.is_ascii_digit()).next()?.parse().ok()) == Some(place)
}

/// Waits until the status line says so.
#[track_caller]
fn told(pty: &mut Pty, text: &str) -> Screen {
    pty.wait_for(&format!("the status {text:?}"), |screen| status(screen).contains(text))
}

/// Types a decision on the error at `place` that leads to the next one.
#[track_caller]
fn decide(pty: &mut Pty, place: usize, key: &str) -> Screen {
    let id = id(&shown(pty, place));
    pty.send(key);
    shown(pty, place + 1);
    told(pty, &format!("saved  {id}: "))
}

/// Nothing lies on top of the review.
fn is_review(screen: &Screen) -> bool {
    screen.line_from_below(0).contains("? all keys") && !screen.has("─")
}

fn status(screen: &Screen) -> String {
    screen.line_from_below(1).trim().to_owned()
}

/// `4 of 318 errors  3 reviewed`
fn header(screen: &Screen) -> String {
    screen.line(0).rsplit("   ").next().unwrap_or_default().trim().to_owned()
}

fn id(screen: &Screen) -> String {
    screen.after("id  ")
}

/// What is decided about the example, without its tags.
fn decided(screen: &Screen) -> String {
    screen.after("decided    ")
}

fn tally_line(screen: &Screen) -> String {
    screen.after(" tally ")
}

/// Whether the example on the screen has the tag.
fn is_tagged(screen: &Screen, tag: &str) -> bool {
    screen.has(&format!(" {tag}●")) || screen.has(&format!(" {tag} ●"))
}

fn json(folder: &Folder, args: &[&str]) -> Value {
    gaffe_in(folder.root(), &[args, &["--json"]].concat()).json()
}

/// The digit of a class.
fn digit(class: &str) -> String {
    let at = CLASSES.iter().position(|&name| name == class).unwrap();
    ((at + 1) % 10).to_string()
}

/// A class that is neither the gold label nor the prediction.
fn third_class(screen: &Screen) -> &'static str {
    let (gold, predicted) = (screen.after("gold  "), screen.after("predicted  "));
    CLASSES.into_iter().find(|&class| class != gold && !predicted.starts_with(class)).unwrap()
}

/// The name in `predicted  Dress  0.66`.
fn predicted(screen: &Screen) -> String {
    screen.after("predicted  ").rsplit_once("  ").unwrap().0.to_owned()
}

/// The picture on the screen is that of the example on the screen, pixel by pixel.
#[track_caller]
fn assert_true_picture(screen: &Screen, folder: &Folder) {
    let file = folder.file(&format!("images/{}.png", id(screen)));
    let pixels = image::open(file).unwrap().to_luma8();
    let cells = screen.picture().expect("a picture");
    let scale = cells[0].len() / pixels.width() as usize;
    assert!(scale > 0 && cells[0].len() == scale * 28 && cells.len() * 2 == scale * 28);
    let gray = |x: usize, y: usize| {
        let value = pixels.get_pixel((x / scale) as u32, (y / scale) as u32)[0];
        (value, value, value)
    };
    for (y, row) in cells.iter().enumerate() {
        for (x, cell) in row.iter().enumerate() {
            assert_eq!(*cell, (gray(x, 2 * y), gray(x, 2 * y + 1)), "cell {x}, {y}\n{screen}");
        }
    }
}
