use super::*;
use arrow_array::builder::{ListBuilder, StringBuilder};
use arrow_array::types::Int8Type;
use arrow_array::{
    BooleanArray, Date32Array, Decimal128Array, DictionaryArray, Float32Array, Float64Array,
    Int8Array, NullArray, StringViewArray, UInt64Array,
};
use std::sync::Arc;

fn of(array: impl Array + 'static) -> Vec<String> {
    let mut cells = TextColumn::default();
    push_texts(&(Arc::new(array) as ArrayRef), &mut cells).unwrap();
    cells.iter().map(str::to_owned).collect()
}

#[test]
fn cells_are_written_as_people_write_them() {
    assert_eq!(
        of(Float32Array::from(vec![Some(0.1), Some(3.0), None, Some(f32::NAN)])),
        ["0.1", "3", "", ""]
    );
    assert_eq!(
        of(Float64Array::from(vec![1e300, -2.5e-9, 0.0, f64::INFINITY])),
        ["1e300", "-2.5e-9", "0", "inf"]
    );
    assert_eq!(of(Int8Array::from(vec![Some(-3), None])), ["-3", ""]);
    assert_eq!(of(UInt64Array::from(vec![u64::MAX])), ["18446744073709551615"]);
    assert_eq!(of(BooleanArray::from(vec![Some(true), None])), ["true", ""]);
    assert_eq!(
        of(StringViewArray::from(vec![Some("a name that is longer than twelve"), None])).len(),
        2
    );
    assert_eq!(of(DictionaryArray::<Int8Type>::from_iter(["b", "a", "b"])), ["b", "a", "b"]);
    assert_eq!(of(NullArray::new(2)), ["", ""]);
    assert_eq!(of(Date32Array::from(vec![Some(0), None])), ["1970-01-01", ""]);
    let decimals = Decimal128Array::from(vec![125]).with_precision_and_scale(5, 2).unwrap();
    assert_eq!(of(decimals), ["1.25"]);
    let mut lists = ListBuilder::new(StringBuilder::new());
    lists.append_value([Some("a, b"), None, Some("\"c\"")]);
    lists.append_null();
    lists.append_value([None::<&str>; 0]);
    assert_eq!(of(lists.finish()), [r#"["a, b",null,"\"c\""]"#, "", "[]"]);
}

#[test]
fn indices_of_classes_are_names() {
    let names = ["cat".to_owned(), "dog".to_owned()];
    let mut cells = TextColumn::default();
    let indices = Arc::new(Int8Array::from(vec![Some(1), Some(-1), None, Some(7)])) as ArrayRef;
    push_classes(&indices, &names, &mut cells).unwrap();
    assert_eq!(cells.iter().collect::<Vec<_>>(), ["dog", "", "", "7"]);
}
