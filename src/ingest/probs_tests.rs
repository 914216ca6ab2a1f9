use super::*;
use proptest::prelude::*;

fn classes() -> ClassNames {
    ClassNames::new(vec!["cat".into(), "dog".into()]).unwrap()
}

fn said(parts: &[&str], values: &[f32]) -> Said {
    let parts = parts.iter().map(|&part| part.to_owned()).collect();
    let cells = Cells::Numbers { width: 2, values: values.to_vec() };
    let probabilities = Some(Field { name: "prob_*".into(), parts, cells });
    Said { probabilities, ..Said::default() }
}

fn column(cells: &[&str]) -> TextColumn {
    let mut column = TextColumn::default();
    for cell in cells {
        column.push(cell).unwrap();
    }
    column
}

#[test]
fn columns_go_where_their_class_is() {
    let by_name = told(&said(&["dog", "cat"], &[0.25, 0.75]), 1, &classes()).unwrap();
    assert_eq!(by_name.matrix.row(0), [0.75, 0.25]);
    let by_index = told(&said(&["1", "0"], &[0.25, 0.75]), 1, &classes()).unwrap();
    assert_eq!(by_index.matrix.row(0), [0.75, 0.25]);
    let unknown = told(&said(&["dog", "cow"], &[0.25, 0.75]), 1, &classes()).unwrap_err();
    assert!(unknown.contains("\"cow\" belongs to none"), "{unknown}");
}

#[test]
fn logits_get_one_softmax_and_probabilities_none() {
    let told = settle(vec![2.0, -1.0, 0.5, 0.5, f32::NAN, 0.0], 2, "logits").unwrap();
    assert!((told.matrix.row(0)[0] - 0.952_574_1).abs() < 1e-6);
    assert_eq!(told.matrix.row(1), [0.5, 0.5]);
    assert!(told.matrix.row(2)[1].is_nan());
    assert_eq!(
        told.notes,
        [
            "logits holds logits: a softmax makes them probabilities",
            "1 rows of logits are empty: they have no prediction"
        ]
    );
}

#[test]
fn single_rows_that_are_none_have_no_prediction() {
    let values = vec![0.5, 0.5, 1.0 + 5e-5, -5e-5, 0.2, 0.2, 1.5, -0.5, 0.9, 0.1];
    let told = settle(values, 2, "probs").unwrap();
    assert_eq!(told.matrix.row(1), [1.0, 0.0]);
    assert!(told.matrix.row(2)[0].is_nan() && told.matrix.row(3)[0].is_nan());
    assert_eq!(
        told.notes,
        [
            "2 rows of probs are no probabilities (the first is row 3): they have no prediction",
            "1 rows of probs pass 0 or 1 by rounding: clipped"
        ]
    );
    let several = settle(vec![0.9, 0.8, 0.1, 0.2], 2, "probs").unwrap_err();
    assert!(several.contains("don't sum to 1"), "{several}");
}

#[test]
fn predictions_alone_say_how_little_is_known() {
    let predictions = Some(column(&["dog", "0", "cow"]));
    let alone = Said { predictions: predictions.clone(), ..Said::default() };
    let told_of = told(&alone, 3, &classes()).unwrap();
    assert_eq!((told_of.matrix.row(0), told_of.matrix.row(1)), (&[0.0, 1.0][..], &[1.0, 0.0][..]));
    assert!(told_of.matrix.row(2)[0].is_nan());
    assert_eq!(told_of.known, Known::Class);
    assert!(
        told_of.notes[0].contains("1 rows have no class as their prediction (such as \"cow\")")
    );
    let sure = Said { confidence: Some(column(&["0.75", "", "1"])), ..alone };
    let told_of = told(&sure, 3, &classes()).unwrap();
    assert_eq!((told_of.matrix.row(0), told_of.known), (&[0.25, 0.75][..], Known::Top));
    let none = Said { predictions: Some(column(&["x", "y"])), ..Said::default() };
    assert!(
        told(&none, 2, &classes()).unwrap_err().contains("no prediction is one of the classes")
    );
}

proptest! {
    #[test]
    fn whatever_is_given_is_a_distribution_or_missing(rows in prop::collection::vec(prop::array::uniform3(-9_f32..9.0), 1..30)) {
        let Ok(told) = settle(rows.concat(), 3, "x") else { return Ok(()) };
        for row in 0..told.matrix.rows() {
            let row = told.matrix.row(row);
            let sum: f32 = row.iter().sum();
            prop_assert!(row.iter().all(|p| p.is_nan()) || (sum - 1.0).abs() < 2e-3 && row.iter().all(|p| (0.0..=1.0).contains(p)));
        }
    }
}
