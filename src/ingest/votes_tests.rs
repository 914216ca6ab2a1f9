use super::*;
use crate::analysis::annotators::Vote;

const LONG: VoteForm = VoteForm::Long { example: None, annotator: None, label: None };

fn read(
    text: &str,
    form: &VoteForm,
    classes: Option<&ClassNames>,
) -> Result<VoteTable, IngestError> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("v.csv");
    std::fs::write(&path, text).unwrap();
    read_votes(&path, form, classes)
}

fn refusal(text: &str, form: &VoteForm, classes: Option<&ClassNames>) -> String {
    read(text, form, classes).unwrap_err().to_string()
}

fn vote(example: u32, annotator: u32, class: u32) -> Vote {
    Vote { example, annotator, class }
}

#[test]
fn both_forms_give_the_same_votes() {
    let long = "worker,item,when,vote\nbo,x,1,dog\nal,x,2,cat\nal,y,3,\nbo,z,4,ant\nal,y,5,dog\n";
    let long = read(long, &LONG, None).unwrap();
    let wide = "item,al,bo\nx,cat,dog\ny,dog,\nz,,ant\n";
    let wide = read(wide, &VoteForm::Wide, None).unwrap();
    for table in [&long, &wide] {
        assert_eq!(table.examples, ["x", "y", "z"]);
        assert_eq!(table.annotators, ["al", "bo"]);
        assert_eq!(table.classes.names(), ["ant", "cat", "dog"]);
        let expected = [vote(0, 0, 1), vote(0, 1, 2), vote(1, 0, 2), vote(2, 1, 0)];
        assert_eq!(table.votes.all(), expected);
    }
    assert_eq!(long.lines, [2, 4, 5]);
    assert_eq!(wide.lines, [2, 3, 4]);
}

#[test]
fn numbers_with_gaps_are_the_same_labels_as_those_without() {
    // What pandas writes of two columns of whole numbers of which the second has a gap.
    let text = "id,a,b\nx,1,1.0\ny,10,\nz,2,2.0\n";
    let table = read(text, &VoteForm::Wide, None).unwrap();
    assert_eq!(table.classes.names(), ["1", "10", "2"]);
    assert_eq!(table.votes.on(0), [vote(0, 0, 0), vote(0, 1, 0)]);
    let classes = ClassNames::new(["a", "b", "c"].map(str::to_owned).to_vec()).unwrap();
    let table = read("id,a,b\nx,1,1.0\n", &VoteForm::Wide, Some(&classes)).unwrap();
    assert_eq!(table.votes.on(0), [vote(0, 0, 1), vote(0, 1, 1)]);
    let versions = ClassNames::new(["1", "1.0"].map(str::to_owned).to_vec()).unwrap();
    let table = read("id,a,b\nx,1,1.0\n", &VoteForm::Wide, Some(&versions)).unwrap();
    assert_eq!(table.votes.on(0), [vote(0, 0, 0), vote(0, 1, 1)]);
}

#[test]
fn columns_are_named_where_they_can_not_be_guessed() {
    let text = "id,example,rater,label\n1,x,al,cat\n2,x,bo,dog\n";
    let several = refusal(text, &LONG, None);
    assert!(several.contains("v.csv:1") && several.contains("id, example"), "{several}");
    assert!(several.contains("--example"), "{several}");
    let named =
        VoteForm::Long { example: Some("example".to_owned()), annotator: None, label: None };
    assert_eq!(read(text, &named, None).unwrap().examples, ["x"]);
    let none = refusal("id,person,label\nx,al,cat\n", &LONG, None);
    assert!(none.contains("--annotator") && none.contains("--wide"), "{none}");
    let typo = VoteForm::Long { example: Some("exmple".to_owned()), annotator: None, label: None };
    assert!(refusal(text, &typo, None).contains("no column \"exmple\""));
}

#[test]
fn what_is_no_vote_is_named_with_its_line() {
    let classes = ClassNames::new(vec!["cat".to_owned(), "dog".to_owned()]).unwrap();
    for (text, words) in [
        ("id,who,label\nx,al,cat\nx,bo,dgo\n", "v.csv:3: label \"dgo\" is none of the 2 classes"),
        ("id,who,label\nx,al,cat\nx,al,cat\n", "v.csv:3: \"al\" labelled \"x\" in an earlier line"),
        ("id,who,label\nx,,cat\n", "v.csv:2: a label without an annotator"),
        ("id,who,label\n,al,cat\n", "v.csv:2: an example without an id"),
        ("id,who,label\nx,al\n", "v.csv:2: 2 cells"),
        ("id,who,label\nx,al,\n", "no labels below the header"),
        ("id,who,label\nx,al,2\n", "v.csv:2: label \"2\""),
        ("", "the file is empty"),
    ] {
        let message = refusal(text, &LONG, Some(&classes));
        assert!(message.contains(words), "{text:?}: {message}");
    }
    for (text, words) in [
        ("id,al,al\nx,cat,cat\n", "v.csv:1: two columns are called \"al\""),
        ("id\nx\n", "v.csv:1: no column of an annotator"),
        ("id,al,\nx,cat,cat\n", "v.csv:1: a column without a name"),
        ("id,al\nx,cat\nx,dog\n", "v.csv:3: example \"x\" stands in an earlier line"),
        ("id,al\nx,lorry\n", "v.csv:2: label \"lorry\""),
    ] {
        let message = refusal(text, &VoteForm::Wide, Some(&classes));
        assert!(message.contains(words), "{text:?}: {message}");
    }
}
