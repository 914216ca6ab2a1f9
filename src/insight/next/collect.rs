//! The evidence that the next step is chosen from: the numbers of the other screens, one by one.
//!
//! Invariant: a part that fails is told and left out; the others count.

use crate::analysis::bottleneck::{BestError, ErrorLevels, Errors, bottleneck};
use crate::analysis::calibration::{BINS, temperature};
use crate::analysis::goal::{Check, Metric, Subject};
use crate::analysis::label_issues::{ConfidentLearning, Options};
use crate::analysis::next::{
    ComparedRuns, ErrorKind, Evidence, GoalEvidence, KindEvidence, LabelIssueEvidence, RareClass,
    Screen, SliceEvidence, TallyEvidence, TrainData, Unmet,
};
use crate::analysis::shift::{
    Feature as Compared, Moved, Pair, ShiftOptions, Side, by_strength, shifts,
};
use crate::analysis::slices::{
    Counts, Encoding, Feature, Features, SearchOptions, confirm, halves,
};
use crate::analysis::{Category, Labelled, Tally, TallyRow, TwoRuns, effective_labels};
use crate::dataset::experiment::Journal;
use crate::dataset::{Examples, Split, Verdict};
use crate::find::quote;
use crate::insight::bottleneck::levels_of;
use crate::insight::slices::Terms;
use crate::insight::{FromProject, Input, Watch, goal};
use anyhow::{Result, anyhow, ensure};

/// Marks an example that is left out.
const LEFT_OUT: u32 = u32::MAX;

/// The share of the training examples below which a class is rare, times the number of classes: as
/// cleanlab's Datalab.
const RARE: f64 = 0.1;

/// What the evidence is made from.
pub(super) struct Collector<'a> {
    input: &'a Input,
    from: &'a FromProject,
    journal: &'a Journal,
    /// Effective labels of the examples that count.
    labels: Vec<u32>,
    predictions: &'a [u32],
    /// The training examples, once they are read.
    train: Option<Examples>,
    /// What is known so far.
    pub(super) evidence: Evidence,
    /// What could not be learnt, and why.
    pub(super) problems: Vec<String>,
}

/// Learns one thing.
type Stage = for<'a, 'b> fn(&'a mut Collector<'b>) -> Result<()>;

/// All that takes time, what is quick first.
const STAGES: [(Screen, Stage); 7] = [
    (Screen::Compare, |c| c.compare()),
    (Screen::Goal, |c| c.goal()),
    (Screen::Bottleneck, |c| c.levels()),
    (Screen::LabelIssues, |c| c.label_issues()),
    (Screen::Calibration, |c| c.calibration()),
    (Screen::Slices, |c| c.slices()),
    (Screen::Shift, |c| c.shift()),
];

impl<'a> Collector<'a> {
    /// Begins with the tally, which is there at once.
    pub(super) fn new(input: &'a Input, journal: &'a Journal) -> Result<Self> {
        let from = input.project.as_ref().ok_or_else(|| anyhow!("the next step is a project's"))?;
        let (shared, split) = (&from.shared, from.examples().split);
        ensure!(
            split == Split::Dev,
            "the next step is chosen on dev, and this is {split}\n  ask for it without --split"
        );
        let shown = shared.all_rows();
        let mut labels = vec![LEFT_OUT; input.labels.len()];
        for row in shown.iter().map(|&row| row as usize) {
            labels[row] = input.labels[row];
        }
        let part = |row: u32| (labels[row as usize] != LEFT_OUT).then_some(0);
        let tally = shared.tallies(shared.run(), 1, part).pop();
        let tally = tally.ok_or_else(|| anyhow!("there are no examples"))?;
        let dev = Errors {
            errors: tally.population.errors_after_fixes,
            examples: tally.population.examples,
        };
        let evidence = Evidence {
            run: shared.run().name.clone(),
            dev,
            is_part: input.is_part,
            tally: Some(kinds(&tally, from)),
            slices: None,
            label_issues: None,
            calibration: None,
            bottleneck: None,
            shift: None,
            compare: None,
            train: None,
            goal: None,
            pending: STAGES.map(|(screen, _)| screen).to_vec(),
        };
        let predictions = &input.predictions;
        let problems = vec![];
        Ok(Self { input, from, journal, labels, predictions, train: None, evidence, problems })
    }

