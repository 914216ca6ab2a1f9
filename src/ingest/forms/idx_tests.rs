use super::super::fixtures::{cells, names, path, read, written};
use super::*;
use crate::media::idx::picture;

#[test]
fn either_file_of_a_pair_is_read_with_the_other() {
    for (images, labels) in [
        ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
        ("t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"),
        ("kaggle-images.idx3-ubyte", "kaggle-labels.idx1-ubyte"),
    ] {
        for given in [images, labels] {
            let (form, frame) = read(&format!("idx/{given}"));
            assert_eq!((form, names(&frame)), ("IDX", vec!["file", "label"]), "{given}");
            assert_eq!(cells(&frame, "label"), ["7", "2", "10", "2"]);
            assert_eq!(frame.classes, ["2", "7", "10"]);
            assert_eq!(cells(&frame, "file")[3], format!("{images}#idx=3"));
        }
        let picture = picture(&path(&format!("idx/{images}")), 3).unwrap();
        assert_eq!((picture.dimensions(), picture.get_pixel(1, 2).0), ((2, 3), [171]));
    }
}

#[test]
fn pictures_alone_have_no_labels() {
    let (_, frame) = read("idx/alone-images-idx3-ubyte");
    assert_eq!((frame.rows, names(&frame)), (4, vec!["file"]));
    assert!(frame.notes[0].contains("alone-labels-idx1-ubyte is not there"), "{:?}", frame.notes);
}

#[test]
fn what_does_not_fit_is_refused() {
    let refused = |bytes: &[u8]| written("train-labels-idx1-ubyte", bytes).unwrap_err();
    let cut = super::super::read_frame(&path("idx/cut-images-idx3-ubyte")).unwrap_err().to_string();
    assert!(cut.contains("it is cut short"), "{cut}");
    assert!(refused(&[0, 0, 8, 1, 0, 0, 0, 3, 1]).contains("it is cut short"));
    assert!(refused(&[0, 0, 8, 1, 255, 255, 255, 255]).contains("than can be"));
    assert!(refused(&[0, 0, 8, 1, 0, 0, 0, 0]).contains("there are no rows"));
    assert!(refused(&[0, 0, 13, 1, 0, 0, 0, 1, 0, 0, 0, 0]).contains("other values than bytes"));
    assert!(refused(&[0, 0, 8, 2, 0, 0, 0, 1, 0, 0, 0, 1, 5]).contains("2 dimensions"));
    let dir = tempfile::tempdir().unwrap();
    let images = dir.path().join("a-images-idx3-ubyte");
    std::fs::write(&images, [&[0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1][..], &[9]].concat())
        .unwrap();
    std::fs::write(dir.path().join("a-labels-idx1-ubyte"), [0, 0, 8, 1, 0, 0, 0, 2, 1, 2]).unwrap();
    let refused = read_frame(&images);
    assert!(refused.contains("1 of them, but 2 in"), "{refused}");
}

fn read_frame(path: &Path) -> String {
    super::super::read_frame(path).unwrap_err().to_string()
}
