//! Killed processes, full disks and random histories.

use super::*;
use crate::dataset::Split;
use proptest::prelude::*;
use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

const DIR: &str = "GAFFE_TEST_STORE";

/// Not a test: run by the tests below in a process of its own. Prints each acknowledged event.
#[test]
#[ignore = "a process for other tests"]
fn child_writer() {
    let dir = PathBuf::from(std::env::var_os(DIR).unwrap());
    let Opened { mut store, events, .. } = Store::open(&dir).unwrap();
    let mut ledger = Ledger::replay(events);
    let mut out = std::io::stdout();
    loop {
        let event = decide(&mut ledger);
        if let Err(error) = store.append(&event) {
            assert_eq!(store.events().unwrap().len() as u64, event.seq);
            writeln!(out, "unchanged after: {error}").unwrap();
            return;
        }
        writeln!(out, "saved {}", event.seq).unwrap();
    }
}

/// Not a test: fills the journal until a line does not fit, then writes one that does.
#[test]
#[ignore = "a process for another test"]
fn child_journal() {
    let dir = PathBuf::from(std::env::var_os(DIR).unwrap());
    files::make_dir(&dir).unwrap();
    let mut journal = Journal::open(&dir).unwrap();
    let events = decisions(1_000);
    let json = |event: &Event| serde_json::to_string(event).unwrap();
    let full = events.iter().find(|event| journal.append(&json(event)).is_err()).unwrap();
    let small = Event { changes: vec![], ..full.clone() };
    journal.append(&json(&small)).unwrap();
    writeln!(std::io::stdout(), "saved {}", full.seq).unwrap();
}

/// The test binary, about to run one of the two above on this project.
fn child(name: &str, project: &Project) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", &format!("store::tests::crash::{name}"), "--ignored", "--nocapture"]);
    command.env(DIR, project.dir()).stdout(Stdio::piped()).stderr(Stdio::null());
    command
}

/// The same, where no file can grow beyond `blocks`, as if the disk were full.
#[cfg(target_os = "linux")]
fn cramped_child(name: &str, project: &Project, blocks: u32) -> Command {
    let inner = child(name, project);
    let mut command = Command::new("sh");
    command.args(["-c", &format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"")]);
    command.arg(inner.get_program()).args(inner.get_args());
    command.env(DIR, project.dir()).stdout(Stdio::piped()).stderr(Stdio::null());
    command
}

/// How many events were acknowledged; a last line that was cut off does not count.
fn acknowledged(output: &str) -> usize {
    let whole = &output[..output.rfind('\n').unwrap_or(0)];
    let last = whole.lines().filter_map(|line| line.strip_prefix("saved ")).next_back();
    last.map_or(0, |seq| seq.parse::<usize>().unwrap() + 1)
}

#[test]
fn what_was_acknowledged_survives_a_kill() {
    let project = Project::with(&[]);
    let mut all = 0;
    for round in 0..10 {
        let mut child = child("child_writer", &project).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut text = String::new();
        while !text.contains("saved") {
            assert!(out.read_line(&mut text).unwrap() > 0, "{text}");
        }
        sleep(Duration::from_millis(round * 37 % 90));
        child.kill().unwrap();
        child.wait().unwrap();
        out.read_to_string(&mut text).unwrap();
        let opened = project.open();
        assert!(opened.events.len() >= acknowledged(&text), "{:?}", opened.repairs);
        assert!(opened.events.len() > all);
        all = opened.events.len();
        assert_eq!(opened.events, decisions(all));
    }
    project.expect(&decisions(all), 0);
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_loses_nothing_that_was_acknowledged() {
    let project = Project::with(&[]);
    let output = cramped_child("child_writer", &project, 1_200).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("unchanged after: "), "{text}");
    let events = project.open().events;
    let saved = acknowledged(&text);
    // sled may have kept the event that failed.
    assert!(saved > 0 && (saved..=saved + 1).contains(&events.len()));
    project.expect(&decisions(events.len()), 0);
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_leaves_whole_lines_in_the_journal() {
    let project = Project(tempfile::tempdir().unwrap());
    let output = cramped_child("child_journal", &project, 64).output().unwrap();
    let saved = acknowledged(&String::from_utf8(output.stdout).unwrap());
    let scan = journal::scan(&project.dir()).unwrap();
    assert!(saved > 0 && scan.is_intact());
    assert_eq!(scan.log.len(), saved);
}

#[derive(Debug, Clone)]
enum Step {
    Verdict(u8),
    Tag(u8),
    Undo,
    Redo,
    Reopen,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..4_u8).prop_map(Step::Verdict),
        2 => (0..4_u8).prop_map(Step::Tag),
        3 => Just(Step::Undo),
        2 => Just(Step::Redo),
        1 => Just(Step::Reopen),
    ]
}

fn state(ledger: &Ledger) -> Vec<(String, crate::dataset::Review)> {
    let mut reviews: Vec<_> =
        ledger.reviews(Split::Dev).map(|(id, review)| (id.to_owned(), review.clone())).collect();
    reviews.sort_by(|a, b| a.0.cmp(&b.0));
    reviews
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn any_history_comes_back(steps in prop::collection::vec(step(), 0..40)) {
        let project = Project(tempfile::tempdir().unwrap());
        let mut store = project.open().store;
        let mut ledger = Ledger::default();
        let mut events = Vec::new();
        for step in steps {
            let event = match step {
                Step::Verdict(i) => ledger.decide(&[&i.to_string()], stamp(), |_, r, _| {
                    r.verdict = Some(if i < 2 { Verdict::Unsure } else { Verdict::Neither });
                }),
                Step::Tag(i) => ledger.decide(&["0", &i.to_string()], stamp(), |_, r, _| {
                    r.toggle_tag(TagId(u16::from(i)));
                }),
                Step::Undo => ledger.undo(stamp()),
                Step::Redo => ledger.redo(stamp()),
                Step::Reopen => {
                    drop(store);
                    let opened = project.open();
                    prop_assert_eq!(&opened.repairs, &[""; 0]);
                    ledger = Ledger::replay(opened.events);
                    store = opened.store;
                    None
                }
            };
            if let Some(event) = event {
                store.append(&event).unwrap();
                events.push(event);
            }
        }
        drop(store);
        let opened = project.open();
        prop_assert_eq!(&opened.repairs, &[""; 0]);
        prop_assert_eq!(&opened.events, &events);
        prop_assert_eq!(state(&Ledger::replay(opened.events)), state(&ledger));
    }
}
