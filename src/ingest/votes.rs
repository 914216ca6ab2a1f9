//! Votes: tables of the labels that several people gave.
//!
//! Invariant: a cell is a vote, or empty and none; what is neither is an error with its line.

use super::table::list;
use super::{IngestError, open_table, read_headers, table_error};
use crate::analysis::annotators::{Vote, Votes};
use crate::dataset::ClassNames;
use csv::StringRecord;
use std::collections::{HashMap, HashSet};
use std::path::Path;

const EXAMPLES: [&str; 6] = ["id", "example", "item", "example_id", "item_id", "task"];
const ANNOTATORS: [&str; 7] =
    ["annotator", "worker", "rater", "who", "annotator_id", "worker_id", "rater_id"];
const LABELS: [&str; 3] = ["label", "class", "vote"];

/// How votes stand in a table.
#[derive(Debug, Clone)]
pub enum VoteForm {
    /// A row a vote; the names of the columns, guessed where there is none.
    Long {
        /// The examples' ids.
        example: Option<String>,
        /// Who voted.
        annotator: Option<String>,
        /// The class voted for.
        label: Option<String>,
    },
    /// A row an example with its id first, and a column an annotator.
    Wide,
}

/// Votes with the names of everything in them.
#[derive(Debug, Clone)]
pub struct VoteTable {
    /// Ids of the examples, in the order in which they first occur.
    pub examples: Vec<String>,
    /// The line on which each first occurs.
    pub lines: Vec<u64>,
    /// Names of the annotators: in the order of their columns, in long form in that of their bytes.
    pub annotators: Vec<String>,
    /// The classes.
    pub classes: ClassNames,
    /// The votes, as indices of the above.
    pub votes: Votes,
}

/// Reads votes. Without `classes` they are the labels that occur, in the order of their bytes. Empty
/// labels are no votes. A whole number that was written with a point ("3.0", as a column of numbers
/// with gaps often is) is the label "3", unless `classes` has a "3.0".
///
/// # Errors
/// No such column, an id or a name that is missing, a label that is no class, two votes of one
/// annotator on one example, no vote at all: with the line.
pub fn read_votes(
    path: &Path,
    form: &VoteForm,
    classes: Option<&ClassNames>,
) -> Result<VoteTable, IngestError> {
    let mut reader = open_table(path)?;
    let headers = read_headers(path, &mut reader)?;
    let mut builder = Builder::new(path, classes);
    let places = match form {
        VoteForm::Long { example, annotator, label } => Some([
            place(path, &headers, example.as_deref(), &EXAMPLES, Role("example", "--example"))?,
            place(
                path,
                &headers,
                annotator.as_deref(),
                &ANNOTATORS,
                Role("annotator", "--annotator"),
            )?,
            place(path, &headers, label.as_deref(), &LABELS, Role("label", "--label"))?,
        ]),
        VoteForm::Wide => {
            builder.head(&headers)?;
            None
        }
    };
    let mut record = StringRecord::new();
    while reader.read_record(&mut record).map_err(|e| table_error(path, &e))? {
        let line = record.position().map_or(0, csv::Position::line);
        match places {
            Some(places) => builder.long(&record, places),
            None => builder.wide(&record),
        }
        .map_err(|e| e.at(line))?;
    }
    builder.finish(form)
}

/// What a column is for, and the option that names it.
struct Role(&'static str, &'static str);

