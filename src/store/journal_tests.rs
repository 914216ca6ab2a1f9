use super::*;
use crate::dataset::{Action, Stamp};
use std::fs;

fn entry(seq: u64) -> Entry {
    let stamp = Stamp { who: "ada \"é\"\n".into(), ..Stamp::default() };
    let event =
        Event { seq, stamp, action: Action::Decide, changes: vec![], tags: vec![], retest: None };
    Entry { json: serde_json::to_string(&event).unwrap(), event }
}

fn log(seqs: impl IntoIterator<Item = u64>) -> Log {
    seqs.into_iter().map(|seq| (seq, entry(seq))).collect()
}

/// A folder whose journal has these lines; `None` is a damaged one.
fn folder(lines: &[Option<u64>]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let text: String =
        lines.iter().map(|line| line.map_or("{}\n".into(), |s| frame(&entry(s).json))).collect();
    fs::write(dir.path().join(FILE), text).unwrap();
    dir
}

#[test]
fn what_is_appended_is_read_back_and_a_missing_journal_is_empty() {
    let dir = tempfile::tempdir().unwrap();
    let empty = scan(dir.path()).unwrap();
    assert!(!empty.exists && empty.log.is_empty());
    let mut journal = Journal::open(dir.path()).unwrap();
    for seq in 0..3 {
        journal.append(&entry(seq).json).unwrap();
    }
    drop(journal);
    Journal::open(dir.path()).unwrap().append(&entry(3).json).unwrap();
    let scan = scan(dir.path()).unwrap();
    assert!(scan.is_intact());
    assert_eq!(scan.log, log(0..4));
}

#[test]
fn a_line_is_plain_json() {
    let line: serde_json::Value = serde_json::from_str(&frame(&entry(5).json)).unwrap();
    assert_eq!(line["event"]["seq"], 5);
    let crc = crc32fast::hash(entry(5).json.as_bytes());
    assert_eq!(line["crc"], format!("{crc:08x}"));
}

#[test]
fn any_flipped_bit_is_noticed() {
    let line = frame(&entry(0).json);
    let line = line.trim_end().as_bytes();
    assert!(unframe(line).is_some());
    for at in 0..line.len() {
        for bit in 0..8 {
            let mut flipped = line.to_vec();
            flipped[at] ^= 1 << bit;
            assert!(unframe(&flipped).is_none(), "byte {at}, bit {bit}");
        }
    }
    for end in 0..line.len() {
        assert!(unframe(&line[..end]).is_none(), "cut at {end}");
    }
}

#[test]
fn an_event_of_a_newer_version_is_refused_and_not_taken_for_damage() {
    let dir = tempfile::tempdir().unwrap();
    let newer = r#"{"seq":0,"action":"dance","at":0,"who":"","run":"","order":"random"}"#;
    fs::write(dir.path().join(FILE), frame(newer)).unwrap();
    let error = scan(dir.path()).unwrap_err();
    assert!(matches!(error, StoreError::UnknownEvent { line: 1, .. }), "{error}");
    assert!(error.to_string().contains("dance"), "{error}");
}

#[test]
fn giving_up_takes_the_last_event_back_and_takes_no_other() {
    let dir = tempfile::tempdir().unwrap();
    let mut journal = Journal::open(dir.path()).unwrap();
    journal.append(&entry(0).json).unwrap();
    let one = fs::read(dir.path().join(FILE)).unwrap();
    journal.append(&entry(1).json).unwrap();
    journal.give_up("a broken disk");
    let error = journal.append(&entry(1).json).unwrap_err();
    assert!(matches!(error, StoreError::Closed { .. }), "{error}");
    assert!(error.to_string().contains("a broken disk"), "{error}");
    assert_eq!(fs::read(dir.path().join(FILE)).unwrap(), one);
}

#[test]
#[cfg(target_os = "linux")]
fn a_write_that_cannot_be_taken_back_ends_writing() {
    let path = PathBuf::from("/dev/full");
    let file = File::options().write(true).open(&path).unwrap();
    let mut journal = Journal { path, file, len: 0, before_last: 0, closed: None };
    let first = journal.append("{}").unwrap_err();
    assert!(matches!(first, StoreError::Io { .. }), "{first}");
    let second = journal.append("{}").unwrap_err();
    assert!(matches!(second, StoreError::Closed { .. }), "{second}");
    assert!(second.to_string().contains("No space left"), "{second}");
}

#[test]
fn lines_out_of_order_are_counted_and_the_first_of_twins_is_kept() {
    let dir = folder(&[Some(1), Some(0), Some(1), Some(2)]);
    let scan = scan(dir.path()).unwrap();
    assert_eq!((scan.misplaced, scan.is_intact()), (2, false));
    assert_eq!(scan.log, log(0..3));
}

#[test]
fn lost_events_are_counted_once() {
    let lost = |lines: &[Option<u64>], merged: &[u64]| {
        scan(folder(lines).path()).unwrap().lost(&log(merged.iter().copied()))
    };
    assert_eq!(lost(&[Some(0), None, Some(2)], &[0, 1, 2]), 0, "the store had it");
    assert_eq!(lost(&[Some(0), None, Some(2)], &[0, 2]), 1);
    assert_eq!(lost(&[Some(0), None, None], &[0]), 2, "at the end");
    assert_eq!(lost(&[Some(0), None, None], &[0, 2]), 1, "the store had the last one");
    assert_eq!(lost(&[Some(0), None, None], &[0, 1]), 0, "one line may have become two");
    assert_eq!(lost(&[None, None], &[]), 2, "nothing is left");
    assert_eq!(lost(&[Some(0), Some(2)], &[0, 2]), 0, "an old gap");
    assert_eq!(lost(&[Some(0), Some(2), None, Some(4)], &[0, 2, 3, 4]), 0, "old gap, new damage");
    assert_eq!(lost(&[Some(0)], &[0, 1, 4]), 2, "the journal lost its end");
    assert_eq!(lost(&[Some(0), Some(u64::MAX)], &[0, u64::MAX]), 0);
}

#[test]
fn a_rewritten_journal_holds_exactly_the_log() {
    let dir = folder(&[Some(0), None, Some(9)]);
    rewrite(dir.path(), &log([0, 3])).unwrap();
    let scan = scan(dir.path()).unwrap();
    assert!(scan.is_intact());
    assert_eq!(scan.log, log([0, 3]));
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
}
