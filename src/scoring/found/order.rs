//! Whether a model's classes are the project's, and in which order.
//!
//! Invariant: an order is given only where every class has exactly one counterpart.

use std::collections::HashMap;

/// How a model's classes relate to the project's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClassOrder {
    /// The same, in the same order.
    Same,
    /// The same in another order: for each class of the project the model's output for it.
    Other(Vec<usize>),
    /// Others, or another number of them; what to tell about it.
    Unlike(String),
}

/// Compares class names: as they are, else without regard to case and to what separates words.
pub fn order(model: &[String], project: &[String]) -> ClassOrder {
    if model.len() != project.len() {
        let (found, wanted) = (model.len(), project.len());
        return ClassOrder::Unlike(format!(
            "the model names {found} classes, the project has {wanted}"
        ));
    }

    match matched(model, project, str::to_owned).or_else(|| matched(model, project, plain)) {
        Some(columns) if columns.iter().enumerate().all(|(at, &column)| at == column) => {
            ClassOrder::Same
        }
        Some(columns) => ClassOrder::Other(columns),
        None => ClassOrder::Unlike(unlike(model, project)),
    }
}

fn matched(
    model: &[String],
    project: &[String],
    key: impl Fn(&str) -> String,
) -> Option<Vec<usize>> {
    let columns: HashMap<String, usize> =
        model.iter().enumerate().map(|(at, name)| (key(name), at)).collect();
    let mut taken = vec![false; model.len()];
    project
        .iter()
        .map(|name| {
            let &column = columns.get(&key(name))?;
            (!std::mem::replace(&mut taken[column], true)).then_some(column)
        })
        .collect()
}

fn plain(name: &str) -> String {
    let words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let words: Vec<String> = words.map(str::to_lowercase).collect();
    if words.is_empty() { name.to_owned() } else { words.join(" ") }
}

fn unlike(model: &[String], project: &[String]) -> String {
    let stranger = model.iter().find(|name| project.iter().all(|own| plain(own) != plain(name)));
    let example = stranger.map_or(String::new(), |name| format!(" (`{name}` is none of them)"));
    format!("the model's class names are not the project's{example}: taken in the project's order")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn names(all: &[&str]) -> Vec<String> {
        all.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn the_same_names_in_another_order_are_mapped() {
        let project = names(&["cat", "dog", "T-shirt"]);
        assert_eq!(order(&project, &project), ClassOrder::Same);
        let model = names(&["t_shirt", "Cat", "dog"]);
        assert_eq!(order(&model, &project), ClassOrder::Other(vec![1, 2, 0]));
    }

    #[test]
    fn other_names_are_not_mapped() {
        let unlike = |model: &[&str], project: &[&str]| match order(&names(model), &names(project))
        {
            ClassOrder::Unlike(note) => note,
            other => panic!("{other:?}"),
        };
        assert!(unlike(&["cat", "owl"], &["cat", "dog"]).contains("`owl` is none"));
        assert!(unlike(&["cat"], &["cat", "dog"]).contains("names 1 classes, the project has 2"));
        // "a b" could be either
        assert!(unlike(&["a-b", "a_b"], &["A b", "c"]).contains("not the project's"));
        assert!(unlike(&["+", "x"], &["-", "x"]).contains("`+`"));
    }

    proptest! {
        #[test]
        fn an_order_leads_back(shuffled in Just((0..9).collect::<Vec<usize>>()).prop_shuffle()) {
            let project: Vec<String> = (0..9).map(|i| format!("c{i}")).collect();
            let model: Vec<String> = shuffled.iter().map(|&i| project[i].clone()).collect();
            let columns = match order(&model, &project) {
                ClassOrder::Same => (0..9).collect(),
                ClassOrder::Other(columns) => columns,
                ClassOrder::Unlike(note) => return Err(TestCaseError::fail(note)),
            };
            let back: Vec<_> = columns.iter().map(|&column| model[column].clone()).collect();
            prop_assert_eq!(back, project);
        }
    }
}
