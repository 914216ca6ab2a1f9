use super::super::read_frame;
use super::super::samples::{fixture, numbers, refused, shown, texts};
use super::*;

#[test]
fn files_and_streams_are_read() {
    for name in ["pandas.feather", "polars.arrow", "polars.arrows", "pyarrow.feather"] {
        let (form, frame) = read_frame(&fixture("arrow_ipc", name)).unwrap();
        assert_eq!((form.name, frame.rows), ("Arrow IPC", 5), "{name}");
        assert_eq!(texts(&frame, "id"), ["100", "101", "102", "103", "104"], "{name}");
        assert_eq!(texts(&frame, "label"), ["cat", "dog", "eel", "cat", "dog"], "{name}");
        assert_eq!(texts(&frame, "loss"), ["0.5", "1e-7", "", "3", "12.25"], "{name}");
        let (width, values) = numbers(&frame, "prob_*");
        assert_eq!((width, &values[12..]), (3, &[0.0, 0.125, 0.875][..]), "{name}");
    }
}

#[test]
fn pictures_are_bytes_of_the_file() {
    let (_, frame) = read_frame(&fixture("arrow_ipc", "pictures.feather")).unwrap();
    let files = texts(&frame, "image");
    assert!(files[2].starts_with("pictures.feather#bytes="), "{files:?}");
    for (row, file) in files.into_iter().enumerate() {
        assert_eq!(shown(&fixture("arrow_ipc", ""), file), row);
    }
}

#[test]
fn damaged_files_are_refused_in_a_sentence() {
    let file = std::fs::read(fixture("arrow_ipc", "pandas.feather")).unwrap();
    let stream = std::fs::read(fixture("arrow_ipc", "polars.arrows")).unwrap();
    let mut large = file.clone();
    // the footer's length
    let at = large.len() - 10;
    large[at..at + 4].copy_from_slice(&i32::MAX.to_le_bytes());
    let cases: [(&str, &[u8], &str); 7] = [
        ("half a file", &file[..file.len() / 2], "cut short"),
        ("half a stream", &stream[..stream.len() / 2], "cut short"),
        ("a mark", FILE, "cut short"),
        ("no size", &stream[..4], "cut short"),
        ("nothing after the mark", &[0xff; 64], "cut short"),
        ("a footer that is too long", &large, "cut short"),
        ("no message", b"\xff\xff\xff\xff\x08\0\0\0abcdefgh", "not a readable Arrow file"),
    ];
    for (name, bytes, what) in cases {
        let error = refused("a.arrow", bytes);
        assert!(error.contains(what), "{name}: {error}");
    }
    let old = read(&fixture("arrow_ipc", "version_1.feather")).unwrap_err().to_string();
    assert!(old.contains("Feather version 1"), "{old}");
    let folder = read(&fixture("arrow_ipc", "")).unwrap_err().to_string();
    assert!(folder.contains("a folder, where a file should be"), "{folder}");
    let empty =
        [&stream[..8 + u32::from_le_bytes(stream[4..8].try_into().unwrap()) as usize]].concat();
    assert!(refused("a.arrows", &empty).contains("no rows"));
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(200))]
    #[test]
    fn no_change_of_a_file_ends_the_program(at in 0_usize..8000, byte: u8, name in 0_usize..4) {
        let name = ["pandas.feather", "polars.arrow", "polars.arrows", "pictures.feather"][name];
        let mut bytes = std::fs::read(fixture("arrow_ipc", name)).unwrap();
        let at = at % bytes.len();
        bytes[at] = byte;
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(name), bytes).unwrap();
        let _ = read(&dir.path().join(name));
    }
}
