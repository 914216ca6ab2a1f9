use super::*;
use proptest::prelude::*;
use rand::RngExt;

/// `c` confirmed, `r` refuted, `u` unsure, `.` open.
fn flags(text: &str) -> Vec<Flag> {
    let flag = |c| match c {
        'c' => Flag::Confirmed,
        'r' => Flag::Refuted,
        'u' => Flag::Unsure,
        _ => Flag::Open,
    };
    text.chars().map(flag).collect()
}

fn repeated(part: &str, times: usize) -> String {
    part.repeat(times)
}

#[test]
fn counts_what_was_judged_by_rank() {
    let text = repeated("c", 18) + "ru" + &repeated("cr", 15) + &repeated(".", 70);
    let found = precision(&flags(&text));
    assert_eq!((found.flags, found.judged, found.confirmed), (120, 49, 33));
    assert_eq!((found.unsure, found.open), (1, 70));
    let counted: Vec<_> =
        found.segments.iter().map(|s| (s.from, s.to, s.judged, s.confirmed)).collect();
    assert_eq!(counted, [(1, 20, 19, 18), (21, 50, 30, 15), (51, 100, 0, 0), (101, 120, 0, 0)]);
    assert!(found.segments[2].precision.is_none());
    assert_eq!(found.last, Some(Last { of: 20, confirmed: 10 }));
    let whole = found.precision.unwrap();
    assert!(
        (whole.low - 0.533_792).abs() < 1e-6 && (whole.high - 0.787_925).abs() < 1e-6,
        "{whole:?}"
    );
}

#[test]
fn precision_never_rises_with_the_rank() {
    let text = repeated("r", 10) + &repeated("c", 10) + &repeated("cr", 7) + "..";
    let pieces = fitted(&flags(&text), 34);
    // 10 of 20 and then 7 of 14: no worse, so they stay apart
    let pooled = Piece { judged: 20, confirmed: 10, open: 0 };
    assert_eq!(pieces, [pooled, Piece { judged: 14, confirmed: 7, open: 2 }]);
}

#[test]
fn open_flags_among_judged_ones_have_the_precision_of_their_neighbours() {
    let text = repeated("c.", 10) + &repeated("r", 10) + &repeated(".", 100);
    let pieces = fitted(&flags(&text), 20);
    let first = Piece { judged: 10, confirmed: 10, open: 9 };
    assert_eq!(pieces, [first, Piece { judged: 10, confirmed: 0, open: 101 }]);
    let found = precision(&flags(&text)).expected.unwrap();
    let wanted = 9.0 * 10.5 / 11.0 + 101.0 * 0.5 / 11.0;
    assert!((found.value - wanted).abs() < 1e-9, "{found:?}");
}

#[test]
fn one_piece_is_predicted_as_the_beta_binomial_distribution_has_it() {
    // The sum of its probabilities passes 2.5 % at 3 and 97.5 % at 53.
    let found = expected(&[Piece { judged: 20, confirmed: 2, open: 180 }]);
    assert!((found.value - 180.0 * 2.5 / 21.0).abs() < 1e-9);
    assert!((2.0..=4.0).contains(&found.low) && (49.0..=55.0).contains(&found.high), "{found:?}");
}

#[test]
fn too_few_say_nothing_of_the_rest() {
    assert!(precision(&flags("crcrcrcrc....")).expected.is_none());
    assert!(precision(&[]).precision.is_none() && precision(&[]).segments.is_empty());
    let done = precision(&flags("ccccccccccrr")).expected.unwrap();
    assert_eq!((done.value, done.low, done.high), (0.0, 0.0, 0.0));
}

#[test]
fn the_interval_holds_what_is_left_as_often_as_it_says() {
    let mut rng = Pcg64Mcg::seed_from_u64(11);
    let (mut held, times) = (0, 400);
    for _ in 0..times {
        // Precision falls over the first 60 ranks and stays then.
        let right = |rank: usize, u: f64| u < (0.9 - 0.01 * rank.min(60) as f64);
        let truth: Vec<bool> = (0..200).map(|rank| right(rank, rng.random())).collect();
        let judged = |(rank, &is): (usize, &bool)| match (rank < 100, is) {
            (false, _) => Flag::Open,
            (true, true) => Flag::Confirmed,
            (true, false) => Flag::Refuted,
        };
        let all: Vec<Flag> = truth.iter().enumerate().map(judged).collect();
        let left = truth[100..].iter().filter(|&&is| is).count() as f64;
        let found = precision(&all).expected.unwrap();
        held += usize::from((found.low..=found.high).contains(&left));
    }
    // The fit takes the lowest piece for the rest, so it is somewhat below 95 %.
    assert!(held * 100 >= times * 88, "{held} of {times}");
}

proptest! {
    #[test]
    fn whatever_was_judged_the_numbers_are_defined(text in "[cru.]{0,200}") {
        let flags = flags(&text);
        let found = precision(&flags);
        prop_assert_eq!(found.judged + found.unsure + found.open, flags.len());
        let total: usize = found.segments.iter().map(|s| s.judged).sum();
        prop_assert_eq!(total, found.judged);
        prop_assert_eq!(found.segments.last().map_or(0, |s| s.to), flags.len());
        prop_assert_eq!(found.expected.is_some(), found.judged >= FEWEST);
        if let Some(Estimate { value, low, high }) = found.expected {
            prop_assert!(0.0 <= low && low <= value && value <= high);
            prop_assert!(high <= found.open as f64);
        }
        if found.judged > 0 {
            let pieces = fitted(&flags, found.judged);
            prop_assert!(pieces.windows(2).all(|pair| !pair[0].is_worse(&pair[1])));
            prop_assert_eq!(pieces.iter().map(|p| p.open).sum::<usize>(), found.open);
        }
    }
}
