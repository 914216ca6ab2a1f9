//! The tally for people: bars become rows, and each row says where it leads.

use super::{Kind, Report};
use crate::analysis::guards::{BlindAgainstSeen, Judged};
use crate::analysis::{Basis, Proportion};
use crate::dataset::Verdict;
use crate::find::quote;
use crate::insight::{Cell, Enter, Field, Page, Sheet, field, interval_of, title};
use crate::project::Difficulties;
use crate::report::{meaning, percent};

const FIELDS: [Field; 8] = [
    field("", "category"),
    field("count", "count"),
    field("alone", "exclusive").spare(),
    field("share", "share"),
    interval_of("share"),
    field("of all", "estimated"),
    field("if solved", "ceiling"),
    interval_of("ceiling"),
];

const GROUP_FIELDS: [Field; 7] = [
    field("part", "part"),
    field("errors", "errors"),
    field("reviewed", "reviewed"),
    field("kind", "category"),
    field("count", "count"),
    field("share", "share"),
    interval_of("share"),
];

impl Kind {
    fn cells(&self) -> [Cell; 8] {
        let range = |low: Option<f64>, high: Option<f64>| {
            low.zip(high).map_or(Cell::None, |(low, high)| Cell::Range(low, high))
        };
        // The names of all that are solved together make no column of 80.
        let name = if self.of == "together" { "together" } else { &self.category };
        [
            name.into(),
            self.count.into(),
            self.exclusive.into(),
            Cell::Share(self.share),
            range(self.share_low, self.share_high),
            self.estimated.map_or(Cell::None, |e| Cell::Number(e.value.round())),
            self.ceiling.map_or(Cell::None, Cell::Share),
            range(self.ceiling_low, self.ceiling_high),
        ]
    }

    /// The filter that finds its errors. A label error is nothing else, whatever its tags.
    fn filter(&self, has_label_errors: bool) -> Option<String> {
        match self.of {
            "tag" if has_label_errors => {
                let wrong = quote(Verdict::LabelWrong.name());
                Some(format!("tag:{} -verdict:{wrong}", quote(&self.category)))
            }
            "tag" => Some(format!("tag:{}", quote(&self.category))),
            "verdict" => Some(format!("verdict:{}", quote(&self.category))),
            _ => None,
        }
    }
}

impl Report {
    /// What people are shown of it.
    pub fn page(&self) -> Page {
        let mut sheet = Sheet::new(&FIELDS);
        for kind in self.categories.iter().chain(&self.together) {
            match kind.filter(self.has_label_errors()) {
                Some(filter) => sheet.row_into(kind.cells(), Enter::Errors(filter)),
                None => sheet.row(kind.cells()),
            }
        }
        let mut page = Page::new(String::new(), sheet);
        page.head = self.head();
        if let Some(by) = &self.by {
            page = page.with(format!("by {by}"), self.group_sheet());
        }
        if self.categories.is_empty() {
            page = page
                .note("nothing tagged yet: review errors with `gaffe review`, letters are tags");
        } else {
            page = page.notes(self.explain());
        }
        page.notes(self.hardness()).notes(self.blind.as_ref().map(compared).into_iter().flatten())
    }

    fn group_sheet(&self) -> Sheet {
        let mut sheet = Sheet::new(&GROUP_FIELDS);
        for group in &self.groups {
            let head = [group.name.as_str().into(), group.errors.into(), group.reviewed.into()];
            let enter = |more: Option<String>| {
                let filter = [group.filter.clone()?, more.unwrap_or_default()].join(" ");
                Some(Enter::Errors(filter.trim().to_owned()))
            };
            let mut add = |cells: [Cell; 4], filter: Option<String>| {
                let cells = [head.as_slice(), cells.as_slice()].concat();
                match enter(filter) {
                    Some(enter) => sheet.row_into(cells, enter),
                    None => sheet.row(cells),
                }
            };
            if group.categories.is_empty() {
                add([Cell::None, Cell::None, Cell::None, Cell::None], None);
            }
            for kind in &group.categories {
                let [name, count, _, share, range, ..] = kind.cells();
                add([name, count, share, range], kind.filter(self.has_label_errors()));
            }
        }
        sheet
    }

    fn has_label_errors(&self) -> bool {
        self.categories.iter().any(|kind| kind.category == Verdict::LabelWrong.name())
    }

    fn head(&self) -> Vec<String> {
        let Self { split, errors, reviewed, .. } = self;
        let (before, after) = (percent(self.error), percent(self.error_after_fixes));
        let fixes = if before == after {
            String::new()
        } else {
            format!(", {after} with the labels fixed so far")
        };
        let title = title(&self.project, *split, &self.run);
        vec![
            format!("{title}   {reviewed} of {errors} errors reviewed"),
            format!("{split} error {before}{fixes}"),
        ]
    }

    fn explain(&self) -> Vec<String> {
        let mut lines = vec![meaning(self.basis).to_owned()];
        if self.basis != Basis::ReviewedOnly && self.skipped > 0 {
            lines.push(format!(
                "{} were passed by on the way: if they are of one kind, the shares are off.",
                self.skipped
            ));
        }
        lines.push(match self.unexplained {
            1 => "1 reviewed error has no tag and a right label.".to_owned(),
            n => format!("{n} reviewed errors have no tag and a right label."),
        });
        lines
    }

    fn hardness(&self) -> Option<String> {
        let Difficulties { very_easy, very_hard } = self.difficulty;
        (very_easy + very_hard > 0).then(|| {
            format!("{very_easy} are marked as very easy for a person, {very_hard} as very hard.")
        })
    }
}

/// The label was right for so many, blind and seen; what that hints at.
fn compared(found: &BlindAgainstSeen) -> [String; 2] {
    let of = |judged: &Judged| {
        let Proportion { share, low, high } = judged.label_right;
        let interval = format!("{:.0}–{:.0}", low * 100.0, high * 100.0);
        format!("{:.0} % ({interval}) of {}", share * 100.0, judged.judged)
    };
    let (blind, seen) = (of(&found.blind), of(&found.seen));
    [
        format!("The label was found right for {blind} judged blind, {seen} seen:"),
        format!("{}.", found.sway().text()),
    ]
}
