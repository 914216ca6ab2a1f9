//! What Hugging Face's `datasets` writes of the columns into a schema: the names of the classes.
//!
//! The metadata of the schema has `huggingface`: `{"info": {"features": {"label": {"names": […], "_type": "ClassLabel"}}}}`.
//! Source: `datasets` 4, `Features.arrow_schema` and `ClassLabel`. Invariant: what is not of that form counts as not there.

use crate::ingest::roles;
use arrow_schema::Schema;
use serde_json::Value;
use std::collections::HashMap;

/// The names of the classes of columns that hold indices of them.
#[derive(Debug, Default)]
pub(super) struct Features {
    names: HashMap<String, Vec<String>>,
}

impl Features {
    /// Those of a schema.
    pub fn of(schema: &Schema) -> Self {
        let text = schema.metadata().get("huggingface");
        let about: Value = text.and_then(|t| serde_json::from_str(t).ok()).unwrap_or_default();
        let features = about.pointer("/info/features").and_then(Value::as_object);
        let named = |(column, feature): (&String, &Value)| {
            let is = feature.get("_type").and_then(Value::as_str) == Some("ClassLabel");
            let names = feature.get("names").filter(|_| is)?.as_array()?;
            let names: Option<Vec<String>> =
                names.iter().map(|name| name.as_str().map(str::to_owned)).collect();
            Some((column.clone(), names.filter(|names| !names.is_empty())?))
        };
        Self { names: features.into_iter().flatten().filter_map(named).collect() }
    }

    /// The names of the classes of a column.
    pub fn names(&self, column: &str) -> Option<&[String]> {
        self.names.get(column).map(Vec::as_slice)
    }

    /// The classes of the table: those of what looks like the label, else of the first column that has any.
    pub fn classes(&self, schema: &Schema) -> Vec<String> {
        let columns: Vec<&str> =
            schema.fields().iter().map(|field| field.name().as_str()).collect();
        let label = roles::guess(&columns).label;
        let first = || columns.iter().find_map(|column| self.names(column));
        self.names(&label).or_else(first).unwrap_or_default().to_vec()
    }
}