    /// Learns the next thing; false when all is known.
    pub(super) fn step(&mut self) -> bool {
        let Some(&next) = self.evidence.pending.first() else { return false };
        for (screen, stage) in STAGES.into_iter().filter(|(screen, _)| *screen == next) {
            if let Err(error) = stage(self) {
                self.problems.push(format!("{}: {error}", screen.name()));
            }
        }
        self.evidence.pending.remove(0);
        true
    }

    /// How many things there are to learn, and how many are known.
    pub(super) fn progress(&self) -> (usize, usize) {
        (STAGES.len() - self.evidence.pending.len(), STAGES.len())
    }

    /// Whether each example is an error; none where it does not count.
    fn errors(&self) -> Vec<Option<bool>> {
        let error = |(&label, &prediction): (&u32, &u32)| {
            (label != LEFT_OUT && prediction != LEFT_OUT).then_some(label != prediction)
        };
        self.labels.iter().zip(self.predictions).map(error).collect()
    }

    /// The run that an experiment says this one came from, else the one before it in the list.
    fn before(&self) -> Result<Option<String>> {
        let run = &self.evidence.run;
        let runs = self.from.project.runs()?;
        let dev: Vec<&str> = runs
            .iter()
            .filter(|run| run.splits.contains(&Split::Dev))
            .map(|run| run.name.as_str())
            .collect();
        let told = self.journal.experiments.iter().rev().map(|experiment| &experiment.fields);
        let told = told.filter(|fields| fields.after.as_ref() == Some(run));
        let told = told.filter_map(|fields| fields.before.as_deref()).find(|b| dev.contains(b));
        let place = dev.iter().position(|name| name == run).and_then(|at| at.checked_sub(1));
        Ok(told.or(place.map(|at| dev[at])).map(str::to_owned))
    }

    fn compare(&mut self) -> Result<()> {
        let Some(before) = self.before()? else { return Ok(()) };
        let run = self.from.project.run(&before, Split::Dev, self.from.examples())?;
        let (labels, after) = (self.labels.as_slice(), self.predictions);
        let comparison = TwoRuns { labels, before: run.predictions(), after }.compare();
        self.evidence.compare = Some(ComparedRuns { before, comparison });
        Ok(())
    }

    /// The thresholds that the run does not keep; what was not measured yet is not known.
    fn goal(&mut self) -> Result<()> {
        if self.evidence.is_part {
            return Ok(());
        }
        let ask = goal::Ask { only: Some(self.evidence.run.clone()), ..goal::Ask::default() };
        let found = Watch::whole(|watch| goal::answer(self.input, &ask, watch))?;
        let Some(standing) = found.standings().and_then(|s| s.runs.first()) else { return Ok(()) };
        let errors = standing.checks.iter().filter_map(|check| match check.subject {
            Subject::Metric(Metric::Accuracy) => Some(1.0 - check.bound.value),
            Subject::Metric(Metric::Error) => Some(check.bound.value),
            _ => None,
        });
        let unmet = standing.checks.iter().filter(|check| check.holds == Some(false));
        self.evidence.goal = Some(GoalEvidence {
            most_error: errors.reduce(f64::min),
            unmet: unmet.map(unmet_threshold).collect(),
        });
        Ok(())
    }

    fn levels(&mut self) -> Result<()> {
        self.read_train()?;
        self.evidence.train = self.train.as_ref().map(|train| self.train_data(train));
        if self.evidence.is_part {
            return Ok(());
        }
        let project = &self.from.project;
        let found = project.run_errors(&self.evidence.run, &self.from.shared.ledger)?;
        let best = project.config().human_error.map(BestError::Known);
        let levels = ErrorLevels { best, ..levels_of(&found) };
        self.evidence.bottleneck = Some(bottleneck(&levels)?);
        Ok(())
    }

