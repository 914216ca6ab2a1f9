//! The tally beside the review: as bars where there is room, else in a line.

use super::bar;
use crate::analysis::{Basis, Category, Tally, TallyRow};
use crate::dataset::Ledger;
use crate::media::text;
use crate::tui::theme::Theme;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget};

/// The name of a kind of error.
pub fn category_name(category: Category, ledger: &Ledger) -> String {
    match category {
        Category::Tag(id) => {
            ledger.tag(id).map_or_else(|| "a deleted tag".to_owned(), |tag| tag.name.clone())
        }
        Category::Verdict(verdict) => verdict.name().to_owned(),
    }
}

/// `blurry 4 · ambiguous 3`, as far as it fits.
pub fn tally_line(tally: &Tally, ledger: &Ledger, width: usize) -> String {
    if tally.rows.is_empty() {
        return text::fit("nothing tagged yet", width);
    }
    let part = |row: &TallyRow| format!("{} {}", category_name(row.category, ledger), row.count);
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
    let room = usize::from(area.height).saturating_sub(lines.len() + 2) / 2;
    for row in tally.rows.iter().take(room) {
        lines.extend(row_lines(row, tally, ledger, theme, usize::from(area.width)));
    }
    if tally.rows.len() > room {
        lines.push(Line::styled(format!("and {} more", tally.rows.len() - room), theme.dim()));
    }
    Paragraph::new(lines).render(area, buffer);
}

fn row_lines(
    row: &TallyRow,
    tally: &Tally,
    ledger: &Ledger,
    theme: Theme,
    width: usize,
) -> [Line<'static>; 2] {
    let count = row.count.to_string();
    let name =
        text::fit(&category_name(row.category, ledger), width.saturating_sub(count.len() + 1));
    let gap = " ".repeat(width.saturating_sub(text::width(&name) + count.len()));
    let share = format!(" {:3.0} %", row.share.share * 100.0);
    let interval = match tally.basis {
        Basis::RandomSample => {
            format!(" ({:.0}–{:.0})", row.share.low * 100.0, row.share.high * 100.0)
        }
        Basis::AllErrors | Basis::ReviewedOnly => String::new(),
    };
    let ceiling = row.ceiling.map_or_else(String::new, |c| format!(" → {:.1} %", c.share * 100.0));
    let bar_width = width.saturating_sub(31);
    [
        Line::from(vec![Span::raw(name), Span::raw(gap), Span::styled(count, theme.strong())]),
        Line::from(vec![
            Span::styled(bar(row.share.share, bar_width), theme.accent()),
            Span::raw(share),
            Span::styled(format!("{interval:<9}"), theme.dim()),
            Span::styled(format!(" {:.1}{ceiling}", tally.dev_error() * 100.0), theme.dim()),
        ]),
    ]
}

fn basis(basis: Basis) -> &'static str {
    match basis {
        Basis::AllErrors => "all errors; dev error if solved",
        Basis::RandomSample => "random sample; dev error if solved",
        Basis::ReviewedOnly => "of the reviewed only; dev error if solved",
    }
}
