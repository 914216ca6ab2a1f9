use super::*;
use crate::dataset::{Split, Stamp};
use crate::ingest::read_examples;
use proptest::prelude::*;
use std::fs;

/// The table with `b` relabelled from Shirt to Coat.
fn written(
    text: &[u8],
    name: &str,
    rows: LabelRows,
    form: Option<LabelForm>,
) -> Result<(Vec<u8>, Written), ExportError> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(name);
    fs::write(&path, text).unwrap();
    let classes = ClassNames::new(vec!["Shirt".into(), "Coat".into()]).unwrap();
    let columns =
        ColumnNames { id: Some("id".into()), label: "label".into(), ..Default::default() };
    let examples = [read_examples(&path, &columns, &classes, Split::Dev).unwrap().examples];
    let mut ledger = Ledger::default();
    let stamp = Stamp { at: 1_700_000_000_999, who: "ada".into(), ..Stamp::default() };
    ledger.decide(&["b"], stamp, |_, r, s| r.set_relabel("Coat", s));
    let fixes = label_fixes(&examples, &classes, &ledger);
    let (columns, classes, fixes) = (&columns, &classes, fixes.as_slice());
    let (source, root, examples) = (path.as_path(), dir.path(), &examples[..]);
    let table = LabelTable { source, root, columns, classes, examples, fixes, rows };
    let mut out = Vec::new();
    let written = write_labels(&table, form, dir.path(), &mut out)?;
    Ok((out, written))
}

fn export(text: &str, name: &str, rows: LabelRows) -> String {
    let (out, written) = written(text.as_bytes(), name, rows, None).unwrap();
    assert_eq!(written, Written::AsItCame);
    String::from_utf8(out).unwrap()
}

const ADDED: &str = ",old_label,new_label,relabelled_by,relabelled_at";
const FIX: &str = "Shirt,Coat,ada,2023-11-14T22:13:20Z";

#[test]
fn keeps_the_table_and_adds_who_and_when() {
    let table = "id,note,label\na,\"x, y\",Coat\nb,,Shirt\n";
    assert_eq!(
        export(table, "dev.csv", LabelRows::All),
        format!("id,note,label{ADDED}\na,\"x, y\",Coat,,,,\nb,,Coat,{FIX}\n")
    );
    assert_eq!(export(table, "dev.csv", LabelRows::Changed).lines().count(), 2);
}

#[test]
fn keeps_tabs_line_ends_and_numbers() {
    let table = "id\tlabel\r\na\t1\r\nb\t0\r\n";
    let out = export(table, "dev.tsv", LabelRows::Changed);
    assert_eq!(out.lines().nth(1).unwrap(), "b\t1\tShirt\tCoat\tada\t2023-11-14T22:13:20Z");
    assert!(out.ends_with("Z\r\n"));
}

#[test]
fn keeps_separators_the_mark_of_utf_8_and_rows_that_are_no_examples() {
    let table = "\u{feff}id;label;note\nx;\na;Coat;1\ny;Hat;2\nb;Shirt;3\n";
    let fix = FIX.replace(',', ";");
    let added = ADDED.replace(',', ";");
    assert_eq!(
        export(table, "dev.csv", LabelRows::All),
        format!("\u{feff}id;label;note{added}\nx;\na;Coat;1;;;;\ny;Hat;2;;;;\nb;Coat;3;{fix}\n")
    );
    let form = |name: &str| LabelForm::of(Path::new(name)).unwrap();
    let as_tabs = written(table.as_bytes(), "dev.csv", LabelRows::Changed, form("x.tsv")).unwrap();
    assert!(String::from_utf8(as_tabs.0).unwrap().contains("\nb\tCoat\t3\tShirt\t"));
}

#[test]
fn lines_of_json_keep_all_but_the_label() {
    let table = "{\"id\": \"a\", \"label\": \"Coat\", \"probs\": [NaN, 1.50]}\r\n\nno object\n\
                 {\"label\": [\"Shirt\"], \"id\": \"b\", \"note\": \"\\u00fc\", \"label\": [\"Shirt\"]}";
    let out = export(table, "dev.jsonl", LabelRows::All);
    let added = |old: &str, new: &str, by: &str, at: &str| {
        format!(
            ", \"old_label\": \"{old}\", \"new_label\": \"{new}\", \"relabelled_by\": \"{by}\", \"relabelled_at\": \"{at}\"}}"
        )
    };
    let (kept, fixed) =
        (added("", "", "", ""), added("Shirt", "Coat", "ada", "2023-11-14T22:13:20Z"));
    let expected =
        table.replace("}\r\n", &format!("{kept}\r\n")).replace("[\"Shirt\"]", "[\"Coat\"]");
    assert_eq!(out, format!("{}{fixed}", expected.strip_suffix('}').unwrap()));
    // once more: the columns are there already
    let again = out.replace("\"label\": [\"Coat\"]", "\"label\": [\"Shirt\"]");
    assert_eq!(export(&again, "dev.jsonl", LabelRows::All), out);
    assert_eq!(export(&again, "dev.jsonl", LabelRows::Changed).lines().count(), 1);
}