    fn read_train(&mut self) -> Result<()> {
        let project = &self.from.project;
        if self.train.is_none() && project.config().splits.contains_key(&Split::Train) {
            self.train = Some(project.examples(Split::Train)?);
        }
        Ok(())
    }

    fn train_data(&self, train: &Examples) -> TrainData {
        let classes = self.from.project.classes();
        let mut counts = vec![0_usize; classes.len()];
        for &label in &train.gold {
            if let Some(count) = counts.get_mut(label as usize) {
                *count += 1;
            }
        }
        let examples: usize = counts.iter().sum();
        let least = RARE * examples as f64 / classes.len().max(1) as f64;
        let mut of_class = vec![Counts::default(); classes.len()];
        let mut all = Counts::default();
        for (label, error) in self.labels.iter().zip(self.errors()) {
            let Some(error) = error else { continue };
            all.add(error);
            if let Some(class) = of_class.get_mut(*label as usize) {
                class.add(error);
            }
        }
        let rare = (0..classes.len()).filter(|&k| (counts[k] as f64) < least);
        let rare = rare.map(|k| RareClass {
            name: classes.name(k as u32).to_owned(),
            filter: format!("label:{}", quote(classes.name(k as u32))),
            train: counts[k],
            class: errors_of(of_class[k]),
            rest: errors_of(all.without(of_class[k])),
        });
        TrainData { examples, classes: classes.len(), rare: rare.collect() }
    }

    /// Flags of the gold labels: a label that was fixed is flagged no more, and counts as found.
    fn label_issues(&mut self) -> Result<()> {
        let shared = &self.from.shared;
        let counts = |(&label, &gold)| if label == LEFT_OUT { LEFT_OUT } else { gold };
        let gold: Vec<u32> =
            self.labels.iter().zip(&self.from.examples().gold).map(counts).collect();
        let data = Labelled::new(&shared.run().probs, &gold)?;
        let found = ConfidentLearning::new(data).find(&Options::default())?;
        let mut flags = LabelIssueEvidence { open: 0, reviewed: 0, wrong: 0 };
        for row in found.issues.iter().map(|issue| issue.row) {
            let prediction = self.predictions[row as usize];
            let review = shared.snapshot.reviews.get(&row);
            let name = shared.snapshot.classes.name(prediction);
            match review.and_then(|review| review.verdict_on(name)) {
                Some(Verdict::Unsure) => {}
                Some(verdict) => {
                    flags.reviewed += 1;
                    flags.wrong += usize::from(verdict == Verdict::LabelWrong);
                }
                None => flags.open += usize::from(self.labels[row as usize] != prediction),
            }
        }
        self.evidence.label_issues = Some(flags);
        Ok(())
    }

    fn calibration(&mut self) -> Result<()> {
        let data = Labelled::new(&self.from.shared.run().probs, &self.labels)?;
        self.evidence.calibration = temperature(data, BINS);
        Ok(())
    }

    /// The slices that are found and confirmed as `gaffe stats slices` does it.
    fn slices(&mut self) -> Result<()> {
        let examples = self.from.examples();
        let n = examples.len();
        let encoding = Encoding::of_rows(n);
        let mut features = Features::of_columns(&examples.metadata, n, encoding)?;
        if !examples.metadata.is_empty() {
            let mut terms = Terms::of_columns(&features, &examples.metadata);
            let classes = self.from.project.classes();
            let names: Vec<&str> = classes.names().iter().map(String::as_str).collect();
            let label = Feature::of_classes("label", &names, &self.labels, encoding.least);
            if label.is_ok() {
                terms.push(Some("label"));
            }
            features.push(label)?;
            self.evidence.slices = Some(self.confirmed(&features, &terms)?);
        }
        Ok(())
    }

