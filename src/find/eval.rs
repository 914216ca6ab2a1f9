//! Asks a filter of one example after another.
//!
//! Invariant: nothing here can fail: what an example does not have does not hold.

use super::Data;
use super::fields::{Flag, Measure, Side, Source};
use super::lex::Op;
use super::pattern::Pattern;
use crate::analysis::{loss, orders};
use crate::dataset::{Difficulty, Media, Order, Review, TagId, Verdict};
use std::cell::OnceCell;

/// A filter that was read: everything in it is looked up already.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    Term(Term),
    Not(Box<Self>),
    /// Holds for everything when it is empty.
    All(Vec<Self>),
    /// Holds for nothing when it is empty.
    Any(Vec<Self>),
}

/// One question about an example.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Term {
    /// One of the classes for which the list, by class, is true.
    Class(Side, Box<[bool]>),
    Number(Measure, Limit),
    Tag(Vec<TagId>),
    Verdict(Vec<Verdict>),
    Difficulty(Vec<Difficulty>),
    Order(Vec<Order>),
    Flag(Flag),
    Text(Source, Pattern),
    /// Any text at all.
    Filled(Source),
    /// In the id, the text, the note or the metadata.
    Anywhere(Pattern),
}

/// What a number is compared with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Limit {
    pub op: Op,
    pub value: f64,
}

impl Limit {
    fn holds(self, x: f64) -> bool {
        match self.op {
            Op::Above => x > self.value,
            Op::AtLeast => x >= self.value,
            Op::Below => x < self.value,
            Op::AtMost => x <= self.value,
            // `!=` is the opposite of the whole term.
            #[allow(clippy::float_cmp)] // the number as it is written
            Op::Is | Op::Equal | Op::Unequal | Op::Part => x == self.value,
        }
    }
}

impl Node {
    /// The same question, with what is quick to answer asked first: in an `and` it may save the rest.
    pub fn arranged(self) -> Self {
        let arrange = |nodes: Vec<Self>| {
            let mut nodes: Vec<Self> = nodes.into_iter().map(Self::arranged).collect();
            nodes.sort_by_key(Self::cost);
            nodes
        };
        match self {
            Self::Term(_) => self,
            Self::Not(node) => Self::Not(Box::new(node.arranged())),
            Self::All(nodes) => Self::All(arrange(nodes)),
            Self::Any(nodes) => Self::Any(arrange(nodes)),
        }
    }

    fn cost(&self) -> u32 {
        match self {
            Self::Term(term) => term.cost(),
            Self::Not(node) => node.cost(),
            Self::All(nodes) | Self::Any(nodes) => {
                nodes.iter().fold(0, |sum, node| node.cost().saturating_add(sum))
            }
        }
    }

    /// Whether it holds for the example.
    pub fn holds(&self, row: &Row<'_>) -> bool {
        match self {
            Self::Term(term) => term.holds(row),
            Self::Not(node) => !node.holds(row),
            Self::All(nodes) => nodes.iter().all(|node| node.holds(row)),
            Self::Any(nodes) => nodes.iter().any(|node| node.holds(row)),
        }
    }
}

impl Term {
    /// Roughly nanoseconds an example.
    fn cost(&self) -> u32 {
        match self {
            Self::Class(Side::Gold | Side::Pred, _) => 1,
            Self::Number(measure, _) => match measure {
                Measure::Confidence | Measure::Column(_) => 1,
                Measure::Probability(_) => 5,
                Measure::Tags => 20,
                Measure::Loss => 40,
                Measure::Margin | Measure::Entropy => 100,
            },
            Self::Filled(Source::Id | Source::Media | Source::Column(_)) => 5,
            Self::Text(Source::Id | Source::Column(_), _) => 10,
            Self::Class(..)
            | Self::Tag(_)
            | Self::Verdict(_)
            | Self::Difficulty(_)
            | Self::Order(_)
            | Self::Flag(_)
            | Self::Filled(_)
            | Self::Text(Source::Note | Source::Author, _) => 20,
            Self::Text(Source::Media, _) => 200,
            Self::Anywhere(_) => 1000,
        }
    }

    fn holds(&self, row: &Row<'_>) -> bool {
        let review = || row.review();
        match self {
            Self::Class(Side::Also, classes) => review().is_some_and(|review| {
                review.also.iter().any(|name| has(classes, row.data.classes.index(name)))
            }),
            Self::Class(side, classes) => has(classes, row.class(*side)),
            Self::Number(measure, limit) => row.number(*measure).is_some_and(|x| limit.holds(x)),
            Self::Tag(tags) => {
                review().is_some_and(|r| r.tags.iter().any(|tag| tags.contains(tag)))
            }
            Self::Verdict(verdicts) => row.verdict().is_some_and(|v| verdicts.contains(&v)),
            Self::Difficulty(levels) => {
                review().and_then(|r| r.difficulty).is_some_and(|level| levels.contains(&level))
            }
            Self::Order(orders) => {
                let found = review().and_then(|r| r.found.as_ref());
                found.is_some_and(|found| orders.contains(&found.order))
            }
            Self::Flag(flag) => row.flag(*flag),
            Self::Text(source, pattern) => row.text(*source).is_some_and(|text| pattern.fits(text)),
            Self::Filled(source) => row.text(*source).is_some_and(|text| !text.is_empty()),
            Self::Anywhere(pattern) => row.texts().any(|text| pattern.fits(text)),
        }
    }
}

