//! One example asked again: by the model that is here now, as it is, as it would be otherwise, and with parts of it
//! hidden.
//!
//! Invariant: nothing of it is kept; the run and the decisions stay as they are.

use super::{Project, Samples};
use crate::analysis::argmax;
use crate::analysis::occlusion::{Occlusion, Patch, mean_colour, typical, without};
use crate::dataset::Examples;
use crate::media::{self, Cells, PictureChange, Sound};
use crate::scoring::{Model, Sample, Scorer};
use image::{DynamicImage, Rgb, RgbImage};
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What an occlusion map may take.
const BUDGET: Duration = Duration::from_secs(5);
/// Time between two parts of an answer.
const EVERY: Duration = Duration::from_millis(80);

/// What an example would be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Variant {
    /// The picture with a change.
    Picture(PictureChange),
    /// Another text.
    Text(String),
    /// Other cells of the metadata columns.
    Row(Vec<String>),
    /// The sound as it is.
    Sound,
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trial {
    /// The example.
    pub row: u32,
    /// What it would be.
    pub variant: Variant,
    /// Whether the evidence for the predicted class is looked for.
    pub occlude: bool,
    /// Columns and rows that a picture may take.
    pub room: (u16, u16),
}

/// What the model says now.
#[derive(Debug, Clone, PartialEq)]
pub struct Fresh {
    /// Class probabilities of the example as it is, K.
    pub own: Vec<f32>,
    /// Those of what it would be.
    pub changed: Vec<f32>,
    /// The picture as it would be.
    pub cells: Option<Arc<Cells>>,
    /// Where the evidence is.
    pub evidence: Option<Evidence>,
}

/// Where the evidence for a class is.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// The class that is predicted.
    pub class: u32,
    /// What its probability falls by when a cell is hidden, as far as it is known.
    pub drops: Vec<Option<f64>>,
    /// What the cells are.
    pub cells: EvidenceCells,
    /// Parts that were hidden, of how many.
    pub progress: (usize, usize),
}

/// What the cells of a map of evidence are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EvidenceCells {
    /// Patches of a picture, in rows of so many; stretches of a sound in one row.
    Patches(usize),
    /// Bytes of a text.
    Words(Vec<Range<usize>>),
    /// Columns of a table.
    Columns,
}

/// An example that a file was decoded for.
#[derive(Debug, Clone)]
enum Decoded {
    Picture(DynamicImage),
    Sound(Sound),
}

impl Decoded {
    fn varied(&self, variant: &Variant) -> Self {
        match (self, variant) {
            (Self::Picture(picture), Variant::Picture(change)) => Self::Picture(change.of(picture)),
            _ => self.clone(),
        }
    }

    fn sample(self) -> Sample<'static> {
        match self {
            Self::Picture(picture) => Sample::Picture(picture),
            Self::Sound(sound) => Sample::Sound(sound),
        }
    }
}

/// A model that is ready to be asked about single examples.
pub struct Rescorer {
    model: Model,
    name: String,
    examples: Arc<Examples>,
    root: PathBuf,
    /// What was decoded last.
    decoded: Option<(u32, Decoded)>,
    /// What stands for each column.
    typical: Option<Vec<String>>,
    /// What it said last of an example as it is.
    own: Option<(u32, Vec<f32>)>,
}

impl Rescorer {
    /// Loads the model of a run.
    ///
    /// # Errors
    /// No model is known, or it can't be used: why, and what to do.
    pub fn load(project: &Project, run: &str, examples: Arc<Examples>) -> Result<Self, String> {
        let Some(path) = project.model_of(run) else {
            return Err(format!(
                "no model of {run} is known\n  name it as `model` under [runs.{run}] in gaffe.toml"
            ));
        };
        if !path.is_file() {
            return Err(format!(
                "its model is gone: {}\n  correct `model` under [runs.{run}] in gaffe.toml",
                path.display()
            ));
        }
        let settings = project.model_settings(&examples);
        let model = Model::load(&path, &settings).map_err(|error| error.to_string())?;
        let root = project.media_root(examples.split).map_err(|error| error.to_string())?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let (decoded, typical, own) = (None, None, None);
        Ok(Self { model, name, examples, root, decoded, typical, own })
    }