#[test]
fn labels_in_json_stay_numbers() {
    let out = export(
        "{\"id\":\"a\",\"label\":1}\n{\"label\":0,\"id\":\"b\"}\n",
        "d.jsonl",
        LabelRows::All,
    );
    assert!(out.contains("\n{\"label\":1,\"id\":\"b\",\"old_label\":\"Shirt\","), "{out}");
    assert!(out.starts_with("{\"id\":\"a\",\"label\":1,\"old_label\":\"\","), "{out}");
}

#[test]
fn another_form_is_made_of_the_examples() {
    let table = "id,label,width,p\na,Coat,3,x\nz,Hat,,\nb,Shirt,,\"é\"\"\"\n";
    let form = LabelForm::of(Path::new("x.jsonl")).unwrap();
    let (out, how) = written(table.as_bytes(), "dev.csv", LabelRows::All, form).unwrap();
    assert_eq!(how, Written::Anew("CSV"));
    assert_eq!(
        String::from_utf8(out).unwrap(),
        "{\"id\":\"a\",\"label\":\"Coat\",\"width\":3,\"p\":\"x\",\"old_label\":\"\",\"new_label\":\"\",\
         \"relabelled_by\":\"\",\"relabelled_at\":\"\"}\n\
         {\"id\":\"b\",\"label\":\"Coat\",\"width\":null,\"p\":\"é\\\"\",\"old_label\":\"Shirt\",\"new_label\":\"Coat\",\
         \"relabelled_by\":\"ada\",\"relabelled_at\":\"2023-11-14T22:13:20Z\"}\n"
    );
    let (array, _) =
        written(b"id,label\na,1\nb,0\n", "d.csv", LabelRows::All, Some(LabelForm::Array)).unwrap();
    let labels: ndarray::Array1<i64> = ndarray_npy::ReadNpyExt::read_npy(array.as_slice()).unwrap();
    assert_eq!(labels.to_vec(), [1, 1]);
    let names = written(table.as_bytes(), "d.csv", LabelRows::All, Some(LabelForm::Array));
    assert!(names.unwrap_err().to_string().contains("names, not class indices"));
    assert!(LabelForm::of(Path::new("a.parquet")).unwrap_err().to_string().contains("as CSV"));
}

#[test]
fn no_column_is_there_twice_and_none_is_taken_for_another() {
    let table = "id,label,text,data_text,lead_time\na,Coat,1,2,3\nb,Shirt,4,5,6\n";
    let form = LabelForm::of(Path::new("x.jsonl")).unwrap();
    let (out, _) = written(table.as_bytes(), "dev.csv", LabelRows::Changed, form).unwrap();
    let out = String::from_utf8(out).unwrap();
    let metadata = r#""data_data_text":4,"data_text":5,"data_lead_time":6,"old_label""#;
    assert!(out.contains(metadata), "{out}");
}

proptest! {
    #[test]
    fn any_line_of_json_is_read_back_with_the_label_alone_changed(
        notes in prop::collection::vec((".{0,8}", ".{0,8}"), 0..4), spaced: bool,
    ) {
        let mut object = serde_json::Map::new();
        for (name, note) in notes {
            object.insert(format!("x{name}"), note.into());
        }
        object.insert("id".into(), "b".into());
        object.insert("label".into(), "Shirt".into());
        let line = serde_json::to_string(&object).unwrap();
        let line = if spaced { format!("  {line} ") } else { line };
        let table = format!("{{\"id\":\"a\",\"label\":\"Coat\"}}\n{line}\n");
        let out = export(&table, "d.jsonl", LabelRows::Changed);
        let mut read: serde_json::Map<_, _> = serde_json::from_str(&out).unwrap();
        for name in crate::ingest::LABEL_COLUMNS {
            prop_assert!(read.remove(name).is_some());
        }
        object.insert("label".into(), "Coat".into());
        prop_assert_eq!(read, object);
    }
}