/// The column `named`, else the only one that is called like one of `usual`.
fn place(
    path: &Path,
    headers: &StringRecord,
    named: Option<&str>,
    usual: &[&str],
    Role(role, option): Role,
) -> Result<usize, IngestError> {
    let fits = |header: &str| match named {
        Some(name) => header == name,
        None => usual.iter().any(|name| header.eq_ignore_ascii_case(name)),
    };
    let found: Vec<usize> =
        headers.iter().enumerate().filter(|(_, h)| fits(h)).map(|(at, _)| at).collect();
    let there = list(headers);
    let (what, remedy) = match (found.as_slice(), named) {
        ([at], _) => return Ok(*at),
        ([], Some(name)) => (format!("no column {name:?}"), format!("there is: {there}")),
        ([], None) => (
            format!("no column that could be the {role}"),
            format!(
                "name it with {option}; there is: {there}\n\
                 a table with a column for each annotator is read with --wide"
            ),
        ),
        (_, Some(name)) => {
            (format!("two columns are called {name:?}"), "rename one of them".to_owned())
        }
        (several, None) => {
            let all: Vec<&str> = several.iter().filter_map(|&at| headers.get(at)).collect();
            let what = format!("several columns could be the {role}: {}", all.join(", "));
            (what, format!("name it with {option}"))
        }
    };
    Err(IngestError::new(path, what, remedy).at(1))
}

/// Names with their indices, by first occurrence.
#[derive(Default)]
struct Names {
    names: Vec<String>,
    index: HashMap<String, u32>,
}

impl Names {
    fn of(&mut self, name: &str) -> u32 {
        if let Some(&at) = self.index.get(name) {
            return at;
        }
        let at = self.names.len() as u32;
        self.names.push(name.to_owned());
        self.index.insert(name.to_owned(), at);
        at
    }

    /// Sorts the names by their bytes; gives the new place of each by the old one.
    fn sort(&mut self) -> Vec<u32> {
        self.names.sort_unstable();
        let mut place = vec![0; self.names.len()];
        for (to, name) in (0..).zip(&self.names) {
            if let Some(from) = self.index.insert(name.clone(), to) {
                place[from as usize] = to;
            }
        }
        place
    }
}

struct Builder<'a> {
    path: &'a Path,
    classes: Option<&'a ClassNames>,
    labels_may_be_indices: bool,
    examples: Names,
    lines: Vec<u64>,
    annotators: Names,
    labels: Names,
    votes: Vec<Vote>,
    /// Who voted on what.
    seen: HashSet<(u32, u32)>,
}

impl<'a> Builder<'a> {
    fn new(path: &'a Path, classes: Option<&'a ClassNames>) -> Self {
        // A class that is called "3" makes a label of 3 a name, not an index.
        let is_index = |name: &String| name.parse::<u32>().is_ok();
        let labels_may_be_indices = classes.is_some_and(|c| !c.names().iter().any(is_index));
        Self {
            path,
            classes,
            labels_may_be_indices,
            examples: Names::default(),
            lines: vec![],
            annotators: Names::default(),
            labels: Names::default(),
            votes: vec![],
            seen: HashSet::new(),
        }
    }

    /// The annotators of a wide table.
    fn head(&mut self, headers: &StringRecord) -> Result<(), IngestError> {
        for name in headers.iter().skip(1) {
            let count = self.annotators.names.len();
            if name.is_empty() {
                return Err(self
                    .wrong("a column without a name", "name the annotator there")
                    .at(1));
            }
            if self.annotators.of(name) as usize != count {
                let what = format!("two columns are called {name:?}");
                return Err(self.wrong(what, "rename one of them").at(1));
            }
        }
        if self.annotators.names.is_empty() {
            let remedy = "ids stand in the first column, and each annotator's labels in another";
            return Err(self.wrong("no column of an annotator", remedy).at(1));
        }
        Ok(())
    }

    fn wide(&mut self, record: &StringRecord) -> Result<(), IngestError> {
        let known = self.examples.names.len();
        let example = self.example(record, 0)?;
        if (example as usize) < known {
            let what = format!("example {:?} stands in an earlier line too", &record[0]);
            let remedy =
                "with --wide an example has one line; a line for each vote is read without";
            return Err(self.wrong(what, remedy));
        }
        for (annotator, label) in (0..).zip(record.iter().skip(1)) {
            if let Some(class) = self.class(label)? {
                self.votes.push(Vote { example, annotator, class });
            }
        }
        Ok(())
    }

