//! A worker is given tasks and input that ends early.

use super::*;
use std::fs;
use std::io::PipeWriter;

/// A project of the first pictures of the sample, in a folder of its own.
fn project(rows: usize) -> tempfile::TempDir {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample_data/fashion");
    let dir = tempfile::tempdir().unwrap();
    let to = |name: &str| dir.path().join(name);
    let config = fs::read_to_string(sample.join("gaffe.toml")).unwrap();
    let (start, end) = (config.find("[splits]").unwrap(), config.find("# pixels").unwrap());
    let splits = "[splits]\ndev = \"dev.csv\"\n\n";
    fs::write(to("gaffe.toml"), config[..start].to_owned() + splits + &config[end..]).unwrap();
    let table = fs::read_to_string(sample.join("dev.csv")).unwrap();
    let lines: Vec<&str> = table.lines().take(rows + 1).collect();
    fs::write(to("dev.csv"), lines.join("\n")).unwrap();
    fs::create_dir(to("images")).unwrap();
    for line in &lines[1..] {
        let file = line.split(',').nth(1).unwrap();
        fs::copy(sample.join(file), to(file)).unwrap();
    }
    fs::copy(sample.join("models/v2.onnx"), to("v2.onnx")).unwrap();
    dir
}

fn task(root: &Path) -> ScoreTask {
    let (root, model) = (root.to_owned(), root.join("v2.onnx"));
    let (name, against) = ("v2".to_owned(), "none".to_owned());
    ScoreTask { root, model, name, split: Split::Dev, against }
}

/// What the worker says to somebody who waits until its end, or hangs up at once.
fn lines(task: &ScoreTask, waits: bool) -> Vec<Line> {
    let (input, mut told) = io::pipe().unwrap();
    say(&mut told, task).unwrap();
    let mut waiting: Option<PipeWriter> = Some(told).filter(|_| waits);
    let mut out = Vec::new();
    score_work(io::BufReader::new(input), &mut out).unwrap();
    drop(waiting.take());
    let lines = out.split(|&b| b == b'\n').filter(|line| !line.is_empty());
    lines.map(|line| serde_json::from_slice(line).unwrap()).collect()
}

#[test]
fn the_run_is_there_when_the_worker_says_so() {
    let dir = project(70);
    let lines = lines(&task(dir.path()), true);
    let Some((Line::Done(outcome), before)) = lines.split_last() else { panic!("{lines:?}") };
    assert!(matches!(before, [Line::At(Scoring { done: 0, of: 70, .. }), ..]), "{before:?}");
    assert!(before.iter().all(|line| matches!(line, Line::At(_))), "{before:?}");
    let project = Project::open(dir.path()).unwrap();
    let examples = project.examples(Split::Dev).unwrap();
    let run = project.run("v2", Split::Dev, &examples).unwrap();
    let wrong = (0..70).filter(|&row| run.prediction(row) != Some(examples.gold[row])).count();
    assert_eq!((outcome.failed, outcome.against), (0, None));
    assert!((outcome.error - wrong as f64 / 70.0).abs() < 1e-12, "{outcome:?}");
}

#[test]
fn whoever_hangs_up_ends_it_and_the_next_goes_on() {
    let dir = project(200);
    let hung_up = lines(&task(dir.path()), false);
    assert!(matches!(hung_up.last(), Some(Line::Cancelled)), "{hung_up:?}");
    assert!(!dir.path().join(".gaffe/runs/v2/dev.npy").exists());
    let done = lines(&task(dir.path()), true);
    assert!(matches!(done.last(), Some(Line::Done(_))), "{done:?}");
}

#[test]
fn what_can_not_be_scored_is_said_and_leaves_nothing() {
    let dir = project(3);
    fs::write(dir.path().join("text.onnx"), "no model").unwrap();
    for (model, name, wanted) in [
        ("none.onnx", "v2", "none.onnx"),
        ("text.onnx", "v2", "text.onnx"),
        ("v2.onnx", "a/b", "can't be the name of a run"),
    ] {
        let (model, name) = (dir.path().join(model), name.to_owned());
        let said = lines(&ScoreTask { model, name, ..task(dir.path()) }, true);
        let [Line::Refused(reason)] = said.as_slice() else { panic!("{said:?}") };
        assert!(reason.contains(wanted), "{reason}");
        assert!(!dir.path().join(".gaffe").exists());
    }
    assert!(score_work(&b"{\n"[..], &mut Vec::new()).is_err());
}

#[cfg(unix)]
#[test]
fn a_program_that_says_nothing_is_an_error_and_one_that_hangs_is_ended() {
    let (dir, mut tell) = (tempfile::tempdir().unwrap(), |_| {});
    let task = task(dir.path());
    let silent = score_in_process(Path::new("/bin/true"), &task, &mut tell, &|| false);
    assert!(silent.unwrap_err().to_string().contains("ended early"));
    assert!(score_in_process(Path::new("/no/such"), &task, &mut tell, &|| false).is_err());
    let program = dir.path().join("hang");
    fs::write(&program, "#!/bin/sh\nexec sleep 60\n").unwrap();
    let all = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(&program, all).unwrap();
    let started = Instant::now();
    let hung = score_in_process(&program, &task, &mut tell, &|| true);
    assert!(matches!(hung, Err(ProjectError::Score(ScoreError::Cancelled))), "{hung:?}");
    assert!(started.elapsed() < Duration::from_secs(20));
}