    /// The name of the model's file.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Answers a trial; `partial` is given what is known on the way, and stops it by false: then there is nothing.
    /// The search for evidence ends after 5 seconds with what it has.
    ///
    /// # Errors
    /// An example that can't be read, or one on which the model fails.
    pub fn answer(
        &mut self,
        trial: &Trial,
        partial: &mut dyn FnMut(&Fresh) -> bool,
    ) -> Result<Option<Fresh>, String> {
        self.read(trial.row)?;
        let mut scorer = self.model.scorer().map_err(|error| error.to_string())?;
        let own = match &self.own {
            Some((row, own)) if *row == trial.row => own.clone(),
            _ => score(&mut scorer, &self.sample(trial.row)?)?,
        };
        let decoded = self.decoded.as_ref().map(|(_, decoded)| decoded.varied(&trial.variant));
        let changed = match (&trial.variant, &decoded) {
            (Variant::Text(text), _) => score(&mut scorer, &Sample::Text(text))?,
            (Variant::Row(cells), _) => score(&mut scorer, &row_of(cells))?,
            (_, Some(decoded)) => score(&mut scorer, &decoded.clone().sample())?,
            (_, None) => own.clone(),
        };
        let picture = match &decoded {
            Some(Decoded::Picture(picture)) => Some(picture),
            _ => None,
        };
        let (cols, rows) = trial.room;
        let cells = picture.and_then(|picture| media::fit(picture, cols, rows));
        let mut fresh = Fresh { own, changed, cells: cells.map(Arc::new), evidence: None };
        self.own = Some((trial.row, fresh.own.clone()));
        if !trial.occlude {
            return Ok(Some(fresh));
        }
        if matches!(trial.variant, Variant::Row(_)) && self.typical.is_none() {
            let typical = self.examples.metadata.iter().map(|column| typical(column).to_owned());
            self.typical = Some(typical.collect());
        }
        let typical = self.typical.as_deref().unwrap_or_default();
        let goes_on = partial(&fresh) && {
            let scorer = self.model.scorer().map_err(|error| error.to_string())?;
            let mut search = Search { scorer, fresh: &mut fresh, partial, last: Instant::now() };
            search.run(&trial.variant, decoded.as_ref(), typical)?
        };
        Ok(goes_on.then_some(fresh))
    }

    /// Decodes the file of a row, if it has one that is not the last.
    fn read(&mut self, row: u32) -> Result<(), String> {
        if self.examples.media.files().is_none()
            || self.decoded.as_ref().is_some_and(|d| d.0 == row)
        {
            return Ok(());
        }
        self.decoded = match self.samples().get(row as usize)? {
            Sample::Picture(picture) => Some((row, Decoded::Picture(picture))),
            Sample::Sound(sound) => Some((row, Decoded::Sound(sound))),
            Sample::Text(_) | Sample::Row(_) => None,
        };
        Ok(())
    }

    fn sample(&self, row: u32) -> Result<Sample<'_>, String> {
        match &self.decoded {
            Some((here, decoded)) if *here == row => Ok(decoded.clone().sample()),
            _ => self.samples().get(row as usize),
        }
    }

    fn samples(&self) -> Samples<'_> {
        Samples::new(&self.examples, self.root.clone()).turned(self.model.upright())
    }
}

fn score(scorer: &mut Scorer<'_>, sample: &Sample<'_>) -> Result<Vec<f32>, String> {
    scorer.score(sample).map(|prediction| prediction.probs).map_err(|error| error.to_string())
}

fn row_of(cells: &[String]) -> Sample<'_> {
    Sample::Row(cells.iter().map(String::as_str).collect())
}

/// A search for the evidence.
struct Search<'m, 'p> {
    scorer: Scorer<'m>,
    fresh: &'p mut Fresh,
    partial: &'p mut dyn FnMut(&Fresh) -> bool,
    /// When a part of the answer was given last.
    last: Instant,
}

