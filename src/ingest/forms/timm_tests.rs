use super::super::fixtures::{cells, names, numbers, read, written};

const TOPS: [&str; 2] = ["jack-o'-lantern", "dog"];

#[test]
fn the_label_of_the_best_class_is_the_prediction() {
    for name in ["top1.csv", "top1.json", "top1_record.json", "top1_split.json", "top1.parquet"] {
        let (_, frame) = read(&format!("timm/{name}"));
        assert_eq!(names(&frame), ["filename", "prediction", "confidence"], "{name}");
        assert_eq!(cells(&frame, "filename")[..2], ["img_0.JPEG", "img_1.JPEG"], "{name}");
        assert_eq!(cells(&frame, "prediction")[..2], TOPS, "{name}");
        let confidence: f32 = cells(&frame, "confidence")[0].parse().unwrap();
        assert!((confidence - 0.445_492_42).abs() < 1e-6, "{name}");
        assert!(frame.notes[0].contains("is its prediction"), "{name}");
    }
    let (_, frame) = read("timm/top1_index.json");
    assert_eq!(names(&frame), ["filename", "prediction", "confidence", "class_index"]);
    assert_eq!(cells(&frame, "class_index")[..2], ["1", "2"]);
    let (_, frame) = read("timm/top1_only_index.csv");
    assert_eq!(cells(&frame, "prediction")[..2], ["1", "2"]);
}

#[test]
fn the_best_classes_are_ranked() {
    for name in ["top2.csv", "top2.json", "top2_separate.csv", "top2.parquet"] {
        let (_, frame) = read(&format!("timm/{name}"));
        assert_eq!(names(&frame), ["filename", "prediction", "confidence", "top_2"], "{name}");
        assert_eq!(cells(&frame, "prediction")[..2], TOPS, "{name}");
        assert!(cells(&frame, "top_2")[0].starts_with("jack-o'-lantern 0.445"), "{name}");
        assert!(cells(&frame, "top_2")[0].contains(", tabby, tabby cat 0.307"), "{name}");
    }
}

#[test]
fn all_classes_give_probabilities_by_class() {
    let path = super::super::fixtures::path("timm/probs.npy");
    let truth = crate::ingest::read_matrix(&path, 6, 3).unwrap();
    // by the index of the class, else by name; the names of classes that only have an index are numbers
    let (by_index, by_name) = (
        ["tabby, tabby cat", "jack-o'-lantern", "dog"],
        ["dog", "jack-o'-lantern", "tabby, tabby cat"],
    );
    let all = [
        ("all_separate.csv", by_index, [0, 1, 2]),
        ("all.csv", by_name, [2, 1, 0]),
        ("all.parquet", by_name, [2, 1, 0]),
        ("all_only_index.json", ["0", "1", "2"], [0, 1, 2]),
    ];
    for (name, parts, order) in all {
        let (_, frame) = read(&format!("timm/{name}"));
        let (width, values) = numbers(&frame, "prob_*");
        assert_eq!(
            (width, &frame.field("prob_*").unwrap().parts[..]),
            (3, &parts.map(str::to_owned)[..]),
            "{name}"
        );
        for (row, values) in values.chunks(3).enumerate() {
            for (at, &class) in order.iter().enumerate() {
                assert!((values[at] - truth.row(row)[class]).abs() < 1e-6, "{name} {row}");
            }
        }
    }
    let (_, frame) = read("timm/all_logits.csv");
    assert!((numbers(&frame, "logit_*").1[0] - truth.row(0)[2].ln()).abs() < 1e-5);
    assert!(frame.field("confidence").is_none());
    let (_, frame) = read("timm/all_by_class.csv");
    assert_eq!(names(&frame), ["filename", "probs"]);
    assert!((numbers(&frame, "probs").1[0] - truth.row(0)[0]).abs() < 1e-6);
    assert!(frame.notes.is_empty());
}

#[test]
fn tables_of_others_keep_their_label() {
    for text in [
        "filename,label,prob,split\na.png,cat,0.5,dev\n",
        "filename,label\na.png,cat\n",
        "file,label,prob\na.png,cat,0.5\n",
        "filename,label,prob_0,prob_1\na.png,cat,0.5,0.5\n",
        "filename,label,prob\na.png,cat,high\n",
    ] {
        let (_, frame) = written("a.csv", text.as_bytes()).unwrap();
        assert_eq!(cells(&frame, "label"), ["cat"], "{text}");
        assert!(frame.field("prediction").is_none() && frame.notes.is_empty(), "{text}");
    }
    let (_, frame) = written("a.csv", b"filename,index,prob\na.png,0,0.5\nb.png,1,0.5\n").unwrap();
    assert_eq!(names(&frame), ["filename", "index", "prob"]);
}

#[test]
fn a_row_of_other_lengths_is_left_out() {
    let text = b"filename,label,prob\na.png,\"['x' 'y']\",[0.9 0.1]\nb.png,\"['x']\",[0.9 0.1]\n";
    let (_, frame) = written("a.csv", text).unwrap();
    assert_eq!(cells(&frame, "prediction"), ["x"]);
    assert_eq!(frame.left_out.first, [(3, "not as many labels as probabilities".to_owned())]);
}
