//! The search for a reason with a model that is loaded.
//!
//! Invariant: only the way from picture to input changes; the engine is the model's own.

use super::{Reason, Rows, likeliest};
use crate::scoring::feed::Sample;
use crate::scoring::guard::guarded;
use crate::scoring::input::Preprocess;
use crate::scoring::input::picture::Preparer;
use crate::scoring::model::{Model, Scorer};
use fast_image_resize::Resizer;
use rayon::prelude::*;

/// Gives an example by its place; a picture turned as its camera says, or not.
pub type Look<'a> = dyn Fn(usize, bool) -> Option<Sample<'a>> + Sync + 'a;

impl Model {
    /// Why the model's predictions of pictures differ from `theirs`, imported for the same examples: the change
    /// of the preprocessing, or of how the output is read, that brings them nearest. `None` if none does, or if
    /// the examples are no pictures. Runs the model some 200 to 500 times.
    pub fn reason_to_differ(&self, look: &Look<'_>, theirs: &Rows) -> Option<Reason> {
        let mut score = |settings: &Preprocess, count| self.scored_as(settings, look, count);
        likeliest(&self.preprocess, theirs, &mut score)
    }

    /// The probabilities of the first examples, prepared in another way.
    fn scored_as(
        &self,
        settings: &Preprocess,
        look: &Look<'_>,
        count: usize,
    ) -> Option<Vec<Vec<f32>>> {
        let [input] = self.inputs.as_slice() else { return None };
        let preparer = Preparer::new(input, settings).ok()?;
        let score = |scorer: &mut Scorer<'_>, resizer: &mut Resizer, at| {
            let Sample::Picture(picture) = look(at, preparer.exif())? else { return None };
            let input = preparer.prepare(&picture, resizer).ok()?;
            scorer.prepared(&[input]).ok()
        };
        (0..count)
            .into_par_iter()
            .map_init(
                || (self.scorer().ok(), Resizer::new()),
                |(scorer, resizer), at| {
                    // decoders panic on some broken files
                    guarded(|| score(scorer.as_mut()?, resizer, at)).ok().flatten()
                },
            )
            .collect()
    }
}
