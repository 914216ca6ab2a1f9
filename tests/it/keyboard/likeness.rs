//! "More like this" on the sample pictures, from their pixels alone.

use super::sample::sample;
use gaffe::analysis::likeness::nearest;

#[test]
fn the_nearest_picture_shows_the_same_kind_of_thing_taken_the_same_way() {
    let sample = sample(|row, _| row < 600);
    let all: Vec<u32> = (0..600).collect();
    let asked: Vec<usize> = (0..150).collect();
    let (mut class, mut capture, mut by_chance) = (0, 0, (0, 0));
    for &row in &asked {
        let near = nearest(&sample.vectors, row, &all)[0].0 as usize;
        class += usize::from(sample.labels[near] == sample.labels[row]);
        capture += usize::from(sample.blurry[near] == sample.blurry[row]);
        by_chance.0 += sample.labels.iter().filter(|l| **l == sample.labels[row]).count();
        by_chance.1 += sample.blurry.iter().filter(|b| **b == sample.blurry[row]).count();
    }
    let share = |count: usize| count as f64 / asked.len() as f64;
    let (class, capture) = (share(class), share(capture));
    let (class_chance, capture_chance) = (share(by_chance.0) / 600.0, share(by_chance.1) / 600.0);
    println!(
        "class {class:.3} (chance {class_chance:.3}), capture {capture:.3} ({capture_chance:.3})"
    );
    assert!(class > 0.7 && class_chance < 0.13, "{class}, chance {class_chance}");
    assert!(capture > 0.97 && capture_chance < 0.7, "{capture}, chance {capture_chance}");
}
