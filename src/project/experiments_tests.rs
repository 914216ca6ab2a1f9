use super::*;
use crate::dataset::experiment::Outcome;
use crate::ingest::Config;
use proptest::prelude::*;
use tempfile::TempDir;

fn project() -> (TempDir, Project) {
    let dir = tempfile::tempdir().unwrap();
    let config = Config { classes: vec!["a".into(), "b".into()], ..Config::default() };
    let project = Project::new(dir.path(), config).unwrap();
    (dir, project)
}

fn note(text: &str) -> Fields {
    Fields { note: Some(text.into()), ..Fields::default() }
}

fn edit(project: &Project, who: &str, edit: LogEdit) -> Result<String, String> {
    project.log().edit(who, edit).map_err(|error| error.to_string())
}

fn start(project: &Project, who: &str, text: &str) -> String {
    edit(project, who, LogEdit::Start(Box::new(note(text)))).unwrap()
}

fn noted(project: &Project, id: &str) -> String {
    let log = project.log().read().unwrap();
    log.journal.find(id).unwrap().fields.note.clone().unwrap()
}

#[test]
fn an_experiment_is_started_changed_and_read_back() {
    let (_dir, project) = project();
    assert!(project.log().read().unwrap().journal.experiments.is_empty());
    let id = start(&project, "ann", "a");
    let other = start(&project, "ann", "a");
    assert_ne!(id, other);
    let outcome = Some(Outcome::Worked);
    let fields = Fields { outcome, ..note("b") };
    edit(&project, "bo", LogEdit::Update(id.clone(), Box::new(fields))).unwrap();
    edit(&project, "bo", LogEdit::Cost("tag:blurry".into(), Some(2.0))).unwrap();
    let log = project.log().read().unwrap();
    assert!(log.problems.is_empty(), "{:?}", log.problems);
    let found = log.journal.find(&id).unwrap();
    assert_eq!((found.who.as_str(), found.fields.outcome), ("ann", outcome));
    assert_eq!((noted(&project, &id), noted(&project, &other)), ("b".into(), "a".into()));
    assert_eq!(log.journal.costs.get("tag:blurry"), Some(&2.0));
    assert_eq!(fs::read_to_string(project.log().path).unwrap().lines().count(), 4);
    assert_eq!((id.len(), &id[..2]), (17, "20"), "{id}");
}

#[test]
fn lines_that_cannot_be_read_are_told_and_kept_as_they_are() {
    let (_dir, project) = project();
    let good = r#"{"id":"x","at":"2026-01-31","note":"good","later_field":[1]}"#;
    let broken: Vec<u8> = [
        b"<<<<<<< HEAD\n{\"id\":\n" as &[u8],
        good.as_bytes(),
        b"\r\n\n\xff\xfe\n{\"cost\":\"k\",\"days\":-1,\"at\":\"2026-01-31\"}\n>>>>>>> theirs",
    ]
    .concat();
    fs::write(project.log().path, &broken).unwrap();
    let log = project.log().read().unwrap();
    let said: Vec<String> = log.problems.iter().map(ToString::to_string).collect();
    let at = |line: u64| format!("{LOG_FILE}:{line}: ");
    for (problem, line) in said.iter().zip([1, 2, 5, 6, 7]) {
        assert!(problem.contains(&at(line)) && problem.contains("\n  "), "{problem}");
    }
    assert_eq!(said.len(), 5);
    assert!(said[0].contains("merge conflict") && said[3].contains("days is -1"), "{said:?}");
    assert_eq!(noted(&project, "x"), "good");
    edit(&project, "ann", LogEdit::Update("x".into(), Box::new(note("new")))).unwrap();
    let now = fs::read(project.log().path).unwrap();
    assert!(now.starts_with(&broken) && now[broken.len()] == b'\n');
    assert_eq!(noted(&project, "x"), "new");
}

#[test]
fn a_change_holds_against_a_clock_that_is_ahead() {
    let (_dir, project) = project();
    let ahead = r#"{"id":"x","at":"2199-01-01T00:00:00Z","note":"old"}"#;
    fs::write(project.log().path, ahead).unwrap();
    edit(&project, "ann", LogEdit::Update("x".into(), Box::new(note("new")))).unwrap();
    assert_eq!(noted(&project, "x"), "new");
}

#[test]
fn what_makes_no_sense_is_not_written() {
    let (_dir, project) = project();
    let error = edit(&project, "ann", LogEdit::Cost("k".into(), Some(f64::NAN))).unwrap_err();
    assert!(error.contains("days is NaN") && error.contains("nothing was written"), "{error}");
    assert!(!project.log().path.exists());
}

#[test]
fn many_writers_lose_no_line() {
    let (_dir, project) = project();
    std::thread::scope(|scope| {
        for who in ["ann", "bo", "cy"] {
            let project = &project;
            scope.spawn(move || {
                for at in 0..10 {
                    start(project, who, &at.to_string());
                }
            });
        }
    });
    let log = project.log().read().unwrap();
    assert_eq!((log.journal.experiments.len(), log.problems.len()), (30, 0));
}

proptest! {
    #[test]
    fn any_file_is_read_and_its_good_lines_are_used(
        before in prop::collection::vec(any::<u8>(), 0..200), after in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let good = b"\n{\"id\":\"only good\",\"at\":\"2026-01-31\"}\n".as_slice();
        let (lines, _) = parse(Path::new("log"), &[&before, good, &after].concat());
        prop_assert!(lines.iter().any(|l| matches!(l, Line::Experiment(e) if e.id == "only good")));
    }
}
