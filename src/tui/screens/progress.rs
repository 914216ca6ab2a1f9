//! How the session goes: done, left, pace, saturation, goal.

use super::hints::hints;
use crate::analysis::guards::{BlindAgainstSeen, Judged};
use crate::analysis::pace::Pace;
use crate::analysis::{Proportion, Saturation};
use crate::media::text;
use crate::project::Subset;
use crate::tui::app::{App, Progress, agreement, minutes, rate};
use crate::tui::command::Context;
use crate::tui::layout::centred;
use crate::tui::theme::Theme;
use ratatui::Frame;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Paragraph};

/// Draws it.
pub fn draw(app: &App, progress: &Progress, theme: Theme, frame: &mut Frame<'_>) {
    let fact = |(name, value): (&'static str, String)| {
        let caption = [name].into_iter().chain(std::iter::repeat(""));
        let line = |(name, value): (&str, String)| {
            Line::from(vec![Span::styled(format!("{name:<14}"), theme.dim()), Span::raw(value)])
        };
        caption.zip(text::folded(&value, 60)).map(line).collect::<Vec<_>>()
    };
    let mut lines: Vec<Line<'_>> = facts(app, progress).into_iter().flat_map(fact).collect();
    lines.push(Line::default());
    let keys = [("accept", "sets a goal"), ("cancel", "closes")];
    lines.push(Line::styled(hints(app, Context::Help, &keys, 72), theme.dim()));
    let area = centred(frame.area(), 76, lines.len() as u16 + 2);
    let block = Block::bordered().title(" progress ").border_style(theme.dim());
    frame.render_widget(Clear, area);
    frame.render_widget(Paragraph::new(lines).block(block), area);
}

fn facts(app: &App, progress: &Progress) -> Vec<(&'static str, String)> {
    let desk = app.desk();
    let subset = desk.subset().name();
    let mut facts = vec![
        ("done", format!("{} of {} {subset} reviewed", desk.reviewed(), desk.all())),
        ("this session", this_session(app, progress.pace)),
        ("left", left(app, progress.pace)),
        ("goal", goal(app)),
    ];
    if desk.subset() == Subset::Errors {
        let text = progress.saturation.as_ref().map_or_else(|| "…".to_owned(), saturation);
        facts.push(("new kinds", text));
    }
    let offers = desk.ledger().offers();
    if offers.shown > 0 {
        let text = format!("{} of the {} shown were taken", offers.taken, offers.shown);
        facts.push(("suggestions", text));
    }
    facts.extend(progress.agreement.as_ref().map(|a| ("re-test", agreement(a))));
    if let Some(blind) = &progress.blind {
        facts.extend(compared(blind));
    }
    facts
}

/// What was judged blind against what was judged with the prediction in sight.
fn compared(found: &BlindAgainstSeen) -> Vec<(&'static str, String)> {
    let line = |of: fn(&Judged) -> Proportion| {
        format!("{} blind, {} seen", share(of(&found.blind)), share(of(&found.seen)))
    };
    let counts = format!("{} blind, {} seen", found.blind.judged, found.seen.judged);
    vec![
        ("judged", format!("{counts}; {}", found.sway().text())),
        ("label right", line(|judged| judged.label_right)),
        ("model right", line(|judged| judged.prediction_right)),
    ]
}

/// `60 % (45–73)`
fn share(p: Proportion) -> String {
    format!("{:.0} % ({:.0}–{:.0})", p.share * 100.0, p.low * 100.0, p.high * 100.0)
}

fn this_session(app: &App, pace: Option<Pace>) -> String {
    let done = app.done_now();
    let Some(pace) = pace else { return format!("{done} reviewed") };
    let seconds = pace.median_seconds;
    let median = seconds.map_or_else(String::new, |s| format!(", {s:.1} s each in the median"));
    format!("{done} reviewed, {} a minute{median}", rate(pace.per_minute))
}

fn left(app: &App, pace: Option<Pace>) -> String {
    let left = app.left();
    match pace.and_then(|pace| pace.minutes_left) {
        Some(time) if left > 0 => format!("{left}: {} at this pace", minutes(time)),
        _ => left.to_string(),
    }
}

fn goal(app: &App) -> String {
    app.goal().map_or_else(
        || "none".to_owned(),
        |goal| format!("{} of {goal} in this session", app.done_now()),
    )
}

fn saturation(found: &Saturation) -> String {
    let advice = found.advice.text();
    match found.since_new {
        _ if found.tags == 0 => advice.to_owned(),
        0 => format!("one with the last error; {advice}"),
        1 => format!("none with the last error; {advice}"),
        n => format!("none in the last {n} errors; {advice}"),
    }
}
