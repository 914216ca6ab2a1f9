use super::super::{decode, is_sound};
use super::*;
use proptest::prelude::*;

fn png(shade: u8) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let image = image::RgbImage::from_pixel(3, 2, image::Rgb([shade; 3]));
    image.write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

#[test]
fn bytes_of_a_file_are_a_picture() {
    let dir = tempfile::tempdir().unwrap();
    let (first, second) = (png(9), png(200));
    let path = dir.path().join("all.bin");
    std::fs::write(&path, [first.clone(), second.clone()].concat()).unwrap();
    let part = |offset: usize, length: usize| {
        decode(&dir.path().join(format!("all.bin#bytes={offset}+{length}")))
    };
    assert_eq!(part(0, first.len()).unwrap().to_rgb8().get_pixel(0, 0).0, [9; 3]);
    let found = part(first.len(), second.len()).unwrap();
    assert_eq!(found.to_rgb8().get_pixel(2, 1).0, [200; 3]);
    for (offset, length) in [(first.len() + 1, second.len()), (0, usize::MAX), (usize::MAX, 1)] {
        let error = part(offset, length).unwrap_err().to_string();
        assert!(error.contains("not in it"), "{error}");
    }
    let cut = part(0, 20).unwrap_err().to_string();
    assert!(cut.contains("not a readable picture"), "{cut}");
    assert!(
        decode(&dir.path().join("no.bin#bytes=0+1"))
            .unwrap_err()
            .to_string()
            .contains("no such file")
    );
}

#[test]
fn a_picture_of_an_idx_file_is_a_picture() {
    let dir = tempfile::tempdir().unwrap();
    let head = [[0, 0, 8, 3], [0, 0, 0, 2], [0, 0, 0, 1], [0, 0, 0, 3]].concat();
    std::fs::write(dir.path().join("images"), [head, vec![1, 2, 3, 40, 50, 60]].concat()).unwrap();
    let found = decode(&dir.path().join("images#idx=1")).unwrap().to_luma8();
    assert_eq!((found.dimensions(), found.as_raw().as_slice()), ((3, 1), &[40, 50, 60][..]));
    assert!(decode(&dir.path().join("images#idx=2")).is_err());
}

#[test]
fn a_file_under_the_whole_name_wins() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("a"), "no picture").unwrap();
    let named = dir.path().join("a#bytes=0+3");
    assert!(decode(&named).is_err());
    std::fs::write(&named, png(5)).unwrap();
    assert_eq!(decode(&named).unwrap().width(), 3);
    let odd = dir.path().join("b#1.png");
    std::fs::write(&odd, png(5)).unwrap();
    assert_eq!(decode(&odd).unwrap().width(), 3);
}

#[test]
fn what_is_no_locator_is_a_name() {
    let none = [
        "a",
        "a#",
        "#row=1",
        "a#row=",
        "a#row=-1",
        "a#row=+1",
        "a#rows=1",
        "a#bytes=1",
        "a#bytes=1+",
        "a#x,bytes=1+2",
        "a#row=99999999999999999999",
        "a#%41,row=1",
    ];
    for text in none {
        assert_eq!(Locator::parse(text), None, "{text}");
    }
    assert!(is_sound(Path::new("d.parquet#audio,row=3.wav")));
    assert!(!is_sound(Path::new("d.parquet#row=3")));
}

proptest! {
    #[test]
    fn a_locator_reads_back(
        file in "[a-z#/.,%é]{1,9}", column in prop::option::of(".{0,9}"), row: u64, length: u64, ending in "[a-z0-9]{0,3}",
    ) {
        for part in [Part::Row { column: column.clone(), row }, Part::Bytes { offset: row, length }] {
            let locator = Locator { file: file.clone(), part, ending: ending.clone() };
            prop_assert_eq!(Locator::parse(&locator.to_string()), Some(locator));
        }
    }

    #[test]
    fn any_text_is_parsed_or_not(text in ".{0,40}", tail in "[#%,=+.0-9a-z]{0,30}") {
        if let Some(locator) = Locator::parse(&format!("{text}{tail}")) {
            prop_assert_eq!(Locator::parse(&locator.to_string()), Some(locator));
        }
    }
}
