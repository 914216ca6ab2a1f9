//! Class names in text files beside a model.
//!
//! Invariant: a line is a class, in the order of the model's outputs.

use super::literal::{in_order, names};
use std::path::Path;

/// Files that hold class names, the surest first.
pub const FILES: [&str; 8] = [
    "labels.txt",
    "classes.txt",
    "class_names.txt",
    "synset.txt",
    "synset_words.txt",
    "labels.json",
    "classes.json",
    "class_names.json",
];

/// What a list is.
#[derive(Debug, PartialEq, Eq)]
pub struct List {
    /// The names.
    pub names: Vec<String>,
    /// Whether its lines are numbered, as Teachable Machine writes them.
    pub numbered: bool,
}

/// Reads a list, JSON if its file is called so; `None` if it holds no names.
pub fn read(text: &str, file: &str) -> Option<List> {
    if Path::new(file).extension().is_some_and(|end| end == "json") {
        let names = names(&serde_json::from_str(text).ok()?)?;
        return Some(List { names, numbered: false });
    }
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let number = |line: &&str| {
        let (number, name) = line.split_once(' ')?;
        Some((number.parse().ok()?, name.trim().to_owned()))
    };
    if let Some(names) = lines.iter().map(number).collect::<Option<_>>().and_then(in_order) {
        return Some(List { names, numbered: true });
    }
    let synsets = lines.iter().all(|line| synset(line).is_some());
    let name = |line: &&str| if synsets { synset(line) } else { None }.unwrap_or(line).to_owned();
    let names: Vec<String> = lines.iter().map(name).collect();
    (!names.is_empty()).then_some(List { names, numbered: false })
}

/// `n01440764 tench, Tinca tinca` is a tench; a bare number of `WordNet` stays.
fn synset(line: &str) -> Option<&str> {
    let (number, names) = line.split_once(' ').unwrap_or((line, line));
    let digits = number.strip_prefix('n')?;
    let known = digits.len() == 8 && digits.bytes().all(|b| b.is_ascii_digit());
    known.then(|| names.split(',').next().unwrap_or(names).trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(text: &str) -> Vec<String> {
        read(text, "labels.txt").unwrap().names
    }

    #[test]
    fn the_usual_lists() {
        assert_eq!(list("cat\r\ndog\n\n"), ["cat", "dog"]);
        assert_eq!(list("n01440764 tench, Tinca tinca\nn01443537 goldfish"), ["tench", "goldfish"]);
        assert_eq!(list("n01440764\nn01443537"), ["n01440764", "n01443537"]);
        assert_eq!(list("n01440764 tench\ncat"), ["n01440764 tench", "cat"]);
        let teachable = read("0 Class 1\n1 Class 2\n", "labels.txt").unwrap();
        assert_eq!(
            teachable,
            List { names: vec!["Class 1".into(), "Class 2".into()], numbered: true }
        );
        assert_eq!(list("7 seven\n8 eight"), ["7 seven", "8 eight"]);
        assert_eq!(read(r#"["a", "b"]"#, "labels.json").unwrap().names, ["a", "b"]);
        assert_eq!(read("\n", "labels.txt"), None);
    }
}
