use super::*;
use proptest::prelude::*;

fn index(names: &[&str]) -> ClassIndex {
    let names = names.iter().map(|&name| name.to_owned()).collect();
    ClassIndex::new(&ClassNames::new(names).unwrap())
}

fn fashion() -> ClassIndex {
    index(&[
        "T-shirt/top",
        "Trouser",
        "Pullover",
        "Dress",
        "Coat",
        "Sandal",
        "Shirt",
        "Sneaker",
        "Bag",
        "Ankle boot",
    ])
}

#[test]
fn better_kinds_of_match_come_first() {
    let names =
        ["xTopb", "crab", "Ab", "Any big one", "Able", "red absent", "redAbsent", "toad bee"];
    // Equal ones by length: Ab whole; Able prefix; words; initials; within; scattered.
    let order = index(&names).rank("ab", &ClassQuery::default());
    assert_eq!(order, [2, 4, 6, 5, 3, 1, 7]);
    assert_eq!(fashion().rank("ab", &ClassQuery::default()), [9]);
    assert_eq!(fashion().rank("tst", &ClassQuery::default())[0], 0);
    assert_eq!(fashion().rank("tshirt", &ClassQuery::default()), [0]);
    assert_eq!(fashion().rank("zz", &ClassQuery::default()), Vec::<u32>::new());
}

#[test]
fn every_typed_word_must_match_in_any_order() {
    let index = index(&["great white shark", "white wolf", "shark", "white_shark"]);
    assert_eq!(index.rank("shark white", &ClassQuery::default()), [3, 0]);
    assert_eq!(index.rank("WHITE  sh", &ClassQuery::default()), [3, 0]);
    assert_eq!(index.rank("white s", &ClassQuery::default()), [3, 0]);
}

#[test]
fn words_end_where_camel_case_goes_up() {
    let words = |name| words_of(name).collect::<Vec<_>>();
    assert_eq!(words("myHTMLParser2Go"), ["my", "HTML", "Parser2", "Go"]);
    assert_eq!(words("--ABC--d/Éa"), ["ABC", "d", "Éa"]);
    assert_eq!(words("…"), Vec::<&str>::new());
}

#[test]
fn among_equals_the_likely_come_first_and_those_with_keys_last() {
    // S: Sandal 5, Shirt 6, Sneaker 7
    let mut probs = [0.0; 10];
    (probs[7], probs[5], probs[6]) = (0.55, 0.25, 0.2);
    let query = ClassQuery { probs: &probs, ..ClassQuery::default() };
    let rank = |query: &ClassQuery| fashion().rank("s", query)[..3].to_vec();
    assert_eq!(rank(&query), [7, 5, 6]);
    assert_eq!(rank(&ClassQuery { last: &[7], ..query }), [5, 6, 7]);
    // One use moves little, several move much.
    assert_eq!(rank(&ClassQuery { recent: &[6], ..query }), [7, 5, 6]);
    let often = [6; 20];
    assert_eq!(rank(&ClassQuery { recent: &often, ..query }), [7, 6, 5]);
    // Without a use of its own in the letters, the order is that of all classes.
    assert_eq!(fashion().rank("", &query)[..3], [7, 5, 6]);
}

#[test]
fn the_prior_is_a_distribution() {
    let index = fashion();
    let probs = [0.1_f32; 10];
    for recent in [&[][..], &[1], &[1, 1, 2, 9]] {
        for last in [&[][..], &[1], &[3, 4]] {
            let sum: f64 = index.prior(&ClassQuery { probs: &probs, recent, last }).iter().sum();
            assert!((sum - 1.0).abs() < 1e-12, "{sum}");
        }
    }
}

proptest! {
    #[test]
    fn a_name_typed_in_full_stands_on_top(
        names in prop::collection::btree_set("[a-cA-C /é-]{0,6}[a-cA-C]", 1..12),
        probs in prop::collection::vec(prop::num::f32::ANY, 12),
        recent in prop::collection::vec(0_u32..14, 0..9),
        last in prop::collection::vec(0_u32..14, 0..3),
        pick in any::<prop::sample::Index>(),
    ) {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let index = index(&names);
        let query = ClassQuery { probs: &probs[..names.len()], recent: &recent, last: &last };
        prop_assert!(index.prior(&query).iter().all(|p| p.is_finite() && *p >= 0.0));
        let meant = pick.index(names.len());
        prop_assert_eq!(index.rank(names[meant], &query)[0], meant as u32);
        // On the way there it is never lost.
        for (end, _) in names[meant].char_indices() {
            prop_assert!(index.rank(&names[meant][..end], &query).contains(&(meant as u32)));
        }
        let mut all = index.rank(" ", &query);
        all.sort_unstable();
        prop_assert_eq!(all, (0..names.len() as u32).collect::<Vec<_>>());
    }

    #[test]
    fn anything_can_be_typed(typed in ".{0,8}", name in ".{0,12}") {
        let found = index(&[&name, "other"]).rank(&typed, &ClassQuery::default());
        prop_assert!(found.len() <= 2);
    }
}
