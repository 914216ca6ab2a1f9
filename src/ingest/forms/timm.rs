//! What timm's `inference.py` writes, as CSV, JSON or Parquet: `filename`, `label`, `index` and `prob` (or `logit`),
//! one of each, the best ones as lists, or in columns `label_0`, `prob_0` by rank.
//!
//! Invariant: its `label` is what the model said, never gold.

use super::several::texts_of;
use crate::dataset::TextColumn;
use crate::ingest::frame::{Cells, Field, Frame};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// What a row says by rank, the most probable first.
enum Ranks<'f> {
    /// A column of single values or of lists.
    One(&'f TextColumn),
    /// A column a rank.
    Each(Vec<&'f TextColumn>),
    /// Lists of numbers.
    Numbers(usize, &'f [f32]),
}

impl<'f> Ranks<'f> {
    /// What is called `name`, or `name_0`, `name_1`, …, and how many fields that are.
    fn find(frame: &'f Frame, name: &str) -> Option<(Self, usize)> {
        let group = frame.field(&format!("{name}_*")).filter(|field| ordered(&field.parts));
        if let Some(field) = frame.field(name).or(group) {
            let ranks = match &field.cells {
                Cells::Text(cells) => Self::One(cells),
                Cells::Numbers { width, values } => Self::Numbers(*width, values),
            };
            return Some((ranks, 1));
        }
        let rank = |at: usize| frame.field(&format!("{name}_{at}"))?.texts();
        let each: Vec<&TextColumn> = (0..).map_while(rank).collect();
        let count = each.len();
        (count > 1).then_some((Self::Each(each), count))
    }

    fn row(&self, row: usize) -> Vec<Cow<'f, str>> {
        match self {
            Self::One(cells) => {
                let cell = cells.get(row);
                let list = cell.starts_with('[').then(|| texts_of(cell)).flatten();
                let list = list.map(|list| list.into_iter().map(Cow::Owned).collect());
                list.unwrap_or_else(|| vec![Cow::Borrowed(cell)])
            }
            Self::Each(each) => each.iter().map(|cells| Cow::Borrowed(cells.get(row))).collect(),
            Self::Numbers(width, values) => {
                let row = values.chunks(*width).nth(row).unwrap_or_default();
                row.iter().map(|number| Cow::Owned(number.to_string())).collect()
            }
        }
    }
}

fn ordered(parts: &[String]) -> bool {
    parts.len() > 1 && parts.iter().enumerate().all(|(at, part)| part.parse() == Ok(at))
}

/// A table of timm's.
struct Table<'f> {
    files: &'f TextColumn,
    labels: Option<Ranks<'f>>,
    indices: Option<Ranks<'f>>,
    outputs: Ranks<'f>,
    /// `prob` or `logit`.
    output: &'static str,
}

/// One row: labels, indices and outputs by rank.
struct Row<'f> {
    names: Vec<Cow<'f, str>>,
    indices: Vec<Cow<'f, str>>,
    outputs: Vec<f32>,
}

impl<'f> Table<'f> {
    /// The table, if the columns are exactly those that timm writes.
    fn of(frame: &'f Frame) -> Option<Self> {
        let files = frame.field("filename")?.texts()?;
        let find = |name| Ranks::find(frame, name);
        let (labels, indices) = (find("label"), find("index"));
        let (outputs, output) = match (find("prob"), find("logit")) {
            (Some(found), None) => (found, "prob"),
            (None, Some(found)) => (found, "logit"),
            _ => return None,
        };
        let count = |found: &Option<(Ranks<'f>, usize)>| found.as_ref().map_or(0, |found| found.1);
        let columns = 1 + count(&labels) + count(&indices) + outputs.1;
        let ranked = labels.is_some() || indices.is_some();
        if columns != frame.fields.len() || !ranked || frame.rows == 0 {
            return None;
        }
        let (labels, indices) = (labels.map(|found| found.0), indices.map(|found| found.0));
        let table = Self { files, labels, indices, outputs: outputs.0, output };
        let numbered = |indices: &Ranks| {
            (0..frame.rows).all(|row| indices.row(row).concat() == row.to_string())
        };
        let numbers = table.labels.is_none() && table.indices.as_ref().is_some_and(numbered);
        (!numbers && (0..frame.rows).any(|row| table.row(row).is_some())).then_some(table)
    }

    /// A row, if it has as many of everything.
    fn row(&self, row: usize) -> Option<Row<'f>> {
        let of = |ranks: &Option<Ranks<'f>>| ranks.as_ref().map(|ranks| ranks.row(row));
        let outputs = self.outputs.row(row);
        let outputs: Vec<f32> =
            outputs.iter().map(|n| n.trim().parse().ok()).collect::<Option<_>>()?;
        let (names, indices) = (of(&self.labels), of(&self.indices));
        let fits = |ranks: &Option<Vec<_>>| ranks.as_ref().is_none_or(|r| r.len() == outputs.len());
        let indices_fit = fits(&indices) && fits(&names);
        let names = names.or_else(|| indices.clone())?;
        indices_fit.then(|| Row { names, indices: indices.unwrap_or_default(), outputs })
    }
}

