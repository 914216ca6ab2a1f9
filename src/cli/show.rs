//! `gaffe show ID`: one example, printed inline.

use super::{Selection, TestGuard, desk, print, say};
use crate::analysis::top_classes;
use crate::dataset::{Difficulty, Media, Order, Split, Verdict};
use crate::media::{self, text};
use crate::project::{Desk, Project, ProjectError};
use crate::tui::app::describe;
use anyhow::{Result, ensure};
use clap::Args;
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::{self, IsTerminal, Write};
use std::path::Path;

#[derive(Args)]
#[command(after_help = "Examples:\n  gaffe show dev-00421\n  gaffe show dev-00421 --json")]
pub struct ShowArgs {
    /// The example's id
    id: String,
    #[command(flatten)]
    selection: Selection,
    #[command(flatten)]
    guard: TestGuard,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Shown {
    id: String,
    split: Split,
    run: String,
    file: Option<String>,
    text: Option<String>,
    gold: String,
    label: String,
    prediction: Option<String>,
    confidence: Option<f32>,
    classes: Vec<(String, f32)>,
    metadata: BTreeMap<String, String>,
    decided: String,
    verdict: Option<&'static str>,
    tags: Vec<String>,
    difficulty: Option<&'static str>,
    also_right: Vec<String>,
    flagged: bool,
    skipped: bool,
    note: String,
}

/// The pixels of a waveform.
const WAVE: (u32, u32) = (60, 16);

/// Prints the picture or the waveform, what is known of it and what was decided.
pub fn run(project: &Project, args: &ShowArgs, out: &mut dyn Write) -> Result<()> {
    let split = args.selection.split();
    args.guard.check(split)?;
    let desk = desk(project, &args.selection, Order::Data)?;
    let row = desk.examples().row_of(&args.id);
    let row = row.ok_or_else(|| ProjectError::NoExample { id: args.id.clone(), split })? as u32;
    ensure!(
        desk.is_shown(row),
        "{} is in the blackbox part of dev, which nobody looks at (eyeball in gaffe.toml)",
        args.id
    );
    let shown = shown(&desk, row);
    if args.json {
        return print::json(&shown, out);
    }
    if let (Some(file), true) = (&shown.file, io::stdout().is_terminal()) {
        out.flush()?;
        let path = project.media_root(split)?.join(file);
        if let Err(error) = print_media(&path) {
            say(&error.to_string());
        }
    }
    print_text(&shown, out)
}

/// A picture, or a sound's waveform with its length, rate, channels and peak.
fn print_media(path: &Path) -> Result<()> {
    if !media::is_sound(path) {
        return Ok(media::print_inline(&media::decode_upright(path)?)?);
    }
    let sound = media::decode_sound(path)?;
    say(&media::caption(&sound));
    let (width, height) = WAVE;
    let picture = media::waveform(&sound, width, height);
    Ok(media::print_inline(&picture.into())?)
}

fn shown(desk: &Desk, row: u32) -> Shown {
    let at = row as usize;
    let name = |class: u32| desk.classes().name(class).to_owned();
    let examples = desk.examples();
    let review = desk.review(row).cloned().unwrap_or_default();
    let (file, text) = match &examples.media {
        Media::Picture(files) | Media::Sound(files) => (Some(files.get(at).to_owned()), None),
        Media::Text(texts) => (None, Some(texts.get(at).to_owned())),
        Media::Row => (None, None),
    };
    let tag = |&tag| desk.ledger().tag(tag).map(|tag| tag.name.clone());
    let top = top_classes(desk.run().probs.row(at), 5);
    let metadata = examples.metadata.iter().map(|c| (c.name.clone(), c.cells.get(at).to_owned()));
    Shown {
        id: desk.id(row).to_owned(),
        split: examples.split,
        run: desk.run().name.clone(),
        file,
        text,
        gold: name(desk.gold(row)),
        label: name(desk.effective(row).class),
        prediction: desk.run().prediction(at).map(name),
        confidence: desk.run().known_confidence(at),
        classes: top.into_iter().map(|(class, p)| (name(class), p)).collect(),
        metadata: metadata.collect(),
        decided: describe(&review, desk.ledger()),
        verdict: desk.verdict(row).map(Verdict::name),
        tags: review.tags.iter().filter_map(tag).collect(),
        difficulty: review.difficulty.map(Difficulty::name),
        also_right: review.also,
        flagged: review.flagged,
        skipped: review.skipped,
        note: review.note,
    }
}

fn print_text(shown: &Shown, out: &mut dyn Write) -> Result<()> {
    let mut line = |caption: &str, value: &str| {
        let caption = text::line(caption);
        writeln!(out, "{caption:<10} {}", text::line(value))
    };
    line("id", &shown.id)?;
    if let Some(file) = &shown.file {
        line("file", file)?;
    }
    for part in shown.text.iter().flat_map(|t| t.lines()) {
        line("text", part)?;
    }
    line("gold", &shown.gold)?;
    let classes = shown.classes.iter().filter(|(_, p)| *p >= 0.005);
    let classes: Vec<String> = classes.map(|(name, p)| format!("{name} {p:.2}")).collect();
    match &shown.prediction {
        Some(prediction) => line("predicted", prediction)?,
        None => line("predicted", "nothing: the model gave no probabilities")?,
    }
    line("classes", &classes.join(", "))?;
    for (name, value) in &shown.metadata {
        line(name, value)?;
    }
    line("decided", &shown.decided)?;
    if !shown.note.is_empty() {
        line("note", &shown.note)?;
    }
    Ok(())
}
