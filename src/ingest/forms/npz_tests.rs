use super::super::fixtures::{cells, names, numbers, path, read};
use crate::ingest::read_probs;

fn truth() -> Vec<f64> {
    match read_probs(&path("numpy/probs.npy")).unwrap() {
        crate::ingest::Probs::F64(matrix) => matrix.values().to_vec(),
        crate::ingest::Probs::F32(_) => panic!("narrowed"),
    }
}

fn close(values: &[f32], within: f64) -> bool {
    let truth = truth();
    values.len() == truth.len()
        && values.iter().zip(truth).all(|(&a, b)| (f64::from(a) - b).abs() < within)
}

#[test]
fn labels_and_probabilities_by_name() {
    let (form, frame) = read("numpy/plain.npz");
    assert_eq!((form, frame.rows, names(&frame)), ("NumPy archive", 5, vec!["label", "probs"]));
    assert_eq!(cells(&frame, "label"), ["0", "2", "1", "1", "0"]);
    assert!(close(numbers(&frame, "probs").1, 1e-6));
    assert_eq!(frame.notes, ["\"images\" (5 × 2 × 2) is not taken over"]);
    let (_, frame) = read("numpy/packed.npz");
    assert_eq!(cells(&frame, "label"), ["cat", "kü", "dog", "dog", "cat"]);
    assert_eq!(frame.classes, ["cat", "dog", "kü"]);
    assert!(close(numbers(&frame, "probs").1, 1e-3));
    let (_, frame) = read("numpy/unnamed.npz");
    assert_eq!(names(&frame), ["probs", "label"]);
}

#[test]
fn labels_on_their_own() {
    let (form, frame) = read("numpy/labels.npy");
    assert_eq!(form, "NumPy labels");
    assert_eq!(cells(&frame, "label"), ["cat", "kü", "dog", "dog", "cat"]);
    assert_eq!(cells(&read("numpy/labels_int.npy").1, "label"), ["0", "2", "1", "1", "0"]);
    let (_, frame) = read("numpy/y_pred.npy");
    assert!(frame.field("label").is_none() && frame.notes[0].contains("predictions"));
    assert_eq!(frame.rows, 5);
}

#[test]
fn halves_in_fortran_order_are_a_matrix() {
    let crate::ingest::Probs::F32(matrix) = read_probs(&path("numpy/halves.npy")).unwrap() else {
        panic!("wide")
    };
    assert!(close(matrix.values(), 1e-3));
}

#[test]
fn pickles_and_what_holds_no_labels_are_refused() {
    let refused = |name: &str| super::super::read_frame(&path(name)).unwrap_err().to_string();
    for name in ["numpy/objects.npz", "numpy/objects.npy"] {
        let refused = refused(name);
        assert!(refused.contains("pickle") && refused.contains("astype(str)"), "{refused}");
    }
    assert!(refused("numpy/features.npz").contains("neither labels nor probabilities"));
    let bytes = std::fs::read(path("numpy/plain.npz")).unwrap();
    for end in [4, 40, bytes.len() / 2, bytes.len() - 1] {
        let refused = super::super::fixtures::written("a.npz", &bytes[..end]).unwrap_err();
        assert!(refused.contains("not a whole archive"), "{refused}");
    }
}
