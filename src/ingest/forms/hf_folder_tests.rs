use super::super::read_frame;
use super::super::samples::{fixture, shown, texts};

#[test]
fn a_dataset_is_read_from_all_its_files() {
    let folder = fixture("hf_folder", "dataset");
    let (form, frame) = read_frame(&folder).unwrap();
    assert_eq!((form.name, frame.rows), ("a folder of datasets' save_to_disk", 7));
    assert_eq!(frame.classes, ["cat", "dog", "eel"]);
    assert_eq!(texts(&frame, "label"), ["cat", "dog", "eel", "cat", "", "eel", "cat"]);
    assert_eq!(texts(&frame, "name")[6], "picture_6.png");
    assert_eq!(texts(&frame, "note")[..2], ["", "note 1"]);
    for (row, file) in texts(&frame, "image").into_iter().enumerate() {
        assert_eq!(shown(&folder, file), row);
    }
    assert!(frame.field("split").is_none());
}

#[test]
fn splits_are_told_by_a_column() {
    let folder = fixture("hf_folder", "splits");
    let (_, frame) = read_frame(&folder).unwrap();
    assert_eq!(texts(&frame, "split")[2..4], ["train", "validation"]);
    let files = texts(&frame, "image");
    assert!(files[3].starts_with("validation/data-00000-of-00001.arrow#bytes="), "{files:?}");
    assert_eq!((shown(&folder, files[2]), shown(&folder, files[7])), (2, 4));
    // the same picture in two splits
    let ids = texts(&frame, "id");
    assert_eq!(ids[3], format!("{}-2", ids[0]));
}

#[test]
fn what_the_lists_name_stays_below_the_folder() {
    let dir = tempfile::tempdir().unwrap();
    let put = |name: &str, text: &str| std::fs::write(dir.path().join(name), text).unwrap();
    put("dataset_info.json", "{}");
    let cases = [
        ("{", "not what save_to_disk writes"),
        (r#"{"_data_files": 3}"#, "not what save_to_disk writes"),
        (r#"{"_data_files": [{"filename": "../x.arrow"}]}"#, "no name of a file beside it"),
        (r#"{"_data_files": [{"filename": "/etc/passwd"}]}"#, "no name of a file beside it"),
        (r#"{"_data_files": [{"filename": "gone.arrow"}]}"#, "no such file"),
        (r#"{"_data_files": []}"#, "there are no rows in it"),
    ];
    for (state, what) in cases {
        put("state.json", state);
        let error = read_frame(dir.path()).map(|(form, _)| form.name).unwrap_err().to_string();
        assert!(error.contains(what), "{state}: {error}");
    }
}
