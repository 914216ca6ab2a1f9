//! Tags: the error categories of a project, each on one letter key.

/// Identifies a tag for good: renaming keeps it.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(transparent)]
pub struct TagId(pub u16);

/// An error category.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Tag {
    /// Stays when the tag is renamed.
    pub id: TagId,
    /// What the user calls it.
    pub name: String,
    /// The letter that toggles it, if one was free.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<char>,
    /// When it is to be given, in a sentence.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// An example that shows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub example: Option<TagExample>,
}

/// An example that shows what a tag means.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct TagExample {
    /// Its split.
    pub split: super::Split,
    /// Its id.
    pub id: String,
}

/// A tag that is to be made.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct NewTag {
    /// Its name.
    pub name: String,
    /// When it is to be given, in a sentence; may be empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The letter it would like to have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<char>,
}

impl From<String> for NewTag {
    fn from(name: String) -> Self {
        Self { name, ..Self::default() }
    }
}

/// A tag's name as it is kept: words with single spaces between them.
pub fn tag_name(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether two names mean the same tag: case and spaces don't count.
pub fn same_tag_name(a: &str, b: &str) -> bool {
    tag_name(a).to_lowercase() == tag_name(b).to_lowercase()
}

/// The first letter of `name` that is neither taken nor reserved, else the first free letter of the
/// alphabet, else none.
pub fn free_key(name: &str, taken: impl Fn(char) -> bool) -> Option<char> {
    name.chars()
        .flat_map(char::to_lowercase)
        .chain('a'..='z')
        .find(|&c| c.is_ascii_lowercase() && !taken(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_comes_from_the_name_then_from_the_alphabet() {
        assert_eq!(free_key("blurry", |_| false), Some('b'));
        assert_eq!(free_key("Blurry", |c| c == 'b'), Some('l'));
        assert_eq!(free_key("bb", |c| c == 'b'), Some('a'));
        assert_eq!(free_key("bb", |_| true), None);
    }
}