    fn long(
        &mut self,
        record: &StringRecord,
        [example, annotator, label]: [usize; 3],
    ) -> Result<(), IngestError> {
        let cell = |at: usize| record.get(at).unwrap_or("");
        let example = self.example(record, example)?;
        let who = cell(annotator);
        if who.is_empty() {
            return Err(self.wrong("a label without an annotator", "say who gave it"));
        }
        let annotator = self.annotators.of(who);
        let Some(class) = self.class(cell(label))? else { return Ok(()) };
        if !self.seen.insert((example, annotator)) {
            let id = &self.examples.names[example as usize];
            let what = format!("{who:?} labelled {id:?} in an earlier line too");
            return Err(self.wrong(what, "keep one of the two labels"));
        }
        self.votes.push(Vote { example, annotator, class });
        Ok(())
    }

    fn example(&mut self, record: &StringRecord, at: usize) -> Result<u32, IngestError> {
        let id = record.get(at).unwrap_or("");
        if id.is_empty() {
            return Err(self.wrong("an example without an id", "say which example it is"));
        }
        let example = self.examples.of(id);
        if example as usize == self.lines.len() {
            self.lines.push(record.position().map_or(0, csv::Position::line));
        }
        Ok(example)
    }

    /// The class of a label, or the index of the label as long as classes are not known.
    fn class(&mut self, label: &str) -> Result<Option<u32>, IngestError> {
        if label.is_empty() {
            return Ok(None);
        }
        let short = label.strip_suffix(".0").filter(|digits| digits.parse::<u64>().is_ok());
        let Some(classes) = self.classes else {
            return Ok(Some(self.labels.of(short.unwrap_or(label))));
        };
        let named = classes.index(label).or_else(|| classes.index(short?));
        let index =
            || short.unwrap_or(label).parse().ok().filter(|&k: &u32| (k as usize) < classes.len());
        if let Some(class) = named.or_else(|| index().filter(|_| self.labels_may_be_indices)) {
            return Ok(Some(class));
        }
        let remedy = match classes.nearest(label) {
            Some(near) => format!("did you mean {near:?}? Classes are named with --classes C.txt"),
            None => "correct the label, or name all classes with --classes C.txt".to_owned(),
        };
        let what = format!("label {label:?} is none of the {} classes", classes.len());
        Err(self.wrong(what, remedy))
    }

    fn finish(mut self, form: &VoteForm) -> Result<VoteTable, IngestError> {
        if self.votes.is_empty() {
            let remedy = "each annotator's label is needed";
            return Err(self.wrong("no labels below the header", remedy));
        }
        let classes = match self.classes {
            Some(classes) => classes.clone(),
            None => self.sort_labels()?,
        };
        if matches!(form, VoteForm::Long { .. }) {
            self.sort_annotators();
        }
        let (examples, annotators) = (self.examples.names, self.annotators.names);
        let votes = Votes::new(examples.len(), annotators.len(), classes.len(), self.votes)
            .map_err(|e| IngestError::new(self.path, e.to_string(), ""))?;
        Ok(VoteTable { examples, lines: self.lines, annotators, classes, votes })
    }

    /// Makes classes of the labels.
    fn sort_labels(&mut self) -> Result<ClassNames, IngestError> {
        let place = self.labels.sort();
        for vote in &mut self.votes {
            vote.class = place[vote.class as usize];
        }
        let names = std::mem::take(&mut self.labels.names);
        ClassNames::new(names).map_err(|e| self.wrong(e.to_string(), "correct the labels"))
    }

    /// Results don't depend on the order of the lines then.
    fn sort_annotators(&mut self) {
        let place = self.annotators.sort();
        for vote in &mut self.votes {
            vote.annotator = place[vote.annotator as usize];
        }
    }

    fn wrong(&self, what: impl Into<String>, remedy: impl Into<String>) -> IngestError {
        IngestError::new(self.path, what, remedy)
    }
}

#[cfg(test)]
#[path = "votes_tests.rs"]
mod tests;
