//! `gaffe stats agreement` and `consensus`: figures of other tools, both forms of tables, refusals.

use crate::parity::annotators::{Case, cases};
use crate::support::project::{Folder, PROBS};
use gaffe::dataset::Matrix;
use ndarray::Array2;
use serde_json::Value;
use std::fmt::Write;

/// Krippendorff (2011), *Computing Krippendorff's Alpha-Reliability*: 4 people, 12 units, 5 labels.
const KNOWN: &str = "unit,A,B,C,D\n1,1,1,,1\n2,2,2,3,2\n3,3,3,3,3\n4,3,3,3,3\n5,2,2,2,2\n6,1,2,3,4\n\
    7,4,4,4,4\n8,1,1,2,1\n9,2,2,2,2\n10,,5,5,5\n11,,,1,1\n12,,3,,\n";

/// The same with a line for each vote.
fn long() -> String {
    let mut lines = KNOWN.lines();
    let people: Vec<&str> = lines.next().unwrap().split(',').skip(1).collect();
    let mut text = "item,rater,label\n".to_owned();
    for line in lines {
        let cells: Vec<&str> = line.split(',').collect();
        for (who, label) in people.iter().zip(&cells[1..]).filter(|(_, label)| !label.is_empty()) {
            writeln!(text, "{},{who},{label}", cells[0]).unwrap();
        }
    }
    text
}

fn known() -> Folder {
    let folder = Folder::empty();
    folder.write("wide.csv", KNOWN);
    folder.write("long.csv", long());
    folder
}

#[track_caller]
fn near(found: &Value, expected: f64) {
    let found = found.as_f64().unwrap();
    assert!((found - expected).abs() < 1e-9, "{found}, not {expected}");
}

#[test]
fn agreement_of_a_published_table_in_both_forms() {
    let folder = known();
    let wide = folder.gaffe(&["stats", "agreement", "--votes", "wide.csv", "--wide", "--json"]);
    let json = wide.json();
    // alpha and the share as in the paper; AC1 as irrCAC has it for this table
    near(&json["alpha"]["value"], 0.743_421_052_631_579);
    near(&json["percent"]["share"], 9.0 / 11.0);
    near(&json["ac1"]["value"], 0.775_444_068_126_995);
    let pairs = json["pairs"].as_array().unwrap();
    // counted by hand from the formula of Cohen (1960)
    let kappas = [
        0.844_827_586_206_896_6,
        0.478_260_869_565_217_4,
        0.85,
        0.542_372_881_355_932_2,
        0.870_129_870_129_870_1,
        0.615_384_615_384_615_4,
    ];
    assert_eq!(pairs.len(), kappas.len());
    for (pair, kappa) in pairs.iter().zip(kappas) {
        near(&pair["kappa"]["value"], kappa);
        assert_eq!(pair["few"], true);
    }
    assert_eq!(json["annotators"], serde_json::json!(["A", "B", "C", "D"]));
    let long = folder.gaffe(&["stats", "agreement", "--votes", "long.csv", "--json"]).json();
    assert_eq!(long["pairs"], json["pairs"]);
    assert_eq!(long["alpha"]["value"], json["alpha"]["value"]);
}

#[test]
fn agreement_is_a_table_and_its_csv_has_the_pairs() {
    let folder = known();
    let text = folder.gaffe(&["stats", "agreement", "--votes", "long.csv"]);
    let text = text.ok();
    for words in [
        "41 labels by 4 annotators on 12 of 12 examples, 5 classes",
        "Krippendorff's alpha  0.7434",
        "Gwet's AC1            0.7754",
        "agreement             81.8 %",
        "examples with two labels or more: 11",
        "under 100 shared examples",
    ] {
        assert!(text.contains(words), "no {words:?} in {text}");
    }
    let csv = folder.gaffe(&["stats", "agreement", "--votes", "wide.csv", "--wide", "--csv"]).csv();
    assert_eq!(csv.len(), 6);
    let bd = csv.iter().find(|r| r["first"] == "B" && r["second"] == "D").unwrap();
    assert_eq!((bd["shared"].as_str(), bd["agreement"].as_str()), ("10", "0.9"));
    assert!(bd["kappa_low"].parse::<f64>().unwrap() < 0.87 && bd["few"] == "few");
}

#[test]
fn nothing_to_compare_is_said() {
    let folder = Folder::empty();
    folder.write("v.csv", "id,who,label\na,x,cat\nb,y,dog\n");
    let text = folder.gaffe(&["stats", "agreement", "--votes", "v.csv"]);
    assert!(text.ok().contains("no example has labels of two people"), "{text:#?}");
    folder.write("v.csv", "id,who,label\na,x,cat\na,y,cat\n");
    let text = folder.gaffe(&["stats", "agreement", "--votes", "v.csv"]);
    assert!(text.ok().contains("all labels are of one class"), "{text:#?}");
}

