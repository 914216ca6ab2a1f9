//! What moved between two sets: every feature, what moved most of it, and what is new.

use super::sets::{STEPS, Set, Sets};
use crate::analysis::shift::{
    Moved, Shift, ShiftDetail, ShiftOptions, ValueCount, by_strength, classes_unseen, shifts,
};
use crate::dataset::Column;
use crate::find::{alike, column, quote};
use crate::insight::{Cell, Enter, Field, Page, Progress, Sheet, field, in_csv};
use crate::report::count;
use serde::Serialize;
use std::collections::{BTreeMap, HashSet};

/// What moved.
#[derive(Debug, Clone, Serialize)]
pub struct Moves {
    first: String,
    second: String,
    /// Strongest first.
    features: Vec<Shift>,
    /// Classes without an example in the first set.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    new_classes: Vec<ValueCount>,
    not_compared: Vec<String>,
    #[serde(skip)]
    title: String,
    /// Of both sets.
    #[serde(skip)]
    examples: [usize; 2],
    #[serde(skip)]
    from_train: bool,
    #[serde(skip)]
    here: Option<Here>,
}

/// The set whose examples can be shown.
#[derive(Debug, Clone)]
struct Here {
    /// 0 for the first, 1 for the second.
    side: usize,
    /// What selects it.
    filter: String,
    /// What features are in a filter.
    names: BTreeMap<String, Name>,
}

/// What a feature is in a filter.
#[derive(Debug, Clone)]
enum Name {
    /// A field of classes, or of a number.
    Field(&'static str),
    /// A column, and those of its values that can't be told from others.
    Column(String, HashSet<String>),
}

/// Values listed of each feature that moved.
const VALUES: usize = 3;

impl Moves {
    /// Compares both sets; `seed` is that of the random draws that test embeddings.
    pub fn of(sets: &Sets, seed: u64, progress: &Progress) -> Self {
        progress.at(STEPS - 1, STEPS);
        let options = ShiftOptions { seed, ..ShiftOptions::default() };
        let mut features = shifts(&sets.features(), &options);
        by_strength(&mut features);
        let labels = sets.labels();
        let new = labels.map(|sides| classes_unseen(sides, &sets.classes)).unwrap_or_default();
        Self {
            first: sets.first.name.clone(),
            second: sets.second.name.clone(),
            features,
            new_classes: new,
            not_compared: sets.notes.iter().cloned().chain(sets.one_sided()).collect(),
            title: sets.title.clone(),
            examples: [sets.first.len(), sets.second.len()],
            from_train: sets.from_train,
            here: [&sets.second, &sets.first].into_iter().zip([1, 0]).find_map(Here::of),
        }
    }

    /// What people are shown of it.
    pub fn page(&self) -> Page {
        let [first, second] = self.examples.map(count);
        let head = format!("{}   {first} → {second} examples", self.title);
        let mut page = Page::new(head, self.sheet())
            .with("what moved most", self.most())
            .with(format!("new in {}", self.second), self.unseen())
            .notes(self.notes());
        page.head.push(self.moved());
        page
    }

    fn sheet(&self) -> Sheet {
        let mut sheet = Sheet::new(&FIELDS);
        for shift in &self.features {
            sheet.row(cells(shift));
        }
        sheet
    }

    /// Shares of values, and medians of numbers, of the features that moved.
    fn most(&self) -> Sheet {
        let mut sheet = Sheet::new(&[
            field("feature", "feature"),
            field("value", "value"),
            field("first", "first"),
            field("second", "second"),
        ]);
        for shift in self.features.iter().filter(|shift| shift.moved == Moved::Moved) {
            let name = || Cell::from(shift.name.as_str());
            match &shift.detail {
                ShiftDetail::Categories(detail) => {
                    for value in detail.moves.iter().take(VALUES) {
                        let [a, b] = shift.shares(value).map(Cell::Share);
                        let cells = [name(), shown(&value.value), a, b];
                        add(&mut sheet, cells, self.enter(&shift.name, value));
                    }
                }
                ShiftDetail::Numbers(detail) => {
                    let quartile = |i: usize, quartiles: Option<[f64; 3]>| {
                        quartiles.map_or(Cell::None, |q| Cell::Number(q[i]))
                    };
                    let quarters = ["lower quartile", "median", "upper quartile"];
                    for (i, what) in quarters.iter().enumerate() {
                        let [a, b] = [detail.first, detail.second].map(|q| quartile(i, q));
                        sheet.row([name(), (*what).into(), a, b]);
                    }
                }
                ShiftDetail::Embeddings(_) | ShiftDetail::NotComparable => {}
            }
        }
        sheet
    }

    /// What the first set has not: values, classes, and numbers outside of its range.
    fn unseen(&self) -> Sheet {
        let mut sheet = Sheet::new(&[
            field("feature", "feature"),
            field("value", "value"),
            field("examples", "examples"),
        ]);
        for value in &self.new_classes {
            let cells = ["label".into(), shown(&value.value), value.second.into()];
            add(&mut sheet, cells, self.enter("label", value));
        }
        for shift in self.features.iter().filter(|shift| !self.is_label(shift)) {
            let name = || Cell::from(shift.name.as_str());
            match &shift.detail {
                ShiftDetail::Numbers(detail) if detail.outside > 0 => {
                    let cells = [name(), "outside of the range".into(), detail.outside.into()];
                    let enter = detail.range.and_then(|range| self.outside(&shift.name, range));
                    add(&mut sheet, cells, enter);
                }
                ShiftDetail::Categories(detail) => {
                    for value in detail.unseen.iter().take(VALUES) {
                        let cells = [name(), shown(&value.value), value.second.into()];
                        add(&mut sheet, cells, self.enter(&shift.name, value));
                    }
                    if detail.unseen_values > VALUES {
                        let all = format!("all {} new values", count(detail.unseen_values));
                        sheet.row([name(), all.into(), detail.unseen_examples.into()]);
                    }
                }
                _ => {}
            }
        }
        sheet
    }

