//! What transformers saves beside a model: `tokenizer.json`, `tokenizer_config.json`, `config.json`.
//!
//! Invariant: only `tokenizer.json` must be there; of the others nothing is believed that makes no sense.

use super::super::error::ModelProblem;
use super::super::guard::guarded;
use serde_json::Value;
use std::io::Read;
use std::path::{Path, PathBuf};
use tokenizers::{PaddingDirection, Tokenizer};
use tract_onnx::pb::GraphProto;

/// The largest `tokenizer.json` that is read: those of 250,000 pieces have 35 MB.
const MOST_BYTES: u64 = 1 << 28;
/// Lengths from here on stand for "no limit": transformers writes 10³⁰.
const NO_LIMIT: f64 = 1e9;

/// Models whose positions begin after the padding token's id, as in `RoBERTa`.
const OFFSET_MODELS: [&str; 15] = [
    "camembert",
    "data2vec-text",
    "esm",
    "ibert",
    "layoutlmv3",
    "lilt",
    "longformer",
    "luke",
    "markuplm",
    "mpnet",
    "roberta",
    "roberta-prelayernorm",
    "xlm-roberta",
    "xlm-roberta-xl",
    "xmod",
];

/// The files of one model.
#[derive(Debug)]
pub(super) struct Beside {
    path: PathBuf,
    bytes: Vec<u8>,
    /// `tokenizer_config.json`, `special_tokens_map.json`, `config.json`; null where there is none.
    tokenizer_config: Value,
    special_tokens: Value,
    config: Value,
}

impl Beside {
    /// Reads them from the folder of the model, or else the one above.
    ///
    /// # Errors
    /// No `tokenizer.json`, or one that can't be read.
    pub fn read(model: &Path) -> Result<Self, ModelProblem> {
        let folders = folders(model);
        let file = |name: &str| folders.iter().map(|f| f.join(name)).find(|path| path.is_file());
        let Some(path) = file("tokenizer.json") else {
            return Err(ModelProblem::Input {
                what: "takes token ids, and there is no tokenizer.json beside it or one folder up"
                    .to_owned(),
                remedy: "copy the tokenizer.json that its tokenizer was saved with (save_pretrained)",
            });
        };
        let bytes = read(&path).map_err(|reason| unusable(&path, &reason))?;
        let json = |name: &str| file(name).map_or(Value::Null, |path| read_json(&path));
        Ok(Self {
            tokenizer_config: json("tokenizer_config.json"),
            special_tokens: json("special_tokens_map.json"),
            config: json("config.json"),
            path,
            bytes,
        })
    }

    /// The tokenizer as it was saved.
    ///
    /// # Errors
    /// A file that is no tokenizer.
    pub fn tokenizer(&self) -> Result<Tokenizer, ModelProblem> {
        // the crate panics on some files that are well-formed and make no sense
        match guarded(|| Tokenizer::from_bytes(&self.bytes)) {
            Ok(Ok(tokenizer)) => Ok(tokenizer),
            Ok(Err(error)) => Err(unusable(&self.path, &error.to_string())),
            Err(_) => Err(unusable(&self.path, "it makes no sense")),
        }
    }

    /// The name of the file that it is.
    pub fn origin(&self) -> String {
        self.path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
    }

    /// `model_max_length` of `tokenizer_config.json`, if it is one.
    pub fn max_length(&self) -> Option<usize> {
        let length = self.tokenizer_config.get("model_max_length")?.as_f64()?;
        (1.0..NO_LIMIT).contains(&length).then_some(length as usize)
    }

    /// How many tokens `config.json` has positions for.
    pub fn positions(&self) -> Option<usize> {
        let count = self.config.get("max_position_embeddings")?.as_u64()?;
        usize::try_from(count).ok()?.checked_sub(self.first_position()).filter(|&count| count > 0)
    }

    /// The position of the first token: 0, or what follows the padding token in models like `RoBERTa`.
    pub fn first_position(&self) -> usize {
        let kind = self.config.get("model_type").and_then(Value::as_str).unwrap_or("");
        if !OFFSET_MODELS.contains(&kind) {
            return 0;
        }
        let pad = self.config.get("pad_token_id").and_then(Value::as_u64);
        pad.filter(|&id| id < 1000).map_or(2, |id| id as usize + 1)
    }

    /// The id of the padding token.
    pub fn pad_id(&self, tokenizer: &Tokenizer) -> Option<u32> {
        let named = [&self.tokenizer_config, &self.special_tokens].into_iter().find_map(pad_token);
        let known = named.and_then(|token| tokenizer.token_to_id(token));
        let given = || self.config.get("pad_token_id")?.as_u64()?.try_into().ok();
        known.or_else(|| tokenizer.get_padding().map(|p| p.pad_id)).or_else(given)
    }

    /// Whether padding goes before a text.
    pub fn pads_left(&self, tokenizer: &Tokenizer) -> bool {
        match self.tokenizer_config.get("padding_side").and_then(Value::as_str) {
            Some(side) => side == "left",
            None => tokenizer
                .get_padding()
                .is_some_and(|p| matches!(p.direction, PaddingDirection::Left)),
        }
    }

    /// Whether a text that is too long loses its beginning.
    pub fn cuts_left(&self) -> bool {
        self.tokenizer_config.get("truncation_side").and_then(Value::as_str) == Some("left")
    }
}

/// A token is a string, or an object with its `content`.
fn pad_token(config: &Value) -> Option<&str> {
    let token = config.get("pad_token")?;
    token.as_str().or_else(|| token.get("content")?.as_str())
}

/// The folder of a model and the one above.
pub(super) fn folders(model: &Path) -> Vec<PathBuf> {
    let whole = std::path::absolute(model).unwrap_or_else(|_| model.to_owned());
    whole.ancestors().skip(1).take(2).map(Path::to_path_buf).collect()
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(|e| e.to_string())?;
    file.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(|e| e.to_string())?;
    if bytes.len() as u64 > MOST_BYTES {
        Err("it is larger than 256 MiB".to_owned())
    } else {
        Ok(bytes)
    }
}

/// Null for a file that is no JSON.
pub(super) fn read_json(path: &Path) -> Value {
    read(path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or(Value::Null)
}

fn unusable(path: &Path, reason: &str) -> ModelProblem {
    let reason = reason.lines().next().unwrap_or_default();
    ModelProblem::Input {
        what: format!("its tokenizer can't be used: {}: {reason}", path.display()),
        remedy: "save it again with a current transformers (save_pretrained)",
    }
}

/// How many positions a graph has embeddings for, told by the name of the weights; `None` if no weights have such a
/// name.
pub fn positions(graph: &GraphProto) -> Option<usize> {
    let named = |name: &str| {
        ["position_embeddings", "position_embedding", "embed_positions", "wpe"]
            .iter()
            .any(|n| name.contains(n))
    };
    let weights = graph.initializer.iter().find(|w| w.dims.len() == 2 && named(&w.name))?;
    let count = usize::try_from(weights.dims[0]).ok()?;
    // two more than a power of two, as in RoBERTa: the first two are nobody's
    let offset = if count > 2 && (count - 2).is_power_of_two() { 2 } else { 0 };
    Some(count - offset).filter(|&n| n > 0)
}
