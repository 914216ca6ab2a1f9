use super::*;
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

const A: TagId = TagId(1);
const B: TagId = TagId(7);

/// `right` vectors about (1, 0) and `up` about (0, 1), no two alike.
fn clusters(right: usize, up: usize) -> Vec<[f32; 2]> {
    let right = (0..right).map(|i| [1.0, 0.01 * i as f32]);
    right.chain((0..up).map(|i| [0.01 * i as f32, 1.0])).collect()
}

fn decided<'a>(
    vectors: &'a [[f32; 2]],
    tags: impl Fn(usize) -> &'a [TagId],
    label: impl Fn(usize) -> Option<u32>,
) -> Vec<Decided<'a>> {
    let of = |(i, vector): (usize, &'a [f32; 2])| Decided {
        vector: vector.as_slice(),
        tags: tags(i),
        label: label(i),
    };
    vectors.iter().enumerate().map(of).collect()
}

#[test]
fn what_the_neighbours_have_and_others_lack_is_suggested() {
    let vectors = clusters(12, 20);
    // A on the right but for the nearest one; B everywhere; labels by place.
    let tags = |i: usize| if (1..12).contains(&i) { &[A, B][..] } else { &[B] };
    let all = decided(&vectors, tags, |i| (i > 20).then_some(4));
    let found = suggest(&[1.0, 0.0], &all, 10);
    assert_eq!(found.len(), 1);
    let Suggestion { what, support, of, score, because } = &found[0];
    assert_eq!((*what, *support, *of), (What::Tag(A), 9, 10));
    assert_eq!(because[..], (1..10).collect::<Vec<_>>());
    // The one without it weighs most.
    assert!((0.5..0.9).contains(score), "{score}");
    let found = suggest(&[0.1, 1.0], &all, 10);
    assert_eq!(found.iter().map(|s| s.what).collect::<Vec<_>>(), [What::Label(4)]);
}

#[test]
fn too_little_is_no_ground() {
    let vectors = clusters(3, 5);
    let all = decided(&vectors, |i| if i < 3 { &[A] } else { &[] }, |_| None);
    // 3 of 3, 1 in 56 by chance
    assert_eq!(suggest(&[1.0, 0.0], &all, 10)[0].support, 3);
    assert_eq!(suggest(&[1.0, 0.0], &all[..7], 10), []);
    assert_eq!(suggest(&[1.0, 0.0], &all, 2), []);
    assert_eq!(suggest(&[0.0, 0.0], &all, 10), []);
    assert_eq!(suggest(&[1.0, 0.0, 0.0], &all, 10), []);
    // One more elsewhere, and it is 4 in 56.
    let all = decided(&vectors, |i| if i < 4 { &[A] } else { &[] }, |_| None);
    assert_eq!(suggest(&[1.0, 0.0], &all, 10), []);
}

#[test]
fn chance_is_the_hypergeometric_tail() {
    assert!((at_least(4, 8, Some(4), 4) - 1.0 / 70.0).abs() < 1e-12);
    assert!((at_least(3, 8, Some(4), 4) - 17.0 / 70.0).abs() < 1e-12);
    assert!((at_least(0, 8, Some(4), 4) - 1.0).abs() < 1e-12);
    assert!(at_least(3, 8, None, 4).abs() < 1e-12);
}

#[test]
fn tags_dealt_at_random_are_seldom_suggested() {
    let mut draw = Pcg64Mcg::seed_from_u64(5);
    let (mut suggested, mut asked) = (0, 0);
    for _ in 0..60 {
        let mut vector = || [(); 2].map(|()| draw.random_range(-1.0..1.0_f32));
        let vectors: Vec<[f32; 2]> = (0..100).map(|_| vector()).collect();
        let asked_for: Vec<[f32; 2]> = (0..20).map(|_| vector()).collect();
        let given: Vec<bool> = (0..100).map(|_| draw.random_range(0..10) < 4).collect();
        let all = decided(&vectors, |i| if given[i] { &[A] } else { &[] }, |_| None);
        asked += asked_for.len();
        suggested += asked_for.iter().filter(|v| !suggest(*v, &all, 10).is_empty()).count();
    }
    let rate = f64::from(suggested as u32) / f64::from(asked as u32);
    assert!(rate < 0.05, "{rate}");
}

proptest! {
    #[test]
    fn suggestions_keep_to_their_rule(
        values in prop::collection::vec(prop_oneof![-1.0..1.0_f32, prop::num::f32::ANY], 60),
        given in prop::collection::vec(0_u8..4, 30), k in 0_usize..40, at in 0_usize..30,
    ) {
        let (vectors, _) = values.as_chunks::<2>();
        let tags = |i: usize| [&[][..], &[A], &[B], &[A, B]][usize::from(given[i])];
        let all = decided(vectors, tags, |i| Some(u32::from(given[i])));
        let found = suggest(&vectors[at], &all, k);
        for s in &found {
            prop_assert!(s.support >= 3 && s.support <= s.of && s.of <= 10);
            prop_assert!((0.5..=1.0).contains(&s.score));
            prop_assert_eq!(s.because.len(), s.support);
            let has = |&i: &usize| match s.what {
                What::Tag(tag) => all[i].tags.contains(&tag),
                What::Label(label) => all[i].label == Some(label),
            };
            prop_assert!(s.because.iter().all(has));
        }
        prop_assert!(found.is_sorted_by(|a, b| a.score >= b.score));
    }
}
