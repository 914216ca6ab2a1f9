//! What takes long: vectors of the examples, and where these put them. Kept from question to question.

use super::Trust;
use crate::analysis::map::{
    Cloud, LayoutOptions, NeighbourLayout, Point, Principal, draw, principal_axes, trustworthiness,
};
use crate::analysis::neighbours::Recall;
use crate::dataset::Media;
use crate::insight::{FromProject, Progress};
use crate::project::content_vectors;
use anyhow::{Result, anyhow, ensure};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The most examples that are laid out: neighbours are found by comparing all with all.
const MOST: usize = 20_000;
/// Of the draw, where there are more.
const SEED: u64 = 0;
/// Pictures that are decoded at once.
const DECODED: usize = 64;
/// Neighbours by which a layout is judged, and examples that are asked about theirs.
const NEIGHBOURS: usize = 15;
const JUDGED: usize = 250;

/// Examples with their places.
#[derive(Debug, Clone)]
pub struct Laid {
    /// What was asked about, ascending.
    pub asked: Arc<Vec<u32>>,
    /// How many of them were drawn.
    pub drawn: usize,
    /// The rows that have a place, in the order of the points.
    pub rows: Arc<Vec<u32>>,
    pub vectors: &'static str,
    pub dims: usize,
    pub axes: Arc<Principal>,
    pub trust: Trust,
    /// Until the neighbour layout is done.
    cloud: Option<Arc<Cloud>>,
    /// The one that was stopped, to go on with.
    stopped: Arc<Mutex<Option<NeighbourLayout>>>,
    pub done: Option<Done>,
}

/// A finished neighbour layout.
#[derive(Debug, Clone)]
pub struct Done {
    pub points: Arc<Vec<Point>>,
    pub steps: usize,
    pub trust: Trust,
    /// Of the neighbours it goes by, if they are approximate.
    pub recall: Option<Recall>,
}

/// What was laid out before, the last at the end; shared by all clones.
#[derive(Debug, Clone, Default)]
pub struct Kept(Arc<Mutex<Vec<Laid>>>);

/// How many of them: the errors, all examples, those of a filter.
const KEPT: usize = 3;

impl PartialEq for Kept {
    /// What is known already makes no difference to what is asked.
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Kept {
    /// The rows on their principal axes, from an earlier time if they were asked about then.
    ///
    /// # Errors
    /// When there is nothing to compare.
    pub(super) fn of(
        &self,
        from: &FromProject,
        asked: Vec<u32>,
        progress: &Progress,
    ) -> Result<Laid> {
        if let Some(laid) = locked(&self.0).iter().find(|laid| *laid.asked == asked) {
            return Ok(laid.clone());
        }
        let laid = Laid::new(from, asked, progress)?;
        self.keep(laid.clone());
        Ok(laid)
    }

    fn keep(&self, laid: Laid) {
        let mut all = locked(&self.0);
        all.retain(|other| *other.asked != *laid.asked);
        let old = (all.len() + 1).saturating_sub(KEPT);
        all.drain(..old);
        all.push(laid);
    }
}

impl Laid {
    fn new(from: &FromProject, asked: Vec<u32>, progress: &Progress) -> Result<Self> {
        let (vectors, drawn, cloud, rows) = cloud(from, &asked, progress)?;
        ensure!(
            !rows.is_empty(),
            "these examples have nothing by which they could be compared\n  \
             what is compared: embeddings, pictures and sounds that can be read, words, or columns"
        );
        let axes = principal_axes(&cloud);
        let trust =
            Trust { neighbours: NEIGHBOURS, axes: judged(&cloud, &axes.points), layout: None };
        Ok(Self {
            asked: Arc::new(asked),
            drawn,
            rows: Arc::new(rows),
            vectors,
            dims: cloud.dims(),
            axes: Arc::new(axes),
            trust,
            cloud: Some(Arc::new(cloud)),
            stopped: Arc::default(),
            done: None,
        })
    }

    /// Makes the neighbour layout, or goes on where it was stopped, and keeps it; `partial` is told the steps
    /// done, how many there are, and the layout so far: the axes at first.
    ///
    /// # Errors
    /// When nobody waits for it.
    pub fn refine(
        &self,
        kept: &Kept,
        progress: &Progress,
        partial: &mut dyn FnMut(usize, usize, &[Point]),
    ) -> Result<Done> {
        let unwanted = || anyhow!("nobody waits for the map any more");
        let cloud = self.cloud.as_ref().ok_or_else(unwanted)?;
        let options = LayoutOptions::default();
        let stopped = locked(&self.stopped).take();
        let begin = |layout: &NeighbourLayout| (layout.done(), layout.points().to_vec());
        let (step, points) = stopped.as_ref().map_or((0, self.axes.points.clone()), begin);
        partial(step, options.steps, &points);
        let mut search = |share: f64| progress.at((share * 100.0) as usize, 100);
        let mut layout = stopped
            .or_else(|| NeighbourLayout::new(cloud, &self.axes.points, &options, &mut search))
            .ok_or_else(unwanted)?;
        let is_done = layout.run(&mut |step, steps, points| {
            if step < steps {
                partial(step, steps, points);
            }
            progress.at(step, steps)
        });
        if !is_done {
            *locked(&self.stopped) = Some(layout);
            return Err(unwanted());
        }
        let trust = Trust { layout: judged(cloud, layout.points()), ..self.trust };
        let (points, recall) = (Arc::new(layout.points().to_vec()), layout.recall());
        let done = Done { points, steps: options.steps, trust, recall };
        kept.keep(Self { cloud: None, done: Some(done.clone()), ..self.clone() });
        Ok(done)
    }
}

/// What a lock holds, whoever panicked with it.
fn locked<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

fn judged(cloud: &Cloud, points: &[Point]) -> Option<f64> {
    trustworthiness(cloud, points, NEIGHBOURS, cloud.len().div_ceil(JUDGED))
}

/// Vectors of the rows: what they are, how many rows were drawn, and the rows that have one.
fn cloud(
    from: &FromProject,
    asked: &[u32],
    progress: &Progress,
) -> Result<(&'static str, usize, Cloud, Vec<u32>)> {
    let mut drawn = asked.to_vec();
    draw(&mut drawn, MOST, SEED);
    if let Some(embeddings) = &from.shared.snapshot.likeness.embeddings {
        let cloud = Cloud::new(embeddings, &drawn, MOST, SEED);
        let rows = cloud.rows().to_vec();
        return Ok(("embeddings", drawn.len(), cloud, rows));
    }
    let examples = from.examples();
    let root = from.project.media_root(examples.split)?;
    let file = |row: u32| match examples.media.files() {
        Some(files) => root.join(files.get(row as usize)),
        None => PathBuf::new(),
    };
    let what = match examples.media {
        Media::Picture(_) => "pictures",
        Media::Text(_) => "texts",
        Media::Sound(_) => "sounds",
        Media::Row => "columns",
    };
    let mut go_on = |done: usize| progress.at(done, drawn.len());
    let made = content_vectors(examples, &drawn, &file, DECODED, &mut go_on);
    let made = made.ok_or_else(|| anyhow!("these examples can't be compared"))?;
    // Zeros say nothing: a picture that can't be read, a text without words.
    let says = |&place: &u32| made.row(place as usize).iter().any(|&x| x != 0.0);
    let places: Vec<u32> = (0..drawn.len() as u32).filter(says).collect();
    let cloud = Cloud::new(&made, &places, MOST, SEED);
    let rows = cloud.rows().iter().map(|&place| drawn[place as usize]).collect();
    Ok((what, drawn.len(), cloud, rows))
}
