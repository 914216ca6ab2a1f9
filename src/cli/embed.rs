//! `gaffe embed`: keep the vectors that a model makes of the examples, for likeness, suggestions and maps.

use super::score::{Bar, ModelArgs, on_interrupt, tell_failures};
use super::{SplitArg, print, say};
use crate::dataset::Split;
use crate::ingest::Precision;
use crate::project::{Project, ScoreJob, Scoring};
use crate::scoring::{Embedding, Model, Settings};
use anyhow::Result;
use clap::Args;
use serde::Serialize;
use std::io::Write;

#[derive(Args)]
#[command(after_help = "Examples:\n  gaffe embed models/v2.onnx\n  \
    gaffe embed minilm/model.onnx --tensor last_hidden_state --half\n\n\
    What is kept serves `=` and suggestions in the review, the orders similar and diverse, and\n\
    `gaffe stats map`. What is done is kept: after ctrl+c the same command goes on.")]
pub struct EmbedArgs {
    #[command(flatten)]
    model: ModelArgs,
    /// The split
    #[arg(long, value_enum, default_value_t = SplitArg::Dev)]
    split: SplitArg,
    /// The tensor that is kept [default: the last hidden layer, or the output that is called so]
    #[arg(long, value_name = "NAME")]
    tensor: Option<String>,
    /// Keep 16 bits a value, half the size
    #[arg(long)]
    half: bool,
    /// Begin anew, though an earlier run was stopped
    #[arg(long)]
    fresh: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl EmbedArgs {
    /// Which model.
    pub fn model(&self) -> &ModelArgs {
        &self.model
    }
}

#[derive(Serialize)]
struct Report<'a> {
    split: Split,
    tensor: &'a str,
    width: usize,
    examples: usize,
    failed: usize,
    seconds: f64,
    engine: &'a str,
}

/// Makes and keeps the embeddings.
pub fn run(project: &Project, args: &EmbedArgs, out: &mut dyn Write) -> Result<()> {
    let split = Split::from(args.split);
    let examples = project.examples(split)?;
    let tensor = args.tensor.clone().map_or(Embedding::LastHidden, Embedding::Named);
    let settings = args.model.settings(project.model_settings(&examples));
    let settings = Settings { classes: None, embedding: Some(tensor), ..settings };
    let path = args.model.path();
    let model = Model::load(path, &settings)?;
    for note in &model.about().notes {
        say(&format!("note: {note}"));
    }
    let precision = if args.half { Precision::F16 } else { Precision::F32 };
    let job = ScoreJob { path, name: "", settings: &settings, precision, fresh: args.fresh };
    let bar = Bar::new("embedding", examples.len())?;
    let cancel = on_interrupt()?;
    let mut progress = |scoring: Scoring| bar.show(scoring);
    let about = project.embed(&job, &model, &examples, &mut progress, &cancel);
    bar.clear();
    let about = about?;
    tell_failures(&about);
    let tensor = about.embedding.as_ref().map_or("", |embedding| embedding.tensor.as_str());
    let width = model.embedding_width();
    let (failed, seconds, engine) = (about.failed, about.seconds, about.engine.as_str());
    let examples = about.examples;
    let report = Report { split, tensor, width, examples, failed, seconds, engine };
    if args.json {
        return print::json(&report, out);
    }
    let kept = print::count(examples - failed);
    writeln!(out, "{kept} embeddings of {split} kept ({tensor}), in {seconds:.1} s")?;
    say(&format!("next: {}", project.command("stats map")));
    Ok(())
}
