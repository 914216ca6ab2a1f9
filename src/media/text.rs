//! Text safety: what data and users wrote, made harmless for a terminal.
//!
//! Invariant: what leaves here has no control character, no bidirectional override and no
//! invisible character that could hide or reorder other text.

use std::borrow::Cow;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// One line of safe text: control characters become visible stand-ins, line ends and tabs spaces.
pub fn line(text: &str) -> Cow<'_, str> {
    if text.chars().all(is_safe) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().filter_map(stand_in).collect())
}

/// Safe text that keeps its line ends.
pub fn lines(text: &str) -> impl Iterator<Item = Cow<'_, str>> {
    text.lines().map(line)
}

/// A safe line cut to `width` columns, with `…` where something is missing.
pub fn fit(text: &str, width: usize) -> String {
    let safe = line(text);
    if safe.width() <= width {
        return safe.into_owned();
    }
    let mut out = String::new();
    let mut used = 0;
    for grapheme in safe.graphemes(true) {
        let w = grapheme.width();
        if used + w + 1 > width {
            break;
        }
        out.push_str(grapheme);
        used += w;
    }
    if width > 0 {
        out.push('…');
    }
    out
}

/// A safe line in two of at most `width` columns: the second one is empty if the first has room for all,
/// and cut if there is more than both have room for. Broken at a space where that loses nothing.
pub fn halved(text: &str, width: usize) -> (String, String) {
    let safe = line(text);
    if safe.width() <= width {
        return (safe.into_owned(), String::new());
    }
    let fits = |at: &(usize, &str)| safe[..at.0 + at.1.len()].width() <= width;
    let end = safe.grapheme_indices(true).take_while(fits).last();
    let end = end.map_or(0, |(at, grapheme)| at + grapheme.len());
    let space = safe[..end].rfind(' ').filter(|&at| safe[at + 1..].width() <= width);
    let (first, second) =
        safe.split_at(if safe[end..].starts_with(' ') { end } else { space.unwrap_or(end) });
    (first.to_owned(), fit(second.trim_start(), width))
}

/// Columns that a safe line takes.
pub fn width(text: &str) -> usize {
    line(text).width()
}

/// Breaks a text at its spaces into lines of at most `columns` columns; a longer word has its own line.
pub fn folded(text: &str, columns: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if width(line) + 1 + width(word) <= columns => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

fn is_safe(c: char) -> bool {
    !c.is_control() && !is_invisible(c)
}

/// Bidirectional marks, embeddings, overrides and isolates, zero-width and interlinear characters,
/// tags, line separators. The zero-width joiner stays: emoji and scripts need it.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

fn stand_in(c: char) -> Option<char> {
    match c {
        '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}' => Some(' '),
        // the Unicode block "Control Pictures" mirrors the C0 controls
        '\0'..='\u{1f}' => char::from_u32(0x2400 + c as u32),
        '\u{7f}' => Some('␡'),
        c if c.is_control() => Some('\u{fffd}'),
        c if is_invisible(c) => None,
        c => Some(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn escapes_lose_their_power_and_stay_visible() {
        assert_eq!(line("\u{1b}[31mred\u{1b}]0;title\u{7}"), "␛[31mred␛]0;title␇");
        assert_eq!(line("a\r\nb\tc"), "a  b c");
        assert_eq!(line("\u{9b}2J"), "\u{fffd}2J");
        assert_eq!(line("evil\u{202e}txt.exe"), "eviltxt.exe");
        assert!(matches!(line("plain 漢字"), Cow::Borrowed(_)));
    }

    #[test]
    fn cuts_by_columns_not_by_bytes() {
        assert_eq!(fit("漢字漢字", 5), "漢字…");
        assert_eq!(fit("漢字", 4), "漢字");
        assert_eq!(fit("abc", 0), "");
        assert_eq!(fit("abcdef", 4), "abc…");
    }

    #[test]
    fn a_name_in_two_lines_is_broken_at_a_space_if_there_is_one() {
        let halved = |text| halved(text, 5);
        let two = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(halved("Coat"), two("Coat", ""));
        assert_eq!(halved("Ankle boot"), two("Ankle", "boot"));
        assert_eq!(halved("red apple"), two("red", "apple"));
        assert_eq!(halved("Pullover"), two("Pullo", "ver"));
        assert_eq!(halved("T-shirt/top"), two("T-shi", "rt/t…"));
        assert_eq!(halved("漢字漢字漢字"), two("漢字", "漢字…"));
        assert_eq!(super::halved("ab", 0), two("", ""));
    }

    proptest! {
        #[test]
        fn no_word_is_lost_and_lines_keep_to_their_width(text in "[a-z]{1,8}( [a-z]{1,8}){0,12}", columns in 8_usize..40) {
            let lines = folded(&text, columns);
            prop_assert!(lines.iter().all(|line| !line.is_empty() && width(line) <= columns));
            prop_assert_eq!(lines.join(" "), text);
        }

        #[test]
        fn is_safe_for_any_text_and_never_too_wide(text in any::<String>(), columns in 0_usize..30) {
            let cut = fit(&text, columns);
            prop_assert!(cut.chars().all(is_safe));
            prop_assert!(cut.width() <= columns);
            let (first, second) = halved(&text, columns);
            prop_assert!(first.width() <= columns && second.width() <= columns);
            prop_assert!(lines(&text).all(|l| l.chars().all(is_safe)));
        }
    }
}
