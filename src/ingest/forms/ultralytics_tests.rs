use super::super::fixtures::{cells, path, read};
use super::*;

#[test]
fn the_folder_or_the_one_above_is_read() {
    for name in ["ultralytics/predict", "ultralytics/predict/labels"] {
        let (form, frame) = read(name);
        assert_eq!(form, "Ultralytics labels");
        assert_eq!(cells(&frame, "id"), ["img 1", "img_2"]);
        assert_eq!(cells(&frame, "prediction"), ["dog", "tabby cat"]);
        assert_eq!(cells(&frame, "confidence"), ["0.91", "0.60"]);
        assert_eq!(
            cells(&frame, "top_5")[0],
            "dog 0.91, tabby cat 0.05, cow 0.02, 12 monkeys 0.01, ox 0.01"
        );
    }
    assert!(!sniff(&Sight::of(&path("timm")).unwrap()));
}

#[test]
fn labels_of_detectors_are_none() {
    for text in ["0 0.5 0.5 0.25 0.25", "0.50 0.5 0.25 0.25", "0.9 dog", "1.20 dog", "0.90", ""] {
        assert!(line(text).is_err(), "{text}");
    }
    assert_eq!(line("0.90 12 monkeys").unwrap(), ("0.90".to_owned(), "12 monkeys".to_owned()));
}
