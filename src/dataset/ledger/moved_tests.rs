use super::super::tests::{stamp, verdict};
use super::*;
use crate::dataset::{TextColumn, Verdict, same_files};
use proptest::prelude::*;

fn pair(from: &str, to: &str) -> (String, String) {
    (from.to_owned(), to.to_owned())
}

#[test]
fn undo_and_redo_act_on_the_new_ids() {
    let mut ledger = Ledger::default();
    let mut events = vec![
        verdict(&mut ledger, "old/a", Verdict::Unsure).unwrap(),
        verdict(&mut ledger, "old/b", Verdict::Neither).unwrap(),
        ledger.undo(stamp()).unwrap(),
    ];
    let pairs = [pair("old/a", "new/a"), pair("old/b", "new/b")];
    events.push(ledger.move_ids(&pairs, stamp()).unwrap());
    assert!(ledger.review(Split::Dev, "old/a").is_none() && ledger.ids(Split::Dev).len() == 2);
    events.push(ledger.redo(stamp()).unwrap());
    let verdict_of = |ledger: &Ledger, id| ledger.review(Split::Dev, id).and_then(|r| r.verdict);
    assert_eq!(verdict_of(&ledger, "new/b"), Some(Verdict::Neither));
    let mut again = Ledger::replay(events);
    for _ in 0..2 {
        assert_eq!(again.undo(stamp()), ledger.undo(stamp()));
    }
    assert!(again.undo(stamp()).is_none() && again.reviews(Split::Dev).next().is_none());
    assert!(ledger.move_ids(&[], stamp()).is_none());
}

#[test]
fn a_retest_goes_along() {
    let mut ledger = Ledger::default();
    verdict(&mut ledger, "old/a", Verdict::Unsure);
    ledger.retest("old/a", Verdict::Unsure, Verdict::Neither, stamp());
    ledger.move_ids(&[pair("old/a", "new/a")], stamp());
    assert_eq!(ledger.retests()[0].id, "new/a");
}

proptest! {
    #[test]
    fn decisions_survive_another_order_more_examples_and_another_folder(
        names in prop::collection::hash_set("(cat|dog)/[a-c]{1,3}\\.png", 1..30),
        decided in prop::collection::vec(any::<prop::sample::Index>(), 1..20),
        more in prop::collection::hash_set("bird/[a-c]{1,4}\\.png", 0..30),
        prefix in "|/|(/?[x-z]{1,3}/){1,3}",
        turn in any::<prop::sample::Index>(),
        undo in 0..5_usize,
    ) {
        let names: Vec<String> = names.into_iter().collect();
        let mut ledger = Ledger::default();
        for index in &decided {
            let id = format!("data/{}", index.get(&names));
            ledger.decide(&[&id], stamp(), |_, r, _| r.note = format!("of {id}, {}", r.note.len()));
        }
        for _ in 0..undo {
            ledger.undo(stamp());
        }
        let before: HashMap<String, Review> =
            ledger.reviews(Split::Dev).map(|(id, r)| (id.to_owned(), r.clone())).collect();
        let mut paths: Vec<String> = names.iter().chain(&more).map(|n| format!("{prefix}{n}")).collect();
        paths.sort_unstable();
        let turn = turn.index(paths.len());
        paths.rotate_left(turn);
        let mut table = TextColumn::default();
        for path in &paths {
            table.push(path).unwrap();
        }
        let pairs: Vec<_> = {
            let mut lost: Vec<&str> = ledger.ids(Split::Dev).into_iter().collect();
            lost.sort_unstable();
            let pairs = same_files(&lost, &table).into_iter();
            pairs.map(|(a, b)| pair(lost[a as usize], table.get(b as usize))).collect()
        };
        ledger.move_ids(&pairs, stamp());
        let after: HashMap<String, Review> =
            ledger.reviews(Split::Dev).map(|(id, r)| (id.to_owned(), r.clone())).collect();
        prop_assert_eq!(after.len(), before.len());
        for (id, review) in &before {
            let now = id.replacen("data/", &prefix, 1);
            prop_assert_eq!(after.get(&now), Some(review), "{} is {}", id, now);
        }
        while ledger.undo(stamp()).is_some() {}
        prop_assert!(ledger.reviews(Split::Dev).next().is_none());
    }
}
