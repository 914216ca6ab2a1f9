//! `gaffe stats properties`: what can be measured of pictures, texts and sounds.

use crate::analysis::properties::{Modality, Properties};
use crate::analysis::{Spread, spread};
use crate::cli::print::{Format, count};
use crate::cli::{SplitArg, locate, say};
use crate::dataset::{Column, Examples, Split};
use crate::export::io_error;
use crate::insight::{Cell, Page, Sheet, field};
use crate::project::{Measured, Project, Unreadable, measure_file};
use anyhow::{Context, Result};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use rayon::prelude::*;
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

#[derive(Args)]
#[command(after_help = "Examples:\n  gaffe stats properties\n  \
    gaffe stats properties --split train --csv > properties.csv\n  \
    gaffe stats properties a.png b.jpg note.txt voice.wav\n\n\
    The table of a split has the quartiles; --csv and --json have each example. Numbers of a split \
    are kept with four digits.")]
pub struct PropertiesArgs {
    /// Files, without a project: texts (.txt), sounds (.wav), pictures of any name
    files: Vec<PathBuf>,
    /// The split of the project [default: dev]
    #[arg(long, value_enum, conflicts_with = "files")]
    split: Option<SplitArg>,
    #[command(flatten)]
    format: Format,
}

/// Prints what was measured of the files, else of the project's split.
pub fn run(project: Option<&Path>, args: &PropertiesArgs, out: &mut dyn Write) -> Result<()> {
    if !args.files.is_empty() {
        return of_files(&args.files, args.format, out);
    }
    let project = locate(project, None)?;
    let split = args.split.map_or(Split::Dev, Split::from);
    let examples = project.examples(split)?;
    let measured = measure(&project, &examples)?;
    let modality = measured.modality.with_context(|| {
        format!(
            "{split} has no pictures, texts or sounds to measure\n  \
             name their column as `file` or `text` under [columns] in gaffe.toml"
        )
    })?;
    if args.format.csv {
        return write_csv(&examples, &measured.columns, out);
    }
    let report = OfSplit {
        split,
        modality,
        examples: examples.len(),
        unreadable: &measured.unreadable,
        properties: summaries(modality, &measured.columns),
        rows: if args.format.json { rows(&examples, &measured.columns) } else { vec![] },
    };
    let head = format!("{} · {split}   {} examples", project.config().name, count(examples.len()));
    Page::new(head, summary_sheet(&report.properties)).print(&report, args.format, out)
}

#[derive(Serialize)]
struct OfSplit<'a> {
    split: Split,
    modality: Modality,
    examples: usize,
    unreadable: &'a [Unreadable],
    properties: Vec<Summary<'a>>,
    rows: Vec<Row<'a>>,
}

/// A property over all examples.
#[derive(Serialize)]
struct Summary<'a> {
    /// The column's, which is longer where the metadata has one of that name.
    name: &'a str,
    unit: &'a str,
    meaning: &'a str,
    /// Null where no example has it.
    spread: Option<Spread>,
}

#[derive(Serialize)]
struct Row<'a> {
    id: &'a str,
    properties: BTreeMap<&'a str, Option<f64>>,
}

/// Measures a split with a progress bar; what can't be read is told.
pub fn measure(project: &Project, examples: &Examples) -> Result<Measured> {
    let style = "{msg} {wide_bar} {pos}/{len} {per_sec} {eta} left";
    let bar = ProgressBar::new(examples.len() as u64)
        .with_style(ProgressStyle::with_template(style)?)
        .with_message("measuring");
    let measured = project.properties(examples, &|| bar.inc(1));
    bar.finish_and_clear();
    let measured = measured?;
    tell(&measured.unreadable, examples.len());
    Ok(measured)
}

fn tell(unreadable: &[Unreadable], examples: usize) {
    const SHOWN: usize = 5;
    if unreadable.is_empty() {
        return;
    }
    let (failed, all) = (count(unreadable.len()), count(examples));
    say(&format!("{failed} of {all} files can't be read and have empty cells:"));
    for Unreadable { id, reason } in unreadable.iter().take(SHOWN) {
        say(&format!("  {id}: {reason}"));
    }
    let more = unreadable.len().saturating_sub(SHOWN);
    if more > 0 {
        say(&format!("  and {} more", count(more)));
    }
}

fn summaries(modality: Modality, columns: &[Column]) -> Vec<Summary<'_>> {
    let of = modality.properties().iter().zip(columns);
    let summary = of.map(|(property, column)| Summary {
        name: &column.name,
        unit: property.unit,
        meaning: property.meaning,
        spread: column.numbers.as_deref().and_then(spread),
    });
    summary.collect()
}

fn rows<'a>(examples: &'a Examples, columns: &'a [Column]) -> Vec<Row<'a>> {
    let number = |column: &Column, row: usize| {
        column.numbers.as_ref().map(|numbers| numbers[row]).filter(|x| !x.is_nan())
    };
    let of = |(row, id)| {
        let cell = |column: &'a Column| (column.name.as_str(), number(column, row));
        Row { id, properties: columns.iter().map(cell).collect() }
    };
    examples.ids.iter().enumerate().map(of).collect()
}

