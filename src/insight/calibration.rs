//! How far confidence can be believed: reliability, calibration error, and the temperature that mends it.

use super::{
    Cell, Enter, Input, Insight, Page, Sheet, Watch, field, interval_of, labelled, nothing, number,
    proportion,
};
use crate::analysis::calibration::{
    BINS, Bin, Bins, CalibrationError, ClassConfidence, Lean, Temperature, Top, class_confidence,
    tempered, tops,
};
use crate::find::{confidence, quote};
use crate::report::count;
use anyhow::Result;
use serde::Serialize;

/// How confidence is cut into bins.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Cut {
    /// Into equally wide ones.
    #[default]
    Width,
    /// Into ones that hold equally many examples.
    Mass,
}

/// What can be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// Number of bins.
    pub bins: usize,
    /// How they are cut.
    pub cut: Cut,
}

impl Default for Ask {
    fn default() -> Self {
        Self { bins: BINS, cut: Cut::default() }
    }
}

/// What is shown.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    #[serde(skip)]
    title: String,
    examples: usize,
    /// Examples that are predicted right.
    right: usize,
    equal_width: Option<CalibrationError>,
    equal_mass: Option<CalibrationError>,
    /// Of the probability of class 1, with two classes.
    binary: Option<CalibrationError>,
    temperature: Option<Temperature>,
    bins: Vec<Bin>,
    /// The bins with all logits divided by the temperature.
    tempered: Vec<Bin>,
    /// By predicted class; classes that are never predicted are left out.
    classes: Vec<Class>,
}

#[derive(Debug, Clone, Serialize)]
struct Class {
    class: String,
    #[serde(flatten)]
    confidence: ClassConfidence,
}

impl Cut {
    fn bins(self, tops: &[Top], bins: usize) -> Bins {
        match self {
            Self::Width => Bins::equal_width(tops, bins),
            Self::Mass => Bins::equal_mass(tops, bins),
        }
    }
}

/// Bins all predictions, then looks for the temperature, which reads all probabilities several times.
///
/// # Errors
/// Labels and probabilities of different lengths.
pub fn answer(input: &Input, ask: &Ask, watch: &mut Watch<'_>) -> Result<Report> {
    let given = labelled!(input, data => tops(data));
    let binary = labelled!(input, data => Bins::binary(data, ask.bins)).ok();
    let mut report =
        Report { binary: binary.and_then(|bins| bins.error()), ..Report::of(input, ask, &given) };
    (watch.partial)(Insight::Calibration(Box::new(report.clone())));
    let progress = watch.progress;
    let mut goes_on = |passes: usize| progress.at(passes, passes.max(MOST_PASSES) + 1);
    let found = labelled!(input, data => tempered(data, ask.bins, &mut goes_on));
    if let Some((temperature, tops)) = found {
        report.temperature = Some(temperature);
        report.tempered = ask.cut.bins(&tops, ask.bins).bins();
    }
    Ok(report)
}

/// Passes over all probabilities that the temperature takes at the most, as a rule.
const MOST_PASSES: usize = 8;

impl Report {
    fn of(input: &Input, ask: &Ask, tops: &[Top]) -> Self {
        let (width, mass) = (Bins::equal_width(tops, ask.bins), Bins::equal_mass(tops, ask.bins));
        let class = |(k, confidence): (u32, Option<_>)| {
            Some(Class { class: input.classes.name(k).to_owned(), confidence: confidence? })
        };
        let classes = class_confidence(tops, input.classes.len());
        Self {
            title: input.title.clone(),
            examples: tops.len(),
            right: tops.iter().filter(|top| top.right).count(),
            equal_width: width.error(),
            equal_mass: mass.error(),
            binary: None,
            temperature: None,
            bins: ask.cut.bins(tops, ask.bins).bins(),
            tempered: vec![],
            classes: (0_u32..).zip(classes).filter_map(class).collect(),
        }
    }

    /// Number of examples, and how many of them are predicted right.
    pub fn examples(&self) -> (usize, usize) {
        (self.examples, self.right)
    }

