use super::*;

fn files(names: &[(&str, &str)]) -> (tempfile::TempDir, Vec<PathBuf>) {
    let dir = tempfile::tempdir().unwrap();
    let paths = names.iter().map(|(name, text)| {
        let path = dir.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    });
    let paths = paths.collect();
    (dir, paths)
}

fn config(names: &[(&str, &str)]) -> Config {
    let (_dir, paths) = files(names);
    guess(&paths, &ColumnNames::default()).unwrap().config
}

fn refused(names: &[(&str, &str)]) -> String {
    let (dir, paths) = files(names);
    let refused = guess(&paths, &ColumnNames::default()).unwrap_err().to_string();
    refused.replace(&format!("{}/", dir.path().display()), "")
}

/// An array of float32 zeros.
fn array(rows: usize, columns: usize) -> String {
    let header =
        format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, {columns}), }}");
    let header = format!("{header:<117}\n");
    let body = "\0".repeat(4 * rows * columns);
    // the first byte of the magic is no UTF-8 text: it is put there by who writes the file
    format!("{}{header}{body}", "NUMPY\u{1}\0\u{76}\0")
}

fn with_array(table: (&str, &str), shape: (usize, usize)) -> Config {
    let (dir, mut paths) = files(&[table]);
    let path = dir.path().join("probs.npy");
    let mut bytes = vec![0x93];
    bytes.extend(array(shape.0, shape.1).bytes());
    std::fs::write(&path, bytes).unwrap();
    paths.push(path);
    guess(&paths, &ColumnNames::default()).unwrap().config
}

#[test]
fn understands_a_table_with_probabilities_beside_it() {
    let table = "ID,filename,target,light\na,x.png,dog,1\nb,y.png,cat,2\n";
    let config = with_array(("valid.csv", table), (2, 2));
    assert_eq!(config.classes, ["cat", "dog"]);
    assert_eq!(config.columns.id.as_deref(), Some("ID"));
    assert_eq!(config.columns.file.as_deref(), Some("filename"));
    assert_eq!(config.columns.label, "target");
    assert_eq!(config.splits[&Split::Dev], Path::new("valid.csv"));
    assert_eq!(config.runs["v1"].dev.as_deref(), Some(Path::new("probs.npy")));
}

#[test]
fn labels_that_are_numbers_below_the_width_are_its_indices() {
    let config = with_array(("dev.csv", "text,label\nhi,1\nho,3\n"), (2, 4));
    assert_eq!(config.classes, ["0", "1", "2", "3"]);
}

#[test]
fn numbers_are_classes_in_order_of_value_and_names_come_from_a_list() {
    let table = "text,label\nhi,10\nho,2\n";
    let of_table = config(&[("test.csv", table)]);
    assert_eq!(of_table.classes, ["2", "10"]);
    assert!(of_table.splits.contains_key(&Split::Test));
    assert_eq!(config(&[("a.csv", table), ("classes.txt", "no\nyes\n")]).classes, ["no", "yes"]);
    assert_eq!(
        config(&[("a.csv", table), ("labels.txt", "0 Red fox\n1 Dog\n")]).classes,
        ["Red fox", "Dog"]
    );
    let hugging_face = "{\"id2label\": {\"1\": \"b\", \"0\": \"a\"}}";
    assert_eq!(config(&[("a.csv", table), ("config.json", hugging_face)]).classes, ["a", "b"]);
}

#[test]
fn predictions_in_the_table_are_its_run() {
    let line = "{\"id\":1,\"text\":\"a\",\"label\":\"dog\",\"pred\":\"cat\",\"prob_dog\":0.1,\"prob_cat\":0.9}\n";
    let config = config(&[("val.jsonl", line)]);
    assert_eq!(config.classes, ["dog", "cat"], "in the order of the columns");
    assert_eq!(config.columns.probabilities.as_deref(), Some("prob_*"));
    assert_eq!(config.runs["v1"].dev, config.splits.get(&Split::Dev).cloned());
}

#[test]
fn a_slip_in_a_label_makes_no_class() {
    let line = |label: &str| {
        format!("{{\"text\":\"a\",\"label\":\"{label}\",\"prob_dog\":0.1,\"prob_cat\":0.9}}\n")
    };
    let config = config(&[("val.jsonl", &[line("dog"), line("cat"), line("catt")].concat())]);
    assert_eq!(config.classes, ["dog", "cat"]);
}

