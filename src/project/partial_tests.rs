use super::*;
use crate::ingest::{read_embeddings, read_matrix};
use proptest::prelude::*;

const ROWS: usize = 10;
const CHUNK: usize = 3;

fn header(width: usize) -> Header {
    Header {
        version: 1,
        model: "abc".to_owned(),
        how: "tract".to_owned(),
        data: "0".to_owned(),
        shape: [ROWS, 2, width],
        precision: Precision::F32,
        chunk: CHUNK,
    }
}

fn open(dir: &Path, width: usize) -> Partial {
    Partial::open(Names::of_run(dir, "dev"), &header(width), false).unwrap()
}

fn chunk(start: usize, width: usize) -> Chunk {
    let rows = start..ROWS.min(start + CHUNK);
    let values = |width: usize| rows.clone().flat_map(|row| vec![row as f32; width]).collect();
    let failed = if start == CHUNK { vec![(4, "torn".to_owned())] } else { Vec::new() };
    Chunk { probs: values(2), embeddings: values(width), rows, failed }
}

fn go_on(partial: &mut Partial, until: usize, width: usize) {
    while partial.done < until {
        let next = chunk(partial.done, width);
        partial.keep(next, partial.done as f64).unwrap();
    }
}

fn finished(dir: &Path, width: usize) -> Vec<f32> {
    let matrix = read_matrix(&dir.join("dev.npy"), ROWS, 2).unwrap();
    assert!(!dir.join("dev.part.jsonl").exists() && !dir.join("dev.part.npy").exists());
    if width > 0 {
        let vectors = read_embeddings(&dir.join("dev.embedding.npy"), ROWS).unwrap();
        assert_eq!(vectors.row(7), vec![7.0; width]);
    }
    matrix.values().to_vec()
}

#[test]
fn what_was_stopped_goes_on_and_ends_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let mut first = open(dir.path(), 3);
    go_on(&mut first, 6, 3);
    drop(first);
    assert!(!dir.path().join("dev.npy").exists(), "half a run is no run");
    let mut again = open(dir.path(), 3);
    assert_eq!((again.done, again.seconds), (6, 3.0));
    assert_eq!(again.failed, [Failure { row: 4, reason: "torn".to_owned() }]);
    go_on(&mut again, ROWS, 3);
    again.finish().unwrap();
    let values = finished(dir.path(), 3);
    assert_eq!(values, (0..ROWS).flat_map(|row| [row as f32; 2]).collect::<Vec<_>>());
}

#[test]
fn embeddings_alone_have_the_plain_name() {
    let dir = tempfile::tempdir().unwrap();
    let names = Names::of_embeddings(dir.path(), "dev");
    let header = Header { shape: [ROWS, 0, 3], ..header(3) };
    let mut partial = Partial::open(names.clone(), &header, false).unwrap();
    while partial.done < ROWS {
        let next = Chunk { probs: Vec::new(), ..chunk(partial.done, 3) };
        partial.keep(next, 0.0).unwrap();
    }
    partial.finish().unwrap();
    assert_eq!(names.embeddings(), dir.path().join("dev.npy"));
    assert_eq!(read_embeddings(&names.embeddings(), ROWS).unwrap().row(9), [9.0; 3]);
}

#[test]
fn another_scoring_begins_anew() {
    let dir = tempfile::tempdir().unwrap();
    go_on(&mut open(dir.path(), 0), 6, 0);
    let other = Header { model: "def".to_owned(), ..header(0) };
    let partial = Partial::open(Names::of_run(dir.path(), "dev"), &other, false).unwrap();
    assert_eq!(partial.done, 0);
    drop(partial);
    go_on(&mut Partial::open(Names::of_run(dir.path(), "dev"), &other, false).unwrap(), 6, 0);
    let fresh = Partial::open(Names::of_run(dir.path(), "dev"), &other, true).unwrap();
    assert_eq!(fresh.done, 0);
    fresh.discard().unwrap();
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[test]
fn two_at_a_time_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let mut first = open(dir.path(), 0);
    go_on(&mut first, 6, 0);
    let names = Names::of_run(dir.path(), "dev");
    let second = Partial::open(names.clone(), &header(0), true);
    assert!(second.unwrap_err().to_string().contains("being scored already"));
    Partial::open(Names { split: "test", ..names }, &header(0), false).unwrap();
    go_on(&mut first, ROWS, 0);
    first.finish().unwrap();
    assert_eq!(finished(dir.path(), 0).len(), 2 * ROWS);
    assert!(!dir.path().join("dev.part.lock").exists());
}

#[test]
fn values_that_changed_are_scored_again() {
    let dir = tempfile::tempdir().unwrap();
    go_on(&mut open(dir.path(), 0), 9, 0);
    let path = dir.path().join("dev.part.npy");
    let mut bytes = fs::read(&path).unwrap();
    let at = bytes.len() - (ROWS - 4) * 8;
    bytes[at] ^= 1;
    fs::write(&path, bytes).unwrap();
    let mut again = open(dir.path(), 0);
    assert_eq!(again.done, CHUNK, "up to the damage in row 4");
    assert!(again.failed.is_empty());
    go_on(&mut again, ROWS, 0);
    again.finish().unwrap();
    assert_eq!(finished(dir.path(), 0)[8..9], [4.0]);
}

proptest! {
    #[test]
    fn a_journal_cut_anywhere_never_gives_a_wrong_value(cut in 0_usize..600, until in 0..=ROWS) {
        let dir = tempfile::tempdir().unwrap();
        go_on(&mut open(dir.path(), 0), until, 0);
        let path = dir.path().join("dev.part.jsonl");
        let text = fs::read(&path).unwrap();
        fs::write(&path, &text[..cut.min(text.len())]).unwrap();
        let mut again = open(dir.path(), 0);
        prop_assert!(again.done <= until.next_multiple_of(CHUNK).min(ROWS));
        go_on(&mut again, ROWS, 0);
        prop_assert_eq!(again.failed.len(), 1);
        again.finish().unwrap();
        let values = finished(dir.path(), 0);
        prop_assert_eq!(values, (0..ROWS).flat_map(|row| [row as f32; 2]).collect::<Vec<_>>());
    }
}
