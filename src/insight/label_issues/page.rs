//! Label issues in tables.

use super::{Issue, Judged, Report};
use crate::analysis::Proportion;
use crate::analysis::label_issues::{FEWEST, Precision, Segment};
use crate::insight::{Cell, Field, Page, Sheet, field, interval_of, nothing};
use crate::report::{count, percent};

const HIDDEN: &str = "are not listed: they are of the test split (--unlock-test shows them), or of\n\
    the part of dev that is not looked at (eyeball in gaffe.toml)";

const ISSUES: [Field; 6] = [
    field("row", "row"),
    field("id", "id"),
    field("label", "label"),
    field("suggested", "suggested"),
    field("score", "score"),
    field("decided", "decided"),
];

/// Pairs of classes that people are shown.
const PAIRS: usize = 10;

impl Report {
    /// What people are shown of it.
    pub fn page(&self) -> Page {
        let hidden = (self.hidden > 0).then(|| format!("{} {HIDDEN}", count(self.hidden)));
        let mut page = Page::new(self.head(), self.issue_sheet());
        page.head.extend(self.progress());
        if let Some(precision) = self.precision.as_ref().filter(|found| found.judged > 0) {
            page = page.with("how often the flags were right, by rank", segment_sheet(precision));
        }
        page.with("classes, worst labels first", self.class_sheet())
            .with("classes taken for each other", self.overlap_sheet())
            .notes(nothing(self.examples))
            .notes(hidden)
    }

    fn head(&self) -> String {
        let health = self.health.map_or_else(|| "–".to_owned(), percent);
        format!(
            "{}   {} label issues by {} among {} examples\nlabel health {health}",
            self.title,
            count(self.issues.len() + self.hidden),
            self.options.filter_by.name(),
            count(self.examples)
        )
    }

    /// How often the flags were right so far, and how many are left: whether to go on.
    pub fn progress(&self) -> Vec<String> {
        let Some(found) = &self.precision else { return vec![] };
        let Precision { judged, confirmed, open, .. } = *found;
        let Some(share) = found.precision else {
            if open == 0 {
                return vec![];
            }
            let are = if open == 1 { "label is" } else { "labels are" };
            let what = "decide on some to see how often that is so";
            return vec![format!("{} {are} probably wrong; {what}", count(open))];
        };
        let first = format!(
            "{} of {} judged labels did not stand: {}",
            count(confirmed),
            count(judged),
            interval(share)
        );
        vec![first, left(found)]
    }

    fn issue_sheet(&self) -> Sheet {
        // Without a project nothing can be decided.
        let mut sheet = Sheet::new(&ISSUES[..5 + usize::from(self.precision.is_some())]);
        for Issue { id, issue, judged } in &self.issues {
            let mut cells = vec![
                (issue.row as usize).into(),
                id.clone().into(),
                self.class(issue.given).into(),
                self.class(issue.suggested).into(),
                Cell::Number(issue.score),
            ];
            if self.precision.is_some() {
                cells.push(judged.as_ref().map(Judged::said).into());
            }
            sheet.row(cells);
        }
        sheet
    }

    fn class(&self, class: u32) -> &str {
        self.classes.get(class as usize).map_or("", String::as_str)
    }

    fn class_sheet(&self) -> Sheet {
        let mut sheet = Sheet::new(&[
            field("class", "class"),
            field("labelled so, but another", "label_issues"),
            field("share", "label_noise"),
            field("so, but labelled otherwise", "inverse_label_issues"),
            field("share", "inverse_label_noise"),
        ]);
        let share = |share: Option<f64>| share.map_or(Cell::None, Cell::Share);
        for class in &self.class_quality {
            sheet.row([
                self.class(class.class).into(),
                (class.label_issues as usize).into(),
                share(class.label_noise),
                (class.inverse_label_issues as usize).into(),
                share(class.inverse_label_noise),
            ]);
        }
        sheet
    }

    fn overlap_sheet(&self) -> Sheet {
        let mut sheet = Sheet::new(&[
            field("class", "a"),
            field("and", "b"),
            field("examples", "examples"),
            field("share", "share"),
        ]);
        for pair in self.overlaps.iter().filter(|pair| pair.examples > 0).take(PAIRS) {
            sheet.row([
                self.class(pair.a).into(),
                self.class(pair.b).into(),
                (pair.examples as usize).into(),
                Cell::Share(pair.share),
            ]);
        }
        sheet
    }
}

/// `75.0 % (47–91)`.
fn interval(found: Proportion) -> String {
    let Proportion { share, low, high } = found;
    format!("{} ({:.0}–{:.0})", percent(share), low * 100.0, high * 100.0)
}

/// `about 12 (5–22) more among the 180 left; the last 20 had 2`.
fn left(found: &Precision) -> String {
    if found.open == 0 {
        return "none is left to judge".to_owned();
    }
    let open = count(found.open);
    let Some(expected) = found.expected else {
        return format!(
            "{open} are left; how many of them do not stand is said once {FEWEST} are judged"
        );
    };
    let last = found.last.map_or_else(String::new, |last| {
        format!("; the last {} by rank had {}", last.of, last.confirmed)
    });
    let (low, high) = (expected.low, expected.high);
    format!("about {:.0} ({low:.0}–{high:.0}) more among the {open} left{last}", expected.value)
}

fn segment_sheet(found: &Precision) -> Sheet {
    let mut sheet = Sheet::new(&[
        field("rank", "rank"),
        field("judged", "judged"),
        field("did not stand", "confirmed"),
        field("share", "precision"),
        interval_of("precision"),
    ]);
    for Segment { from, to, judged, confirmed, precision } in &found.segments {
        sheet.row([
            format!("{from}–{to}").into(),
            (*judged).into(),
            (*confirmed).into(),
            precision.map_or(Cell::None, |p| Cell::Share(p.share)),
            precision.map_or(Cell::None, |p| Cell::Range(p.low, p.high)),
        ]);
    }
    sheet
}

/// `1–20 85 % (64–95) · 21–50 40 % (12–77)`: the segments with a judged flag.
pub fn by_rank(found: &Precision) -> String {
    let said = |segment: &Segment| {
        let Proportion { share, low, high } = segment.precision?;
        let percent = |share: f64| share * 100.0;
        let (from, to) = (segment.from, segment.to);
        let range = format!("{:.0}–{:.0}", percent(low), percent(high));
        Some(format!("{from}–{to} {:.0} % ({range})", percent(share)))
    };
    found.segments.iter().filter_map(said).collect::<Vec<_>>().join(" · ")
}
