//! From the outputs of a graph to class probabilities and embeddings.
//!
//! Invariant: probabilities that leave this file are finite, not negative, sum to 1 and stand in the order of the
//! project's classes.

use super::tensor::Tensor;

/// How far a row may be from summing to 1 where only its values tell that it holds probabilities.
const ROW_SUM: f64 = 1e-3;
/// How far the output of a softmax may be from it, quantised to 8 bits.
const SOFTMAX_SUM: f64 = 0.1;

/// What the model says of one example.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Prediction {
    /// Class probabilities, K.
    pub probs: Vec<f32>,
    /// Its place in the model's last hidden layer, D; empty if it was not asked for.
    pub embedding: Vec<f32>,
}

/// What the values of the class output are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Class probabilities.
    Probabilities,
    /// Logits or other scores: a softmax is applied.
    Logits,
    /// One probability, that of the second of two classes.
    OneProbability,
    /// One logit, that of the second of two classes: a sigmoid is applied.
    OneLogit,
}

impl Form {
    /// What is done to the output, in words.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Probabilities => "taken as probabilities",
            Self::Logits => "softmax applied",
            Self::OneProbability => "taken as the probability of the second class",
            Self::OneLogit => "sigmoid applied, for the second class",
        }
    }
}

/// How the class output is read.
#[derive(Debug, Clone)]
pub(super) struct Classes {
    /// K.
    pub count: usize,
    /// What its values are.
    pub form: Form,
    /// The column of each class of the project; `None` if they stand in that order.
    pub order: Option<Vec<usize>>,
}

impl Classes {
    /// Reads an output that gave `rows` for test inputs. `normalised` says that the graph ends in a softmax, or
    /// in a sigmoid where there is one value a row. `None` if the rows have another width than `count` asks for.
    pub fn of(
        rows: &[Vec<f32>],
        count: usize,
        normalised: bool,
        order: Option<Vec<usize>>,
    ) -> Option<Self> {
        let one = count == 2 && rows.iter().all(|row| row.len() == 1);
        if !one && rows.iter().any(|row| row.len() != count) {
            return None;
        }
        let form = match (one, normalised) {
            (true, true) => Form::OneProbability,
            (true, false) => Form::OneLogit,
            (false, true) => Form::Probabilities,
            (false, false) if rows.iter().all(|row| is_distribution(row, ROW_SUM)) => {
                Form::Probabilities
            }
            (false, false) => Form::Logits,
        };
        Some(Self { count, form, order })
    }

    /// The probabilities of one example.
    ///
    /// # Errors
    /// Values that are not finite, or no probabilities where they should be.
    pub fn probabilities(&self, raw: &[f32]) -> Result<Vec<f32>, String> {
        if raw.iter().any(|v| !v.is_finite()) {
            return Err("the model gave values that are not finite".to_owned());
        }
        let none = || "the model gave values that are no probabilities".to_owned();
        let probs = match (self.form, raw) {
            (Form::Logits, _) => softmax(raw),
            (Form::Probabilities, _) if is_distribution(raw, SOFTMAX_SUM) => {
                let sum: f64 = raw.iter().copied().map(f64::from).sum();
                raw.iter().map(|&p| (f64::from(p) / sum) as f32).collect()
            }
            (Form::OneLogit, &[logit]) => softmax(&[0.0, logit]),
            (Form::OneProbability, &[p]) if (0.0..=1.0).contains(&p) => vec![1.0 - p, p],
            _ => return Err(none()),
        };
        match &self.order {
            None => Ok(probs),
            Some(order) => {
                order.iter().map(|&column| probs.get(column).copied().ok_or_else(none)).collect()
            }
        }
    }

    /// What may surprise in the way the output is read.
    pub fn remark(&self, output: &str, rows: &[Vec<f32>]) -> Option<String> {
        let named = output.eq_ignore_ascii_case("logits");
        let unit = rows.iter().flatten().all(|v| (0.0..=1.0).contains(v));
        (self.form == Form::Logits && !named && unit).then(|| {
            format!(
                "`{output}` gives values from 0 to 1 that don't sum to 1: if they are independent \
                 probabilities (sigmoid), the softmax applied to them is wrong"
            )
        })
    }
}

/// The values of each of `count` examples in an output whose first axis they are.
pub(super) fn rows(output: &Tensor, count: usize) -> Option<Vec<Vec<f32>>> {
    let values = output.to_f32()?;
    if count == 0 || values.len() % count != 0 || output.shape().first() != Some(&count) {
        // one example, whose axis was dropped
        return (count == 1).then(|| vec![values]);
    }
    let width = values.len() / count;
    Some(values.chunks(width.max(1)).map(<[f32]>::to_vec).collect())
}

