//! Macros: one key for one decision of several steps.
//!
//! Invariant: a macro is one decision: at most one verdict or class, nothing twice.

use crate::dataset::{Difficulty, Verdict};
use crate::ingest::IngestError;
use std::collections::HashSet;
use std::path::PathBuf;

/// One key and the decision it makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Macro {
    /// The key as written.
    pub key: String,
    /// The steps as written, for help.
    pub label: String,
    /// What it decides, in the order written; never empty.
    pub steps: Vec<MacroStep>,
    /// The file it stands in.
    pub file: PathBuf,
    /// Its line there, from 1.
    pub line: u64,
}

/// A part of a decision. Names are those of the project; whether it has them is seen when the macro
/// is used.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum MacroStep {
    /// Who is right.
    Verdict(Verdict),
    /// The label, by the name of its class.
    Class(String),
    /// A tag, by its name.
    Tag(String),
    /// How hard it is for a person.
    Difficulty(Difficulty),
    /// To be looked at again.
    Flag,
}

/// Steps without a name, as they are written: verdicts as the commands are called.
const PLAIN: [(&str, MacroStep); 8] = [
    ("model-wrong", MacroStep::Verdict(Verdict::ModelWrong)),
    ("label-wrong", MacroStep::Verdict(Verdict::LabelWrong)),
    ("both-acceptable", MacroStep::Verdict(Verdict::BothAcceptable)),
    ("neither", MacroStep::Verdict(Verdict::Neither)),
    ("unsure", MacroStep::Verdict(Verdict::Unsure)),
    ("very-easy", MacroStep::Difficulty(Difficulty::VeryEasy)),
    ("very-hard", MacroStep::Difficulty(Difficulty::VeryHard)),
    ("flag", MacroStep::Flag),
];

impl MacroStep {
    /// Reads `model-wrong`, `class Shirt`, `tag low contrast`.
    fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Some((_, step)) = PLAIN.iter().find(|(name, _)| *name == text) {
            return Some(step.clone());
        }
        let (kind, name) = text.split_once(char::is_whitespace)?;
        match kind {
            "class" => Some(Self::Class(name.trim().to_owned())),
            "tag" => Some(Self::Tag(name.trim().to_owned())),
            _ => None,
        }
    }

    /// What can stand in a decision once only.
    fn is_answer(&self) -> bool {
        matches!(self, Self::Verdict(_) | Self::Class(_))
    }
}

impl Macro {
    /// Reads the steps of a macro.
    ///
    /// # Errors
    /// None, one that is no step, or steps that contradict each other.
    pub fn parse(
        key: &str,
        steps: &[String],
        file: PathBuf,
        line: u64,
    ) -> Result<Self, IngestError> {
        let label = steps.join(", ");
        let mut bound = Self { key: key.to_owned(), label, steps: vec![], file, line };
        for text in steps {
            let Some(step) = MacroStep::parse(text) else {
                return Err(bound.refuse(&format!("{text:?} is no step")));
            };
            bound.steps.push(step);
        }
        match contradiction(&bound.steps) {
            Some(why) => Err(bound.refuse(why)),
            None => Ok(bound),
        }
    }

    /// What is wrong with it, and what is possible.
    pub(in crate::tui) fn refuse(&self, why: &str) -> IngestError {
        let plain = PLAIN.map(|(name, _)| name).join(", ");
        let remedy = format!("steps are {plain}, class NAME, tag NAME");
        IngestError::new(&self.file, format!("[macros] {:?}: {why}", self.key), remedy)
            .at(self.line)
    }
}

fn contradiction(steps: &[MacroStep]) -> Option<&'static str> {
    let mut seen = HashSet::new();
    let count = |kind: fn(&MacroStep) -> bool| steps.iter().filter(|step| kind(step)).count();
    if steps.is_empty() {
        Some("it has no step")
    } else if count(MacroStep::is_answer) > 1 {
        Some("a decision has one verdict or class")
    } else if count(|step| matches!(step, MacroStep::Difficulty(_))) > 1 {
        Some("an example is very easy or very hard")
    } else if !steps.iter().all(|step| seen.insert(step)) {
        Some("a step stands there twice")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::path::Path;

    fn parse(steps: &[&str]) -> Result<Vec<MacroStep>, String> {
        let steps: Vec<String> = steps.iter().map(|&step| step.to_owned()).collect();
        Macro::parse("f2", &steps, "config.toml".into(), 7)
            .map(|bound| bound.steps)
            .map_err(|e| e.to_string())
    }

    #[test]
    fn steps_are_read_with_their_names() {
        assert_eq!(
            parse(&["tag low contrast", "model-wrong", "very-hard", "flag"]).unwrap(),
            [
                MacroStep::Tag("low contrast".into()),
                MacroStep::Verdict(Verdict::ModelWrong),
                MacroStep::Difficulty(Difficulty::VeryHard),
                MacroStep::Flag,
            ]
        );
        assert_eq!(parse(&["class Shirt"]).unwrap(), [MacroStep::Class("Shirt".into())]);
    }

    #[test]
    fn what_is_no_single_decision_is_refused_with_what_is_possible() {
        for (steps, why) in [
            (&["fly"][..], "\"fly\" is no step"),
            (&["tag "], "\"tag \" is no step"),
            (&["class"], "is no step"),
            (&[], "no step"),
            (&["model-wrong", "neither"], "one verdict or class"),
            (&["model-wrong", "class Shirt"], "one verdict or class"),
            (&["very-easy", "very-hard"], "very easy or very hard"),
            (&["tag a", "tag a"], "twice"),
        ] {
            let error = parse(steps).unwrap_err();
            assert!(error.starts_with("config.toml:7: [macros] \"f2\": "), "{error}");
            assert!(
                error.contains(why) && error.contains("\n  steps are model-wrong, "),
                "{error}"
            );
        }
    }

    proptest! {
        #[test]
        fn any_steps_are_one_decision_or_refused(
            steps in prop::collection::vec("(tag|class|flag|neither|unsure)?[ a-c]{0,3}", 0..5)
        ) {
            if let Ok(bound) = Macro::parse("f2", &steps, Path::new("c").into(), 1) {
                prop_assert_eq!(bound.steps.len(), steps.len());
                prop_assert!(contradiction(&bound.steps).is_none());
            }
        }
    }
}
