use super::*;
use crate::analysis::timing;
use crate::ingest::FILE_NAME;

fn project(dir: &Path) -> Project {
    let text = "name = \"a\"\nclasses = [\"x\", \"y\"]\n[columns]\nlabel = \"label\"\n\
                [splits]\ndev = \"dev.csv\"\n[runs.v1]\nmodel = \"m.onnx\"\n[runs.bare]\ndev = \"p.npy\"\n";
    fs::write(dir.join(FILE_NAME), text).unwrap();
    fs::write(dir.join("m.onnx"), "some weights").unwrap();
    Project::open(dir).unwrap()
}

fn measured(project: &Project) -> MeasuredModel {
    let time = timing(&[1.0, 2.0, 3.0]).unwrap();
    let numbers = Measurement {
        load_ms: 5.0,
        read: time,
        prepare: time,
        infer: time,
        latency: time,
        throughput: None,
        memory: None,
        bytes: 12,
        parameters: 3,
    };
    MeasuredModel {
        at: 1,
        machine: Machine::this(),
        model: ModelMark::of(&project.model_of("v1").unwrap()).unwrap(),
        preprocess: Preprocess::default(),
        numbers,
    }
}

#[test]
fn what_was_measured_is_used_again_until_something_changed() {
    let dir = tempfile::tempdir().unwrap();
    let (project, here) = (project(dir.path()), Machine::this());
    let known = |machine: &Machine| project.known_of_model("v1", machine);
    assert_eq!(known(&here), Known::Unmeasured("not measured"));
    let kept = measured(&project);
    project.keep_measured("v1", &kept).unwrap();
    assert_eq!(known(&here).measured(), Some(&kept));
    assert!(project.runs().unwrap().iter().all(|run| run.name != "v1" || run.splits.is_empty()));
    let other = Machine { cores: here.cores + 1, ..here.clone() };
    assert_eq!(known(&other), Known::Unmeasured("measured on another machine"));
    // the same content written anew, as in a copy
    std::thread::sleep(std::time::Duration::from_millis(5));
    fs::write(dir.path().join("m.onnx"), "some weights").unwrap();
    assert_eq!(known(&here).measured(), Some(&kept));
    fs::write(dir.path().join("m.onnx"), "more weights").unwrap();
    assert!(matches!(known(&here), Known::Unmeasured(why) if why.contains("changed")));
    fs::write(project.measured_file("v1"), "{").unwrap();
    assert!(matches!(known(&here), Known::Unmeasured(why) if why.contains("read")));
    fs::remove_file(dir.path().join("m.onnx")).unwrap();
    assert!(matches!(known(&here), Known::Impossible(why) if why.contains("m.onnx")));
}

#[test]
fn other_preprocessing_is_another_model() {
    let dir = tempfile::tempdir().unwrap();
    let project = project(dir.path());
    let preprocess = Preprocess { size: Some([28, 28]), ..Preprocess::default() };
    project.keep_measured("v1", &MeasuredModel { preprocess, ..measured(&project) }).unwrap();
    let known = project.known_of_model("v1", &Machine::this());
    assert!(matches!(known, Known::Unmeasured(why) if why.contains("[preprocess]")), "{known:?}");
}

#[test]
fn a_model_is_that_of_the_project_file_or_of_the_scoring() {
    let dir = tempfile::tempdir().unwrap();
    let project = project(dir.path());
    assert_eq!(project.model_of("v1"), Some(dir.path().join("m.onnx")));
    assert_eq!(project.model_of("bare"), None);
    let known = project.known_of_model("bare", &Machine::this());
    assert!(matches!(known, Known::Impossible(why) if why.contains("[runs.bare]")));
    let scored = |model: &str, at| ScoredRun {
        model: model.into(),
        at,
        data: String::new(),
        examples: 1,
        ..ScoredRun::default()
    };
    let folder = project.run_dir("s");
    fs::create_dir_all(&folder).unwrap();
    for (split, about) in [("dev", scored("old.onnx", 1)), ("test", scored("new.onnx", 2))] {
        let text = serde_json::to_vec(&about).unwrap();
        fs::write(folder.join(format!("{split}.json")), text).unwrap();
    }
    assert_eq!(project.model_of("s"), Some(dir.path().join("new.onnx")));
}
