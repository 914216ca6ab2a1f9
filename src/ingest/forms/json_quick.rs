//! Plain JSON objects, which is what nearly all lines are, read without a general parser: keys and texts without
//! escapes, numbers of up to 15 digits and lists of them.
//!
//! Invariant: what is read here is read as `serde_json` reads it; anything else is left to it.

use crate::ingest::layout::{Layout, Rows, Slot};
use memchr::memchr2;

/// Most digits of a number that a double holds exactly.
const DIGITS: usize = 15;
/// The powers of ten that a double holds exactly: a product or quotient of two such numbers is rounded once.
const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
];

/// Reads an object into the row that is being read. `None` if it is not plain: what was put has to be taken back then.
pub fn record(
    layout: &Layout,
    rows: &mut Rows<'_>,
    numbers: &mut Vec<f32>,
    line: &str,
) -> Option<()> {
    let mut at = Scan { text: line, at: 0 };
    at.expect(b'{')?;
    let mut expected = 0;
    loop {
        let key = at.quoted()?;
        at.expect(b':')?;
        let place = layout.place(key, expected)?;
        expected = place + 1;
        match (layout.slot(place)?, at.peek()?) {
            (Slot::Text(field), b'"') => rows.put_text(field, at.quoted()?).ok()?,
            (Slot::Text(field), b'-' | b'0'..=b'9') => rows.put_text(field, at.written()?).ok()?,
            (Slot::Text(field), b't') => rows.put_text(field, at.word("true")?).ok()?,
            (Slot::Text(field), b'f') => rows.put_text(field, at.word("false")?).ok()?,
            (_, b'n') => drop(at.word("null")?),
            (Slot::List(field), b'[') => {
                at.list(numbers)?;
                rows.put_list(field, numbers).then_some(())?;
            }
            (Slot::Part(field, part), b'-' | b'0'..=b'9') => {
                rows.put_number(field, part, at.number()? as f32);
            }
            _ => return None,
        }
        match at.next()? {
            b',' => {}
            b'}' => return at.peek().is_none().then_some(()),
            _ => return None,
        }
    }
}

struct Scan<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Scan<'t> {
    /// The next byte that is no space.
    fn peek(&mut self) -> Option<u8> {
        loop {
            let byte = *self.text.as_bytes().get(self.at)?;
            if !matches!(byte, b' ' | b'\t' | b'\r' | b'\n') {
                return Some(byte);
            }
            self.at += 1;
        }
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        (self.next()? == byte).then_some(())
    }

    fn quoted(&mut self) -> Option<&'t str> {
        self.expect(b'"')?;
        let rest = self.text.get(self.at..)?;
        let end = memchr2(b'"', b'\\', rest.as_bytes())?;
        let quoted = &rest[..end];
        self.at += end + 1;
        // control characters have to be escaped
        (rest.as_bytes()[end] == b'"' && quoted.bytes().all(|b| b >= b' ')).then_some(quoted)
    }

    fn list(&mut self, numbers: &mut Vec<f32>) -> Option<()> {
        self.expect(b'[')?;
        numbers.clear();
        loop {
            self.peek()?;
            numbers.push(self.number()? as f32);
            match self.next()? {
                b',' => {}
                b']' => return Some(()),
                _ => return None,
            }
        }
    }

    fn word(&mut self, word: &'static str) -> Option<&'static str> {
        let found = self.text.get(self.at..)?.starts_with(word);
        self.at += word.len();
        found.then_some(word)
    }

    /// A number as it is written, if that is the shortest way.
    fn written(&mut self) -> Option<&'t str> {
        let start = self.at;
        self.number()?;
        let text = &self.text[start..self.at];
        let longer = text.ends_with('0') && text.contains('.') || text.contains(['e', 'E']);
        (!longer && text != "-0").then_some(text)
    }

    fn number(&mut self) -> Option<f64> {
        let bytes = self.text.as_bytes();
        let negative = self.skip(b"-");
        let (whole, first) = self.digits(0)?;
        // a 0 stands alone before the point
        if first == 0 || first > 1 && bytes[self.at - first] == b'0' {
            return None;
        }
        let (mantissa, places) = if self.skip(b".") {
            self.digits(whole).filter(|(_, places)| *places > 0)?
        } else {
            (whole, 0)
        };
        let mut power = -(places as i64);
        if self.skip(b"eE") {
            let below = self.skip(b"-");
            if !below {
                self.skip(b"+");
            }
            let (exponent, _) = self.digits(0).filter(|(_, digits)| *digits > 0)?;
            let exponent = i64::try_from(exponent).ok()?;
            power = power.checked_add(if below { -exponent } else { exponent })?;
        }
        let scale = POWERS.get(usize::try_from(power.unsigned_abs()).ok()?)?;
        let value = mantissa as f64;
        let value = if power < 0 { value / scale } else { value * scale };
        (first + places <= DIGITS).then_some(if negative { -value } else { value })
    }

    /// Goes over one of these bytes, if it is the next.
    fn skip(&mut self, any: &[u8]) -> bool {
        let found = self.text.as_bytes().get(self.at).is_some_and(|byte| any.contains(byte));
        self.at += usize::from(found);
        found
    }

    /// The digits from here on behind those of a number; and how many there are.
    fn digits(&mut self, mut value: u64) -> Option<(u64, usize)> {
        let start = self.at;
        while let Some(digit) = self.text.as_bytes().get(self.at).filter(|b| b.is_ascii_digit()) {
            value = value.checked_mul(10)?.checked_add(u64::from(digit - b'0'))?;
            self.at += 1;
        }
        Some((value, self.at - start))
    }
}

