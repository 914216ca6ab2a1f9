//! What is damaged is mended from the other copy, and said.

use super::*;
use crate::dataset::Split;

/// What `journal.jsonl` would be with these events.
fn journal_of(events: &[Event]) -> Vec<u8> {
    fs::read(Project::with(events).journal()).unwrap()
}

fn flip(path: &Path, at: usize) {
    let mut bytes = fs::read(path).unwrap();
    bytes[at] ^= 0x10;
    fs::write(path, bytes).unwrap();
}

#[test]
fn an_unfinished_line_is_removed() {
    let events = decisions(4);
    let project = Project::with(&events[..3]);
    let whole = journal_of(&events);
    fs::write(project.journal(), &whole[..whole.len() - 1]).unwrap();
    let told = project.expect(&events[..3], 1);
    assert!(told[0].contains("ended in an unfinished line"), "{told:?}");
    assert_eq!(project.set_aside(), ["journal.jsonl"]);
}

#[test]
fn a_line_that_did_not_reach_the_store_is_kept() {
    let events = decisions(4);
    let project = Project::with(&events[..3]);
    fs::write(project.journal(), journal_of(&events)).unwrap();
    let told = project.expect(&events, 1);
    assert!(told[0].starts_with("The store lacked 1 decision;"), "{told:?}");
    fs::remove_file(project.journal()).unwrap();
    project.expect(&events, 1);
}

#[test]
fn a_damaged_journal_is_written_again_from_the_store() {
    let events = decisions(6);
    let project = Project::with(&events);
    let len = fs::metadata(project.journal()).unwrap().len() as usize;
    for at in [0, 9, len / 3, len / 2, len - 2, len - 1] {
        flip(&project.journal(), at);
        let told = project.expect(&events, 1);
        assert!(told[0].starts_with("The journal "), "{told:?}");
    }
    assert_eq!(project.set_aside(), ["journal.jsonl"; 6]);
}

#[test]
fn a_shortened_or_missing_journal_is_written_again() {
    let events = decisions(6);
    let project = Project::with(&events);
    fs::write(project.journal(), journal_of(&events[..2])).unwrap();
    let told = project.expect(&events, 1);
    assert!(told[0].contains("lacked 4 decisions"), "{told:?}");
    fs::remove_file(project.journal()).unwrap();
    let told = project.expect(&events, 1);
    assert!(told[0].contains("journal was missing"), "{told:?}");
}

#[test]
fn a_flipped_byte_in_the_store_loses_nothing() {
    let events = decisions(60);
    let project = Project::with(&events);
    let db = project.sled().join("db");
    let used = fs::read(&db).unwrap().iter().rposition(|&b| b != 0).unwrap();
    let mut mended = 0;
    for step in 0..12 {
        flip(&db, used * step / 12);
        let opened = project.open();
        assert_eq!(opened.events, events, "{:?}", opened.repairs);
        mended += usize::from(!opened.repairs.is_empty());
        drop(opened.store);
        project.expect(&events, 0);
    }
    assert!(mended > 0, "the flips hit nothing");
}

#[test]
fn a_shortened_store_loses_nothing() {
    let events = decisions(60);
    for part in [0, 1, 3] {
        let project = Project::with(&events);
        let db = File::options().write(true).open(project.sled().join("db")).unwrap();
        let len = db.metadata().unwrap().len();
        db.set_len(len * part / 4).unwrap();
        let opened = project.open();
        assert_eq!(opened.events, events, "{:?}", opened.repairs);
        drop(opened.store);
        project.expect(&events, 0);
    }
}

#[test]
fn a_missing_store_is_built_from_the_journal() {
    let events = decisions(20);
    let project = Project::with(&events);
    fs::remove_dir_all(project.sled()).unwrap();
    let told = project.expect(&events, 1);
    assert!(told[0].contains("store was missing"), "{told:?}");
    fs::remove_file(project.journal()).unwrap();
    project.expect(&events, 1);
}