/// Writes the votes of a case of `tests/fixtures/stats` as a wide table, and its probabilities.
fn written(case: &Case) -> Folder {
    let folder = Folder::empty();
    let people = case.votes.annotators();
    let mut text = "example".to_owned();
    (0..people).for_each(|a| write!(text, ",person {a}").unwrap());
    for example in 0..case.votes.examples() {
        write!(text, "\ne{example}").unwrap();
        for annotator in 0..people {
            let vote = case.votes.on(example).iter().find(|v| v.annotator as usize == annotator);
            let label = vote.map_or_else(String::new, |v| v.class.to_string());
            write!(text, ",{label}").unwrap();
        }
    }
    folder.write("votes.csv", text);
    npy(&folder, &case.probs);
    folder
}

fn npy(folder: &Folder, probs: &Matrix<f64>) {
    let shape = (probs.rows(), probs.cols());
    let array = Array2::from_shape_vec(shape, probs.values().to_vec()).unwrap();
    ndarray_npy::write_npy(folder.file("p.npy"), &array).unwrap();
}

#[track_caller]
fn same(found: &[Value], field: &str, expected: &Value) {
    let expected = expected.as_array().unwrap();
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        match expected.as_f64() {
            Some(expected) => near(&found[field], expected),
            None => assert!(found[field].is_null(), "{found}"),
        }
    }
}

#[test]
fn crowdlab_agrees_with_cleanlab_from_files() {
    for case in cases().into_iter().take(6) {
        let folder = written(&case);
        let run = ["stats", "consensus", "--votes", "votes.csv", "--wide", "--probs", "p.npy"];
        let json = folder.gaffe(&[&run[..], &["--json"]].concat()).json();
        assert_eq!(json["method"], "crowdlab");
        let expected = &case.expected["crowdlab"];
        let examples = json["examples"].as_array().unwrap();
        let labels: Vec<u64> =
            examples.iter().map(|e| e["label"].as_str().unwrap().parse().unwrap()).collect();
        assert_eq!(serde_json::json!(labels), expected["label"]);
        same(examples, "quality", &expected["quality"]);
        same(examples, "agreement", &expected["agreement"]);
        let people = json["annotators"].as_array().unwrap();
        same(people, "quality", &expected["annotator_quality"]);
        same(people, "agreement", &expected["annotator_agreement"]);
        same(people, "weight", &expected["weights"]);
        near(&json["model_weight"], expected["model_weight"].as_f64().unwrap());
        let majority = folder.gaffe(&[&run[..], &["--method", "majority", "--csv"]].concat()).csv();
        let majority: Vec<u64> = majority.iter().map(|r| r["label"].parse().unwrap()).collect();
        assert_eq!(serde_json::json!(majority), expected["majority_probs"]);
    }
}

#[test]
fn dawid_skene_agrees_with_crowd_kit_from_a_file() {
    for case in cases().into_iter().take(4) {
        let folder = written(&case);
        let run = ["stats", "consensus", "--votes", "votes.csv", "--wide"];
        let json = folder.gaffe(&[&run[..], &["--json"]].concat()).json();
        assert_eq!((&json["method"], &json["converged"]), (&"dawid-skene".into(), &true.into()));
        let top = case.expected["dawid_skene"]["top"].as_array().unwrap();
        let examples = json["examples"].as_array().unwrap();
        assert_eq!(examples.len(), top.len());
        for (example, top) in examples.iter().zip(top) {
            near(&example["quality"], top.as_f64().unwrap());
        }
        // people see the least certain label first, programs the order of the table
        let ids: Vec<&str> = examples.iter().map(|e| e["example"].as_str().unwrap()).collect();
        let expected: Vec<String> = (0..ids.len()).map(|i| format!("e{i}")).collect();
        assert_eq!(ids, expected);
        let csv = folder.gaffe(&[&run[..], &["--csv"]].concat()).csv();
        assert_eq!(csv[1]["example"], "e1");
        let worst = examples
            .iter()
            .min_by(|a, b| a["quality"].as_f64().partial_cmp(&b["quality"].as_f64()).unwrap())
            .unwrap();
        let text = folder.gaffe(&run);
        let first = text.ok().lines().nth(4).unwrap();
        assert!(first.starts_with(worst["example"].as_str().unwrap()), "{first}");
    }
}

/// On the examples b, a and e of the small project.
const PETS: &str = "id,who,label\nb,x,dog\nb,y,cat\na,y,cat\na,x,cat\ne,x,cat\ne,y,dog\n";

