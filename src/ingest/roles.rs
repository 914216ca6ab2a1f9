//! Which column is what, by its name.
//!
//! Invariant: a guess is only a name; whoever shows it says that it is one.

use super::ColumnNames;
use crate::dataset::Split;

const IDS: [&str; 6] = ["id", "uid", "example_id", "_input_hash", "index", "key"];
const FILES: [&str; 11] = [
    "file",
    "image_path",
    "audio_path",
    "file_name",
    "filename",
    "filepath",
    "path",
    "image",
    "audio",
    "sound",
    "img",
];
const TEXTS: [&str; 5] = ["text", "sentence", "content", "premise", "inputs"];
const LABELS: [&str; 8] =
    ["label", "gold", "target", "y_true", "gold_label", "given_label", "class", "true_label"];
const PREDICTIONS: [&str; 7] =
    ["prediction", "pred", "y_pred", "predicted_label", "predicted", "pred_label", "outputs"];
const CONFIDENCES: [&str; 4] = ["confidence", "prediction_score", "max_prob", "pred_prob"];
const PROBABILITIES: [&str; 14] = [
    "probs",
    "probabilities",
    "proba",
    "pred_probs",
    "prediction_proba",
    "scores",
    "logits",
    "prob_*",
    "probs_*",
    "proba_*",
    "p_*",
    "score_*",
    "logit_*",
    "logits_*",
];
const SPLITS: [&str; 4] = ["split", "subset", "fold", "partition"];

/// What columns could be, by the names that there are; a `label` stays empty where none looks like it.
pub fn guess(names: &[&str]) -> ColumnNames {
    let find = |known: &[&str]| {
        let found = |name: &&str| names.iter().find(|there| there.eq_ignore_ascii_case(name));
        known.iter().find_map(found).map(|name| (*name).to_owned())
    };
    let file = find(&FILES);
    let text = if file.is_some() { None } else { find(&TEXTS) };
    ColumnNames {
        id: find(&IDS),
        file,
        text,
        label: find(&LABELS).unwrap_or_default(),
        prediction: find(&PREDICTIONS),
        confidence: find(&CONFIDENCES),
        probabilities: find(&PROBABILITIES),
        split: find(&SPLITS),
        ..ColumnNames::default()
    }
}

/// Whether a column of that name would be taken for something else than metadata.
pub fn is_role(name: &str) -> bool {
    let all =
        [&IDS[..], &FILES, &TEXTS, &LABELS, &PREDICTIONS, &CONFIDENCES, &PROBABILITIES, &SPLITS];
    all.iter().copied().flatten().any(|known| known.eq_ignore_ascii_case(name))
}

/// The guess with what the user said in its place, where there is such a column; a `label` that is empty was not said.
pub fn told(guess: ColumnNames, told: &ColumnNames, names: &[&str]) -> ColumnNames {
    let there = |name: &Option<String>| name.clone().filter(|name| names.contains(&name.as_str()));
    let (file, text) = match (there(&told.file), there(&told.text)) {
        (None, None) => (guess.file, guess.text),
        (file, text) => (file, text),
    };
    let label = Some(told.label.clone()).filter(|label| !label.is_empty());
    ColumnNames {
        id: there(&told.id).or(guess.id),
        file,
        text,
        label: there(&label).unwrap_or(guess.label),
        prediction: there(&told.prediction).or(guess.prediction),
        confidence: there(&told.confidence).or(guess.confidence),
        probabilities: there(&told.probabilities).or(guess.probabilities),
        split: there(&told.split).or(guess.split),
        ..ColumnNames::default()
    }
}

/// The split that a word names.
pub fn split(word: &str) -> Option<Split> {
    match word.to_ascii_lowercase().as_str() {
        "train" | "training" => Some(Split::Train),
        "dev" | "val" | "valid" | "validation" | "eval" => Some(Split::Dev),
        "test" | "testing" | "t10k" => Some(Split::Test),
        _ => None,
    }
}
