//! How a model wants its examples, and which classes it knows: found in `gaffe.toml`, in the model, in the
//! files beside it, or guessed from its shape, in that order.
//!
//! Invariant: each setting has one source, and it is told. A file that can't be understood is a note, never
//! a refusal.

mod guess;
mod hub;
mod lists;
mod literal;
mod metadata;
mod order;

pub use hub::{HALF, IMAGENET};
pub use order::{ClassOrder, order};

use super::engine::Port;
use super::error::ModelProblem;
use super::input::picture;
use super::input::{Preprocess, SoundSettings};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use tract_onnx::pb::ModelProto;

/// A setting and where it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The key of `[preprocess]`.
    pub key: String,
    /// Its value, as `gaffe.toml` would have it.
    pub value: String,
    /// The file, or what else said it.
    pub from: String,
}

/// What was found about a model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Found {
    /// All settings together.
    pub preprocess: Preprocess,
    /// Where each of them is from.
    pub sources: Vec<Source>,
    /// The model's class names in the order of its outputs, and where they are from.
    pub classes: Option<(Vec<String>, String)>,
    /// Whether the output holds probabilities, if that is known.
    pub probabilities: Option<bool>,
    /// The `tokenizer.json` of a model of texts.
    pub tokenizer: Option<PathBuf>,
    /// What the user should know: files that can't be read, contradictions, guesses.
    pub notes: Vec<String>,
}

/// What one source says.
#[derive(Debug, Default, PartialEq)]
struct Part {
    preprocess: Preprocess,
    classes: Option<Vec<String>>,
    probabilities: Option<bool>,
    notes: Vec<String>,
}

/// What `gaffe.toml` is called among the sources.
const PROJECT: &str = "gaffe.toml";
/// The largest file that is read; a list of 100,000 names is smaller.
const LARGEST: u64 = 8 << 20;

/// Looks for all that is said about the model at `path`: in the project, in its metadata, beside it.
///
/// # Errors
/// A model whose own metadata says that it is no classifier.
pub fn find(
    path: &Path,
    model: &ModelProto,
    inputs: &[Port],
    project: &Preprocess,
) -> Result<Found, ModelProblem> {
    let mut search = Search::default();
    search.take(PROJECT, Part { preprocess: project.clone(), ..Part::default() });
    let entries = model.metadata_props.iter().map(|e| (e.key.clone(), e.value.clone()));
    if let Some(part) = metadata::read(&entries.collect::<BTreeMap<_, _>>())? {
        search.take("the model's metadata", part);
    }
    let folders = folders(path);
    search.processors(&folders);
    search.configs(&folders);
    search.texts(&folders);
    let numbered = search.lists(&folders);
    let settled = |key: &str| search.settings.contains_key(key);
    if let Some(part) = guess::guess(inputs, numbered, &settled) {
        search.take("a guess", part);
    }
    search.fit_to(inputs);
    Ok(search.finish())
}

/// The folder of a model, and the one above where optimum puts the model into `onnx/`.
fn folders(path: &Path) -> Vec<(PathBuf, &'static str)> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut folders = vec![(folder.to_owned(), "")];
    if folder.file_name().is_some_and(|name| name == "onnx") {
        folders.push((folder.parent().unwrap_or(Path::new("")).to_owned(), "../"));
    }
    folders
}

