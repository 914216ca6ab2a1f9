//! Class names and their indices; the order is the order of the columns of every run.

use std::collections::HashMap;

/// The project's classes. Index `k` names column `k` of every probability matrix.
#[derive(Debug, Clone, Default)]
pub struct ClassNames {
    names: Vec<String>,
    index: HashMap<String, u32>,
}

/// Why a list of class names was refused.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ClassError {
    /// No class at all.
    #[error("the list of classes is empty")]
    Empty,
    /// The same name twice.
    #[error("class {0:?} is listed twice")]
    Twice(String),
}

impl ClassNames {
    /// Takes the names in column order.
    ///
    /// # Errors
    /// An empty list, or a name that stands twice.
    pub fn new(names: Vec<String>) -> Result<Self, ClassError> {
        if names.is_empty() {
            return Err(ClassError::Empty);
        }
        let mut index = HashMap::with_capacity(names.len());
        for (k, name) in names.iter().enumerate() {
            if index.insert(name.clone(), k as u32).is_some() {
                return Err(ClassError::Twice(name.clone()));
            }
        }
        Ok(Self { names, index })
    }

    /// Number of classes, K.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Never true for a list made by [`ClassNames::new`].
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// The name of class `k`; `"?"` for an index outside the list.
    pub fn name(&self, k: u32) -> &str {
        self.names.get(k as usize).map_or("?", String::as_str)
    }

    /// The index of `name`.
    pub fn index(&self, name: &str) -> Option<u32> {
        self.index.get(name).copied()
    }

    /// All names in column order.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The name most like `name` (ignoring case and punctuation), to suggest after a typing error.
    pub fn nearest(&self, name: &str) -> Option<&str> {
        let key = fold(name);
        self.names
            .iter()
            .find(|candidate| fold(candidate) == key)
            .or_else(|| self.names.iter().find(|c| !key.is_empty() && fold(c).contains(&key)))
            .map(String::as_str)
    }
}

/// A name without case, punctuation and spaces.
pub(crate) fn fold(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_an_empty_list_and_a_name_twice() {
        assert_eq!(ClassNames::new(vec![]).unwrap_err(), ClassError::Empty);
        let twice = vec!["cat".to_owned(), "cat".to_owned()];
        assert_eq!(ClassNames::new(twice).unwrap_err(), ClassError::Twice("cat".into()));
    }

    #[test]
    fn suggests_the_name_that_differs_in_case_or_punctuation() {
        let classes = ClassNames::new(vec!["T-shirt/top".into(), "Ankle boot".into()]).unwrap();
        assert_eq!(classes.nearest("ankle_boot"), Some("Ankle boot"));
        assert_eq!(classes.nearest("tshirt"), Some("T-shirt/top"));
        assert_eq!(classes.nearest("lorry"), None);
    }
}