#[test]
fn several_tables_are_splits_and_those_without_labels_are_runs() {
    let (labels, predictions) = ("id,label\n1,a\n2,b\n", "id,prediction\n2,a\n1,a\n");
    let config = config(&[
        ("train/data.csv", labels),
        ("test.csv", labels),
        ("dev.csv", labels),
        ("small dev.csv", predictions),
        ("preds-test.csv", predictions),
    ]);
    assert_eq!(config.splits.len(), 3);
    assert_eq!(config.runs["small-dev"].dev.as_deref(), Some(Path::new("small dev.csv")));
    assert_eq!(config.runs["preds-test"].test.as_deref(), Some(Path::new("preds-test.csv")));
}

#[test]
fn a_column_may_tell_the_splits() {
    let config = config(&[("data.csv", "id,label,split\n1,a,train\n2,b,validation\n3,b,test\n")]);
    assert_eq!(config.splits.len(), 3);
    assert_eq!(config.columns.split.as_deref(), Some("split"));
}

#[test]
fn says_what_is_missing() {
    assert!(refused(&[("a.onnx", "")]).contains("no table among the files"));
    let unlabelled = refused(&[("a.csv", "x,y\n1,2\n")]);
    assert!(
        unlabelled.contains("a.csv:1: no column looks like the label (columns: x, y)"),
        "{unlabelled}"
    );
    let predictions = refused(&[("a.csv", "id,prediction\n1,2\n")]);
    assert!(predictions.contains("give the table with the gold labels too"), "{predictions}");
    let two = refused(&[("a.csv", "id,label\n1,2\n"), ("b.csv", "id,label\n1,2\n")]);
    assert!(two.contains("b.csv: a second table for the split dev"), "{two}");
    assert!(refused(&[("a.doc", "\0")]).contains("not a form that is read"));
}

#[test]
fn columns_that_the_user_names_count() {
    let (_dir, paths) = files(&[("a.csv", "key,a,b,image\n1,x,y,z.png\n2,y,y,w.png\n")]);
    let told = ColumnNames { label: "b".into(), text: Some("a".into()), ..ColumnNames::default() };
    let config = guess(&paths, &told).unwrap().config;
    assert_eq!((config.columns.label.as_str(), config.columns.text.as_deref()), ("b", Some("a")));
    assert_eq!((config.columns.file, config.classes), (None, vec!["y".to_owned()]));
    let told = ColumnNames { label: "c".into(), ..ColumnNames::default() };
    let missing = guess(&paths, &told).unwrap_err().to_string();
    assert!(
        missing.contains("no column \"c\"") && missing.contains("key, a, b, image"),
        "{missing}"
    );
    let Err(GuessError::NoLabel { columns, .. }) = guess(&paths, &ColumnNames::default()) else {
        panic!()
    };
    assert_eq!(columns, ["key", "a", "b", "image"]);
}

#[test]
fn where_columns_could_be_otherwise_it_is_said_with_the_flag() {
    let dir = tempfile::tempdir().unwrap();
    let table = dir.path().join("dev.csv");
    std::fs::write(&table, "id,image,text,content,gold,target\n1,a.png,t,c,x,y\n").unwrap();
    let said = |told: &ColumnNames| guess(std::slice::from_ref(&table), told).unwrap().assumed;
    let doubts = said(&ColumnNames::default());
    let shown = "`image` is taken for what is shown; `text`, `content` could be it: gaffe init FILE… --text text or \
                 --text content, or [columns] in gaffe.toml";
    assert_eq!(doubts[1], shown);
    assert!(doubts[2].contains(
        "`gold` is taken for the label; `target` could be it: gaffe init FILE… --label target,"
    ));
    let told =
        ColumnNames { text: Some("text".into()), label: "target".into(), ..ColumnNames::default() };
    assert_eq!(said(&told).len(), 1);
}

#[test]
fn rows_without_a_name_are_known_by_the_columns_that_all_tables_have() {
    let config = config(&[
        ("train.csv", "height,width,source,label\n1,2,a,x\n"),
        ("dev.csv", "width,height,fold,pred,label\n2,1,9,x,y\n"),
    ]);
    assert_eq!(config.columns.id_of, ["height", "width"]);
    let one = "split,a,label,old_label,prob_x,prob_y\ntrain,1,x,,0.5,0.5\ndev,1,y,x,0.1,0.9\n";
    let config = self::config(&[("all.csv", one)]);
    assert_eq!(config.columns.id_of, ["a"], "{config:?}");
    let named = self::config(&[("dev.csv", "id,a,label\n1,2,x\n")]);
    assert!(named.columns.id_of.is_empty());
}