    /// Whether its values are the classes, which are listed wholly.
    fn is_label(&self, shift: &Shift) -> bool {
        let first = self.features.iter().filter(|other| other.name == "label");
        shift.name == "label" && !self.new_classes.is_empty() && first.count() == 1
    }

    /// The examples with a value.
    fn enter(&self, feature: &str, value: &ValueCount) -> Option<Enter> {
        let here = self.here.as_ref()?;
        let there = [value.first, value.second][here.side];
        let term = here.names.get(feature)?.is(&value.value)?;
        (there > 0).then(|| here.with(&term))
    }

    /// The examples of the second set whose number is outside of the first one's range.
    fn outside(&self, feature: &str, [low, high]: [f64; 2]) -> Option<Enter> {
        let here = self.here.as_ref().filter(|here| here.side == 1)?;
        let name = match here.names.get(feature)? {
            Name::Column(name, _) => name.as_str(),
            Name::Field(name) => name,
        };
        let finite = low.is_finite() && high.is_finite();
        finite.then(|| here.with(&format!("({name}<{low} or {name}>{high})")))
    }

    fn names_of_moved(&self) -> Vec<&str> {
        let moved = self.features.iter().filter(|shift| shift.moved == Moved::Moved);
        moved.map(|shift| shift.name.as_str()).collect()
    }

    fn moved(&self) -> String {
        let said = match self.names_of_moved().as_slice() {
            [] => "nothing moved beyond noise".to_owned(),
            names => format!("moved beyond noise, strongest first: {}", names.join(", ")),
        };
        format!("{} → {}: {said}", self.first, self.second)
    }

    fn notes(&self) -> Vec<String> {
        let (mut notes, names) = (vec![], self.names_of_moved());
        let of_model = |name: &&str| ["prediction", "confidence"].contains(name);
        if self.from_train && names.iter().any(of_model) {
            notes.push(
                "a model is surer of examples that it was fitted on: its confidence moves from \
                 train\neven where the data does not"
                    .to_owned(),
            );
        }
        notes.extend(self.not_compared.iter().map(|what| format!("not compared: {what}")));
        if self.features.iter().any(|s| matches!(s.detail, ShiftDetail::NotComparable)) {
            notes.push(
                "not compared: embeddings of other dimensions, or fewer than two a set".to_owned(),
            );
        }
        notes
    }
}

impl Here {
    fn of((set, side): (&Set, usize)) -> Option<Self> {
        let filter = set.filter.clone()?;
        let mut names = BTreeMap::new();
        for column in set.data.columns() {
            names.insert(column.name.clone(), Name::of(column));
        }
        for (feature, field) in [("label", "label"), ("prediction", "pred"), ("confidence", "conf")]
        {
            // Two features of one name can't be told apart.
            if names.remove(feature).is_none() {
                names.insert(feature.to_owned(), Name::Field(field));
            }
        }
        Some(Self { side, filter, names })
    }

    fn with(&self, term: &str) -> Enter {
        Enter::All([self.filter.as_str(), term].join(" ").trim().to_owned())
    }
}

impl Name {
    fn of(found: &Column) -> Self {
        let alike = match &found.numbers {
            Some(_) => HashSet::new(),
            None => alike(found.cells.iter()).into_iter().map(str::to_owned).collect(),
        };
        Self::Column(column(&found.name), alike)
    }

    /// That it has a value.
    fn is(&self, value: &str) -> Option<String> {
        match self {
            Self::Field(field) => Some(format!("{field}:{}", quote(value))),
            Self::Column(_, alike) if alike.contains(value) => None,
            Self::Column(name, _) => Some(format!("{name}={}", quote(value))),
        }
    }
}

fn add(sheet: &mut Sheet, cells: impl Into<Vec<Cell>>, enter: Option<Enter>) {
    match enter {
        Some(enter) => sheet.row_into(cells, enter),
        None => sheet.row(cells),
    }
}

const FIELDS: [Field; 10] = [
    field("feature", "feature"),
    field("measure", "measure").spare(),
    in_csv("first_examples"),
    in_csv("second_examples"),
    field("effect", "effect"),
    field("by chance", "by_chance"),
    field("missing", "missing").spare(),
    field("p", "p").spare(),
    field("corrected", "p_corrected"),
    field("moved", "moved"),
];

fn cells(shift: &Shift) -> [Cell; 10] {
    let measure = match shift.detail {
        ShiftDetail::Numbers(_) => "KS distance",
        ShiftDetail::Categories(_) => "total variation",
        ShiftDetail::Embeddings(_) => "means apart",
        ShiftDetail::NotComparable => "",
    };
    let moved = match shift.moved {
        Moved::Moved => "yes",
        Moved::NotShown => "no",
        Moved::NotTested => "not tested",
    };
    let number = |x: Option<f64>| x.map_or(Cell::None, Cell::Number);
    let p = |x: Option<f64>| x.map_or(Cell::None, Cell::P);
    let [first, second] = shift.examples.map(Cell::Count);
    let missing = match shift.missing {
        [0, 0] => Cell::None,
        [first, second] => format!("{first}, {second}").into(),
    };
    [
        shift.name.as_str().into(),
        measure.into(),
        first,
        second,
        number(shift.effect),
        number(shift.by_chance),
        missing,
        p(shift.p),
        p(shift.corrected),
        moved.into(),
    ]
}

fn shown(value: &str) -> Cell {
    if value.is_empty() { "(empty)".into() } else { value.into() }
}
