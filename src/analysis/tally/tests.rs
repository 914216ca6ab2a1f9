use super::*;
use proptest::prelude::*;

const BLURRY: TagId = TagId(0);
const BENT: TagId = TagId(1);

fn population(errors: usize) -> Population {
    Population { examples: 2000, errors, errors_after_fixes: errors }
}

fn error(verdict: Verdict, tags: &[TagId], random: bool) -> Reviewed<'_> {
    Reviewed { verdict: Some(verdict), tags, random }
}

#[test]
fn the_ceiling_is_the_dev_error_less_the_share() {
    let reviewed =
        (0..100).map(|i| error(Verdict::ModelWrong, if i < 41 { &[BLURRY] } else { &[] }, true));
    let tally = tally(population(291), reviewed);
    let row = &tally.rows[0];
    assert_eq!((tally.basis, row.count, tally.unexplained), (Basis::RandomSample, 41, 59));
    let ceiling = row.ceiling.unwrap();
    assert!((ceiling.share - 0.1455 * 0.59).abs() < 1e-12);
    assert!(ceiling.low < ceiling.share && ceiling.share < ceiling.high);
}

#[test]
fn a_sorted_review_describes_only_what_was_reviewed() {
    let reviewed = (0..10).map(|_| error(Verdict::ModelWrong, &[BLURRY], false));
    let tally = tally(population(200), reviewed);
    assert_eq!(tally.basis, Basis::ReviewedOnly);
    assert_eq!(tally.rows[0].share, Proportion::exact(1.0));
    assert!((tally.rows[0].ceiling.unwrap().share - 190.0 / 2000.0).abs() < 1e-12);
}

#[test]
fn what_was_not_drawn_at_random_is_counted_but_not_generalised() {
    let drawn =
        (0..20).map(|i| error(Verdict::ModelWrong, if i < 5 { &[BLURRY] } else { &[] }, true));
    let picked = (0..10).map(|_| error(Verdict::ModelWrong, &[BLURRY], false));
    let tally = tally(population(200), drawn.chain(picked));
    let row = &tally.rows[0];
    assert_eq!((tally.basis, tally.reviewed, tally.drawn), (Basis::PartlyRandom, 30, 20));
    assert_eq!((row.count, row.share), (15, Proportion::sampled(5, 20, 200)));
    assert!((row.estimated.unwrap().value - 50.0).abs() < 1e-12);
    assert!((row.ceiling.unwrap().share - 150.0 / 2000.0).abs() < 1e-12);
}

#[test]
fn tags_overlap_and_verdicts_other_than_model_wrong_have_their_line() {
    let both = [BLURRY, BENT];
    let reviewed = [
        error(Verdict::ModelWrong, &both, true),
        error(Verdict::LabelWrong, &both[..1], true),
        error(Verdict::Unsure, &[], true),
    ];
    let tally = tally(population(3), reviewed);
    let lines: Vec<_> = tally.rows.iter().map(|r| (r.category, r.count)).collect();
    assert_eq!(
        lines,
        [
            (Category::Tag(BLURRY), 1),
            (Category::Tag(BENT), 1),
            (Category::Verdict(Verdict::LabelWrong), 1),
            (Category::Verdict(Verdict::Unsure), 1),
        ]
    );
    assert_eq!(tally.basis, Basis::AllErrors);
    assert_eq!(tally.rows[0].share, Proportion::exact(1.0 / 3.0));
    assert_eq!((tally.rows[0].exclusive, tally.rows[2].exclusive), (0, 1));
    assert!(tally.rows[3].ceiling.is_none());
}

#[test]
fn nothing_reviewed_and_nothing_wrong_are_defined() {
    let none = tally(population(5), []);
    assert!(none.rows.is_empty() && none.reviewed == 0);
    let perfect = tally(Population { examples: 0, errors: 0, errors_after_fixes: 0 }, []);
    assert!(perfect.dev_error().abs() < f64::EPSILON);
}

