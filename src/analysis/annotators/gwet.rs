//! Gwet's AC1: agreement beyond chance that stays sensible when nearly all votes are for one class.

use super::Votes;
use super::agreement::{Coefficient, NO_SPREAD};
use crate::analysis::parallel::pieces;

/// Examples that one task works on.
const PIECE: usize = 4096;

/// See [`super::agreement`]; for any numbers of votes, as irrCAC 0.4.4 `gwet`.
pub(super) fn ac1(votes: &Votes) -> Option<Coefficient> {
    let labelled = votes.labelled() as f64;
    let several = (0..votes.examples()).filter(|&i| votes.on(i).len() > 1).count();
    if votes.classes() < 2 || several == 0 {
        return None;
    }
    let share = sum(votes, |example| agreeing(votes, example)) / several as f64;
    let mut class_share = vec![0.0; votes.classes()];
    for v in votes.all() {
        class_share[v.class as usize] += 1.0 / votes.on(v.example as usize).len() as f64 / labelled;
    }
    let others = (votes.classes() - 1) as f64;
    let chance = class_share.iter().map(|p| p * (1.0 - p)).sum::<f64>() / others;
    let value = (share - chance) / (1.0 - chance);
    let spread = sum(votes, |example| {
        let on = votes.on(example);
        let apart: f64 = on.iter().map(|v| 1.0 - class_share[v.class as usize]).sum();
        let own_chance = apart / on.len() as f64 / others;
        let own = if on.len() > 1 { agreeing(votes, example) - chance } else { 0.0 };
        let own = own * labelled / several as f64;
        let shift = 2.0 * (1.0 - value) * (own_chance - chance);
        ((own - shift) / (1.0 - chance) - value).powi(2)
    });
    let variance = spread / (labelled - 1.0).max(1.0);
    Some(if variance < NO_SPREAD {
        Coefficient::from_share(value, share, several, chance)
    } else {
        Coefficient::from_error(value, (variance / labelled).sqrt())
    })
}

/// The share of pairs of votes on an example that agree.
fn agreeing(votes: &Votes, example: usize) -> f64 {
    let on = votes.on(example);
    let with = |class: u32| on.iter().filter(|v| v.class == class).count() - 1;
    let same: usize = on.iter().map(|v| with(v.class)).sum();
    same as f64 / (on.len() * (on.len().max(2) - 1)) as f64
}

/// Adds up over the examples with votes.
fn sum(votes: &Votes, of: impl Fn(usize) -> f64 + Sync + Send) -> f64 {
    let parts = pieces(votes.examples(), PIECE, |rows| {
        rows.filter(|&i| !votes.on(i).is_empty()).map(&of).sum::<f64>()
    });
    parts.iter().sum()
}
