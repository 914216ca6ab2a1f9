use super::super::read_frame;
use super::super::samples::{fixture, numbers, refused, shown, texts};
use super::*;
use crate::media;

#[test]
fn a_table_of_pandas_is_read() {
    for name in ["pandas.parquet", "pyarrow_lz4.parquet"] {
        let (form, frame) = read_frame(&fixture("parquet", name)).unwrap();
        assert_eq!((form.name, frame.rows), ("Parquet", 5));
        assert_eq!(texts(&frame, "id"), ["100", "101", "102", "103", "104"]);
        assert_eq!(texts(&frame, "label"), ["cat", "dog", "eel", "cat", "dog"]);
        assert_eq!(texts(&frame, "prediction"), ["cat", "dog", "eel", "cat", "eel"]);
        assert_eq!(texts(&frame, "hard"), ["true", "false", "", "true", "false"]);
        assert_eq!(texts(&frame, "loss"), ["0.5", "1e-7", "", "3", "12.25"]);
        // pandas holds whole numbers as floats where one is missing
        assert_eq!(texts(&frame, "tries"), ["3", "", "1", "2", "10"]);
        assert!(
            texts(&frame, "taken")[0].starts_with("2026-01-02"),
            "{:?}",
            texts(&frame, "taken")
        );
        let probs = frame.field("prob_*").unwrap();
        assert_eq!(probs.parts, ["cat", "dog", "eel"]);
        let (width, values) = numbers(&frame, "prob_*");
        assert_eq!((width, &values[..4]), (3, &[0.7, 0.2, 0.1, 0.1][..]));
        assert!((values[14] - 0.875).abs() < 1e-6);
    }
}

#[test]
fn lists_are_numbers_or_texts() {
    for name in ["pandas_lists.parquet", "polars.parquet"] {
        let (_, frame) = read_frame(&fixture("parquet", name)).unwrap();
        let (width, values) = numbers(&frame, "probs");
        assert_eq!((width, &values[6..9]), (3, &[0.25, 0.25, 0.5][..]), "{name}");
        let tokens = texts(&frame, "tokens");
        assert_eq!(tokens, ["[1]", "[2, 3]", "[]", "", "[4, 5, 6]"], "{name}");
    }
}

#[test]
fn pictures_of_datasets_are_shown_from_the_file() {
    let (_, frame) = read_frame(&fixture("parquet", "hf.parquet")).unwrap();
    assert_eq!(frame.classes, ["cat", "dog", "eel"]);
    assert_eq!(texts(&frame, "label"), ["cat", "dog", "eel", "cat", "", "eel"]);
    assert_eq!(texts(&frame, "name")[5], "picture_5.png");
    assert_eq!(texts(&frame, "id"), texts(&frame, "name"));
    assert_eq!(texts(&frame, "image")[5], "hf.parquet#row=5");
    for row in 0..6 {
        assert_eq!(shown(&fixture("parquet", ""), texts(&frame, "image")[row]), row, "{row}");
    }
    let (_, unnamed) = read_frame(&fixture("parquet", "hf_unnamed.parquet")).unwrap();
    let ids = texts(&unnamed, "id");
    assert!(ids.iter().all(|id| id.starts_with("row-")) && ids[0] != ids[1], "{ids:?}");
    assert!(unnamed.field("name").is_none());
    assert_eq!(shown(&fixture("parquet", ""), texts(&unnamed, "image")[3]), 3);
}

#[test]
fn rows_are_found_in_any_order_across_groups_and_columns() {
    let folder = fixture("parquet", "");
    for (left, right) in [(0, 0), (1, 2), (2, 3), (3, 0), (3, 2), (0, 3), (2, 2), (1, 0), (0, 2)] {
        assert_eq!(shown(&folder, &format!("two_pictures.parquet#left,row={left}")), left);
        let empty = media::decode(&folder.join("two_pictures.parquet#right,row=1"));
        assert!(empty.is_err());
        assert_eq!(shown(&folder, &format!("two_pictures.parquet#right,row={right}")), 4 + right);
    }
    for rows in [[0, 1, 2, 3, 4, 5], [5, 4, 3, 2, 1, 0], [0, 2, 4, 1, 3, 5], [3, 3, 0, 0, 5, 5]] {
        for row in rows {
            assert_eq!(shown(&folder, &format!("hf.parquet#row={row}")), row);
        }
    }
}

#[test]
fn several_columns_of_pictures_are_told_apart() {
    let (_, frame) = read_frame(&fixture("parquet", "two_pictures.parquet")).unwrap();
    assert_eq!(texts(&frame, "file")[3], "two_pictures.parquet#left,row=3");
    let folder = fixture("parquet", "");
    assert_eq!(shown(&folder, texts(&frame, "file")[3]), 3);
    assert_eq!(shown(&folder, texts(&frame, "right")[3]), 7);
    let empty = media::decode(&folder.join(texts(&frame, "right")[1])).unwrap_err().to_string();
    assert!(empty.contains("its cell is empty"), "{empty}");
    for (part, what) in [
        ("#left,row=4", "no such row"),
        ("#middle,row=0", "no such column"),
        ("#label,row=0", "is empty"),
    ] {
        let error = media::decode(&folder.join(format!("two_pictures.parquet{part}")))
            .unwrap_err()
            .to_string();
        assert!(error.contains(what), "{error}");
    }
}

#[test]
fn other_bytes_are_not_taken() {
    let (_, frame) = read_frame(&fixture("parquet", "other_bytes.parquet")).unwrap();
    assert_eq!(
        frame.notes,
        ["`vector` holds bytes that are no pictures or sounds: it was not taken"]
    );
    assert_eq!(frame.fields.len(), 2);
}

#[test]
fn damaged_files_are_refused_in_a_sentence() {
    let whole = std::fs::read(fixture("parquet", "hf.parquet")).unwrap();
    let length = whole.len();
    let mut flipped = whole.clone();
    flipped[length - 300..length - 100].fill(0xff);
    let cases: [(&str, Vec<u8>); 6] = [
        ("no footer", whole[..length / 2].to_vec()),
        ("mark only", b"PAR1".to_vec()),
        ("two marks", b"PAR1PAR1".to_vec()),
        ("encrypted", [&b"PARE"[..], &whole[4..length - 4], b"PARE"].concat()),
        ("footer past the start", [&whole[..8], &u32::MAX.to_le_bytes(), b"PAR1"].concat()),
        ("wrong footer", flipped),
    ];
    for (name, bytes) in cases {
        let error = refused("a.parquet", &bytes);
        assert!(error.contains("not a readable Parquet file"), "{name}: {error}");
    }
    let error = read(&fixture("parquet", "no_rows.parquet")).unwrap_err().to_string();
    assert!(error.contains("there are no rows in it"), "{error}");
    assert!(read(&fixture("parquet", "")).is_err());
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(200))]
    #[test]
    fn no_change_of_a_file_ends_the_program(at in 0_usize..3500, byte: u8, name in 0_usize..3) {
        let name = ["hf.parquet", "polars.parquet", "two_pictures.parquet"][name];
        let mut bytes = std::fs::read(fixture("parquet", name)).unwrap();
        let at = at % bytes.len();
        bytes[at] = byte;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        if let Ok(frame) = read(&path) {
            let file = frame.field("image").or_else(|| frame.field("file")).and_then(|field| field.texts());
            for file in file.into_iter().flat_map(TextColumn::iter) {
                let _ = media::decode(&dir.path().join(file));
            }
        }
    }
}
