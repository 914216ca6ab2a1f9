//! The tally beside the review: as bars where there is room, else in a line.

use super::bar;
use crate::analysis::{Basis, Tally, TallyRow};
use crate::dataset::Ledger;
use crate::media::text;
use crate::tui::theme::Theme;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget};

/// `blurry 4 · ambiguous 3`, as far as it fits.
pub fn tally_line(tally: &Tally, ledger: &Ledger, width: usize) -> String {
    if tally.rows.is_empty() {
        return text::fit("nothing tagged yet", width);
    }
    let part = |row: &TallyRow| format!("{} {}", row.category.name(ledger), row.count);
    text::fit(&tally.rows.iter().map(part).collect::<Vec<_>>().join(" · "), width)
}

/// Draws the tally as bars with shares and ceilings.
pub fn draw_tally(tally: &Tally, ledger: &Ledger, theme: Theme, area: Rect, buffer: &mut Buffer) {
    let errors = tally.population.errors;
    let mut lines = vec![
        Line::styled(format!("tally of {} reviewed of {errors}", tally.reviewed), theme.strong()),
        Line::styled(basis(tally.basis), theme.dim()),
        Line::default(),
    ];
    if tally.rows.is_empty() {
        lines.push(Line::styled("nothing tagged yet: letters are tags", theme.dim()));
    }
    let room = usize::from(area.height).saturating_sub(lines.len());
    let width = usize::from(area.width);
    let bars = tally.rows.len() * 2 <= room;
    let fitting = if bars || tally.rows.len() <= room { room } else { room.saturating_sub(1) };
    for row in tally.rows.iter().take(fitting) {
        let name = row.category.name(ledger);
        if bars {
            lines.extend(bar_lines(row, &name, tally, theme, width));
        } else {
            lines.push(short_line(row, &name, tally, theme, width));
        }
    }
    if tally.rows.len() > fitting {
        lines.push(Line::styled(format!("and {} more", tally.rows.len() - fitting), theme.dim()));
    }
    Paragraph::new(lines).render(area, buffer);
}

/// The columns of ` 45 % (22–72)   15.9 → 8.7 %`.
const NUMBERS: usize = 31;

fn bar_lines(
    row: &TallyRow,
    name: &str,
    tally: &Tally,
    theme: Theme,
    width: usize,
) -> [Line<'static>; 2] {
    let count = row.count.to_string();
    let name = text::fit(name, width.saturating_sub(count.len() + 1));
    let gap = " ".repeat(width.saturating_sub(text::width(&name) + count.len()));
    let bar = bar(row.share.share, width.saturating_sub(NUMBERS));
    let mut numbers = Line::from(Span::styled(bar, theme.accent()));
    numbers.extend(share(row, tally, theme));
    if row.ceiling.is_some() {
        let now = format!(" {:.1}", tally.dev_error_after_fixes() * 100.0);
        numbers.extend([Span::styled(now + &ceiling(row), theme.dim())]);
    }
    let named = [Span::raw(name), Span::raw(gap), Span::styled(count, theme.strong())];
    [named.into_iter().collect(), numbers]
}

fn short_line(
    row: &TallyRow,
    name: &str,
    tally: &Tally,
    theme: Theme,
    width: usize,
) -> Line<'static> {
    let room = width.saturating_sub(NUMBERS - 1);
    let name = text::fit(name, room);
    let gap = " ".repeat(room - text::width(&name));
    let count = format!("{gap}{:>4}", row.count);
    let mut line = Line::from(vec![Span::raw(name), Span::styled(count, theme.strong())]);
    line.extend(share(row, tally, theme));
    line.extend([Span::styled(ceiling(row), theme.dim())]);
    line
}

/// ` 45 % (22–72)  `: the interval where the shares estimate something.
fn share(row: &TallyRow, tally: &Tally, theme: Theme) -> [Span<'static>; 2] {
    let percent = |share: f64| share * 100.0;
    let interval = match tally.basis {
        Basis::RandomSample | Basis::PartlyRandom => {
            format!(" ({:.0}–{:.0})", percent(row.share.low), percent(row.share.high))
        }
        Basis::AllErrors | Basis::ReviewedOnly => String::new(),
    };
    let share = format!(" {:3.0} %", percent(row.share.share));
    [Span::raw(share), Span::styled(format!("{interval:<9}"), theme.dim())]
}

fn ceiling(row: &TallyRow) -> String {
    row.ceiling.map_or_else(String::new, |c| format!(" → {:.1} %", c.share * 100.0))
}

fn basis(basis: Basis) -> &'static str {
    match basis {
        Basis::AllErrors => "all errors; dev error if solved",
        Basis::RandomSample => "random sample; dev error if solved",
        Basis::PartlyRandom => "from the random part; dev error if solved",
        Basis::ReviewedOnly => "of the reviewed only; dev error if solved",
    }
}
