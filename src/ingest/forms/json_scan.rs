//! Where the values of a JSON document stand, so that each can be read, or left out, on its own.
//!
//! Invariant: only brackets, quotes and commas are looked at; what stands between them is checked by who reads it.

use memchr::{memchr_iter, memchr2};

/// The values of an array or object, as they are written.
#[derive(Debug, Clone)]
pub struct Values<'b> {
    bytes: &'b [u8],
    at: usize,
    done: bool,
}

/// A value that the document ends in, or that is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    /// Where it begins.
    pub at: usize,
}

/// What is inside the brackets at the start of the text; nothing if there are none.
pub fn values(bytes: &[u8]) -> Values<'_> {
    let at = past_space(bytes, 0);
    let done = !matches!(bytes.get(at), Some(b'[' | b'{'));
    Values { bytes, at: at + 1, done }
}

impl<'b> Iterator for Values<'b> {
    type Item = Result<&'b [u8], Cut>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.done {
            self.at = past_space(self.bytes, self.at);
            match self.bytes.get(self.at) {
                Some(b',' | b':') => self.at += 1,
                Some(b']' | b'}') => self.done = true,
                _ => {
                    let Some(end) = value_end(self.bytes, self.at) else {
                        self.done = true;
                        return Some(Err(Cut { at: self.at.min(self.bytes.len()) }));
                    };
                    let value = &self.bytes[self.at..end];
                    self.at = end;
                    return Some(Ok(value));
                }
            }
        }
        None
    }
}

/// The names and values of an object.
pub fn entries(bytes: &[u8]) -> impl Iterator<Item = Result<(String, &[u8]), Cut>> {
    let mut values = values(bytes);
    std::iter::from_fn(move || {
        let at = values.at;
        let pair = values.next()?.and_then(|name| {
            let name: String = serde_json::from_slice(name).map_err(|_| Cut { at })?;
            Ok((name, values.next().ok_or(Cut { at })??))
        });
        Some(pair)
    })
}

/// The names in the first object, as far as the text goes: the object itself or the first one in an array.
pub fn first_names(bytes: &[u8]) -> Vec<String> {
    let inner = past_space(bytes, 0);
    let object = match bytes.get(inner) {
        Some(b'[') => &bytes[past_space(bytes, inner + 1)..],
        _ => &bytes[inner..],
    };
    if object.first() != Some(&b'{') {
        return Vec::new();
    }
    let (mut names, mut rest) = (Vec::new(), values(object));
    while let Some(Ok(name)) = rest.next() {
        match serde_json::from_slice(name) {
            Ok(name) => names.push(name),
            Err(_) => break,
        }
        if !matches!(rest.next(), Some(Ok(_))) {
            break;
        }
    }
    names
}

/// The first place from `at` on that is no white space.
pub fn past_space(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or(rest.len())
}

/// Behind the value that begins at a place; `None` if the text ends in it.
pub fn value_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    let mut depth = 0_usize;
    loop {
        match bytes.get(at)? {
            b'"' => {
                at = text_end(bytes, at + 1)?;
                if depth == 0 {
                    return Some(at);
                }
                continue;
            }
            b'[' | b'{' => depth += 1,
            b']' | b'}' if depth <= 1 => return Some(at + depth),
            b']' | b'}' => depth -= 1,
            b',' | b':' if depth == 0 => return Some(at),
            byte if depth == 0 && byte.is_ascii_whitespace() => return Some(at),
            _ => {}
        }
        at += 1;
    }
}

/// Behind the quote that ends a text.
fn text_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += memchr2(b'"', b'\\', bytes.get(at..)?)?;
        if bytes[at] == b'"' {
            return Some(at + 1);
        }
        at += 2;
    }
}

/// The lines of ascending places in a text, from 1.
#[derive(Debug)]
pub struct Lines<'b> {
    bytes: &'b [u8],
    at: usize,
    line: u64,
}

impl<'b> Lines<'b> {
    /// The lines of a text.
    pub fn of(bytes: &'b [u8]) -> Self {
        Self { bytes, at: 0, line: 1 }
    }

    /// The line of a place, which is not before the one that was asked for last.
    pub fn at(&mut self, place: usize) -> u64 {
        let passed = self.bytes.get(self.at..place).unwrap_or_default();
        self.line += memchr_iter(b'\n', passed).count() as u64;
        self.at = self.at.max(place);
        self.line
    }

    /// The line of a part of the text.
    pub fn of_part(&mut self, part: &[u8]) -> u64 {
        self.at((part.as_ptr() as usize).saturating_sub(self.bytes.as_ptr() as usize))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn texts(json: &str) -> Vec<Result<&str, Cut>> {
        let text = |bytes| std::str::from_utf8(bytes).unwrap();
        values(json.as_bytes()).map(|value| value.map(text)).collect()
    }

    #[test]
    fn values_end_where_their_brackets_do() {
        let json = " [1, {\"a\":[\"]\\\"\"]},\n NaN ,\"x\"] tail";
        assert_eq!(texts(json), [Ok("1"), Ok("{\"a\":[\"]\\\"\"]}"), Ok("NaN"), Ok("\"x\"")]);
        assert_eq!(texts("[1, {\"a\":"), [Ok("1"), Err(Cut { at: 4 })]);
        assert_eq!(texts("[1,"), [Ok("1"), Err(Cut { at: 3 })]);
        assert_eq!(texts("7"), []);
        assert_eq!(first_names(b"[ {\"a\":{\"b\":1},\"c\":[2],\"d\":\"cut"), ["a", "c", "d"]);
    }

    #[test]
    fn lines_are_counted_on_the_way() {
        let bytes = b"[1,\n2,\n\n3]";
        let mut lines = Lines::of(bytes);
        let of = values(bytes).map(|part| lines.of_part(part.unwrap()));
        assert_eq!(of.collect::<Vec<_>>(), [1, 2, 4]);
    }

    proptest! {
        #[test]
        fn what_serde_json_writes_is_found_again(texts in prop::collection::vec(".{0,6}", 0..6), n in any::<i32>()) {
            let object: serde_json::Map<String, Value> =
                texts.iter().map(|text| (text.clone(), json!([text, {"n": n}]))).collect();
            let json = serde_json::to_vec_pretty(&object).unwrap();
            let found = entries(&json).map(|entry| {
                let (name, value) = entry.unwrap();
                (name, serde_json::from_slice(value).unwrap())
            });
            prop_assert_eq!(found.collect::<serde_json::Map<_, _>>(), object);
        }

        #[test]
        fn nothing_panics(text in "[\\[\\]{}\",:a1\\\\ \n]{0,40}") {
            let _ = (values(text.as_bytes()).count(), entries(text.as_bytes()).count(), first_names(text.as_bytes()));
        }
    }
}
