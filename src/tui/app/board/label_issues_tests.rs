use super::*;
use proptest::prelude::*;

fn queue(count: usize) -> Queue {
    let item = |row: usize| LabelIssue { row: row as u32, given: 0, suggested: 1, score: 0.0 };
    Queue { items: (0..count).map(item).collect(), ..Queue::default() }
}

proptest! {
    #[test]
    fn the_cursor_is_seen_and_so_is_what_comes_next(
        count in 0_usize..60, room in 1_usize..40, places in prop::collection::vec(0_usize..80, 1..9),
    ) {
        let mut queue = queue(count);
        for place in places {
            queue.go(place, room);
            let first = queue.first(room);
            if count > 0 {
                prop_assert!((first..first + room).contains(&queue.at()), "{} {first}", queue.at());
            }
            // There is no gap below the last line as long as there are lines above.
            prop_assert!(first == 0 || first + room <= count);
            prop_assert!(queue.seen >= (first + room).min(count) && queue.seen <= count);
        }
    }
}

#[test]
fn the_filters_and_scores_come_round() {
    let mut ask = Ask::default();
    for _ in FilterBy::ALL {
        ask = changed(&ask, Command::ViewBy).unwrap();
    }
    for _ in Score::ALL {
        ask = changed(&ask, Command::ViewOrder).unwrap();
    }
    assert_eq!(ask, Ask::default());
    assert_eq!(changed(&ask, Command::ViewVersus), None);
}
