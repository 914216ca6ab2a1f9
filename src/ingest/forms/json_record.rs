//! One JSON object as a row.
//!
//! Invariant: nothing is built for a record but the row: keys are looked up, values go where the layout says.

use crate::ingest::layout::{Head, Layout, Rows, Slot};
use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use std::fmt::{self, Write};

/// A JSON object's entries in their order.
#[derive(Debug)]
pub struct Ordered(pub Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Ordered {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Entries;
        impl<'de> Visitor<'de> for Entries {
            type Value = Ordered;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Ordered, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Ordered(entries))
            }
        }
        from.deserialize_map(Entries)
    }
}

/// Where the columns of the first records go.
pub fn layout(first: &[Ordered]) -> Layout {
    let mut heads: Vec<Head<'_>> = Vec::new();
    let mut known = Vec::new();
    for (name, value) in first.iter().flat_map(|record| &record.0) {
        let at = heads.iter().position(|head| head.name == name).unwrap_or_else(|| {
            heads.push(Head { name, list: None, numeric: false });
            known.push(false);
            heads.len() - 1
        });
        if known[at] || value.is_null() {
            continue;
        }
        known[at] = true;
        heads[at].numeric = value.is_number();
        let numbers = value.as_array().filter(|list| list.len() > 1);
        let numbers = numbers.filter(|list| list.iter().all(|n| n.is_number() || n.is_null()));
        heads[at].list = numbers.map(Vec::len);
    }
    Layout::new(&heads)
}

/// Reads an object into the row that is being read.
pub struct Record<'r, 'l> {
    pub layout: &'l Layout,
    pub rows: &'r mut Rows<'l>,
    /// What one row needs for a moment.
    pub scratch: &'r mut Scratch,
}

/// What reading needs for a moment, again and again.
#[derive(Debug, Default)]
pub struct Scratch {
    text: String,
    pub numbers: Vec<f32>,
}

impl<'de> DeserializeSeed<'de> for Record<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Record<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object for each row")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut expected = 0;
        while let Some(place) = map.next_key_seed(Key { layout: self.layout, expected })? {
            let Some((place, slot)) = place.and_then(|at| Some((at, self.layout.slot(at)?))) else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            expected = place + 1;
            let name = self.layout.name(place);
            map.next_value_seed(Cell { slot, name, rows: self.rows, scratch: self.scratch })?;
        }
        Ok(())
    }
}

/// Reads one value into its place in the row that is being read.
pub fn cell(
    json: &mut serde_json::Deserializer<serde_json::de::SliceRead<'_>>,
    place: usize,
    Record { layout, rows, scratch }: Record<'_, '_>,
) -> Result<(), serde_json::Error> {
    let Some(slot) = layout.slot(place) else { return Ok(()) };
    Cell { slot, name: layout.name(place), rows, scratch }.deserialize(&mut *json)?;
    json.end()
}

struct Key<'l> {
    layout: &'l Layout,
    expected: usize,
}

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Option<usize>, D::Error> {
        from.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Option<usize>, E> {
        Ok(self.layout.place(name, self.expected))
    }
}

struct Cell<'r, 'l> {
    slot: Slot,
    name: &'l str,
    rows: &'r mut Rows<'l>,
    scratch: &'r mut Scratch,
}

impl Cell<'_, '_> {
    fn text<E: Error>(self, text: &str) -> Result<(), E> {
        match self.slot {
            Slot::Text(field) => self.rows.put_text(field, text).map_err(E::custom),
            Slot::Part(field, part) => {
                let number =
                    text.trim().parse().map_err(|_| self.no_number(&format!("{text:?}")))?;
                self.rows.put_number(field, part, number);
                Ok(())
            }
            Slot::List(_) => Err(self.no_number(&format!("{text:?}"))),
        }
    }

    fn number<E: Error>(self, number: f64, text: impl fmt::Display) -> Result<(), E> {
        match self.slot {
            Slot::Part(field, part) => {
                self.rows.put_number(field, part, number as f32);
                Ok(())
            }
            Slot::Text(field) => {
                self.scratch.text.clear();
                let _ = write!(self.scratch.text, "{text}");
                self.rows.put_text(field, &self.scratch.text).map_err(E::custom)
            }
            Slot::List(_) => Err(self.no_number("a single number")),
        }
    }

    fn no_number<E: Error>(&self, what: &str) -> E {
        let wanted =
            if matches!(self.slot, Slot::List(_)) { "a list of numbers" } else { "a number" };
        E::custom(format!("`{}` is {what}, where the rows before it have {wanted}", self.name))
    }

    /// A value that is no single one, as JSON; a list of one text is that text.
    fn other<E: Error>(self, value: &Value) -> Result<(), E> {
        match value.as_array().map(Vec::as_slice) {
            Some([Value::String(text)]) => self.text(text),
            _ => match self.slot {
                Slot::Text(field) => {
                    self.rows.put_text(field, &value.to_string()).map_err(E::custom)
                }
                _ => Err(self.no_number("another kind of value")),
            },
        }
    }
}

impl<'de> DeserializeSeed<'de> for Cell<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Cell<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.text(text)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.text(if value { "true" } else { "false" })
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        self.number(value as f64, value)
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        self.number(value as f64, value)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        self.number(value, value)
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let Slot::List(field) = self.slot else {
            let value = Value::deserialize(SeqAccessDeserializer::new(list))?;
            return self.other(&value);
        };
        self.scratch.numbers.clear();
        while let Some(number) = list.next_element::<Option<f32>>()? {
            self.scratch.numbers.push(number.unwrap_or(f32::NAN));
        }
        let found = self.scratch.numbers.len();
        if self.rows.put_list(field, &self.scratch.numbers) {
            return Ok(());
        }
        let what = format!("`{}` has {found} numbers, another count than the first row", self.name);
        Err(A::Error::custom(what))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        let value = Value::deserialize(MapAccessDeserializer::new(map))?;
        self.other(&value)
    }
}