#[test]
fn in_a_project_the_run_is_joined_by_the_ids() {
    let folder = Folder::small();
    folder.write("v.csv", PETS);
    let json = folder.gaffe(&["stats", "consensus", "--votes", "v.csv", "--json"]).json();
    assert_eq!((&json["method"], &json["model"]), (&"crowdlab".into(), &"pets · dev · v1".into()));
    assert_eq!(json["classes"], serde_json::json!(["cat", "dog", "Ankle boot"]));
    // the same from files, with the rows of b, a and e by hand
    let rows: Vec<f64> = [1, 0, 4].iter().flat_map(|&i: &usize| PROBS[i].map(f64::from)).collect();
    npy(&folder, &Matrix::new(rows, 3, 3).unwrap());
    folder.write("c.txt", "cat\ndog\nAnkle boot\n");
    let run = ["stats", "consensus", "--votes", "v.csv", "--probs", "p.npy", "--json"];
    let by_hand = folder.gaffe(&[&run[..], &["--classes", "c.txt"]].concat()).json();
    assert_eq!(by_hand["examples"], json["examples"]);
    assert_eq!(json["examples"][0]["label"], "dog");
    assert_eq!(json["examples"][2]["label"], "dog");
    let alone = ["stats", "consensus", "--votes", "v.csv", "--method", "majority", "--json"];
    let alone = folder.gaffe(&alone).json();
    assert!(alone["model"].is_null());
    assert_eq!(alone["examples"][0]["quality"], 0.5);
}

#[test]
fn without_a_run_votes_are_merged_alone() {
    let folder = Folder::small();
    folder.change("gaffe.toml", "[runs.v1]\ndev = \"v1.npy\"\n", "");
    folder.write("v.csv", PETS);
    let run = ["stats", "consensus", "--votes", "v.csv", "--json"];
    assert_eq!(folder.gaffe(&run).json()["method"], "dawid-skene");
    let refused = folder.gaffe(&[&run[..], &["--method", "crowdlab"]].concat());
    assert!(refused.refused().contains("gaffe score"), "{refused:#?}");
}

#[test]
fn what_can_not_be_merged_is_refused_with_a_way_out() {
    let folder = Folder::small();
    folder.write("v.csv", PETS);
    folder.write("other.csv", "id,who,label\na,x,cat\nzebra,x,cat\nzebra,y,cat\n");
    folder.write("single.csv", "id,who,label\na,x,cat\nb,y,dog\n");
    folder.write("lorry.csv", "id,who,label\na,x,cat\na,y,lorry\n");
    npy(&folder, &Matrix::new(vec![0.5; 6], 2, 3).unwrap());
    ndarray_npy::write_npy(folder.file("logits.npy"), &Array2::from_elem((3, 2), 2.0)).unwrap();
    folder.write("numbers.csv", "id,who,label\na,x,0\nb,x,1\nc,x,1\nc,y,1\n");
    for (args, words) in [
        (&["--votes", "other.csv"][..], &["other.csv:3", "zebra", "--split", "dawid-skene"][..]),
        (&["--votes", "single.csv"], &["two annotators", "--method majority"]),
        (&["--votes", "lorry.csv"], &["lorry.csv:3", "lorry", "3 classes", "--classes"]),
        (&["--votes", "v.csv", "--run", "v9"], &["v9", "there is: v1"]),
        (&["--votes", "v.csv", "--method", "majority", "--run", "v1"], &["takes no run"]),
        (
            &["--votes", "v.csv", "--method", "dawid-skene", "--probs", "p.npy"],
            &["dawid-skene takes no probabilities", "--probs"],
        ),
        (&["--votes", "v.csv", "--probs", "p.npy"], &["v.csv:2", "dog", "--classes"]),
        (
            &["--votes", "numbers.csv", "--probs", "p.npy"],
            &["p.npy", "2 × 3", "3 examples and 3 classes", "--classes"],
        ),
        (&["--votes", "numbers.csv", "--probs", "logits.npy"], &["logits.npy", "softmax"]),
        (&["--votes", "none.csv"], &["none.csv: no such file"]),
    ] {
        let outcome = folder.gaffe(&[&["stats", "consensus"], args].concat());
        let message = outcome.refused();
        for word in words {
            assert!(message.contains(word), "{args:?}: no {word:?} in {message}");
        }
    }
    let outside = known();
    outside.write("v.csv", PETS);
    let run = ["stats", "consensus", "--votes", "v.csv", "--method", "crowdlab"];
    assert!(outside.gaffe(&run).refused().contains("--probs P.npy"));
    let wide = outside.gaffe(&["stats", "agreement", "--votes", "wide.csv"]);
    assert!(wide.refused().contains("--wide"), "{wide:#?}");
}