/// The vector of each of `count` examples: N×D as it is; of maps, N×D×H×W, the mean over the map; of tokens,
/// N×S×D, the mean over those that `mask`, N×S, does not leave out (Reimers and Gurevych 2019, section 3).
pub(super) fn embeddings(
    output: &Tensor,
    count: usize,
    mask: Option<&Tensor>,
) -> Option<Vec<Vec<f32>>> {
    let vectors = rows(output, count)?;
    let shape = output.shape();
    match *shape {
        [n, depth, height, width] if n == count => {
            let area = (height * width).max(1);
            let mean = |values: &[f32]| mean(values.iter().copied());
            let pool = |vector: &Vec<f32>| vector.chunks(area).take(depth).map(mean).collect();
            Some(vectors.iter().map(pool).collect())
        }
        [n, tokens, depth] if n == count => {
            let mask = mask.and_then(Tensor::to_f32).filter(|mask| mask.len() == n * tokens);
            let used = |row: usize, token: usize| {
                mask.as_ref().is_none_or(|mask| mask[row * tokens + token] > 0.0)
            };
            let pool = |(row, vector): (usize, &Vec<f32>)| {
                let value = |at: usize| {
                    let used = (0..tokens).filter(|&token| used(row, token));
                    mean(used.map(|token| vector[token * depth + at]))
                };
                (0..depth).map(value).collect()
            };
            Some(vectors.iter().enumerate().map(pool).collect())
        }
        _ => Some(vectors),
    }
}

fn mean(values: impl Iterator<Item = f32>) -> f32 {
    let (sum, count) = values.fold((0.0, 0_u32), |(s, n), v| (s + f64::from(v), n + 1));
    (sum / f64::from(count.max(1))) as f32
}

/// Whether the values are class probabilities already.
fn is_distribution(row: &[f32], tolerance: f64) -> bool {
    let sum: f64 = row.iter().copied().map(f64::from).sum();
    row.iter().all(|&p| p >= 0.0) && (sum - 1.0).abs() <= tolerance
}

/// In f64, and from the largest value down, so that no exponent overflows.
fn softmax(logits: &[f32]) -> Vec<f32> {
    let top = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let powers: Vec<f64> = logits.iter().map(|&v| (f64::from(v) - f64::from(top)).exp()).collect();
    let sum: f64 = powers.iter().sum();
    powers.iter().map(|p| (p / sum) as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{ArrayD, IxDyn};
    use proptest::prelude::*;

    fn classes(rows: &[Vec<f32>], normalised: bool) -> Option<Classes> {
        Classes::of(rows, 2, normalised, None)
    }

    #[test]
    fn one_value_tells_two_classes() {
        let logit = classes(&[vec![3.0], vec![-1.0]], false).unwrap();
        assert_eq!(logit.form, Form::OneLogit);
        assert_eq!(logit.probabilities(&[0.0]), Ok(vec![0.5, 0.5]));
        let probability = classes(&[vec![0.25]], true).unwrap();
        assert_eq!(probability.probabilities(&[0.25]), Ok(vec![0.75, 0.25]));
        assert!(probability.probabilities(&[1.5]).is_err());
        assert!(classes(&[vec![0.1; 3]], true).is_none());
    }

    #[test]
    fn columns_come_in_the_order_of_the_project() {
        let order = Some(vec![2, 0, 1]);
        let classes = Classes::of(&[vec![0.5, 0.3, 0.2]], 3, true, order).unwrap();
        assert_eq!(classes.probabilities(&[0.5, 0.25, 0.25]), Ok(vec![0.25, 0.5, 0.25]));
    }

    #[test]
    fn tokens_that_are_padding_do_not_count() {
        let tokens = vec![1.0, 2.0, 3.0, 4.0, 100.0, 100.0];
        let output = Tensor::f32(&[1, 3, 2], tokens).unwrap();
        let mask = ArrayD::from_shape_vec(IxDyn(&[1, 3]), vec![1, 1, 0]).unwrap();
        let pooled = embeddings(&output, 1, Some(&Tensor::I64(mask))).unwrap();
        assert_eq!(pooled, [vec![2.0, 3.0]]);
        let map = Tensor::f32(&[1, 2, 1, 2], vec![1.0, 3.0, 5.0, 7.0]).unwrap();
        assert_eq!(embeddings(&map, 1, None).unwrap(), [vec![2.0, 6.0]]);
    }

    proptest! {
        #[test]
        fn what_is_read_is_a_distribution(
            raw in prop::collection::vec(any::<f32>(), 2..6),
            normalised: bool,
        ) {
            let classes = Classes::of(std::slice::from_ref(&raw), raw.len(), normalised, None).unwrap();
            if let Ok(probs) = classes.probabilities(&raw) {
                prop_assert!(is_distribution(&probs, 1e-5), "{probs:?}");
                prop_assert!(probs.iter().all(|p| p.is_finite()));
            }
        }
    }
}
