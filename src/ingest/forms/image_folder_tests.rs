use super::super::read_frame;
use super::super::samples::{fixture, shown, texts};

#[test]
fn folders_are_classes_in_the_order_of_torchvision() {
    let (form, frame) = read_frame(&fixture("image_folder", "classes")).unwrap();
    assert_eq!(form.name, "a folder of pictures or sounds");
    assert_eq!(frame.classes, ["10", "2", "2-b"]);
    let files = ["10/a.PNG", "10/b.png", "2/a.png", "2/sub/x.png", "2-b/a.png"];
    assert_eq!(texts(&frame, "file"), files);
    assert_eq!(texts(&frame, "label"), ["10", "10", "2", "2", "2-b"]);
    assert_eq!(
        frame.notes,
        [
            "files that are no pictures or sounds, not taken: 1 (readme.txt)",
            "hidden files and folders, not taken: 1"
        ]
    );
}

#[test]
fn folders_of_splits_are_splits() {
    let (_, frame) = read_frame(&fixture("image_folder", "splits")).unwrap();
    assert_eq!(texts(&frame, "split"), ["train", "train", "val", "val"]);
    assert_eq!(texts(&frame, "label"), ["cat", "dog", "dog", "dog"]);
    assert_eq!(texts(&frame, "file")[3], "val/dog/2.png");
    assert!(frame.notes[0].starts_with("`val` has no cat"), "{:?}", frame.notes);
}

#[test]
fn metadata_tells_more() {
    let folder = fixture("image_folder", "metadata");
    let (_, frame) = read_frame(&folder).unwrap();
    assert_eq!(texts(&frame, "file_name"), ["two.png", "one.png", "deep/three.png"]);
    assert_eq!(texts(&frame, "label"), ["dog", "cat", "cat"]);
    assert_eq!(texts(&frame, "age"), ["3", "5", "7"]);
    assert_eq!(shown(&folder, texts(&frame, "file_name")[2]), 2);
    let (_, frame) = read_frame(&fixture("image_folder", "metadata_splits")).unwrap();
    assert_eq!(texts(&frame, "file_name"), ["train/a.png", "test/a.png", "test/b.png"]);
    assert_eq!(texts(&frame, "split"), ["train", "test", "test"]);
    assert_eq!(texts(&frame, "by"), ["ann", "ann", "bob"]);
    let (_, frame) = read_frame(&fixture("image_folder", "metadata_classes")).unwrap();
    assert_eq!((texts(&frame, "label"), frame.classes.len()), (vec!["cat", "dog"], 2));
    assert!(frame.notes[0].contains("no label"), "{:?}", frame.notes);
}

#[test]
fn folders_of_no_use_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let error = || read_frame(dir.path()).map(|(form, _)| form.name).unwrap_err().to_string();
    assert!(error().contains("no folder of examples that is known"), "{}", error());
    std::fs::write(dir.path().join("a.png"), "").unwrap();
    assert!(error().contains("in no folders of classes"), "{}", error());
    std::fs::write(dir.path().join("metadata.csv"), "name,label\na,b\n").unwrap();
    assert!(error().contains("no column \"file_name\""), "{}", error());
    std::fs::write(dir.path().join("metadata.csv"), "file_name\na.png\n").unwrap();
    assert!(super::read(dir.path()).unwrap().classes.is_empty());
}

#[test]
fn sounds_and_loose_files_are_listed_or_counted() {
    let dir = tempfile::tempdir().unwrap();
    for name in ["yes/a.wav", "no/b.FLAC", "loose.wav", "no/.git/x.wav"] {
        let path = dir.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, "").unwrap();
    }
    #[cfg(unix)]
    std::os::unix::fs::symlink(dir.path(), dir.path().join("no/round")).unwrap();
    let (_, frame) = read_frame(dir.path()).unwrap();
    let files = texts(&frame, "file");
    assert!(files.contains(&"no/b.FLAC") && files.contains(&"yes/a.wav"), "{files:?}");
    assert_eq!(frame.left_out.first[0].1, "loose.wav lies in no folder of a class");
}