fn has(classes: &[bool], class: Option<u32>) -> bool {
    class.and_then(|class| classes.get(class as usize)).copied().unwrap_or(false)
}

/// One example; what was decided about it is looked up at most once.
pub(super) struct Row<'a> {
    data: &'a Data<'a>,
    number: u32,
    review: OnceCell<Option<&'a Review>>,
}

impl<'a> Row<'a> {
    pub fn new(data: &'a Data<'a>, number: u32) -> Self {
        Self { data, number, review: OnceCell::new() }
    }

    fn index(&self) -> usize {
        self.number as usize
    }

    fn review(&self) -> Option<&'a Review> {
        *self.review.get_or_init(|| self.data.reviews.get(&self.number))
    }

    fn prediction(&self) -> Option<u32> {
        self.data.run.prediction(self.index())
    }

    fn prediction_name(&self) -> Option<&'a str> {
        Some(self.data.classes.name(self.prediction()?))
    }

    /// The probabilities, if there is a prediction.
    fn probs(&self) -> Option<&'a [f32]> {
        self.prediction().map(|_| self.data.run.probs.row(self.index()))
    }

    fn class(&self, side: Side) -> Option<u32> {
        let relabel = || self.data.classes.index(&self.review()?.relabel.as_ref()?.class);
        let gold = || self.data.examples.gold.get(self.index()).copied();
        match side {
            Side::Gold => gold(),
            Side::Pred => self.prediction(),
            Side::Relabel | Side::Also => relabel(),
            Side::Label => relabel().or_else(gold),
        }
    }

    fn number(&self, measure: Measure) -> Option<f64> {
        match measure {
            Measure::Confidence => {
                self.prediction().map(|_| f64::from(self.data.run.confidence(self.index())))
            }
            Measure::Margin => self.probs().map(orders::margin),
            Measure::Entropy => {
                self.probs().map(|probs| orders::entropy(probs.iter().map(|&p| f64::from(p))))
            }
            Measure::Loss => loss(self.probs()?, self.class(Side::Label)?),
            Measure::Probability(class) => self.probs()?.get(class as usize).map(|&p| f64::from(p)),
            Measure::Tags => Some(self.review().map_or(0.0, |review| review.tags.len() as f64)),
            Measure::Column(column) => {
                let numbers = self.data.examples.metadata.get(column)?.numbers.as_ref();
                numbers?.get(self.index()).copied()
            }
        }
    }

    fn text(&self, source: Source) -> Option<&'a str> {
        let examples = self.data.examples;
        match source {
            Source::Id => Some(examples.ids.get(self.index())),
            Source::Media => match &examples.media {
                Media::Row => None,
                Media::Picture(files) | Media::Sound(files) => Some(files.get(self.index())),
                Media::Text(texts) => Some(texts.get(self.index())),
            },
            Source::Note => Some(self.review().map_or("", |review| review.note.as_str())),
            Source::Author => Some(self.review()?.relabel.as_ref()?.who.as_str()),
            Source::Column(column) => Some(examples.metadata.get(column)?.cells.get(self.index())),
        }
    }

    fn texts(&self) -> impl Iterator<Item = &'a str> {
        let columns = (0..self.data.examples.metadata.len()).map(Source::Column);
        let sources = [Source::Id, Source::Media, Source::Note].into_iter().chain(columns);
        sources.filter_map(|source| self.text(source))
    }

    fn verdict(&self) -> Option<Verdict> {
        self.review()?.verdict_on(self.prediction_name()?)
    }

    fn is_reviewed(&self) -> bool {
        let review = self.review().zip(self.prediction_name());
        review.is_some_and(|(review, prediction)| review.is_reviewed(prediction))
    }

    fn is_put_off(&self) -> bool {
        let review = self.review().zip(self.prediction_name());
        review.is_some_and(|(review, prediction)| review.is_put_off(prediction))
    }

    /// Whether the prediction is the label that counts; `None` without a prediction.
    fn is_correct(&self) -> Option<bool> {
        self.prediction().map(|prediction| self.class(Side::Label) == Some(prediction))
    }

    fn flag(&self, flag: Flag) -> bool {
        match flag {
            Flag::Reviewed => self.is_reviewed(),
            Flag::Open => !self.is_reviewed(),
            Flag::Flagged => self.review().is_some_and(|review| review.flagged),
            Flag::Skipped => self.is_put_off(),
            Flag::Unsure => self.verdict() == Some(Verdict::Unsure),
            Flag::Relabelled => self.class(Side::Relabel).is_some(),
            Flag::Noted => self.review().is_some_and(|review| !review.note.is_empty()),
            Flag::Marked => self.data.marked.contains(&self.number),
            Flag::Error => self.is_correct() == Some(false),
            Flag::Correct => self.is_correct() == Some(true),
            Flag::Blind => {
                let found = self.review().and_then(|review| review.found.as_ref());
                found.is_some_and(|found| found.blind)
            }
        }
    }
}
