//! `gaffe model`: what a model takes and gives, how its input is made and where that was found.

use super::score::ModelArgs;
use super::{SplitArg, locate, print};
use crate::analysis::Timing;
use crate::dataset::Split;
use crate::scoring::{About, Embedding, Model, Port, Settings};
use anyhow::Result;
use clap::Args;
use indicatif::DecimalBytes;
use serde::Serialize;
use std::io::Write;
use std::path::Path;
use std::time::Instant;

#[derive(Args)]
#[command(after_help = "Examples:\n  gaffe model models/v2.onnx\n  \
    gaffe model bert/model.onnx --engine ort --json\n\n\
    Settings under [preprocess] in gaffe.toml win over all that is found.")]
pub struct ModelCommand {
    #[command(flatten)]
    model: ModelArgs,
    /// The split whose table tells what the examples are
    #[arg(long, value_enum, default_value_t = SplitArg::Dev)]
    split: SplitArg,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Report<'a> {
    model: &'a Path,
    bytes: u64,
    parameters: u64,
    inputs: Vec<Tensor<'a>>,
    outputs: Vec<Tensor<'a>>,
    engine: &'a str,
    /// How an example becomes the input.
    input: &'a str,
    /// What is read, and how.
    output: &'a str,
    embedding: Option<&'a str>,
    multiply_adds: Option<u64>,
    load_ms: f64,
    /// Of the model alone, one example on one thread.
    ms: Option<Timing>,
    preprocess: Vec<Setting<'a>>,
    notes: &'a [String],
}

#[derive(Serialize)]
struct Tensor<'a> {
    name: &'a str,
    kind: &'static str,
    /// `null` where the file leaves a size open.
    shape: &'a [Option<usize>],
}

#[derive(Serialize)]
struct Setting<'a> {
    key: &'a str,
    value: &'a str,
    from: &'a str,
}

/// Loads the model and prints what it is.
pub fn run(project: Option<&Path>, args: &ModelCommand, out: &mut dyn Write) -> Result<()> {
    let path = args.model.path();
    let settings = args.model.settings(settings(project, path, args.split.into())?);
    let started = Instant::now();
    let hidden = Settings { embedding: Some(Embedding::LastHidden), ..settings.clone() };
    // some models have no hidden layer; whatever else is wrong is told by the second
    let model = Model::load(path, &hidden).or_else(|_| Model::load(path, &settings))?;
    let load_ms = started.elapsed().as_secs_f64() * 1000.0;
    let ms = model.time_alone(2.0)?;
    let About { engine, input, output, embedding, macs, sources, notes } = model.about();
    let (inputs, outputs) = model.ports();
    let report = Report {
        model: path,
        bytes: model.bytes(),
        parameters: model.parameters(),
        inputs: inputs.iter().map(tensor).collect(),
        outputs: outputs.iter().map(tensor).collect(),
        engine,
        input,
        output,
        embedding: embedding.as_deref(),
        multiply_adds: *macs,
        load_ms,
        ms,
        preprocess: sources
            .iter()
            .map(|s| Setting { key: &s.key, value: &s.value, from: &s.from })
            .collect(),
        notes,
    };
    if args.json { print::json(&report, out) } else { text(&report, out) }
}

/// Those of the project, if there is one; else what the model looks like.
fn settings(project: Option<&Path>, model: &Path, split: Split) -> Result<Settings> {
    match locate(project, Some(model)) {
        Ok(project) => Ok(project.model_settings(&project.examples(split)?)),
        Err(error) if project.is_some() => Err(error),
        Err(_) => Ok(Settings::guessed(model)?),
    }
}

fn tensor(port: &Port) -> Tensor<'_> {
    Tensor { name: &port.name, kind: port.kind.name(), shape: &port.dims }
}

fn text(report: &Report<'_>, out: &mut dyn Write) -> Result<()> {
    writeln!(out, "{}", report.model.display())?;
    let (size, weights) = (DecimalBytes(report.bytes), print::count(report.parameters as usize));
    let macs = report.multiply_adds.map(|macs| format!(", {} multiply-adds", scaled(macs)));
    writeln!(out, "  {size}, {weights} parameters{}", macs.unwrap_or_default())?;
    for (title, tensors) in [("takes", &report.inputs), ("gives", &report.outputs)] {
        for tensor in tensors {
            let dims = tensor.shape.iter().map(|d| d.map_or("?".to_owned(), |d| d.to_string()));
            let shape = dims.collect::<Vec<_>>().join(", ");
            writeln!(out, "  {title:9} {} {} [{shape}]", tensor.name, tensor.kind)?;
        }
    }
    writeln!(out, "  {:9} {}", "input", report.input)?;
    let read = if report.output.is_empty() { "no classes are known" } else { report.output };
    writeln!(out, "  {:9} {read}", "output")?;
    if let Some(embedding) = report.embedding {
        writeln!(out, "  {:9} {embedding}", "embedding")?;
    }
    writeln!(out, "  {:9} {}, loaded in {:.0} ms", "engine", report.engine, report.load_ms)?;
    if let Some(ms) = report.ms {
        let (median, high) = (ms.p50.value, ms.p90.value);
        writeln!(out, "  {:9} {median:.3} ms an example here, one thread (p90 {high:.3})", "time")?;
    }
    if !report.preprocess.is_empty() {
        writeln!(out, "\nHow the input is made:")?;
        let width = |of: fn(&Setting<'_>) -> usize| report.preprocess.iter().map(of).max();
        let (keys, values) = (width(|s| s.key.len()), width(|s| s.value.chars().count()));
        let (keys, values) = (keys.unwrap_or(0), values.unwrap_or(0));
        for Setting { key, value, from } in &report.preprocess {
            writeln!(out, "  {key:keys$} = {value:values$}  {from}")?;
        }
    }
    for note in report.notes {
        writeln!(out, "\nnote: {note}")?;
    }
    Ok(())
}

/// A large number in three digits.
fn scaled(number: u64) -> String {
    match number as f64 {
        n if n >= 1e9 => format!("{:.2} G", n / 1e9),
        n if n >= 1e6 => format!("{:.2} M", n / 1e6),
        n if n >= 1e3 => format!("{:.1} k", n / 1e3),
        n => format!("{n}"),
    }
}
