use super::super::fixtures::{cells, left_out, names, path, read};
use super::*;

#[test]
fn the_flag_that_is_set_is_the_label() {
    let (form, frame) = read("labelme");
    assert_eq!((form, names(&frame)), ("labelme", vec!["file", "label"]));
    assert_eq!(cells(&frame, "file"), ["a.jpg", "../pictures/b.jpg"]);
    assert_eq!(cells(&frame, "label"), ["cat", "dog"]);
    assert_eq!(frame.classes, ["dog", "cat"]);
    let reasons = [
        "0: c.json: it has 2 labels, where one is expected",
        "0: d.json: none of its flags is set",
    ];
    assert_eq!(left_out(&frame), reasons);
    assert_eq!(read("labelme/a.json").1.rows, 1);
}

#[test]
fn a_broken_file_is_left_out() {
    let dir = tempfile::tempdir().unwrap();
    fs::copy(path("labelme/a.json"), dir.path().join("a.json")).unwrap();
    fs::write(dir.path().join("b.json"), b"{\"version\": \"5\", \"flags\": {").unwrap();
    fs::write(
        dir.path().join("c.json"),
        b"{\"version\": \"5\", \"flags\": [], \"imagePath\": \"c\"}",
    )
    .unwrap();
    let frame = read_folder(dir.path());
    assert_eq!((frame.rows, frame.left_out.count), (1, 2));
}

fn read_folder(path: &Path) -> Frame {
    super::read(path).unwrap()
}
