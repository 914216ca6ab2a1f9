use super::*;
use proptest::prelude::*;

fn port(name: &str, kind: Kind, dims: &[Option<usize>]) -> Port {
    Port { name: name.to_owned(), kind, dims: dims.to_vec() }
}

fn owned_names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

const COLUMNS: [&str; 3] = ["width", "sepal length", "colour"];

#[test]
fn a_matrix_takes_all_columns_in_order_or_those_that_are_named() {
    let matrix = [port("X", Kind::F32, &[None, Some(2)])];
    let rows = Rows::new(&matrix, &COLUMNS[..2], None).unwrap();
    let made = rows.tensors(&[&["1.5", ""], &[" -2e3 ", "inf"]]).unwrap();
    let values = made[0].to_f32().unwrap();
    assert_eq!((made[0].shape(), values[0]), (&[2, 2][..], 1.5));
    assert!(values[1].is_nan() && values[2..] == [-2000.0, f32::INFINITY]);
    let wanted = owned_names(&["colour", "width"]);
    let rows = Rows::new(&matrix, &COLUMNS, Some(&wanted)).unwrap();
    assert_eq!(rows.columns(), [["colour", "width"]]);
    assert_eq!(rows.tensors(&[&["1", "2", "3"]]).unwrap()[0].to_f32().unwrap(), [3.0, 1.0]);
}

#[test]
fn an_input_a_column_is_found_by_name() {
    let ports = [
        port("colour", Kind::Text, &[None, Some(1)]),
        port("sepal_length", Kind::F64, &[None, Some(1)]),
        port("width", Kind::I64, &[None]),
    ];
    let rows = Rows::new(&ports, &COLUMNS, None).unwrap();
    let made = rows.tensors(&[&["3", "0.1", "red"], &["4.0", "", ""]]).unwrap();
    let Tensor::Text(colours) = &made[0] else { panic!("{made:?}") };
    assert_eq!(
        (colours.shape(), colours.as_slice().unwrap()),
        (&[2, 1][..], &["red".to_owned(), String::new()][..])
    );
    let Tensor::F64(lengths) = &made[1] else { panic!("{made:?}") };
    assert!(lengths[[0, 0]].to_bits() == 0.1_f64.to_bits() && lengths[[1, 0]].is_nan());
    assert_eq!(made[2], Tensor::I64(ndarray::arr1(&[3, 4]).into_dyn()));
}

#[test]
fn named_columns_are_shared_among_several_inputs() {
    let ports =
        [port("numbers", Kind::F32, &[None, Some(2)]), port("words", Kind::Text, &[None, None])];
    let wanted = owned_names(&["sepal length", "width", "colour"]);
    let rows = Rows::new(&ports, &COLUMNS, Some(&wanted)).unwrap();
    assert_eq!(rows.columns(), [vec!["sepal length", "width"], vec!["colour"]]);
    let problem = Rows::new(&ports, &COLUMNS, None).unwrap_err();
    assert!(problem.to_string().contains("columns = [..]"), "{problem}");
}

#[test]
fn what_does_not_fit_is_said_with_both_sides() {
    let problem = |ports: &[Port], wanted: Option<&[String]>| {
        let text = Rows::new(ports, &COLUMNS, wanted).unwrap_err().to_string();
        assert!(text.lines().count() <= 2, "{text}");
        text
    };
    let four = [port("X", Kind::F32, &[None, Some(4)])];
    let text = problem(&four, None);
    assert!(
        text.contains("takes 4 features, the table has 3 columns (width, sepal length, colour)"),
        "{text}"
    );
    let text = problem(&four, Some(&owned_names(&["depth"])));
    assert!(text.contains("needs the column `depth`"), "{text}");
    let text = problem(&[port("age", Kind::F32, &[None, Some(1)])], None);
    assert!(
        text.contains("needs the column `age`; the table has width, sepal length, colour"),
        "{text}"
    );
    let text = problem(&[port("x", Kind::F32, &[None, Some(3), None])], None);
    assert!(text.starts_with("input `x` has the shape [?, 3, ?], not that of table rows"), "{text}");
}

#[test]
fn a_cell_that_is_no_number_is_named() {
    let complaint = |kind, cell: &str| {
        let rows = Rows::new(&[port("age", kind, &[None])], &["age"], None).unwrap();
        rows.tensors(&[&["1"], &[cell]]).unwrap_err()
    };
    assert_eq!(complaint(Kind::F32, "old"), (1, "column `age` holds `old`, no number".to_owned()));
    assert_eq!(complaint(Kind::I64, "1.5"), (1, "column `age` holds `1.5`, no integer".to_owned()));
    assert_eq!(complaint(Kind::I8, "300"), (1, "column `age` holds `300`, no integer".to_owned()));
    assert_eq!(complaint(Kind::I64, " "), (1, "column `age` is empty, no integer".to_owned()));
    assert_eq!(
        complaint(Kind::Bool, "2"),
        (1, "column `age` holds `2`, neither true nor false".to_owned())
    );
}

proptest! {
    #[test]
    fn any_table_and_any_ports_give_tensors_or_a_reason(
        dims in prop::collection::vec(prop::collection::vec(prop::option::of(0_usize..4), 0..4), 0..3),
        columns in prop::collection::vec("[a-c]", 0..5),
        cells in prop::collection::vec("[0-9.a]{0,3}", 0..12),
    ) {
        let ports: Vec<Port> = dims.iter().zip(["a", "b", "c"]).map(|(d, n)| port(n, Kind::F32, d)).collect();
        let names: Vec<&str> = columns.iter().map(String::as_str).collect();
        for wanted in [None, Some(columns.as_slice())] {
            if let Ok(rows) = Rows::new(&ports, &names, wanted) {
                let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
                let table: Vec<&[&str]> = cells.chunks(columns.len().max(1)).collect();
                if let Ok(made) = rows.tensors(&table) {
                    prop_assert_eq!(made.len(), ports.len());
                }
            }
        }
    }
}