fn write_csv(examples: &Examples, columns: &[Column], out: &mut dyn Write) -> Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    let header = ["id"].into_iter().chain(columns.iter().map(|column| column.name.as_str()));
    writer.write_record(header).map_err(io_error)?;
    for (row, id) in examples.ids.iter().enumerate() {
        let cells = columns.iter().map(|column| column.cells.get(row));
        writer.write_record([id].into_iter().chain(cells)).map_err(io_error)?;
    }
    Ok(writer.flush()?)
}

fn summary_sheet(summaries: &[Summary<'_>]) -> Sheet {
    let mut sheet = Sheet::new(&[
        field("property", "property"),
        field("unit", "unit"),
        field("examples", "examples"),
        field("min", "min"),
        field("25 %", "lower"),
        field("median", "median"),
        field("75 %", "upper"),
        field("max", "max"),
    ]);
    for Summary { name, unit, spread, .. } in summaries {
        let numbers = match spread {
            Some(s) => [s.min, s.lower, s.median, s.upper, s.max].map(Cell::Number),
            None => [const { Cell::None }; 5],
        };
        let examples = spread.map_or(0, |s| s.count);
        let mut cells = vec![(*name).into(), (*unit).into(), examples.into()];
        cells.extend(numbers);
        sheet.row(cells);
    }
    sheet
}

/// Up to so many files have tables of their own.
const FEW_FILES: usize = 5;

#[derive(Serialize)]
struct OfFile {
    file: String,
    modality: Modality,
    properties: Properties,
}

fn of_files(files: &[PathBuf], format: Format, out: &mut dyn Write) -> Result<()> {
    let measure = |path: &PathBuf| {
        let properties = measure_file(path)?;
        let file = path.display().to_string();
        Ok(OfFile { file, modality: properties.modality(), properties })
    };
    // All are waited for, so that it is the first file that is named.
    let measured: Vec<Result<OfFile>> = files.par_iter().map(measure).collect();
    let measured = measured.into_iter().collect::<Result<Vec<_>>>()?;
    if format.csv {
        return Page::new(String::new(), wide_sheet(&measured)).print(&measured, format, out);
    }
    let tables: Vec<(String, Sheet)> = if measured.len() > FEW_FILES {
        modalities(&measured).into_iter().map(|m| over_files(&measured, m)).collect()
    } else {
        measured.iter().map(|one| (one.file.clone(), file_sheet(one))).collect()
    };
    let head = match measured.len() {
        1 => vec!["1 file".to_owned()],
        n => vec![format!("{} files", count(n))],
    };
    let notes = if measured.len() > FEW_FILES {
        vec!["each file: --csv or --json".to_owned()]
    } else {
        vec![]
    };
    Page { head, sheets: tables, notes }.print(&measured, format, out)
}

/// Those that there are, in the order in which they come.
fn modalities(files: &[OfFile]) -> Vec<Modality> {
    let mut there = Vec::new();
    for file in files {
        if !there.contains(&file.modality) {
            there.push(file.modality);
        }
    }
    there
}

fn file_sheet(file: &OfFile) -> Sheet {
    let fields = ["property", "value", "unit", "meaning"].map(|name| field(name, name));
    let mut sheet = Sheet::new(&fields);
    for (property, value) in file.properties.iter() {
        let value = value.map_or(Cell::None, Cell::Number);
        sheet.row([property.name.into(), value, property.unit.into(), property.meaning.into()]);
    }
    sheet
}

fn over_files(files: &[OfFile], modality: Modality) -> (String, Sheet) {
    let of: Vec<&OfFile> = files.iter().filter(|file| file.modality == modality).collect();
    let summary = |property: &'static crate::analysis::properties::Property| {
        let values: Vec<f64> = of.iter().filter_map(|f| f.properties.get(property.name)).collect();
        let (name, unit, meaning) = (property.name, property.unit, property.meaning);
        Summary { name, unit, meaning, spread: spread(&values) }
    };
    let summaries: Vec<Summary<'_>> = modality.properties().iter().map(summary).collect();
    let title = match modality {
        Modality::Picture => "pictures",
        Modality::Text => "texts",
        Modality::Sound => "sounds",
    };
    (format!("{} {title}", count(of.len())), summary_sheet(&summaries))
}

/// A row a file, with the columns of everything that there is.
fn wide_sheet(files: &[OfFile]) -> Sheet {
    let properties: Vec<_> = modalities(files).into_iter().flat_map(Modality::properties).collect();
    let names = properties.iter().map(|property| field(property.name, property.name));
    let fields: Vec<_> = [field("file", "file")].into_iter().chain(names).collect();
    let mut sheet = Sheet::new(&fields);
    for file in files {
        let value = |name| file.properties.get(name).map_or(Cell::None, Cell::Number);
        let mut cells = vec![Cell::from(file.file.as_str())];
        cells.extend(properties.iter().map(|property| value(property.name)));
        sheet.row(cells);
    }
    sheet
}
