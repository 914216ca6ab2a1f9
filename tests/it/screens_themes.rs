//! Every screen at three sizes in two themes: what is drawn, and in which styles.

use crate::support::stage::{Stage, press};
use ratatui::buffer::{Buffer, Cell};
use std::fmt::Write;

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (200, 60)];

/// The keys that lead to each screen, from a review of five errors.
const SCREENS: [(&str, &str); 17] = [
    ("review", ""),
    ("several_right", "&sh"),
    ("classes", "\tsh"),
    ("tag", "+dark side"),
    ("note", ";see the strap"),
    ("marked", "MVM"),
    ("choose", "*A"),
    ("confirm", "*Ab"),
    ("grid", "Gab"),
    ("grid_asked", "Gab\n"),
    ("find", "/gold:"),
    ("found", "/gold:Shirt capture=blurry\n"),
    ("history", "H"),
    ("tags", "T"),
    ("progress", "P"),
    ("palette", ":"),
    ("help", "?"),
];

fn reviewed(cols: u16, rows: u16) -> Stage {
    let mut stage = Stage::sample(cols, rows);
    for keys in ["ba\n", " ", "b=", "l<\n", "b-"] {
        press(&mut stage, keys);
    }
    stage
}

/// Text and styles: a line of the screen, then below it its runs of styles by their columns.
/// Pictures are left out: they have no theme.
fn styled(buffer: &Buffer) -> String {
    let width = usize::from(buffer.area.width).max(1);
    let mut out = String::new();
    for line in buffer.content.chunks(width) {
        let style = |cell: &Cell| {
            let style = format!("{:?} {:?} {:?}", cell.fg, cell.bg, cell.modifier);
            let plain = cell.symbol() == "▀" || style == "Reset Reset NONE";
            (!plain).then_some(style)
        };
        let mut start = 0;
        let mut runs = Vec::new();
        for at in 1..=line.len() {
            if line.get(at).map(style) != Some(style(&line[start])) {
                if let Some(style) = style(&line[start]) {
                    runs.push(format!("{start}-{} {style}", at - 1));
                }
                start = at;
            }
        }
        writeln!(out, "{}", runs.join(" | ")).unwrap();
    }
    out
}

fn text(buffer: &Buffer) -> String {
    let width = usize::from(buffer.area.width).max(1);
    let line = |line: &[Cell]| {
        let text: String = line.iter().map(Cell::symbol).collect();
        text.trim_end().to_owned()
    };
    buffer.content.chunks(width).map(line).collect::<Vec<_>>().join("\n")
}

/// A screen as text, then its styles in both themes.
pub fn in_two_themes(stage: &mut Stage) -> String {
    let [dark, light] = ["dark", "light"].map(|theme| stage.paint_in(theme));
    assert_eq!(text(&dark), text(&light), "a theme changes no text");
    let (dark, light, text) = (styled(&dark), styled(&light), text(&dark));
    format!("{text}\n\n== dark\n{dark}\n== light\n{light}")
}

fn snapshot(name: &str, stage: &mut Stage, (cols, rows): (u16, u16)) {
    insta::assert_snapshot!(format!("{name}_{cols}x{rows}"), in_two_themes(stage));
}

#[test]
fn every_screen_in_two_themes() {
    for size in SIZES {
        for (name, keys) in SCREENS {
            let mut stage = reviewed(size.0, size.1);
            press(&mut stage, keys);
            snapshot(name, &mut stage, size);
        }
        let mut first = Stage::sample(size.0, size.1);
        first.welcome();
        snapshot("card", &mut first, size);
        let mut guards = reviewed(size.0, size.1);
        press(&mut guards, ":guards\n");
        snapshot("guards", &mut guards, size);
    }
}
