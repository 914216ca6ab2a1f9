use super::*;

fn columns() -> ColumnNames {
    ColumnNames {
        id: Some("id".into()),
        file: Some("file".into()),
        label: "label".into(),
        ..ColumnNames::default()
    }
}

fn read_as(text: &str, columns: &ColumnNames) -> Result<Examples, String> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("dev.csv");
    std::fs::write(&path, text).unwrap();
    let classes = ClassNames::new(vec!["Shirt".into(), "Coat".into()]).unwrap();
    read_examples(&path, columns, &classes, Split::Dev)
        .map(|read| read.examples)
        .map_err(|e| e.to_string().replace(&format!("{}/", dir.path().display()), ""))
}

fn read(text: &str) -> Result<Examples, String> {
    read_as(text, &columns())
}

#[test]
fn reads_ids_labels_files_and_typed_metadata() {
    let text = "\u{feff}id,file,label,capture,brightness\r\na,x.png,Coat,sharp,0.5\r\n\
                \"b\n2\",y.png,1,\"blurry, dark\",\r\n";
    let examples = read(text).unwrap();
    assert_eq!(examples.ids.iter().collect::<Vec<_>>(), ["a", "b\n2"]);
    assert_eq!(examples.gold, [1, 1], "a name, and an index");
    let shown: Vec<_> = examples.metadata.iter().map(|c| c.cells.get(1)).collect();
    assert_eq!(shown, ["blurry, dark", ""]);
    assert!(examples.metadata[1].numbers.is_some());
    assert!(matches!(examples.media, Media::Picture(_)));
}

#[test]
fn a_file_without_a_row_that_can_be_used_is_refused_with_line_and_remedy() {
    for (text, expected) in [
        (
            "id,file,label\nb,y,shirt!\n",
            "dev.csv:2: label \"shirt!\" is not in the list of classes\n  did you mean \"Shirt\"?",
        ),
        ("id,file,label\na,x,7\n", "dev.csv:2: label \"7\" is not"),
        ("id,file,label\na,x\n", "dev.csv:2: 2 cells, where the header has 3"),
        (
            "id,path,label\na,x,Coat\n",
            "dev.csv:1: no column \"file\"\n  correct [columns] in gaffe.toml; there is: id, path, label",
        ),
        ("id,file,label\n", "dev.csv: no examples below the header"),
        ("id,file,label\n,x,Coat\n", "dev.csv:2: an example without an id"),
    ] {
        let error = read(text).unwrap_err();
        assert!(error.starts_with(expected), "{error}");
    }
}

#[test]
fn rows_that_are_no_examples_are_left_out_counted_and_named() {
    let text = "id,file,label\na,x,Shirt\nb,y,shirt!\nc,z\na,x,Coat\nd,w,\n,v,Coat\ne,u,Coat\n";
    let examples = read(text).unwrap();
    assert_eq!(examples.ids.iter().collect::<Vec<_>>(), ["a", "e"]);
    assert_eq!((examples.gold.clone(), examples.media.files().unwrap().get(1)), (vec![0, 1], "u"));
    let Origin { rows, len, left_out } = examples.origin;
    // a record that could not be read has its place, so that arrays beside the table are still in its order
    assert_eq!((rows.unwrap(), len, left_out.count), (vec![0, 6], 7, 5));
    let told: Vec<_> = left_out.first.iter().map(|(line, why)| format!("{line}: {why}")).collect();
    assert_eq!(
        told,
        [
            "3: label \"shirt!\" is not in the list of classes; did you mean \"Shirt\"? Classes are listed in gaffe.toml",
            "4: 2 cells, where the header has 3",
            "5: its id stands in an earlier line too; ids must be unique: decisions are kept by them",
            "6: it has no label",
            "7: an example without an id; give each row an id, or drop `id` from [columns]: the file name or the content \
             is the id then",
        ]
    );
}

#[test]
fn what_a_model_said_is_kept_apart_from_metadata() {
    let columns = ColumnNames {
        prediction: Some("pred".into()),
        probabilities: Some("prob_*".into()),
        ..columns()
    };
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("dev.csv");
    let text = "id,file,label,pred,prob_Shirt,prob_Coat,p_1,p_2\na,x,Coat,Shirt,0.75,0.25,1,2.5\n";
    std::fs::write(&path, text).unwrap();
    let classes = ClassNames::new(vec!["Shirt".into(), "Coat".into()]).unwrap();
    let Assembled { examples, said } =
        read_examples(&path, &columns, &classes, Split::Dev).unwrap();
    assert_eq!(said.predictions.unwrap().get(0), "Shirt");
    assert_eq!(said.probabilities.unwrap().parts, ["Shirt", "Coat"]);
    let shown: Vec<_> =
        examples.metadata.iter().map(|c| (c.name.as_str(), c.cells.get(0))).collect();
    assert_eq!(shown, [("p_1", "1"), ("p_2", "2.5")]);
}

#[test]
fn text_that_is_not_utf8_is_left_out_with_its_line() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("dev.csv");
    std::fs::write(&path, b"id,file,label\na,x,Coat\nb,\xff,Coat\n").unwrap();
    let classes = ClassNames::new(vec!["Coat".into()]).unwrap();
    let examples = read_examples(&path, &columns(), &classes, Split::Dev).unwrap().examples;
    assert_eq!(examples.origin.left_out.first, [(3, "not UTF-8 text".to_owned())]);
}

#[test]
fn without_an_id_column_the_file_or_the_content_is_the_id() {
    let by_file = ColumnNames { id: None, ..columns() };
    let examples = read_as("file,label\nx.png,Coat\n", &by_file).unwrap();
    assert_eq!(examples.ids.get(0), "x.png");
    let by_content = ColumnNames { id: None, file: None, ..columns() };
    let one = read_as("a,label\n1,Coat\n2,Coat\n", &by_content).unwrap();
    let other = read_as("a,label\n2,Coat\n1,Coat\n", &by_content).unwrap();
    assert_eq!(one.ids.get(0), other.ids.get(1), "the place in the file does not matter");
    assert_ne!(one.ids.get(0), one.ids.get(1));
}

#[test]
fn a_class_that_is_called_by_a_number_is_a_name() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("dev.csv");
    std::fs::write(&path, "id,file,label\na,x,1\n").unwrap();
    let classes = ClassNames::new(vec!["1".into(), "0".into()]).unwrap();
    let examples = read_examples(&path, &columns(), &classes, Split::Dev).unwrap().examples;
    assert_eq!(examples.gold, [0]);
}

#[test]
fn only_dev_needs_something_to_look_at() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("test.csv");
    std::fs::write(&path, "id,label\na,Coat\n").unwrap();
    let classes = ClassNames::new(vec!["Coat".into()]).unwrap();
    let test = read_examples(&path, &columns(), &classes, Split::Test).unwrap().examples;
    assert!(matches!(test.media, Media::Row));
    assert!(read_examples(&path, &columns(), &classes, Split::Dev).is_err());
}
