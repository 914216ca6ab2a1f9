use super::*;
use crate::ingest::frame::Cells;
use proptest::prelude::*;

fn named(name: &str, bytes: &[u8]) -> Result<Frame, String> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    read(&path).map_err(|e| e.to_string().replace(&format!("{}/", dir.path().display()), ""))
}

fn frame(text: &str) -> Result<Frame, String> {
    named("a.csv", text.as_bytes())
}

fn texts<'f>(frame: &'f Frame, name: &str) -> Vec<&'f str> {
    frame.field(name).unwrap().texts().unwrap().iter().collect()
}

#[test]
fn probabilities_are_put_together_whether_columns_or_lists() {
    let text = "\u{feff}id,prob_cat,prob_dog,logits,p_value\r\n1,0.25,0.75,\"[1, -2.5]\",a\r\n2,,1e0,[3 nan],b\r\n";
    let frame = frame(text).unwrap();
    assert_eq!(texts(&frame, "id"), ["1", "2"]);
    assert_eq!(texts(&frame, "p_value"), ["a", "b"]);
    let probs = frame.field("prob_*").unwrap();
    assert_eq!(probs.parts, ["cat", "dog"]);
    let Cells::Numbers { width: 2, values } = &probs.cells else { panic!("{probs:?}") };
    assert!(values[..2] == [0.25, 0.75] && values[2].is_nan() && values[3] > 0.999);
    let Cells::Numbers { width: 2, values } = &frame.field("logits").unwrap().cells else {
        panic!()
    };
    assert!(values[..3] == [1.0, -2.5, 3.0] && values[3].is_nan());
}

#[test]
fn ranked_classes_are_no_probabilities_of_classes() {
    let frame = frame("filename,label_0,label_1,prob_0,prob_1\na.png,7,3,0.9,0.1\n").unwrap();
    assert_eq!(texts(&frame, "prob_1"), ["0.1"]);
}

#[test]
fn separators_and_quoted_newlines_are_understood() {
    assert_eq!(texts(&frame("a;b\n\"x\n;\";y\n").unwrap(), "a"), ["x\n;"]);
    assert_eq!(texts(&named("a.tsv", b"a\tb,c\n1\t2\n").unwrap(), "b,c"), ["2"]);
    let lines = frame("a,b\n\"1\n1\",2\n3,4\n").unwrap().lines;
    assert_eq!(lines, [2, 4]);
    let lines = frame("a,b\r\n\"1\r\n1\",2\r\n\r\n3,4\r\n5,6").unwrap().lines;
    assert_eq!(lines, [2, 5, 6]);
}

#[test]
fn records_that_cannot_be_used_are_left_out_by_line() {
    let text = b"a,p_x,p_y\n1,0.5,0.5\n2,0.5\n3,0.5,oops\n\xff,1,0\n5,1,0\n";
    let frame = named("a.csv", text).unwrap();
    assert_eq!(texts(&frame, "a"), ["1", "3", "5"]);
    let text = b"a,p_x,p_y\n1,0.5,0.5\n2,0.5\n\xff,1,0\n5,1,0\n";
    let left_out = named("a.csv", text).unwrap().left_out;
    let lines: Vec<_> = left_out.first.iter().map(|(line, why)| format!("{line}: {why}")).collect();
    assert_eq!(lines, ["3: 2 cells, where the header has 3", "4: not UTF-8 text"]);
}

#[test]
fn what_holds_nothing_is_refused_with_the_reason() {
    assert!(frame("").unwrap_err().contains("the file is empty"));
    assert!(frame("a,b\n").unwrap_err().contains("no examples below the header"));
    assert!(frame("a,b\n1\n").unwrap_err().starts_with("a.csv:2: 1 cells, where the header has 2"));
    let shortened = frame("a,probs\n1,[0.1 0.2 ... 0.3]\n").unwrap_err();
    assert!(shortened.contains("was shortened") && shortened.contains(".npy"), "{shortened}");
}

proptest! {
    #[test]
    fn what_the_csv_crate_writes_is_read_back(rows in prop::collection::vec(("[ab\",;\r\n]{0,6}", any::<i16>()), 1..20)) {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(["text", "n"]).unwrap();
        for (text, n) in &rows {
            writer.write_record([text, &n.to_string()]).unwrap();
        }
        let frame = named("a.csv", &writer.into_inner().unwrap()).unwrap();
        prop_assert_eq!(texts(&frame, "text"), rows.iter().map(|r| r.0.as_str()).collect::<Vec<_>>());
        prop_assert_eq!(texts(&frame, "n"), rows.iter().map(|r| r.1.to_string()).collect::<Vec<_>>());
    }
}
