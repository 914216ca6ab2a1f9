//! What a person decided about an example, and the events that changed it.

use super::{Order, Split, Tag, TagId};
use serde::{Deserialize, Serialize};

/// Who is right: the label or the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The label is right.
    ModelWrong,
    /// The prediction is right.
    LabelWrong,
    /// Both are.
    BothAcceptable,
    /// Neither is.
    Neither,
    /// The person can't tell.
    Unsure,
}

impl Verdict {
    /// How it is called on screens and in exports.
    pub fn name(self) -> &'static str {
        match self {
            Self::ModelWrong => "model wrong",
            Self::LabelWrong => "label wrong",
            Self::BothAcceptable => "both acceptable",
            Self::Neither => "neither",
            Self::Unsure => "unsure",
        }
    }
}

/// How hard the example is for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Difficulty {
    /// Anybody would get it right.
    VeryEasy,
    /// An expert might not.
    VeryHard,
}

impl Difficulty {
    /// How it is called on screens and in exports.
    pub fn name(self) -> &'static str {
        match self {
            Self::VeryEasy => "very easy",
            Self::VeryHard => "very hard",
        }
    }
}

/// When, by whom, on which run and in which order something was decided.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Stamp {
    /// Milliseconds since 1970-01-01 UTC.
    pub at: u64,
    /// The person.
    pub who: String,
    /// The run whose errors were walked.
    pub run: String,
    /// The split they were walked on.
    pub split: Split,
    /// The order in which they were walked.
    pub order: Order,
    /// Whether the predictions that agree with the gold label were walked, in place of the errors.
    #[serde(default, skip_serializing_if = "is_false")]
    pub correct: bool,
    /// Whether the prediction was hidden.
    #[serde(default, skip_serializing_if = "is_false")]
    pub blind: bool,
    /// Where a suggestion was on the screen: whether it was taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offered: Option<bool>,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // the signature that serde asks for
fn is_false(flag: &bool) -> bool {
    !flag
}

/// How an example was come upon when it was first decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// Among the predictions of this run.
    pub run: String,
    /// Walked in this order.
    pub order: Order,
    /// Among those that agree with the gold label; else among the errors.
    #[serde(default, skip_serializing_if = "is_false")]
    pub correct: bool,
    /// With the prediction hidden.
    #[serde(default, skip_serializing_if = "is_false")]
    pub blind: bool,
}

/// A person's corrected label.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relabel {
    /// The name of the class, so that it survives another order of the classes.
    pub class: String,
    /// Who set it.
    pub who: String,
    /// When: milliseconds since 1970-01-01 UTC.
    pub at: u64,
}

/// Everything that has been decided about one example.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Review {
    /// Who is right.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    /// The predicted class that the verdict is about, by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// The corrected label.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub relabel: Option<Relabel>,
    /// Classes that are right beside the effective label, by name, ascending.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<String>,
    /// Error categories, ascending.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<TagId>,
    /// How hard it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub difficulty: Option<Difficulty>,
    /// Free text.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// To be looked at again or shown to somebody, whatever was decided.
    #[serde(skip_serializing_if = "is_false")]
    pub flagged: bool,
    /// Put off without a decision; the next verdict ends that.
    #[serde(skip_serializing_if = "is_false")]
    pub skipped: bool,
    /// How the example was come upon.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<Found>,
}

impl Review {
    /// Whether nothing is decided.
    pub fn is_empty(&self) -> bool {
        self.verdict.is_none()
            && self.relabel.is_none()
            && self.tags.is_empty()
            && self.also.is_empty()
            && self.difficulty.is_none()
            && self.note.is_empty()
            && !self.flagged
            && !self.skipped
    }

    /// Sets the verdict on a prediction.
    pub fn set_verdict(&mut self, verdict: Verdict, about: &str) {
        self.verdict = Some(verdict);
        self.about = Some(about.to_owned());
        self.skipped = false;
    }