    fn confirmed(&self, features: &Features, terms: &Terms) -> Result<Vec<SliceEvidence>> {
        let (errors, half) = (self.errors(), halves(&self.from.examples().ids, 0));
        let found = confirm(features, &errors, &half, &SearchOptions::default())?;
        let mut other = Counts::default();
        for (error, half) in errors.iter().zip(&half) {
            error.filter(|_| !half).into_iter().for_each(|error| other.add(error));
        }
        let sure = found.into_iter().filter(|slice| slice.confirmed && slice.narrows.is_none());
        let evidence = sure.map(|slice| {
            let counts = |f: &crate::analysis::slices::Figures| Counts {
                examples: f.examples,
                errors: f.errors,
            };
            let inside = counts(&slice.other);
            SliceEvidence {
                filter: terms.filter(features, &slice.conditions),
                name: slice.name,
                slice: errors_of(counts(&slice.whole)),
                honest: [errors_of(inside), errors_of(other.without(inside))],
            }
        });
        Ok(evidence.collect())
    }

    fn shift(&mut self) -> Result<()> {
        self.read_train()?;
        let Some(train) = &self.train else { return Ok(()) };
        let dev = self.from.examples();
        let same = |column: &&crate::dataset::Column, other: &&crate::dataset::Column| {
            column.name == other.name
        };
        let pairs = train.metadata.iter().filter_map(|column| {
            Some((column, dev.metadata.iter().find(|other| same(&column, other))?))
        });
        let mut features: Vec<Compared<'_>> =
            pairs.map(|(first, second)| Compared::columns(first, second)).collect();
        let classes = self.from.project.classes();
        let relabels = self.from.project.relabels(train, &self.from.shared.ledger);
        let labels = effective_labels(&train.gold, &relabels);
        let sides = [Side::all(labels.as_slice()), Side::all(self.labels.as_slice())];
        features.push(Compared { name: "label", pair: Pair::Classes(sides, classes) });
        let mut found = shifts(&features, &ShiftOptions::default());
        by_strength(&mut found);
        let moved = found.into_iter().filter(|shift| shift.moved == Moved::Moved);
        self.evidence.shift = Some(moved.map(|shift| shift.name).collect());
        Ok(())
    }
}

fn errors_of(counts: Counts) -> Errors {
    Errors { errors: counts.errors, examples: counts.examples }
}

/// `error in capture=blurry <= 0.1, and it is 28.6 %`
fn unmet_threshold(check: &Check) -> Unmet {
    let name = goal::name(&check.subject);
    let metric = check.subject.metric();
    let value = check.reading.map(|reading| goal::value_cell(metric, reading.value).shown());
    let is = value.map_or_else(String::new, |value| format!(", and it is {value}"));
    let filter = match &check.subject {
        Subject::Slice(filter) => Some(filter.clone()),
        Subject::Metric(_) => None,
    };
    let of = if filter.is_some() { "error in " } else { "" };
    Unmet { text: format!("{of}{name} {}{is}", check.bound), filter }
}

/// The kinds that can be solved, with their names and filters.
fn kinds(tally: &Tally, from: &FromProject) -> TallyEvidence {
    let kind = |row: &TallyRow| {
        let name = row.category.name(&from.shared.ledger);
        let (kind, filter) = match row.category {
            Category::Tag(_) => (ErrorKind::Tag(name.clone()), format!("tag:{}", quote(&name))),
            Category::Verdict(verdict) => {
                let kind = match verdict {
                    Verdict::LabelWrong => ErrorKind::LabelWrong,
                    Verdict::BothAcceptable => ErrorKind::BothAcceptable,
                    _ => return None,
                };
                (kind, format!("verdict:{}", quote(&name)))
            }
        };
        let ceiling = row.ceiling?;
        Some(KindEvidence { kind, filter, count: row.count, share: row.share, ceiling })
    };
    TallyEvidence {
        errors: tally.population.errors,
        reviewed: tally.reviewed,
        drawn: tally.drawn,
        basis: tally.basis,
        kinds: tally.rows.iter().filter_map(kind).collect(),
    }
}