#[test]
fn a_bad_snapshot_is_moved_aside() {
    let events = decisions(20);
    let project = Project::with(&events);
    fs::write(project.sled().join("snap.FFFFFFFFFFFFFFFF"), "rubbish").unwrap();
    let told = project.expect(&events, 1);
    assert!(told[0].contains("snapshot was damaged"), "{told:?}");
    assert!(project.set_aside().contains(&"snap.FFFFFFFFFFFFFFFF".to_owned()));
}

#[test]
fn a_store_that_cannot_be_opened_is_moved_aside() {
    let events = decisions(20);
    let project = Project::with(&events);
    fs::write(project.sled().join("conf"), "rubbish, and more rubbish").unwrap();
    let told = project.expect(&events, 1);
    assert!(told[0].starts_with("The store was damaged ("), "{told:?}");
    assert!(project.set_aside().contains(&"store".to_owned()));
}

#[test]
fn a_missing_part_of_a_big_event_is_mended() {
    let big = big_event();
    let project = Project::with(std::slice::from_ref(&big));
    for blob in fs::read_dir(project.sled().join("blobs")).unwrap() {
        File::options().write(true).open(blob.unwrap().path()).unwrap().set_len(100).unwrap();
    }
    let opened = project.open();
    assert_eq!(opened.events, std::slice::from_ref(&big));
    assert!(!opened.repairs.is_empty());
    drop(opened.store);
    project.expect(&[big], 0);
}

#[test]
fn a_state_that_does_not_follow_from_the_events_is_built_again() {
    let events = decisions(8);
    let project = Project::with(&events);
    let db = sled::open(project.sled()).unwrap();
    let state = db.open_tree("state").unwrap();
    assert!(state.remove("dev/all").unwrap().is_some());
    drop((state, db));
    let told = project.expect(&events, 1);
    assert!(told[0].contains("state did not follow"), "{told:?}");
    let db = sled::open(project.sled()).unwrap();
    let review = db.open_tree("state").unwrap().get("dev/all").unwrap().unwrap();
    let ledger = Ledger::replay(events);
    assert_eq!(review, serde_json::to_vec(ledger.review(Split::Dev, "all").unwrap()).unwrap());
}

#[test]
fn the_journal_is_followed_where_both_differ() {
    let ours = decisions(4);
    let mut theirs = ours.clone();
    theirs[2].stamp.who = "grace".into();
    let project = Project::with(&ours);
    fs::write(project.journal(), journal_of(&theirs)).unwrap();
    let told = project.expect(&theirs, 1);
    assert!(told[0].contains("differed in 1 decision;"), "{told:?}");
}

#[test]
fn what_is_lost_twice_is_counted_and_writing_goes_on() {
    let mut ledger = Ledger::default();
    let events: Vec<Event> = (0..6).map(|_| decide(&mut ledger)).collect();
    let project = Project::with(&events);
    let text = fs::read_to_string(project.journal()).unwrap();
    fs::write(project.journal(), text.replacen("note 1", "note 7", 1)).unwrap();
    fs::remove_dir_all(project.sled()).unwrap();
    let left = [&events[..1], &events[2..]].concat();
    let told = project.expect(&left, 2);
    assert!(told.iter().any(|t| t.starts_with("1 decision could not be read")), "{told:?}");
    let mut ledger = Ledger::replay(left.clone());
    let next = decide(&mut ledger);
    project.open().store.append(&next).unwrap();
    project.expect(&[left, vec![next]].concat(), 0);
}

#[test]
fn both_gone_is_said() {
    let project = Project::with(&decisions(4));
    fs::remove_file(project.journal()).unwrap();
    fs::write(project.sled().join("conf"), "rubbish, and more rubbish").unwrap();
    let told = project.expect(&[], 2);
    assert!(told[1].contains("no decision could be read"), "{told:?}");
}
