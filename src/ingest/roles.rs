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

/// Where the names leave a choice that the user did not make: what was chosen, and how to choose otherwise.
pub fn doubts(columns: &ColumnNames, told: &ColumnNames, names: &[&str]) -> Vec<String> {
    let chosen = |chosen: Option<&str>, what: &str, others: &[(&[&str], &str)]| {
        let chosen = chosen?;
        let flags = others.iter().flat_map(|(known, flag)| {
            let is = |name: &&str| known.iter().any(|known| known.eq_ignore_ascii_case(name));
            let others = names.iter().filter(move |name| **name != chosen && is(name));
            others.map(move |name| (*name, *flag))
        });
        let others: Vec<_> = flags.collect();
        let listed = |part: fn(&(&str, &str)) -> String, between: &str| {
            others.iter().map(part).collect::<Vec<_>>().join(between)
        };
        let names = listed(|(name, _)| format!("`{name}`"), ", ");
        let flags = listed(|(name, flag)| format!("--{flag} {name}"), " or ");
        let remedy = format!("gaffe init FILE… {flags}, or [columns] in gaffe.toml");
        let text = format!("`{chosen}` is taken for {what}; {names} could be it: {remedy}");
        (!others.is_empty()).then_some(text)
    };
    let was_told = told.file.is_some() || told.text.is_some();
    let shown = columns.file.as_deref().or(columns.text.as_deref()).filter(|_| !was_told);
    let label =
        Some(columns.label.as_str()).filter(|name| !name.is_empty() && told.label.is_empty());
    let media = chosen(shown, "what is shown", &[(&FILES, "file"), (&TEXTS, "text")]);
    let label = chosen(label, "the label", &[(&LABELS, "label")]);
    media.into_iter().chain(label).collect()
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