#[cfg(test)]
mod tests {
    use super::super::json_lines;
    use super::super::json_record::{Ordered, Scratch, layout};
    use super::*;
    use proptest::prelude::*;

    /// What a line is read as; `None` if it is left to the other way.
    fn read(quick: bool, line: &str) -> Option<String> {
        let head: Ordered = serde_json::from_str(HEAD).unwrap();
        let layout = layout(&[head]);
        let mut rows = Rows::new(&layout);
        if quick {
            record(&layout, &mut rows, &mut Vec::new(), line)?;
        } else {
            json_lines::slow(&layout, &mut rows, &mut Scratch::default(), line.as_bytes()).ok()?;
        }
        rows.end(1);
        Some(format!("{:?}", rows.frame().fields))
    }

    const HEAD: &str = r#"{"id": "a", "p_a": 0.5, "p_b": 0.5, "l": [1, 2]}"#;

    #[test]
    fn plain_lines_are_read() {
        for line in [
            HEAD,
            r#" {"l":[-0.25 , 10] } "#,
            r#"{"id":"ä"}"#,
            r#"{"id":-12.25,"p_a":null}"#,
            r#"{"id":true,"l":null}"#,
            r#"{"p_a":1e-05,"l":[2.5E+3,1e2]}"#,
        ] {
            assert!(read(true, line).is_some(), "{line}");
            assert_eq!(read(true, line), read(false, line), "{line}");
        }
    }

    #[test]
    fn what_is_not_plain_is_left() {
        for line in [
            r#"{"id": "a\n"}"#,
            "{\"id\": \"a\tb\"}",
            r#"{"id": 1.0}"#,
            r#"{"id": -0}"#,
            r#"{"id": nul}"#,
            r#"{"id": [1]}"#,
            r#"{"p_a": 1e30}"#,
            r#"{"p_a": 1e}"#,
            r#"{"id": 1e3}"#,
            r#"{"p_a": 01}"#,
            r#"{"p_a": 1.}"#,
            r#"{"p_a": .5}"#,
            r#"{"p_a": -}"#,
            r#"{"p_a": 0.1234567890123456}"#,
            r#"{"l": [1]}"#,
            r#"{"l": []}"#,
            r#"{"l": [1, 2],}"#,
            r#"{"new": "a"}"#,
            "{}",
            r#"{"id": "a"} x"#,
            r#"{"id": "a""#,
            "",
        ] {
            assert_eq!(read(true, line), None, "{line}");
        }
    }

    proptest! {
        #[test]
        fn it_is_read_as_serde_json_reads_it(
            id in "[a-zä\"\\\\ ]{0,4}", a in any::<f32>(), b in 0_u64..2_000_000, places in 0..9_i32,
            cut in 0..70_usize, other in "[\\]}{,:0-9.e\" -]?",
        ) {
            let decimal = b as f64 / 10_f64.powi(places);
            let id = if places % 2 == 0 { serde_json::json!(id) } else { serde_json::json!(decimal) };
            let line = serde_json::json!({"id": id, "p_a": a, "p_b": decimal, "l": [decimal, -decimal]});
            let mut line = line.to_string();
            for damaged in [false, true] {
                if damaged && line.is_char_boundary(cut) && cut < line.len() {
                    let width = line[cut..].chars().next().map_or(0, char::len_utf8);
                    line.replace_range(cut..cut + width, &other);
                }
                if let Some(quick) = read(true, &line) {
                    prop_assert_eq!(Some(quick), read(false, &line), "{}", line);
                }
            }
        }
    }
}
