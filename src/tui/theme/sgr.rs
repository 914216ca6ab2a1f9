//! Colours as terminals of 16 understand them.
//!
//! Invariant: nothing but the parameters of colours is changed.

/// Rewrites the colour sequences of crossterm, which names even the 16 as `38;5;n`, into the codes
/// of ECMA-48 and aixterm (30–37, 40–47, 90–97, 100–107). Older terminals take `5` for blinking.
/// The colour of underlines is left out. `bytes` hold whole sequences.
pub fn classic(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(at) = rest.windows(2).position(|pair| pair == b"\x1b[") {
        let (text, sequence) = rest.split_at(at);
        out.extend_from_slice(text);
        let body = &sequence[2..];
        let length = body.iter().take_while(|b| b.is_ascii_digit() || **b == b';').count();
        if body.get(length) == Some(&b'm') {
            let parameters = String::from_utf8_lossy(&body[..length]);
            if let Some(parameters) = rewritten(&parameters) {
                out.extend_from_slice(format!("\x1b[{parameters}m").as_bytes());
            }
            rest = &body[length + 1..];
        } else {
            out.extend_from_slice(b"\x1b[");
            rest = body;
        }
    }
    out.extend_from_slice(rest);
    out
}

/// The parameters in classic form; `None` if nothing is left of them.
fn rewritten(parameters: &str) -> Option<String> {
    let all: Vec<&str> = parameters.split(';').collect();
    let mut kept: Vec<String> = Vec::new();
    let mut at = 0;
    while let Some(&parameter) = all.get(at) {
        let colour = all.get(at + 2).and_then(|n| n.parse::<u8>().ok()).filter(|n| *n < 16);
        match (parameter, all.get(at + 1).copied(), colour) {
            ("38", Some("5"), Some(n)) => kept.push(code(30, n).to_string()),
            ("48", Some("5"), Some(n)) => kept.push(code(40, n).to_string()),
            ("58", Some("5"), _) => {}
            ("59", ..) => {
                at += 1;
                continue;
            }
            _ => {
                kept.push(parameter.to_owned());
                at += 1;
                continue;
            }
        }
        at += 3;
    }
    (!kept.is_empty()).then(|| kept.join(";"))
}

/// The bright ones stand 60 above the others.
fn code(base: u8, colour: u8) -> u8 {
    if colour < 8 { base + colour } else { base + 60 + colour - 8 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(bytes: &str) -> String {
        String::from_utf8(classic(bytes.as_bytes())).unwrap()
    }

    #[test]
    fn colours_by_number_become_classic_ones() {
        assert_eq!(text("a\x1b[38;5;3;48;5;12mb"), "a\x1b[33;104mb");
        assert_eq!(text("\x1b[1;38;5;9;4m"), "\x1b[1;91;4m");
        assert_eq!(text("\x1b[39;49m\x1b[59m\x1b[0m\x1b[m"), "\x1b[39;49m\x1b[0m\x1b[m");
        assert_eq!(text("\x1b[3;5H▀\x1b[?2026h\x1b[2J"), "\x1b[3;5H▀\x1b[?2026h\x1b[2J");
        assert_eq!(text("\x1b[38;5;16m"), "\x1b[38;5;16m", "not one of the 16");
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken(bytes in prop::collection::vec(prop_oneof![
            Just(0x1b_u8), Just(b'['), Just(b';'), Just(b'm'), b'0'..=b'9', any::<u8>()
        ], 0..60)) {
            let once = classic(&bytes);
            prop_assert!(once.len() <= bytes.len());
        }
    }
}
