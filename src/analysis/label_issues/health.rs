//! How good the labels are, of classes and in all: as `cleanlab.dataset`.

use super::ConfidentLearning;
use crate::analysis::Probability;
use serde::Serialize;
use std::cmp::Ordering;

/// Label noise of one class, as a row of `dataset.rank_classes_by_label_quality`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClassQuality {
    /// the class
    pub class: u32,
    /// estimated number of examples with this label that are of another class
    pub label_issues: u32,
    /// estimated number of examples of this class with another label
    pub inverse_label_issues: u32,
    /// P(another class | this label); `None` without examples (0 there)
    pub label_noise: Option<f64>,
    /// P(another label | this class); `None` if none is estimated to be of it (0 there)
    pub inverse_label_noise: Option<f64>,
    /// 1 − `label_noise`
    pub label_quality: Option<f64>,
}

/// Two classes that are taken for each other, as a row of `dataset.find_overlapping_classes`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClassOverlap {
    /// the lower of both classes
    pub a: u32,
    /// the higher
    pub b: u32,
    /// estimated number of examples labelled one and being the other
    pub examples: u32,
    /// their share of all examples
    pub share: f64,
}

impl<T: Probability> ConfidentLearning<'_, T> {
    /// Every class, lowest label quality first, then by class; those without examples last.
    pub fn class_quality(&self) -> Vec<ClassQuality> {
        let joint = &self.calibrated;
        let mut guessed = vec![0_u32; joint.classes()];
        for given in 0..joint.classes() {
            for (sum, count) in guessed.iter_mut().zip(joint.row(given)) {
                *sum += count;
            }
        }
        let share = |part: u32, all: u32| (all > 0).then(|| f64::from(part) / f64::from(all));
        let quality = |class: usize| {
            let examples = self.by_class.rows(class).len() as u32;
            let label_issues = examples - joint.get(class, class);
            let inverse_label_issues = guessed[class] - joint.get(class, class);
            let label_noise = share(label_issues, examples);
            ClassQuality {
                class: class as u32,
                label_issues,
                inverse_label_issues,
                label_noise,
                inverse_label_noise: share(inverse_label_issues, guessed[class]),
                label_quality: label_noise.map(|noise| 1.0 - noise),
            }
        };
        let mut all: Vec<ClassQuality> = (0..joint.classes()).map(quality).collect();
        all.sort_by(|a, b| match (a.label_quality, b.label_quality) {
            (Some(a), Some(b)) => a.total_cmp(&b),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => Ordering::Equal,
        });
        all
    }

    /// The pairs of classes that overlap, most examples first, then by class. Pairs without any
    /// are not listed.
    pub fn overlapping_classes(&self) -> Vec<ClassOverlap> {
        let joint = &self.calibrated;
        let examples = (self.examples() as f64).max(1.0);
        let overlap = |a: usize, b: usize| {
            let count = joint.get(a, b) + joint.get(b, a);
            let share = f64::from(count) / examples;
            (count > 0).then_some(ClassOverlap { a: a as u32, b: b as u32, examples: count, share })
        };
        let mut pairs: Vec<ClassOverlap> = (0..joint.classes())
            .flat_map(|a| (a + 1..joint.classes()).filter_map(move |b| overlap(a, b)))
            .collect();
        pairs.sort_by_key(|pair| std::cmp::Reverse(pair.examples));
        pairs
    }

    /// The share of labels that are right, as `dataset.overall_label_health_score`; `None` without
    /// examples.
    pub fn health(&self) -> Option<f64> {
        let issues = self.num_label_issues() as f64;
        (self.examples() > 0).then(|| 1.0 - issues / self.examples() as f64)
    }
}
