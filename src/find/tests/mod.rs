//! A small project that all tests of the language ask.

mod completion;
mod errors;
mod language;
mod laws;
mod saved;

use super::*;
use crate::dataset::{
    Difficulty, Found, Matrix, Media, Order, Review, Split, Stamp, TagId, TextColumn, Verdict,
};

pub(super) struct Small {
    pub classes: ClassNames,
    pub tags: Vec<Tag>,
    pub examples: Examples,
    pub run: Run,
    pub reviews: Reviews,
    pub marked: BTreeSet<u32>,
}

fn column(cells: &[&str]) -> TextColumn {
    let mut column = TextColumn::default();
    for cell in cells {
        column.push(cell).unwrap();
    }
    column
}

fn tag(id: u16, name: &str) -> Tag {
    let description = format!("it is {name}");
    Tag { id: TagId(id), name: name.into(), key: None, description, example: None }
}

fn examples() -> Examples {
    let metadata = [
        ("capture", ["blurry", "Sharp", "blurry, dark", "", "sharp", "sharp"]),
        ("brightness", ["0.3", "0.50", "", "-2", "1e1", "0.3"]),
        ("camera model", ["A (1)", "b", "b", "A*", "AB", "say \"x\""]),
        ("gold", ["1", "2", "3", "4", "5", "6"]),
        ("Site", ["north", "n", "n", "n", "n", "n"]),
        ("site", ["s", "s", "s", "s", "s", "south"]),
    ];
    let metadata =
        metadata.iter().map(|(name, cells)| Column::new((*name).into(), column(cells))).collect();
    Examples {
        split: Split::Dev,
        ids: column(&["dev-0420", "dev-0421", "dev-0042", "dev-00420", "x-1", "X-1"]),
        gold: vec![4, 4, 2, 3, 1, 0],
        media: Media::Picture(column(&["a/Sleeve.png", "b.png", "c.png", "d.png", "e", "Ärmel"])),
        metadata,
        origin: crate::dataset::Origin::default(),
    }
}

fn run() -> Run {
    let nan = f32::NAN;
    let rows = [
        [0.95, 0.0, 0.0, 0.0, 0.05],
        [0.0, 0.0, 0.6, 0.0, 0.4],
        [0.05, 0.05, 0.9, 0.0, 0.0],
        [0.2, 0.5, 0.0, 0.3, 0.0],
        [nan, nan, nan, nan, nan],
        [0.3, 0.0, 0.0, 0.0, 0.7],
    ];
    Run::new("v1", Matrix::new(rows.concat(), 6, 5).unwrap()).unwrap()
}

fn reviews() -> Reviews {
    let found = |order, blind| Some(Found { run: "v1".into(), order, correct: false, blind });
    let (blurry, occluded) = (TagId(7), TagId(9));
    let mut fixed = Review {
        also: vec!["Shirt".into(), "gone".into()],
        found: found(Order::LabelIssue, true),
        ..Review::default()
    };
    fixed.set_verdict(Verdict::LabelWrong, "Coat");
    fixed.set_relabel("Coat", &Stamp { who: "Ada L.".into(), ..Stamp::default() });
    let wrong = Review {
        verdict: Some(Verdict::ModelWrong),
        about: Some("T-shirt/top".into()),
        tags: vec![blurry],
        note: "Long SLEEVE".into(),
        flagged: true,
        found: found(Order::Random, false),
        ..Review::default()
    };
    let unsure = Review {
        verdict: Some(Verdict::Unsure),
        about: Some("Trouser".into()),
        tags: vec![blurry, occluded],
        difficulty: Some(Difficulty::VeryHard),
        ..Review::default()
    };
    let later = Review { skipped: true, ..Review::default() };
    let noted = Review { note: "no picture".into(), ..Review::default() };
    [(0, wrong), (1, fixed), (2, later), (3, unsure), (4, noted)].into_iter().collect()
}

impl Small {
    pub fn new() -> Self {
        let classes = ["T-shirt/top", "Trouser", "Coat", "Ankle boot", "Shirt"];
        Self {
            classes: ClassNames::new(classes.map(str::to_owned).to_vec()).unwrap(),
            tags: vec![tag(7, "blurry"), tag(9, "occluded"), tag(10, "bl ack")],
            examples: examples(),
            run: run(),
            reviews: reviews(),
            marked: BTreeSet::from([0, 5]),
        }
    }

    pub fn names(&self) -> Names<'_> {
        Names { classes: &self.classes, tags: &self.tags, columns: &self.examples.metadata }
    }

    pub fn parse(&self, text: &str) -> Result<Filter, FilterError> {
        Filter::parse(text, &self.names())
    }

    /// The rows that fit; 99 is none of the data's.
    pub fn rows(&self, filter: &Filter) -> Vec<u32> {
        let data = Data {
            examples: &self.examples,
            run: &self.run,
            classes: &self.classes,
            reviews: &self.reviews,
            marked: &self.marked,
        };
        filter.select(&data, &[0, 1, 2, 3, 4, 5], &AtomicBool::new(false)).unwrap()
    }

    pub fn ask(&self, text: &str) -> Vec<u32> {
        match self.parse(text) {
            Ok(filter) => self.rows(&filter),
            Err(error) => panic!("{text}: {error} at {:?}", error.at),
        }
    }
}
