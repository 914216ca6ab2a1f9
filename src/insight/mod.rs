//! What the screens that decide show and `gaffe stats` prints: one function makes the numbers of both.
//!
//! Invariant: an answer is a value that serialises, and its page is made from nothing else; so a screen,
//! `--json` and what is copied can't differ. Numbers come from `analysis`; this room joins them with
//! their names and says where each row leads.

mod cell;
mod input;
mod models;
mod sheet;
mod table;

pub mod bottleneck;
pub mod calibration;
pub mod compare;
pub mod confusion;
pub mod cost;
pub mod goal;
pub mod label_issues;
pub mod map;
pub mod next;
pub mod shift;
pub mod slices;
pub mod tally;

pub use cell::{Cell, difference, number, p_value, proportion};
pub(crate) use input::labelled;
pub use input::{
    FromProject, Input, approximate, class_names, classes_of, metadata, nothing, tagged, title,
    tops,
};
pub use models::{Measure, ModelOf, Models};
pub use sheet::{Enter, Field, Page, Row, Sheet, field, in_csv, interval_of, limits_of};
pub use table::Table;

use anyhow::Result;
use serde::Serialize;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Makes the kinds of view from their modules. Each has `Ask` (what can be chosen on the screen),
/// `Report` (what is shown; `page` lays it out) and `answer` (from one to the other).
macro_rules! views {
    ($($view:ident $module:ident $name:literal $title:literal;)*) => {
        /// A screen that decides.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum View {
            $(#[doc = concat!("The ", $title, ".")] $view,)*
        }

        impl View {
            /// All of them, in the order of the tabs.
            pub const ALL: &[Self] = &[$(Self::$view,)*];

            /// Its name in `gaffe stats`.
            pub fn name(self) -> &'static str {
                match self { $(Self::$view => $name,)* }
            }

            /// Its name on its tab.
            pub fn title(self) -> &'static str {
                match self { $(Self::$view => $title,)* }
            }
        }

        /// What is asked: a view, and what can be chosen on it.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Ask {
            $(#[doc = concat!("Of the ", $title, ".")] $view($module::Ask),)*
        }

        impl Ask {
            /// What a screen begins with.
            pub fn of(view: View) -> Self {
                match view { $(View::$view => Self::$view($module::Ask::default()),)* }
            }

            /// Whose question it is.
            pub fn view(&self) -> View {
                match self { $(Self::$view(_) => View::$view,)* }
            }

            /// The answer.
            ///
            /// # Errors
            /// What is missing or wrong, and what to do about it.
            pub fn answer(&self, input: &Input, watch: &mut Watch<'_>) -> Result<Insight> {
                input.check_probabilities(self.view())?;
                match self { $(Self::$view(ask) => {
                    $module::answer(input, ask, watch).map(Box::new).map(Insight::$view)
                })* }
            }
        }

        /// An answer: what `--json` prints.
        #[derive(Debug, Clone, Serialize)]
        #[serde(untagged)]
        pub enum Insight {
            $(#[doc = concat!("Of the ", $title, ".")] $view(Box<$module::Report>),)*
        }

        impl Insight {
            /// What people are shown of it.
            pub fn page(&self) -> Page {
                match self { $(Self::$view(report) => report.page(),)* }
            }
        }
    };
}

views! {
    Tally tally "tally" "tally";
    Confusion confusion "confusion" "confusion";
    Slices slices "slices" "slices";
    LabelIssues label_issues "label-issues" "labels";
    Calibration calibration "calibration" "calibration";
    Bottleneck bottleneck "bottleneck" "bottleneck";
    Compare compare "compare" "compare";
    Next next "next" "next";
    Goal goal "goal" "goal";
    Shift shift "shift" "shift";
    Cost cost "cost" "cost";
    Map map "map" "map";
}

impl Ask {
    /// Whether models are measured for the answer.
    pub fn is_measuring(&self) -> bool {
        match self {
            Self::Goal(ask) => ask.measure != Measure::No,
            Self::Cost(ask) => ask.measure != Measure::No,
            _ => false,
        }
    }

    /// Asks for what is known only: what was to be measured once is not measured again.
    pub fn settle(&mut self) {
        match self {
            Self::Goal(ask) => ask.measure = Measure::No,
            Self::Cost(ask) => ask.measure = Measure::No,
            _ => {}
        }
    }
}

/// How far long work is, and whether anybody still waits for it. Shared by who works and who waits.
#[derive(Debug, Default)]
pub struct Progress {
    done: AtomicUsize,
    total: AtomicUsize,
    cancelled: AtomicBool,
}

impl Progress {
    /// Says how far it is; false when nobody waits any more.
    pub fn at(&self, done: usize, total: usize) -> bool {
        self.done.store(done, Ordering::Relaxed);
        self.total.store(total, Ordering::Relaxed);
        !self.is_cancelled()
    }

    /// The part that is done, if anything was said of it.
    pub fn part(&self) -> Option<f64> {
        let (done, total) = (self.done.load(Ordering::Relaxed), self.total.load(Ordering::Relaxed));
        (total > 0).then(|| done.min(total) as f64 / total as f64)
    }

    /// Nobody waits any more.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    /// Whether nobody waits any more.
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    /// The same as a flag, for work that takes one.
    pub fn cancelled(&self) -> &AtomicBool {
        &self.cancelled
    }
}

/// Who waits for an answer.
pub struct Watch<'a> {
    /// How far it is.
    pub progress: &'a Progress,
    /// Takes what is known so far.
    pub partial: &'a mut (dyn FnMut(Insight) + Send),
}

impl Watch<'_> {
    /// Waits for the whole answer only.
    pub fn whole<T>(work: impl FnOnce(&mut Watch<'_>) -> T) -> T {
        work(&mut Watch { progress: &Progress::default(), partial: &mut |_| {} })
    }
}
