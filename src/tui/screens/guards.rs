//! The guards, to be switched.

use super::hints::hints;
use crate::tui::app::{App, Guards};
use crate::tui::command::Context;
use crate::tui::layout::centred;
use crate::tui::theme::Theme;
use ratatui::Frame;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Paragraph};

/// Draws them.
pub fn draw(app: &App, selected: usize, theme: Theme, frame: &mut Frame<'_>) {
    let Guards { blind, retest, hasty } = app.guards();
    let share = |share: f64| if share > 0.0 { percent(share) } else { "off".to_owned() };
    let haste = if hasty { "on" } else { "off" }.to_owned();
    let rows = [
        ("blind slice", share(blind), "the prediction is hidden on a share of the errors"),
        ("re-test", share(retest), "after some decisions an earlier one is asked again"),
        ("haste", haste, "a word when half of 20 took under 0.3 s"),
    ];
    let line = |(at, (name, state, what)): (usize, (&'static str, String, &'static str))| {
        let style = if state == "off" { theme.dim() } else { theme.done() };
        let line = Line::from(vec![
            Span::raw(format!(" {name:<13}")),
            Span::styled(format!("{state:<6}"), style),
            Span::styled(format!("{what:<52}"), theme.dim()),
        ]);
        if at == selected { line.patch_style(theme.selected()) } else { line }
    };
    let mut lines: Vec<Line<'_>> = rows.into_iter().enumerate().map(line).collect();
    lines.push(Line::default());
    let keys = [("accept", "on or off"), ("down", "down"), ("cancel", "close")];
    let hint = hints(app, Context::Help, &keys, 72);
    lines.push(Line::styled(format!("{hint} what came of it: progress"), theme.dim()));
    let area = centred(frame.area(), 76, lines.len() as u16 + 2);
    let block =
        Block::bordered().title(" guards against fooling oneself ").border_style(theme.dim());
    frame.render_widget(Clear, area);
    frame.render_widget(Paragraph::new(lines).block(block), area);
}

fn percent(share: f64) -> String {
    let percent = share * 100.0;
    if percent < 10.0 && percent.fract() > 0.05 {
        format!("{percent:.1} %")
    } else {
        format!("{percent:.0} %")
    }
}
