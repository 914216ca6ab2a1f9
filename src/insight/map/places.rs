//! The examples of a map, each with what is known of it.

use super::groups::{Colour, Groups, NOT_REVIEWED, state, tags};
use crate::analysis::map::Point;
use crate::dataset::{ClassNames, Examples};
use crate::insight::Input;
use crate::project::Shared;
use serde::{Serialize, Serializer};
use std::sync::Arc;

/// An example on the map.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Place<'a> {
    /// Its id.
    pub id: &'a str,
    /// To the right.
    pub x: f32,
    /// Up.
    pub y: f32,
    /// The effective label.
    pub label: &'a str,
    /// The predicted class.
    pub prediction: &'a str,
    /// Whether these two differ.
    pub wrong: bool,
    /// What the review says.
    pub review: &'a str,
    /// Its tags.
    pub tags: Vec<&'a str>,
    /// Its row.
    #[serde(skip)]
    pub row: u32,
}

impl Place<'_> {
    /// Its tags, or else what the review says, if it says anything.
    pub fn known(&self) -> String {
        match self.tags.as_slice() {
            [] if self.review == NOT_REVIEWED => String::new(),
            [] => self.review.to_owned(),
            tags => tags.join(", "),
        }
    }
}

/// An example without a tag.
const NO_TAG: &str = "no tag";

fn in_a_word<'a>(tags: &[&'a str]) -> &'a str {
    match tags {
        [] => NO_TAG,
        [tag] => tag,
        _ => "several tags",
    }
}

/// All of them. What is known of them is shared by all layouts.
#[derive(Debug)]
pub struct Places {
    known: Arc<Known>,
    points: Vec<Point>,
}

#[derive(Debug)]
struct Known {
    examples: Arc<Examples>,
    classes: Arc<ClassNames>,
    /// Ascending.
    rows: Vec<u32>,
    labels: Vec<u32>,
    predictions: Vec<u32>,
    reviews: Vec<&'static str>,
    tags: Vec<Vec<String>>,
    groups: [Groups; 4],
}

impl Places {
    pub fn new(input: &Input, shared: &Shared, rows: &[u32]) -> Self {
        let snapshot = &shared.snapshot;
        let class = |of: &[u32]| rows.iter().map(|&row| of[row as usize]).collect::<Vec<u32>>();
        let (labels, predictions) = (class(&input.labels), class(&input.predictions));
        let name = |class: u32| input.classes.name(class);
        let review =
            |(&row, &predicted): (&u32, &u32)| state(snapshot.reviews.get(&row), name(predicted));
        let reviews: Vec<&str> = rows.iter().zip(&predictions).map(review).collect();
        let tags: Vec<Vec<&str>> = rows.iter().map(|&row| tags(shared, row)).collect();
        let right = labels.iter().zip(&predictions);
        let of = |colour: Colour| match colour {
            Colour::Class => Groups::new(labels.iter().map(|&label| name(label)), None),
            Colour::Right => {
                let word = |(a, b): (&u32, &u32)| if a == b { "right" } else { "wrong" };
                Groups::new(right.clone().map(word), Some("right"))
            }
            Colour::Tag => Groups::new(tags.iter().map(|tags| in_a_word(tags)), Some(NO_TAG)),
            Colour::Review => Groups::new(reviews.iter().copied(), Some(NOT_REVIEWED)),
        };
        let groups = Colour::ALL.map(of);
        let tags = tags.iter().map(|tags| tags.iter().map(|&tag| tag.to_owned()).collect());
        let tags = tags.collect();
        let (examples, classes) = (snapshot.examples.clone(), input.classes.clone());
        let rows = rows.to_vec();
        let known = Known { examples, classes, rows, labels, predictions, reviews, tags, groups };
        Self { known: Arc::new(known), points: vec![] }
    }

    /// The same examples in other places.
    pub fn at(&self, points: &[Point]) -> Self {
        Self { known: self.known.clone(), points: points.to_vec() }
    }

    pub fn len(&self) -> usize {
        self.known.rows.len()
    }

    pub fn row(&self, number: usize) -> Option<u32> {
        self.known.rows.get(number).copied()
    }

    pub fn number(&self, row: u32) -> Option<u32> {
        self.known.rows.binary_search(&row).ok().map(|number| number as u32)
    }

    pub fn point(&self, number: usize) -> Option<Point> {
        self.points.get(number).copied()
    }

    pub fn get(&self, number: usize) -> Option<Place<'_>> {
        let known = &*self.known;
        let (&row, &[x, y]) = (known.rows.get(number)?, self.points.get(number)?);
        let (label, prediction) = (known.labels[number], known.predictions[number]);
        Some(Place {
            id: known.examples.ids.get(row as usize),
            x,
            y,
            label: known.classes.name(label),
            prediction: known.classes.name(prediction),
            wrong: label != prediction,
            review: known.reviews[number],
            tags: known.tags[number].iter().map(String::as_str).collect(),
            row,
        })
    }

    pub fn iter(&self) -> impl Iterator<Item = Place<'_>> {
        (0..self.len()).filter_map(|number| self.get(number))
    }

    pub fn groups(&self, colour: Colour) -> &Groups {
        let at = Colour::ALL.iter().position(|&other| other == colour).unwrap_or(0);
        &self.known.groups[at]
    }
}

pub fn serialize<S: Serializer>(places: &Arc<Places>, to: S) -> Result<S::Ok, S::Error> {
    to.collect_seq(places.iter())
}
