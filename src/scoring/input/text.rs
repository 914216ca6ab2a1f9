//! From a text to the token ids that a model takes.
//!
//! Invariant: ids are those of transformers' `AutoTokenizer(text, truncation=True)`, cut to what the model has
//! positions for; nothing is padded but where the model has a fixed length or texts go together in a batch.

use super::super::engine::Port;
use super::super::error::ModelProblem;
use super::super::guard::guarded;
use super::super::tensor::Tensor;
use super::beside::Beside;
use super::ports::{Role, Slot};
use std::path::Path;
use tokenizers::{Encoding, PostProcessor, Tokenizer, TruncationDirection, TruncationParams};

/// The most tokens of a text where nobody says how many there may be: attention needs their square.
const MOST_TOKENS: usize = 4096;

/// Makes texts into the inputs of one model. Shared by all threads.
#[derive(Debug)]
pub struct Texts {
    tokenizer: Tokenizer,
    /// One a port, in their order.
    slots: Vec<Slot>,
    limit: usize,
    /// Tokens that every text is padded to.
    fixed: Option<usize>,
    pad: Padding,
    /// The position of a text's first token.
    first: i64,
    notes: Vec<String>,
    origin: String,
}

/// What shorter texts are filled with.
#[derive(Debug, Clone, Copy)]
struct Padding {
    id: u32,
    left: bool,
}

impl Texts {
    /// Finds `tokenizer.json` and what stands with it beside the model or one folder up (optimum's `onnx/`).
    /// `max_length` is the project's: it wins over the tokenizer's, never over the number of positions.
    /// `positions` is what the graph has of them, should `config.json` not say; see [`positions`].
    ///
    /// [`positions`]: super::positions
    ///
    /// # Errors
    /// No tokenizer, one that can't be read, inputs that are no token ids, a length without room for a token.
    pub fn load(
        model: &Path,
        ports: &[Port],
        max_length: Option<usize>,
        positions: Option<usize>,
    ) -> Result<Self, ModelProblem> {
        let beside = Beside::read(model)?;
        let mut tokenizer = beside.tokenizer()?;
        let (slots, mut notes) = super::ports::of_text(ports)?;
        let fixed = slots.iter().find(|s| s.role == Role::Ids).and_then(|s| s.length);
        let first = beside.first_position();
        let positions = beside.positions().or(positions);
        let kept = tokenizer.get_truncation().map(|t| t.max_length);
        let wanted =
            max_length.or(beside.max_length()).or(positions.is_none().then_some(kept).flatten());
        let mut limit = wanted.unwrap_or(MOST_TOKENS).min(positions.unwrap_or(usize::MAX));
        if wanted.is_none() && positions.is_none() && fixed.is_none() {
            notes.push(format!(
                "nothing says how many tokens the model takes: texts are cut to {MOST_TOKENS}; \
                 `max_length` in [preprocess] sets it"
            ));
        }
        if let Some(asked) = max_length.filter(|&asked| asked > limit) {
            notes.push(format!("max_length = {asked}, and the model has positions for {limit}"));
        }
        limit = limit.min(fixed.unwrap_or(usize::MAX));
        set_limit(&mut tokenizer, limit, beside.cuts_left())?;
        let known = beside.pad_id(&tokenizer);
        if known.is_none() && fixed.is_some() {
            notes.push("no padding token is known: 0 is taken for it".to_owned());
        }
        let pad = Padding { id: known.unwrap_or(0), left: beside.pads_left(&tokenizer) };
        // both are per call in transformers, whatever the file says
        tokenizer.with_padding(None);
        let origin = beside.origin();
        let first = first as i64;
        Ok(Self { tokenizer, slots, limit, fixed, pad, first, notes, origin })
    }

    /// What the user should know about how texts are read; empty when there is nothing.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The most tokens of a text, with those that the tokenizer adds.
    #[cfg(test)]
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// Inputs, tokenizer and length, on one line.
    pub fn describe(&self) -> String {
        let names: Vec<&str> = self.slots.iter().map(|slot| slot.name.as_str()).collect();
        let length = match self.fixed {
            Some(tokens) => format!("{tokens} tokens, padded"),
            None => format!("up to {} tokens", self.limit),
        };
        format!("{}: text by {}, {length}", names.join(", "), self.origin)
    }

    /// The inputs of one text, each [1, S], in the order of the ports.
    ///
    /// # Errors
    /// A text that the tokenizer fails on, or that has no token at all.
    pub fn tensors(&self, text: &str) -> Result<Vec<Tensor>, String> {
        self.inputs(&self.encode(text)?)
    }

    /// Inputs for trying the model out: a short text and a longer one.
    ///
    /// # Errors
    /// As [`Self::tensors`].
    pub fn test_inputs(&self) -> Result<[Vec<Tensor>; 2], String> {
        let long = "This one is somewhat longer: it has 2 sentences. Is that right? ".repeat(4);
        Ok([self.tensors("A short text.")?, self.tensors(&long)?])
    }

    fn encode(&self, text: &str) -> Result<Encoding, String> {
        match guarded(|| self.tokenizer.encode_fast(text, true)) {
            Ok(encoded) => encoded.map_err(|e| format!("the tokenizer fails: {e}")),
            Err(_) => Err("the tokenizer fails on this text".to_owned()),
        }
    }

    fn inputs(&self, text: &Encoding) -> Result<Vec<Tensor>, String> {
        let length = self.fixed.unwrap_or(text.len());
        if length == 0 {
            return Err("the text has no tokens".to_owned());
        }
        let tensor = |slot: &Slot| slot.tensor([1, length], &self.row(slot.role, text, length));
        self.slots
            .iter()
            .map(tensor)
            .collect::<Option<_>>()
            .ok_or_else(|| "no such input".to_owned())
    }

    /// The values of one input for one text, `length` of them.
    fn row(&self, role: Role, text: &Encoding, length: usize) -> Vec<i64> {
        let count = text.len().min(length);
        let of = |values: &[u32]| values.iter().take(count).map(|&v| i64::from(v)).collect();
        let pad_id = i64::from(self.pad.id);
        let (mut values, fill): (Vec<i64>, i64) = match role {
            Role::Ids => (of(text.get_ids()), pad_id),
            Role::Mask => (vec![1; count], 0),
            Role::Types => (of(text.get_type_ids()), 0),
            // RoBERTa gives what is padded the position of the padding token itself
            Role::Positions => ((self.first..).take(count).collect(), (self.first - 1).max(0)),
        };
        let filling = vec![fill; length - count];
        if self.pad.left {
            values.splice(0..0, filling);
        } else {
            values.extend(filling);
        }
        values
    }
}

fn set_limit(tokenizer: &mut Tokenizer, limit: usize, left: bool) -> Result<(), ModelProblem> {
    let added = tokenizer.get_post_processor().map_or(0, |p| p.added_tokens(false));
    if limit <= added {
        return Err(ModelProblem::Input {
            what: format!("texts may have {limit} tokens, and the tokenizer adds {added} to each"),
            remedy: "set `max_length` in [preprocess] to more, or export the model with a longer input",
        });
    }
    let direction = if left { TruncationDirection::Left } else { TruncationDirection::Right };
    let truncation =
        TruncationParams { max_length: limit, direction, ..TruncationParams::default() };
    let set = tokenizer.with_truncation(Some(truncation)).map(|_| ());
    set.map_err(|e| ModelProblem::Input {
        what: format!("its tokenizer can't cut texts: {e}"),
        remedy: "save the tokenizer again with a current transformers",
    })
}

#[cfg(test)]
#[path = "text_tests.rs"]
mod tests;