    /// Calibration error over equally wide bins, and over equally full ones.
    pub fn errors(&self) -> [Option<CalibrationError>; 2] {
        [self.equal_width, self.equal_mass]
    }

    /// The temperature; `None` also as long as it is looked for.
    pub fn temperature(&self) -> Option<Temperature> {
        self.temperature
    }

    /// The bins, those without examples too.
    pub fn bins(&self) -> &[Bin] {
        &self.bins
    }

    /// The bins at the temperature; none as long as it is looked for.
    pub fn tempered(&self) -> &[Bin] {
        &self.tempered
    }

    /// The examples of a bin that are predicted wrong, or right.
    pub fn enter(&self, bin: usize, right: bool) -> Option<Enter> {
        let Bin { low, high, .. } = self.bins.get(bin)?;
        let is_last = bin + 1 == self.bins.len();
        let filter = confidence(*low as f32, (!is_last).then_some(*high as f32));
        Some(if right { Enter::All(filter + " correct") } else { Enter::Errors(filter) })
    }

    /// What people are shown of it.
    pub fn page(&self) -> Page {
        let head = format!("{}   {} examples", self.title, count(self.examples));
        Page::new(head, self.bin_sheet())
            .with("by predicted class", self.class_sheet())
            .notes(nothing(self.examples))
            .notes(self.notes())
    }

    fn bin_sheet(&self) -> Sheet {
        let mut sheet = Sheet::new(&[
            field("from", "low"),
            field("to", "high"),
            field("examples", "examples"),
            field("wrong", "wrong").spare(),
            field("confidence", "confidence"),
            field("accuracy", "accuracy"),
            interval_of("accuracy"),
        ]);
        for (at, bin) in self.bins.iter().enumerate().filter(|(_, bin)| bin.count > 0) {
            let [accuracy, range] = proportion(bin.accuracy);
            let cells = [
                Cell::Number(bin.low),
                Cell::Number(bin.high),
                bin.count.into(),
                (bin.count - bin.right).into(),
                bin.confidence.map_or(Cell::None, Cell::Share),
                accuracy,
                range,
            ];
            match self.enter(at, false) {
                Some(enter) => sheet.row_into(cells, enter),
                None => sheet.row(cells),
            }
        }
        sheet
    }

    fn class_sheet(&self) -> Sheet {
        let mut sheet = Sheet::new(&[
            field("class", "class"),
            field("predicted", "predicted"),
            field("confidence", "confidence"),
            field("accuracy", "accuracy"),
            interval_of("accuracy"),
            field("", "lean"),
        ]);
        for Class { class, confidence: c } in &self.classes {
            let [accuracy, range] = proportion(Some(c.accuracy));
            let lean = match c.lean {
                Lean::Over => "over-confident",
                Lean::Under => "under-confident",
                Lean::Neither => "",
            };
            let cells = [
                class.as_str().into(),
                c.predicted.into(),
                Cell::Share(c.confidence),
                accuracy,
                range,
                lean.into(),
            ];
            sheet.row_into(cells, Enter::Errors(format!("pred:{}", quote(class))));
        }
        sheet
    }

    fn notes(&self) -> Vec<String> {
        let errors = |name: &str, error: Option<CalibrationError>| {
            error.map(|e| format!("{name} bins: ECE {}, MCE {}", number(e.ece), number(e.mce)))
        };
        let temperature = self.temperature.map(|t| {
            let bound = if t.at_bound { " (the limit of the search)" } else { "" };
            format!(
                "temperature {}{bound}: log loss {} → {}, ECE {} → {}",
                number(t.temperature),
                number(t.log_loss_before),
                number(t.log_loss_after),
                number(t.ece_before),
                number(t.ece_after)
            )
        });
        let errors =
            [errors("equally wide", self.equal_width), errors("equally full", self.equal_mass)];
        let binary = self.binary.map(|e| format!("probability of class 1: ECE {}", number(e.ece)));
        errors.into_iter().chain([binary, temperature]).flatten().collect()
    }
}