impl Search<'_, '_> {
    /// Searches it; false when it was stopped.
    fn run(
        &mut self,
        variant: &Variant,
        decoded: Option<&Decoded>,
        typical: &[String],
    ) -> Result<bool, String> {
        let class = argmax(&self.fresh.changed);
        let whole = self.fresh.changed.get(class as usize).copied().map_or(0.0, f64::from);
        match (variant, decoded) {
            (Variant::Picture(_), Some(Decoded::Picture(picture))) => {
                self.patches(&picture.to_rgb8(), class)
            }
            (Variant::Sound, Some(Decoded::Sound(sound))) => {
                // As a picture of one row: 4 stretches of time, then 8, then 16.
                let made = Occlusion::of_picture(sound.samples.len(), 1, whole);
                let cells = EvidenceCells::Patches(made.columns());
                Ok(self.over(made, class, &cells, |search, stretch| {
                    let mut silenced = sound.clone();
                    silenced.samples[stretch.x..stretch.x + stretch.width].fill(0.0);
                    search.probability(&Sample::Sound(silenced), class)
                }))
            }
            (Variant::Text(text), _) => {
                let made = Occlusion::of_text(text, whole);
                let cells = EvidenceCells::Words(made.finest().cloned().collect());
                Ok(self.over(made, class, &cells, |search, range| {
                    search.probability(&Sample::Text(&without(text, range)), class)
                }))
            }
            (Variant::Row(cells), _) => {
                let made = Occlusion::of_row(cells.len(), whole);
                Ok(self.over(made, class, &EvidenceCells::Columns, |search, &column| {
                    let mut cells: Vec<&str> = cells.iter().map(String::as_str).collect();
                    cells[column] = typical.get(column).map_or("", String::as_str);
                    search.probability(&Sample::Row(cells), class)
                }))
            }
            _ => Ok(true),
        }
    }

    fn patches(&mut self, picture: &RgbImage, class: u32) -> Result<bool, String> {
        // As it is with three channels, in which patches are hidden.
        let whole = self.probability(&Sample::Picture(picture.clone().into()), class)?;
        let (width, height) = (picture.width() as usize, picture.height() as usize);
        let made = Occlusion::of_picture(width, height, whole);
        let colour = mean_colour(picture.pixels().map(|pixel| pixel.0));
        let cells = EvidenceCells::Patches(made.columns());
        Ok(self.over(made, class, &cells, |search, patch| {
            search.probability(&Sample::Picture(hidden(picture, *patch, colour)), class)
        }))
    }

    fn probability(&mut self, sample: &Sample<'_>, class: u32) -> Result<f64, String> {
        let probs = score(&mut self.scorer, sample)?;
        Ok(probs.get(class as usize).copied().map_or(f64::NAN, f64::from))
    }

    fn over<P>(
        &mut self,
        mut made: Occlusion<P>,
        class: u32,
        cells: &EvidenceCells,
        mut ask: impl FnMut(&mut Self, &P) -> Result<f64, String>,
    ) -> bool {
        let started = Instant::now();
        while let Some((number, part)) = made.next() {
            // A part that the model can't do without says nothing.
            let probability = ask(self, part).unwrap_or(f64::NAN);
            made.put(number, probability);
            let over = started.elapsed() > BUDGET;
            if over || self.last.elapsed() > EVERY {
                self.tell(&made, class, cells);
                self.last = Instant::now();
                if !(self.partial)(self.fresh) {
                    return false;
                }
            }
            if over {
                break;
            }
        }
        self.tell(&made, class, cells);
        true
    }

    fn tell<P>(&mut self, made: &Occlusion<P>, class: u32, cells: &EvidenceCells) {
        let (drops, progress) = (made.map(), made.progress());
        self.fresh.evidence = Some(Evidence { class, drops, cells: cells.clone(), progress });
    }
}

/// The picture with a patch of one colour.
fn hidden(picture: &RgbImage, patch: Patch, colour: [u8; 3]) -> DynamicImage {
    let mut hidden = picture.clone();
    for y in patch.y..patch.y + patch.height {
        for x in patch.x..patch.x + patch.width {
            if let Some(pixel) = hidden.get_pixel_mut_checked(x as u32, y as u32) {
                *pixel = Rgb(colour);
            }
        }
    }
    hidden.into()
}
