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

fn noted(project: &Project, id: &str) -> String {
    let log = project.experiments().unwrap();
    log.journal.find(id).unwrap().fields.note.clone().unwrap()
}

#[test]
fn an_experiment_is_started_changed_and_read_back() {
    let (_dir, project) = project();
    assert!(project.experiments().unwrap().journal.experiments.is_empty());
    let id = project.start_experiment("ann", &note("a")).unwrap();
    let other = project.start_experiment("ann", &note("a")).unwrap();
    assert_ne!(id, other);
    let outcome = Some(Outcome::Worked);
    project.update_experiment(&id, "bo", &Fields { outcome, ..note("b") }).unwrap();
    project.set_cost("tag:blurry", "bo", Some(2.0)).unwrap();
    let log = project.experiments().unwrap();
    assert!(log.problems.is_empty(), "{:?}", log.problems);
    let found = log.journal.find(&id).unwrap();
    assert_eq!((found.who.as_str(), found.fields.outcome), ("ann", outcome));
    assert_eq!((noted(&project, &id), noted(&project, &other)), ("b".into(), "a".into()));
    assert_eq!(log.journal.costs.get("tag:blurry"), Some(&2.0));
    assert_eq!(fs::read_to_string(project.log_file()).unwrap().lines().count(), 4);
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
    fs::write(project.log_file(), &broken).unwrap();
    let log = project.experiments().unwrap();
    let said: Vec<String> = log.problems.iter().map(ToString::to_string).collect();
    let at = |line: u64| format!("{LOG_FILE}:{line}: ");
    for (problem, line) in said.iter().zip([1, 2, 5, 6, 7]) {
        assert!(problem.contains(&at(line)) && problem.contains("\n  "), "{problem}");
    }
    assert_eq!(said.len(), 5);
    assert!(said[0].contains("merge conflict") && said[3].contains("days is -1"), "{said:?}");
    assert_eq!(noted(&project, "x"), "good");
    project.update_experiment("x", "ann", &note("new")).unwrap();
    let now = fs::read(project.log_file()).unwrap();
    assert!(now.starts_with(&broken) && now[broken.len()] == b'\n');
    assert_eq!(noted(&project, "x"), "new");
}

#[test]
fn a_change_holds_against_a_clock_that_is_ahead() {
    let (_dir, project) = project();
    let ahead = r#"{"id":"x","at":"2199-01-01T00:00:00Z","note":"old"}"#;
    fs::write(project.log_file(), ahead).unwrap();
    project.update_experiment("x", "ann", &note("new")).unwrap();
    assert_eq!(noted(&project, "x"), "new");
}

#[test]
fn what_makes_no_sense_is_not_written() {
    let (_dir, project) = project();
    let error = project.set_cost("k", "ann", Some(f64::NAN)).unwrap_err().to_string();
    assert!(error.contains("days is NaN") && error.contains("nothing was written"), "{error}");
    assert!(!project.log_file().exists());
}

#[test]
fn many_writers_lose_no_line() {
    let (_dir, project) = project();
    std::thread::scope(|scope| {
        for who in ["ann", "bo", "cy"] {
            let project = &project;
            scope.spawn(move || {
                for at in 0..10 {
                    project.start_experiment(who, &note(&at.to_string())).unwrap();
                }
            });
        }
    });
    let log = project.experiments().unwrap();
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