#[test]
fn label_errors_leave_the_error_count() {
    let population = Population { examples: 100, errors: 10, errors_after_fixes: 8 };
    let reviewed = (0..10).map(|i| match i {
        0..2 => error(Verdict::LabelWrong, &[BLURRY], true),
        2..6 => error(Verdict::ModelWrong, &[BLURRY], true),
        _ => error(Verdict::ModelWrong, &[], true),
    });
    let tally = tally(population, reviewed);
    assert!((tally.dev_error_after_fixes() - 0.08).abs() < 1e-12);
    // 4 of the 8 errors that are left are blurry; the label errors are gone already
    let ceilings: Vec<f64> = tally.rows.iter().map(|r| r.ceiling.unwrap().share).collect();
    assert!((ceilings[0] - 0.04).abs() < 1e-12 && (ceilings[1] - 0.08).abs() < 1e-12);
    let both = [Category::Tag(BLURRY), Category::Verdict(Verdict::LabelWrong)];
    assert!((tally.joint(&both).ceiling.share - 0.04).abs() < 1e-12);
}

#[test]
fn a_set_is_solved_together_without_counting_an_error_twice() {
    let sets: [&[TagId]; 4] = [&[BLURRY], &[BLURRY, BENT], &[BENT, TagId(2)], &[]];
    let reviewed = sets.iter().map(|tags| error(Verdict::ModelWrong, tags, true));
    let tally = tally(population(40), reviewed);
    let joint = tally.joint(&[Category::Tag(BLURRY), Category::Tag(BENT)]);
    assert_eq!((joint.count, joint.shared), (3, 1));
    assert!((joint.estimated.unwrap().value - 30.0).abs() < 1e-12);
    assert!((joint.ceiling.share - 10.0 / 2000.0).abs() < 1e-12);
    let none = tally.joint(&[]);
    assert_eq!((none.count, none.ceiling.share), (0, tally.dev_error()));
}

proptest! {
    #[test]
    fn counts_add_up_and_no_number_is_nan(
        tagged in prop::collection::vec(prop::collection::btree_set(0..5_u16, 0..4), 0..60),
        more in 0_usize..100,
    ) {
        let tags: Vec<Vec<TagId>> =
            tagged.iter().map(|s| s.iter().map(|&t| TagId(t)).collect()).collect();
        let reviewed = tags.iter().map(|t| error(Verdict::ModelWrong, t, true));
        let result = tally(population(tags.len() + more), reviewed);
        let sum: usize = result.rows.iter().map(|r| r.count).sum();
        prop_assert_eq!(sum, tags.iter().map(Vec::len).sum::<usize>());
        prop_assert_eq!(result.unexplained, tags.iter().filter(|t| t.is_empty()).count());
        for row in &result.rows {
            let c = row.ceiling.unwrap();
            prop_assert!(0.0 <= c.low && c.low <= c.share && c.share <= c.high);
            prop_assert!(c.high <= result.dev_error());
            prop_assert!(row.share.low <= row.share.share && row.share.share <= row.share.high);
        }
    }

    #[test]
    fn counting_error_by_error_gives_what_counting_anew_gives(
        steps in prop::collection::vec((0..5_u16, prop::option::of(0..3_u8), any::<bool>(), any::<bool>()), 0..60),
    ) {
        let verdicts = [Verdict::ModelWrong, Verdict::LabelWrong, Verdict::Unsure];
        let all: Vec<(Vec<TagId>, Option<Verdict>, bool, bool)> = steps
            .iter()
            .map(|&(t, v, random, keep)| (vec![TagId(t)], v.map(|v| verdicts[v as usize]), random, keep))
            .collect();
        let reviewed = |(tags, verdict, random, _): &(Vec<TagId>, Option<Verdict>, bool, bool)| (tags.clone(), *verdict, *random);
        let mut counts = TallyCounts::default();
        for step in &all {
            let (tags, verdict, random) = reviewed(step);
            counts.add(&Reviewed { verdict, tags: &tags, random });
        }
        for step in all.iter().filter(|step| !step.3) {
            let (tags, verdict, random) = reviewed(step);
            counts.remove(&Reviewed { verdict, tags: &tags, random });
        }
        let kept = all.iter().filter(|step| step.3);
        let fresh = tally(population(80), kept.map(|(tags, verdict, random, _)| Reviewed { verdict: *verdict, tags, random: *random }));
        prop_assert_eq!(counts.tally(population(80)), fresh);
    }
}