    /// Who is right when a run predicts `prediction`. For another prediction than the verdict was
    /// about, it follows from the label that was confirmed or corrected, if one was.
    pub fn verdict_on(&self, prediction: &str) -> Option<Verdict> {
        let verdict = self.verdict?;
        if self.about.as_deref().is_none_or(|about| about == prediction) {
            return Some(verdict);
        }
        match (&self.relabel, verdict) {
            (Some(label), _) if label.class == prediction => Some(Verdict::LabelWrong),
            (Some(_), _) | (None, Verdict::ModelWrong) => Some(Verdict::ModelWrong),
            (None, _) => None,
        }
    }

    /// Whether the example counts as reviewed for a run that predicts `prediction`: there is a
    /// verdict on it, or a tag.
    pub fn is_reviewed(&self, prediction: &str) -> bool {
        self.verdict_on(prediction).is_some() || !self.tags.is_empty()
    }

    /// Adds the tag, or takes it away if it is there.
    pub fn toggle_tag(&mut self, tag: TagId) {
        match self.tags.binary_search(&tag) {
            Ok(at) => drop(self.tags.remove(at)),
            Err(at) => self.tags.insert(at, tag),
        }
    }

    /// Adds the tag if it is not there.
    pub fn put_tag(&mut self, tag: TagId) {
        if let Err(at) = self.tags.binary_search(&tag) {
            self.tags.insert(at, tag);
        }
    }

    /// Takes the tag away; says whether it was there.
    pub fn take_tag(&mut self, tag: TagId) -> bool {
        let at = self.tags.binary_search(&tag);
        at.is_ok_and(|at| self.tags.remove(at) == tag)
    }

    /// Adds a class that is right too, or takes it away if it is there.
    pub fn toggle_also(&mut self, class: &str) {
        match self.also.binary_search_by(|name| name.as_str().cmp(class)) {
            Ok(at) => drop(self.also.remove(at)),
            Err(at) => self.also.insert(at, class.to_owned()),
        }
    }

    /// Whether it was put off and nothing was decided since, for a run that predicts `prediction`.
    pub fn is_put_off(&self, prediction: &str) -> bool {
        self.skipped && !self.is_reviewed(prediction)
    }

    /// Sets the corrected label; a label that is there already keeps its author.
    pub fn set_relabel(&mut self, class: &str, stamp: &Stamp) {
        if self.relabel.as_ref().is_none_or(|r| r.class != class) {
            self.relabel =
                Some(Relabel { class: class.to_owned(), who: stamp.who.clone(), at: stamp.at });
        }
    }
}

/// The review of one example before and after an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The split of the example.
    pub split: Split,
    /// The example: ids are unique within a split.
    pub id: String,
    /// Its review before.
    pub before: Review,
    /// Its review after.
    pub after: Review,
}

impl Change {
    /// Names the example among those of all splits.
    pub fn key(&self) -> String {
        format!("{}/{}", self.split, self.id)
    }
}

/// A tag before and after an event; `None` where it does not exist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagChange {
    /// The tag before.
    pub before: Option<Tag>,
    /// The tag after.
    pub after: Option<Tag>,
}

/// What kind of event it is; undo and redo name the event they take back or bring back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// The project's first tags; can't be undone.
    Setup,
    /// A decision: one or many examples, one undo.
    Decide,
    /// Takes back the event with that number.
    Undo(u64),
    /// Brings back the event with that number.
    Redo(u64),
    /// A second answer on an example that was decided before; changes nothing, can't be undone.
    Retest,
    /// Decisions follow examples that have other ids now: of each pair of changes the first takes the review away
    /// from the old id, the second gives it to the new one. Can't be undone.
    Move,
}

/// The same person's verdicts on the same example, the second without sight of the first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retest {
    /// The split of the example.
    pub split: Split,
    /// The example.
    pub id: String,
    /// The verdict that stands.
    pub first: Verdict,
    /// The verdict on the second sight.
    pub again: Verdict,
}

/// One entry of the append-only log. Applying the `after` sides in order of `seq` gives the state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Its number, from 0 without gaps.
    pub seq: u64,
    /// When, by whom, on which run.
    #[serde(flatten)]
    pub stamp: Stamp,
    /// What it is.
    pub action: Action,
    /// The examples it changes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
    /// The tags it changes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<TagChange>,
    /// The second answer of a re-test.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retest: Option<Retest>,
}
