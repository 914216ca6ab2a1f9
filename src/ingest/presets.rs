//! Presets: sets of tags to start with, those that come with the program and those from files.
//!
//! Invariant: within a preset no two tags have the same name, and letters are a to z.

use super::IngestError;
use super::line_of;
use crate::dataset::{NewTag, same_tag_name, tag_name};
use serde::{Deserialize, Serialize};
use std::path::Path;
use toml::Spanned;

/// What to do about a preset that can't be used.
const REMEDY: &str = "write [[tag]] with name = \"…\", and description = \"…\" and key = \"b\" if \
                      you like; gaffe tags export shows one";

const BUILT_IN: [(&str, &str); 6] = [
    ("general", include_str!("../../assets/tags/general.toml")),
    ("causes", include_str!("../../assets/tags/causes.toml")),
    ("pictures", include_str!("../../assets/tags/pictures.toml")),
    ("texts", include_str!("../../assets/tags/texts.toml")),
    ("rows", include_str!("../../assets/tags/rows.toml")),
    ("sounds", include_str!("../../assets/tags/sounds.toml")),
];

/// A set of tags under a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Preset {
    /// Its name: that of the file, without its ending.
    pub name: String,
    /// Its tags, in order.
    pub tags: Vec<NewTag>,
}

impl Preset {
    /// Those that come with the program.
    pub fn built_in() -> Vec<Self> {
        let read = |(name, text): (&str, &str)| Self::parse(text, Path::new(name)).ok();
        // That each can be read is seen to by a test.
        BUILT_IN.into_iter().filter_map(read).collect()
    }

    /// Reads a preset.
    ///
    /// # Errors
    /// A file that can't be read or is none: with the line.
    pub fn read(path: &Path) -> Result<Self, IngestError> {
        let text = std::fs::read_to_string(path).map_err(|e| IngestError::io(path, &e))?;
        Self::parse(&text, path)
    }

    /// A preset with these tags, as text that [`Preset::read`] takes.
    ///
    /// # Errors
    /// Never: every name and description is Unicode.
    pub fn to_toml(tags: &[NewTag]) -> Result<String, toml::ser::Error> {
        #[derive(Serialize)]
        struct File<'a> {
            tag: &'a [NewTag],
        }
        toml::to_string(&File { tag: tags })
    }

    fn parse(text: &str, path: &Path) -> Result<Self, IngestError> {
        let refuse = |what: String, at: Option<usize>| {
            let error = IngestError::new(path, what, REMEDY);
            at.map_or_else(|| error.clone(), |at| error.clone().at(line_of(text, at)))
        };
        let file: File = toml::from_str(text)
            .map_err(|e| refuse(e.message().to_owned(), e.span().map(|span| span.start)))?;
        let mut tags: Vec<NewTag> = Vec::new();
        for tag in file.tag {
            let at = tag.name.span().start;
            let name = tag_name(tag.name.get_ref());
            if name.is_empty() {
                return Err(refuse("a tag needs a name".to_owned(), Some(at)));
            }
            if tags.iter().any(|other| same_tag_name(&other.name, &name)) {
                return Err(refuse(format!("there is a tag {name:?} above"), Some(at)));
            }
            if let Some(key) = tag.key.as_ref().filter(|k| !k.get_ref().is_ascii_lowercase()) {
                let what = format!("{:?} can't be a tag's letter: a to z can", key.get_ref());
                return Err(refuse(what, Some(key.span().start)));
            }
            let (description, key) = (tag_name(&tag.description), tag.key.map(Spanned::into_inner));
            tags.push(NewTag { name, description, key });
        }
        if tags.is_empty() {
            return Err(refuse("no [[tag]] in it".to_owned(), None));
        }
        let name = path.file_stem().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        Ok(Self { name, tags })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    tag: Vec<FileTag>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileTag {
    name: Spanned<String>,
    #[serde(default)]
    description: String,
    key: Option<Spanned<char>>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn those_that_come_with_the_program_can_be_read_and_say_what_each_tag_means() {
        let presets = Preset::built_in();
        assert_eq!(presets.len(), BUILT_IN.len());
        for tag in presets.iter().flat_map(|preset| &preset.tags) {
            let text = &tag.description;
            assert!(text.ends_with('.') && text.len() <= 110, "{tag:?}");
            assert!(tag.name.len() <= 24, "the review's line of tags cuts {tag:?}");
        }
        // 24 letters are left beside the commands
        assert!(presets.iter().all(|preset| (5..=20).contains(&preset.tags.len())));
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        let refused =
            |text: &str| Preset::parse(text, Path::new("my.toml")).unwrap_err().to_string();
        let good = "[[tag]]\nname = \"a\"\n";
        for (text, start) in [
            ("[[tag]]\nname = \"a\nkey = 1\n".to_owned(), "my.toml:2: "),
            (format!("{good}[[tag]]\nname = \" \"\n"), "my.toml:4: a tag needs a name"),
            (format!("{good}\n[[tag]]\nname = \"A \"\n"), "my.toml:5: there is a tag \"A\" above"),
            (format!("{good}key = \"B\"\n"), "my.toml:3: 'B' can't be"),
            (format!("{good}key = \"bb\"\n"), "my.toml:3: "),
            (format!("{good}descripton = \"x\"\n"), "my.toml:3: unknown field `descripton`"),
            ("[[tag]]\nkey = \"b\"\n".to_owned(), "my.toml:1: missing field `name`"),
            ("[tags]\n".to_owned(), "my.toml:1: unknown field `tags`"),
            (String::new(), "my.toml: no [[tag]] in it"),
        ] {
            let said = refused(&text);
            assert!(said.starts_with(start) && said.contains("gaffe tags export"), "{said}");
        }
        let missing = Preset::read(Path::new("none.toml")).unwrap_err().to_string();
        assert_eq!(missing, "none.toml: no such file");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(
            names in prop::collection::hash_set("[a-z \"\\\\é漢\u{1b}]{1,6}", 1..6),
            description in any::<String>(),
            key in prop::option::of(prop::char::range('a', 'z')),
        ) {
            let mut tags: Vec<NewTag> = Vec::new();
            for name in names.iter().map(|name| tag_name(name)).filter(|name| !name.is_empty()) {
                if !tags.iter().any(|tag| same_tag_name(&tag.name, &name)) {
                    tags.push(NewTag { name, description: tag_name(&description), key });
                }
            }
            prop_assume!(!tags.is_empty());
            let text = Preset::to_toml(&tags).unwrap();
            prop_assert_eq!(Preset::parse(&text, Path::new("x.toml")).unwrap().tags, tags, "{}", text);
        }

        #[test]
        fn no_text_is_too_strange(text in any::<String>()) {
            let _ = Preset::parse(&text, Path::new("x.toml"));
        }
    }
}
