//! Values in JSON, or as Python prints them: `{0: 'cat', 1: "owl's"}`.
//!
//! Invariant: text of any content gives a value or nothing, in time that its length bounds.

use py_literal::Value as Python;
use serde_json::{Map, Number, Value};

/// More than a list of 100,000 names.
const LONGEST: usize = 4 << 20;
/// The parser of Python tries a bracket as each kind of collection, so that its time doubles with each level.
const DEEPEST: usize = 6;

/// Reads JSON, else a Python literal. Keys become strings, tuples and sets lists.
pub fn parse(text: &str) -> Option<Value> {
    if text.len() > LONGEST {
        return None;
    }
    if let Ok(value) = serde_json::from_str(text) {
        return Some(value);
    }
    // a long number is slow to read, and no setting has one
    let numbers = text.split(|c: char| !c.is_ascii_alphanumeric());
    if depth(text) > DEEPEST || numbers.clone().any(|n| n.len() > 400 && is_number(n)) {
        return None;
    }
    value(text.trim().parse().ok()?)
}

fn is_number(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_digit())
}

/// How deep brackets are nested; those in strings count too, which refuses nothing that is sane.
fn depth(text: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for byte in text.bytes() {
        match byte {
            b'[' | b'{' | b'(' => depth += 1,
            b']' | b'}' | b')' => depth = depth.saturating_sub(1),
            _ => continue,
        }
        deepest = deepest.max(depth);
    }
    deepest
}

fn value(python: Python) -> Option<Value> {
    Some(match python {
        Python::String(text) => Value::String(text),
        Python::Integer(number) => Value::Number(number.to_string().parse().ok()?),
        Python::Float(number) => Value::Number(Number::from_f64(number)?),
        Python::Boolean(is) => Value::Bool(is),
        Python::None => Value::Null,
        Python::Tuple(all) | Python::List(all) | Python::Set(all) => {
            Value::Array(all.into_iter().map(value).collect::<Option<_>>()?)
        }
        Python::Dict(entries) => {
            let entry = |(key, of)| Some((key_text(key)?, value(of)?));
            Value::Object(entries.into_iter().map(entry).collect::<Option<Map<_, _>>>()?)
        }
        Python::Bytes(_) | Python::Complex(_) => return None,
    })
}

fn key_text(key: Python) -> Option<String> {
    match key {
        Python::String(text) => Some(text),
        Python::Integer(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Class names from a list, or from an object whose keys are their numbers; whole from 0 on.
pub fn names(value: &Value) -> Option<Vec<String>> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    match value {
        Value::Array(all) => all.iter().map(text).collect(),
        Value::Object(all) => {
            let entry =
                |(key, name)| Some((String::as_str(key).parse::<usize>().ok()?, text(name)?));
            in_order(all.iter().map(entry).collect::<Option<_>>()?)
        }
        _ => None,
    }
}

/// Names by their numbers, if these are 0, 1, 2 and so on.
pub fn in_order(mut numbered: Vec<(usize, String)>) -> Option<Vec<String>> {
    numbered.sort_unstable();
    let whole = numbered.iter().enumerate().all(|(at, (number, _))| at == *number);
    (whole && !numbered.is_empty()).then(|| numbered.into_iter().map(|(_, name)| name).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn python_and_json_mean_the_same() {
        let names = json!({"0": "cat", "1": "owl's", "10": "a\u{e9}"});
        assert_eq!(parse(r#"{0: 'cat', 1: "owl's", 10: 'a\xe9'}"#), Some(names));
        assert_eq!(parse("[224, 224]"), Some(json!([224, 224])));
        assert_eq!(parse("(1, None, True, 0.5)"), Some(json!([1, null, true, 0.5])));
        assert_eq!(parse(r#"{"a": [1]}"#), Some(json!({"a": [1]})));
        assert_eq!(parse("{0: 'cat'"), None);
        assert_eq!(parse("cat, dog"), None);
    }

    #[test]
    fn names_are_sorted_by_number_and_have_no_gap() {
        let of = |text: &str| names(&parse(text).unwrap());
        let sorted = (0..12).map(|i| format!("c{i}")).collect::<Vec<_>>();
        let strings: Vec<_> = (0..12).map(|i| format!("\"{i}\": \"c{i}\"")).collect();
        assert_eq!(of(&format!("{{{}}}", strings.join(","))), Some(sorted));
        assert_eq!(of("{0: 'a', 2: 'c'}"), None);
        assert_eq!(of("{'a': 0}"), None);
        assert_eq!(of("[1, 2]"), None);
        assert_eq!(of("{}"), None);
    }

    #[test]
    fn brackets_and_digits_without_end_are_given_up() {
        assert_eq!(parse(&"[{(".repeat(10_000)), None);
        assert_eq!(parse(&"9".repeat(100_000)), None);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_not(text in r#"[\[\]{}()'":,0-9a-c\\xuNTrue. -]{0,60}"#) {
            let _ = parse(&text).as_ref().and_then(names);
        }

        #[test]
        fn a_cut_literal_is_read_or_not(cut in 0_usize..42) {
            let whole = r#"{0: 'cat', 1: "owl's", 2: ['\u00e9', (1e3,)]}"#;
            let _ = parse(&whole[..cut]);
        }
    }
}