/// Takes the label of timm's tables for the prediction that it is; other frames stay as they are.
#[must_use]
pub fn tidy(mut frame: Frame) -> Frame {
    let by_class = ["filename", "prob"].map(|name| frame.field(name).is_some());
    let lists = |field: &Field| field.name == "prob" && field.texts().is_none();
    if by_class == [true, true] && frame.fields.len() == 2 && frame.fields.iter().any(lists) {
        frame
            .fields
            .iter_mut()
            .filter(|field| lists(field))
            .for_each(|f| "probs".clone_into(&mut f.name));
        return frame;
    }
    let Some(table) = Table::of(&frame) else { return frame };
    let (fields, bad) = fields(&table, frame.rows);
    let good: Vec<u32> = (0..frame.rows as u32).filter(|row| !bad.contains(row)).collect();
    frame.fields = fields;
    for &row in &bad {
        let line = frame.line(row as usize);
        frame.left_out.push(line, "not as many labels as probabilities");
    }
    frame.notes.push(
        "the label of timm's table is its prediction: gold labels have to come from another file"
            .to_owned(),
    );
    if bad.is_empty() { frame } else { frame.keep(Some(&good)) }
}

fn fields(table: &Table<'_>, count: usize) -> (Vec<Field>, BTreeSet<u32>) {
    let (mut bad, mut top) = (BTreeSet::new(), <[TextColumn; 4]>::default());
    let mut put = |at: usize, text: &str| {
        let _ = top[at].push(text);
    };
    let mut longest = 0;
    for row in 0..count {
        let Some(Row { names, indices, outputs }) = table.row(row) else {
            bad.insert(row as u32);
            (0..4).for_each(|at| put(at, ""));
            continue;
        };
        longest = longest.max(names.len());
        put(0, names.first().map_or("", |name| name));
        put(1, &outputs.first().map_or_else(String::new, f32::to_string));
        put(2, indices.first().map_or("", |index| index));
        let ranked: Vec<String> =
            names.iter().zip(&outputs).map(|(n, p)| format!("{n} {p}")).collect();
        put(3, &ranked.join(", "));
    }
    let [predictions, outputs, indices, ranked] = top;
    let confidence = if table.output == "prob" { "confidence" } else { "logit" };
    let mut fields = vec![
        Field::text("filename", table.files.clone()),
        Field::text("prediction", predictions),
        Field::text(confidence, outputs),
    ];
    if table.labels.is_some() && table.indices.is_some() {
        fields.push(Field::text("class_index", indices));
    }
    match by_class(table, count) {
        Some(all) => fields.push(all),
        None if longest > 1 => fields.push(Field::text(format!("top_{longest}"), ranked)),
        None => {}
    }
    (fields, bad)
}

/// The outputs by class, if each row has them for all classes: as many as there are names in all rows together, and
/// probabilities that sum to 1.
fn by_class(table: &Table<'_>, count: usize) -> Option<Field> {
    // the names by what they are sorted by: the index of the class where it is told
    let mut classes: BTreeMap<(usize, String), usize> = BTreeMap::new();
    let key = |row: &Row<'_>, at: usize| {
        let index = row.indices.get(at).map_or(Some(0), |index| index.parse().ok())?;
        Some((index, row.names[at].to_string()))
    };
    let width = table.row(0)?.names.len();
    for row in (0..count).filter_map(|row| table.row(row)) {
        let sum: f32 = row.outputs.iter().sum();
        let all = table.output == "logit" && count > 1 || (sum - 1.0).abs() < 1e-3;
        if !all || row.names.len() != width {
            return None;
        }
        for at in 0..width {
            classes.insert(key(&row, at)?, 0);
        }
        if classes.len() > width {
            return None;
        }
    }
    if classes.len() != width || width < 2 {
        return None;
    }
    classes.values_mut().enumerate().for_each(|(at, place)| *place = at);
    let mut values = vec![f32::NAN; count.checked_mul(width)?];
    for (number, places) in values.chunks_mut(width).enumerate() {
        let Some(row) = table.row(number) else { continue };
        for at in 0..width {
            places[*classes.get(&key(&row, at)?)?] = row.outputs[at];
        }
    }
    let parts = classes.into_keys().map(|(_, name)| name).collect();
    let name = format!("{}_*", table.output);
    Some(Field { name, parts, cells: Cells::Numbers { width, values } })
}

#[cfg(test)]
#[path = "timm_tests.rs"]
mod tests;