type Folders<'a> = &'a [(PathBuf, &'static str)];

/// What was found so far.
#[derive(Default)]
struct Search {
    settings: toml::Table,
    from: BTreeMap<String, String>,
    found: Found,
}

impl Search {
    /// Takes what a source says where those before it are silent.
    fn take(&mut self, from: &str, part: Part) {
        let said = toml::Table::try_from(&part.preprocess).unwrap_or_default();
        let before = self.settings.clone();
        for (key, value) in said {
            if !before.contains_key(&key) && !excluded(&key, &before) {
                self.from.insert(key.clone(), from.to_owned());
                self.settings.insert(key, value);
            }
        }
        let found = &mut self.found;
        let classes = part.classes.map(|classes| (classes, from.to_owned()));
        found.classes = found.classes.take().or(classes);
        found.probabilities = found.probabilities.or(part.probabilities);
        found.notes.extend(part.notes.into_iter().map(|note| format!("{from}: {note}")));
    }

    /// `preprocessor_config.json`, or the part of `processor_config.json` that stands for it.
    fn processors(&mut self, folders: Folders<'_>) {
        if let Some((config, name)) = self.json(folders, "preprocessor_config.json") {
            return self.processor(config, &name);
        }
        let Some((mut config, name)) = self.json(folders, "processor_config.json") else { return };
        for key in ["image_processor", "feature_extractor"] {
            if let Some(Value::Object(inner)) = config.remove(key) {
                return self.processor(inner, &name);
            }
        }
    }

    fn processor(&mut self, config: Map<String, Value>, name: &str) {
        if let Some(part) = hub::processor(&config) {
            return self.take(name, part);
        }
        match SoundSettings::from_preprocessor(&Value::Object(config)) {
            Ok(sound) => {
                let preprocess = Preprocess { sound, ..Preprocess::default() };
                self.take(name, Part { preprocess, ..Part::default() });
            }
            Err(reason) => self.found.notes.push(format!("{name}: {reason}")),
        }
    }

    /// `config.json` of timm or transformers.
    fn configs(&mut self, folders: Folders<'_>) {
        let Some((config, name)) = self.json(folders, "config.json") else { return };
        let mut part = hub::timm(&config).unwrap_or_default();
        part.classes = hub::classes(&config);
        if config.get("problem_type").and_then(Value::as_str) == Some("multi_label_classification")
        {
            let note = "it is a model of several labels an example: its softmax is none of its own";
            part.notes.push(note.to_owned());
        }
        self.take(&name, part);
    }

    fn texts(&mut self, folders: Folders<'_>) {
        let mut paths = folders.iter().map(|(folder, _)| folder.join("tokenizer.json"));
        self.found.tokenizer = paths.find(|path| path.is_file());
        if self.found.tokenizer.is_none() {
            return;
        }
        let Some((config, name)) = self.json(folders, "tokenizer_config.json") else { return };
        // where nobody knows, transformers writes 10³⁰
        let length =
            config.get("model_max_length").and_then(Value::as_u64).filter(|&l| l < 1 << 20);
        let max_length = length.and_then(|length| usize::try_from(length).ok());
        let preprocess = Preprocess { max_length, ..Preprocess::default() };
        self.take(&name, Part { preprocess, ..Part::default() });
    }

    /// Lists of classes; tells whether the one that was found is numbered.
    fn lists(&mut self, folders: Folders<'_>) -> bool {
        for file in lists::FILES {
            let Some((text, name)) = self.text(folders, file) else { continue };
            match lists::read(&text, file) {
                Some(lists::List { names, numbered }) => {
                    self.take(&name, Part { classes: Some(names), ..Part::default() });
                    return numbered;
                }
                None => self.found.notes.push(format!("{name}: holds no class names")),
            }
        }
        false
    }

    /// An object in a file of one of the folders, and what the file is called.
    fn json(&mut self, folders: Folders<'_>, file: &str) -> Option<(Map<String, Value>, String)> {
        let (text, name) = self.text(folders, file)?;
        match serde_json::from_str(&text) {
            Ok(object) => Some((object, name)),
            Err(error) => {
                self.found.notes.push(format!("{name}: can't be read, not used: {error}"));
                None
            }
        }
    }

    fn text(&mut self, folders: Folders<'_>, file: &str) -> Option<(String, String)> {
        let (path, name) = folders
            .iter()
            .map(|(folder, above)| (folder.join(file), format!("{above}{file}")))
            .find(|(path, _)| path.is_file())?;
        let mut bytes = Vec::new();
        let read = File::open(path).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes));
        let problem = match read {
            Err(error) => error.to_string(),
            Ok(_) if bytes.len() as u64 > LARGEST => "it is too large".to_owned(),
            Ok(_) => match String::from_utf8(bytes) {
                Ok(text) => return Some((text.trim_start_matches('\u{feff}').to_owned(), name)),
                Err(_) => "it is not UTF-8".to_owned(),
            },
        };
        self.found.notes.push(format!("{name}: can't be read, not used: {problem}"));
        None
    }

    /// Where a file and the shape of the model's picture contradict each other, the model is right.
    fn fit_to(&mut self, inputs: &[Port]) {
        let mut how: Preprocess = self.settings.clone().try_into().unwrap_or_default();
        let shapes = inputs.iter().find_map(|port| picture::axes(port, how.layout).ok());
        let Some((_, channels, [height, width])) = shapes else { return };
        let side = |side: Option<usize>| side.and_then(|side| u32::try_from(side).ok());
        if let (Some(size), Some(height), Some(width)) = (how.size, side(height), side(width)) {
            let own = [height, width];
            if own != size && self.overrule("size", &format!("{size:?}"), &format!("{own:?}")) {
                how.size = Some(own);
                let scaled = |i: usize, to: u32| {
                    u64::from(to) * u64::from(own[i]) / u64::from(size[i].max(1))
                };
                how.resize_to = how.resize_to.map(|[h, w]| {
                    [scaled(0, h), scaled(1, w)].map(|side| u32::try_from(side).unwrap_or(u32::MAX))
                });
            }
        }
        if let (Some(said), Some(own)) = (how.channels, channels.and_then(|c| u8::try_from(c).ok()))
            && said != own
            && self.overrule("channels", &said.to_string(), &own.to_string())
        {
            how.channels = Some(own);
        }
        self.settings = toml::Table::try_from(&how).unwrap_or_default();
    }

    /// Tells that the model is right, unless the project says otherwise: that is for it to correct.
    fn overrule(&mut self, key: &str, said: &str, own: &str) -> bool {
        let from = self.from.get(key).map_or("", String::as_str);
        if from == PROJECT {
            return false;
        }
        let note = format!("{from}: {key} = {said}, but the model takes {own}, which is used");
        self.found.notes.push(note);
        true
    }

    fn finish(self) -> Found {
        let Self { settings, from, mut found } = self;
        let source = |(key, value): (&String, &toml::Value)| Source {
            key: key.clone(),
            value: shown(value),
            from: from.get(key).cloned().unwrap_or_default(),
        };
        found.sources = settings.iter().map(source).collect();
        found.preprocess = settings.try_into().unwrap_or_default();
        found
    }
}

/// Keys that only make sense together: one that a better source gives keeps the others' out.
fn excluded(key: &str, before: &toml::Table) -> bool {
    let any = |keys: &[&str]| keys.iter().any(|&key| before.contains_key(key));
    match key {
        "resize_to" | "crop_pct" => any(&["resize", "resize_to", "crop_pct"]),
        "crop" | "fill" => any(&["resize"]),
        "mean" | "std" => any(&["rescale"]),
        "rescale" => any(&["mean", "std"]),
        _ => false,
    }
}

fn shown(value: &toml::Value) -> String {
    match value.as_float() {
        Some(share) if share > 0.0 && (1.0 / share - 255.0).abs() < 1e-9 => {
            format!("{value} (1/255)")
        }
        _ => value.to_string(),
    }
}

#[cfg(test)]
#[path = "found_tests.rs"]
mod tests;
