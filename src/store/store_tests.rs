use super::*;
use crate::dataset::{Ledger, Stamp, TagId, Verdict};
use std::fs::{self, File};
use std::io::Write;
use tempfile::TempDir;

#[path = "crash_tests.rs"]
mod crash;
#[path = "damage_tests.rs"]
mod damage;

fn stamp() -> Stamp {
    Stamp { at: 7, who: "ada".into(), run: "base".into(), ..Stamp::default() }
}

/// The decision numbered by the ledger, on two examples; every fifth event is an undo.
fn decide(ledger: &mut Ledger) -> Event {
    let seq = ledger.next_seq();
    if seq % 5 == 4 {
        return ledger.undo(stamp()).unwrap();
    }
    let (id, note) = (format!("image/{}", seq % 17), format!("note {seq} é"));
    ledger.decide(&[&id, "all"], stamp(), |_, r, _| r.note.clone_from(&note)).unwrap()
}

fn decisions(n: usize) -> Vec<Event> {
    let mut ledger = Ledger::default();
    (0..n).map(|_| decide(&mut ledger)).collect()
}

/// One event that changes so many examples that sled keeps it in a file of its own.
fn big_event() -> Event {
    let ids: Vec<String> = (0..8_000).map(|i| format!("image/{i}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    Ledger::default().decide(&ids, stamp(), |_, r, _| r.verdict = Some(Verdict::Unsure)).unwrap()
}

struct Project(TempDir);

impl Project {
    /// A project in which these events were written.
    fn with(events: &[Event]) -> Self {
        let project = Self(tempfile::tempdir().unwrap());
        let mut store = project.open().store;
        for event in events {
            store.append(event).unwrap();
        }
        project
    }

    fn dir(&self) -> PathBuf {
        self.0.path().join(".gaffe")
    }

    fn journal(&self) -> PathBuf {
        self.dir().join("journal.jsonl")
    }

    fn sled(&self) -> PathBuf {
        self.dir().join("store")
    }

    fn open(&self) -> Opened {
        Store::open(&self.dir()).unwrap()
    }

    /// Opens with these events and this many repairs, and again with none: both copies are whole.
    fn expect(&self, events: &[Event], repairs: usize) -> Vec<String> {
        let opened = self.open();
        assert_eq!(opened.events, events);
        assert_eq!(opened.repairs.len(), repairs, "{:?}", opened.repairs);
        assert_eq!(opened.store.events().unwrap(), events);
        let told = opened.repairs;
        drop(opened.store);
        let journal = fs::read(self.journal()).unwrap();
        let again = self.open();
        assert_eq!(again.events, events);
        assert_eq!(again.repairs, [""; 0]);
        assert_eq!(fs::read(self.journal()).unwrap(), journal);
        told
    }

    fn set_aside(&self) -> Vec<String> {
        let names = |dir: &Path| -> Vec<String> {
            let names = fs::read_dir(dir).unwrap().map(|f| f.unwrap().file_name());
            names.map(|n| n.into_string().unwrap()).collect()
        };
        let folders = names(&self.dir()).into_iter().filter(|n| n.starts_with("damaged-"));
        let mut found: Vec<String> = folders.flat_map(|f| names(&self.dir().join(f))).collect();
        found.sort();
        found
    }
}

#[test]
fn events_come_back_and_a_sound_store_is_not_mended() {
    let events = decisions(12);
    let project = Project::with(&events);
    project.expect(&events, 0);
    assert_eq!(project.set_aside(), [""; 0]);
    Project::with(&[]).expect(&[], 0);
}

#[test]
fn writing_goes_on_where_it_stopped() {
    let events = decisions(9);
    let project = Project::with(&events[..4]);
    let mut store = project.open().store;
    for event in &events[4..] {
        store.append(event).unwrap();
    }
    drop(store);
    project.expect(&events, 0);
}

#[test]
fn an_event_out_of_order_changes_nothing() {
    let events = decisions(3);
    let project = Project::with(&events[..1]);
    let mut store = project.open().store;
    for wrong in [&events[0], &events[2]] {
        let error = store.append(wrong).unwrap_err();
        assert!(matches!(error, StoreError::OutOfOrder { expected: 1, .. }), "{error}");
    }
    store.append(&events[1]).unwrap();
    drop(store);
    project.expect(&events[..2], 0);
}

#[test]
fn a_second_writer_is_told_and_a_reader_is_not_disturbed() {
    let events = decisions(3);
    let project = Project::with(&events[..2]);
    let mut first = project.open().store;
    let error = Store::open(&project.dir()).unwrap_err();
    assert!(matches!(error, StoreError::Locked { .. }), "{error}");
    assert!(error.to_string().contains("open in another gaffe"), "{error}");
    assert_eq!(read(&project.dir()).unwrap().events, events[..2]);
    first.append(&events[2]).unwrap();
    let seen = read(&project.dir()).unwrap();
    assert_eq!((seen.events, seen.warnings), (events.clone(), vec![]));
    drop(first);
    project.expect(&events, 0);
}

#[test]
fn a_reader_leaves_out_what_is_damaged_and_writes_nothing() {
    let nowhere = tempfile::tempdir().unwrap();
    let missing = nowhere.path().join(".gaffe");
    assert_eq!(read(&missing).unwrap().events, []);
    assert!(!missing.exists());

    let events = decisions(4);
    let project = Project::with(&events);
    let text = fs::read_to_string(project.journal()).unwrap();
    let torn = &text[..text.len() - 3];
    fs::write(project.journal(), torn).unwrap();
    let seen = read(&project.dir()).unwrap();
    assert_eq!((&seen.events[..], &seen.warnings[..]), (&events[..3], &[][..]));

    let bad = text.replacen("note 1", "note 7", 1);
    fs::write(project.journal(), &bad).unwrap();
    let seen = read(&project.dir()).unwrap();
    assert_eq!(seen.events, [&events[..1], &events[2..]].concat());
    assert!(seen.warnings[0].contains("the first is line 2"), "{:?}", seen.warnings);
    assert_eq!(fs::read_to_string(project.journal()).unwrap(), bad);
}

#[test]
fn a_folder_that_cannot_be_made_or_written_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    File::create(&file).unwrap();
    let error = Store::open(&file.join(".gaffe")).unwrap_err().to_string();
    assert!(error.contains("file/.gaffe"), "{error}");
}

#[test]
#[cfg(unix)]
fn a_read_only_folder_is_refused_for_writing_and_can_be_read() {
    use std::os::unix::fs::PermissionsExt;
    let events = decisions(2);
    let project = Project::with(&events);
    fs::remove_file(project.dir().join("lock")).unwrap();
    fs::set_permissions(project.dir(), fs::Permissions::from_mode(0o555)).unwrap();
    assert_eq!(read(&project.dir()).unwrap().events, events);
    // Permissions do not bind root.
    if File::create(project.dir().join("probe")).is_err() {
        let error = Store::open(&project.dir()).unwrap_err();
        assert!(matches!(error, StoreError::ReadOnly { .. }), "{error}");
    }
    fs::set_permissions(project.dir(), fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn a_newer_store_is_refused_and_left_alone() {
    let project = Project::with(&decisions(2));
    let journal = fs::read(project.journal()).unwrap();
    let db = sled::open(project.sled()).unwrap();
    db.open_tree("meta").unwrap().insert("schema", &2_u64.to_be_bytes()).unwrap();
    drop(db);
    for _ in 0..2 {
        let error = Store::open(&project.dir()).unwrap_err();
        assert!(matches!(error, StoreError::Newer { found: 2, known: 1, .. }), "{error}");
    }
    assert_eq!(fs::read(project.journal()).unwrap(), journal);
    assert_eq!(project.set_aside(), [""; 0]);
}

#[test]
fn after_sled_failed_nothing_has_changed_and_nothing_more_is_taken() {
    let events = decisions(3);
    let project = Project::with(&events[..2]);
    let mut store = project.open().store;
    let wide = Event { seq: 2, ..big_event() };
    // The event needs a file of its own in this folder.
    fs::remove_dir(project.sled().join("blobs")).unwrap();
    let error = store.append(&wide).unwrap_err();
    assert!(matches!(error, StoreError::Database { .. }), "{error}");
    assert_eq!(store.events().unwrap(), events[..2]);
    let error = store.append(&events[2]).unwrap_err();
    assert!(matches!(error, StoreError::Closed { .. }), "{error}");
    drop(store);

    // The process keeps sled's lock, so what the next process would find is looked at in a copy.
    let copy = Project(tempfile::tempdir().unwrap());
    fs::create_dir_all(copy.sled()).unwrap();
    for file in ["journal.jsonl", "store/db", "store/conf"] {
        fs::copy(project.dir().join(file), copy.dir().join(file)).unwrap();
    }
    copy.expect(&events[..2], 0);
}

#[test]
fn a_journal_that_was_changed_behind_our_back_is_not_taken_for_the_truth() {
    let events = decisions(3);
    let project = Project::with(&events[..2]);
    let mut store = project.open().store;
    fs::remove_file(project.journal()).unwrap();
    let error = store.events().unwrap_err();
    assert!(matches!(error, StoreError::Damaged { line: 1, .. }), "{error}");
    store.append(&events[2]).unwrap();
    drop(store);
    project.expect(&events, 1);
}

#[test]
fn big_events_come_back() {
    let big = big_event();
    let project = Project::with(std::slice::from_ref(&big));
    assert!(fs::read_dir(project.sled().join("blobs")).unwrap().count() > 0);
    project.expect(&[big], 0);
}
