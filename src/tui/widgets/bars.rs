//! Horizontal bars in eighths of a cell.

/// A bar for `share` (0 to 1) of `width` columns, padded with spaces.
pub fn bar(share: f64, width: usize) -> String {
    const PARTS: [char; 8] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];
    let eighths = (share.clamp(0.0, 1.0) * width as f64 * 8.0).round() as usize;
    // What is not shown as 0.00 has a bar, however short.
    let eighths = if share >= 0.005 && width > 0 { eighths.max(1) } else { 0 };
    let mut out = "█".repeat(eighths / 8);
    if let Some(part) = (eighths % 8).checked_sub(1) {
        out.push(PARTS[part]);
    }
    let used = eighths.div_ceil(8);
    out.push_str(&" ".repeat(width.saturating_sub(used)));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn draws_eighths() {
        assert_eq!(bar(1.0, 3), "███");
        assert_eq!(bar(0.5, 3), "█▌ ");
        assert_eq!(bar(0.01, 3), "▏  ");
        assert_eq!(bar(0.0, 2), "  ");
    }

    proptest! {
        #[test]
        fn always_has_its_width(share in -1.0..2.0_f64, width in 0_usize..40) {
            prop_assert_eq!(bar(share, width).chars().count(), width);
        }
    }
}
