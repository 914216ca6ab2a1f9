//! Which input of a text model takes what.
//!
//! Invariant: each role is given to at most one input, and every input has one.

use super::super::engine::Port;
use super::super::error::ModelProblem;
use super::super::tensor::{Kind, Tensor};
use ndarray::{ArrayD, IxDyn};

/// What an input of a text model takes, for each token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Its id.
    Ids,
    /// 1, or 0 for padding.
    Mask,
    /// Which of two texts it is of: 0.
    Types,
    /// Its place in the text.
    Positions,
}

/// In the order in which inputs without a usual name are taken.
const ROLES: [Role; 4] = [Role::Ids, Role::Mask, Role::Types, Role::Positions];

impl Role {
    /// The names that exporters use; the first is that of transformers.
    fn names(self) -> &'static [&'static str] {
        match self {
            Self::Ids => &["input_ids", "input_word_ids", "ids", "tokens"],
            Self::Mask => &["attention_mask", "input_mask", "mask"],
            Self::Types => &["token_type_ids", "input_type_ids", "segment_ids", "type_ids"],
            Self::Positions => &["position_ids"],
        }
    }

    fn of(name: &str) -> Option<Self> {
        // TensorFlow numbers the outputs of a node
        let name = name.strip_suffix(":0").unwrap_or(name);
        let known = |role: &Self| role.names().iter().any(|n| n.eq_ignore_ascii_case(name));
        ROLES.into_iter().find(known)
    }
}

/// An input and what it takes.
#[derive(Debug, Clone)]
pub(super) struct Slot {
    pub role: Role,
    pub name: String,
    kind: Kind,
    /// Its number of tokens, if that is fixed.
    pub length: Option<usize>,
}

impl Slot {
    /// `values`, row by row, in the type that the input takes.
    pub fn tensor(&self, shape: [usize; 2], values: &[i64]) -> Option<Tensor> {
        fn array<T>(shape: [usize; 2], values: impl Iterator<Item = T>) -> Option<ArrayD<T>> {
            ArrayD::from_shape_vec(IxDyn(&shape), values.collect()).ok()
        }
        let values = values.iter().copied();
        match self.kind {
            Kind::I64 => array(shape, values).map(Tensor::I64),
            Kind::I32 => array(shape, values.map(|v| v as i32)).map(Tensor::I32),
            Kind::F32 | Kind::F16 => array(shape, values.map(|v| v as f32)).map(Tensor::F32),
            Kind::Bool => array(shape, values.map(|v| v != 0)).map(Tensor::Bool),
            Kind::F64 | Kind::U8 | Kind::I8 | Kind::Text => None,
        }
    }
}

fn is_tokens(port: &Port) -> bool {
    matches!(port.kind, Kind::I64 | Kind::I32) && port.dims.len() == 2
}

/// The role of each input: by its name, and of other names by the order, which is said in a note.
///
/// # Errors
/// An input that can't be one of them.
pub(super) fn of_text(ports: &[Port]) -> Result<(Vec<Slot>, Vec<String>), ModelProblem> {
    let mut roles: Vec<Option<Role>> = ports.iter().map(|port| Role::of(&port.name)).collect();
    let mut notes = Vec::new();
    for (at, port) in ports.iter().enumerate() {
        if roles[at].is_none() && is_tokens(port) {
            roles[at] = ROLES.into_iter().find(|&role| !roles.contains(&Some(role)));
            if let Some(role) = roles[at] {
                notes.push(format!("input `{}` is taken for {}", port.name, role.names()[0]));
            }
        }
    }
    let slot = |(port, role): (&Port, Option<Role>)| {
        let fits = match role? {
            Role::Mask => !matches!(port.kind, Kind::F64 | Kind::U8 | Kind::I8 | Kind::Text),
            _ => matches!(port.kind, Kind::I64 | Kind::I32),
        };
        let length = port.dims.get(1).copied().flatten();
        let named = Slot { role: role?, name: port.name.clone(), kind: port.kind, length };
        (fits && port.dims.len() == 2 && length != Some(0)).then_some(named)
    };
    let slots: Option<Vec<Slot>> = ports.iter().zip(roles).map(slot).collect();
    let once = |slots: &Vec<Slot>| {
        ROLES.into_iter().all(|role| {
            let count = slots.iter().filter(|slot| slot.role == role).count();
            count == 1 || (count == 0 && role != Role::Ids)
        })
    };
    slots.filter(once).map(|slots| (slots, notes)).ok_or_else(|| refused(ports))
}

/// Inputs with their types and shapes, for a message.
pub(super) fn list(ports: &[Port]) -> String {
    let shown = |port: &Port| {
        let size = |d: &Option<usize>| d.map_or("?".to_owned(), |d| d.to_string());
        let dims: Vec<String> = port.dims.iter().map(size).collect();
        format!("{} {}[{}]", port.name, port.kind.name(), dims.join(", "))
    };
    ports.iter().map(shown).collect::<Vec<_>>().join(", ")
}

fn refused(ports: &[Port]) -> ModelProblem {
    ModelProblem::Input {
        what: format!("takes other inputs than a text has: {}", list(ports)),
        remedy: "a text gives input_ids, attention_mask, token_type_ids, position_ids: int64 [N, S]",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn port(name: &str, kind: Kind, dims: &[Option<usize>]) -> Port {
        Port { name: name.to_owned(), kind, dims: dims.to_vec() }
    }

    #[test]
    fn names_go_before_the_order_and_the_order_is_said() {
        let open = [None, None];
        let ports = [
            port("token_type_ids", Kind::I64, &open),
            port("a", Kind::I32, &open),
            port("attention_mask", Kind::F32, &open),
        ];
        let (slots, notes) = of_text(&ports).unwrap();
        let roles: Vec<Role> = slots.iter().map(|s| s.role).collect();
        assert_eq!(roles, [Role::Types, Role::Ids, Role::Mask]);
        assert_eq!(notes, ["input `a` is taken for input_ids"]);
        assert_eq!(Role::of("segment_ids:0"), Some(Role::Types));
    }

    #[test]
    fn other_inputs_are_refused_with_a_list() {
        let open = [None, None];
        let ids = port("input_ids", Kind::I64, &open);
        let bad = [
            vec![ids.clone(), port("image", Kind::F32, &[None, Some(3), None, None])],
            vec![port("input_ids", Kind::F32, &open)],
            vec![port("input_ids", Kind::I64, &[None])],
            vec![port("input_ids", Kind::I64, &[None, Some(0)])],
            vec![ids.clone(), ids.clone()],
            vec![port("attention_mask", Kind::I64, &open), ids, port("mask", Kind::I64, &open)],
            vec![],
        ];
        for ports in bad {
            assert!(of_text(&ports).is_err(), "{ports:?}");
        }
        let image = [port("image", Kind::F32, &[None, Some(3)])];
        let message = of_text(&image).unwrap_err().to_string();
        assert!(
            message.starts_with("takes other inputs than a text has: image float32[?, 3]\n"),
            "{message}"
        );
    }
}
