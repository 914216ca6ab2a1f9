use super::*;
use crate::dataset::TextColumn;
use proptest::prelude::*;

fn run<P: Clone>(made: &mut Occlusion<P>, mut probability: impl FnMut(&P) -> f64) -> Vec<P> {
    let mut asked = Vec::new();
    while let Some((number, part)) = made.next() {
        asked.push(part.clone());
        let probability = probability(&part.clone());
        made.put(number, probability);
    }
    asked
}

#[test]
fn a_picture_is_hidden_from_coarse_to_fine_where_it_matters_first() {
    let mut made = Occlusion::of_picture(28, 28, 0.9);
    // The evidence is the pixel 20, 9.
    let covers =
        |p: &Patch| (p.x..p.x + p.width).contains(&20) && (p.y..p.y + p.height).contains(&9);
    let asked = run(&mut made, |p| if covers(p) { 0.2 } else { 0.9 });
    assert_eq!((asked.len(), made.columns(), made.progress()), (16 + 64 + 256, 16, (336, 336)));
    assert_eq!(
        asked[..2].iter().map(|p| (p.x, p.y, p.width)).collect::<Vec<_>>(),
        [(0, 0, 7), (7, 0, 7)]
    );
    // The first of the second level lies in the patch that mattered.
    assert_eq!((asked[16].x / 7, asked[16].y / 7), (2, 1));
    assert!(covers(asked[80..84].iter().find(|p| covers(p)).unwrap()));
    let map = made.map();
    let hottest = (0..map.len()).max_by(|&a, &b| map[a].partial_cmp(&map[b]).unwrap()).unwrap();
    assert_eq!((hottest % 16, hottest / 16), (20 * 16 / 28, 9 * 16 / 28));
    assert!((map[hottest].unwrap() - 0.7).abs() < 1e-12);
    assert!((map[hottest - 1].unwrap() - 0.7 * 2.0 / 3.0).abs() < 1e-12);
    assert!(map[0].unwrap().abs() < 1e-12);
}

#[test]
fn words_are_left_out_in_runs_and_then_one_by_one() {
    let text = "a truly awful film, with no plot; I slept, and then I left early";
    let mut made = Occlusion::of_text(text, 0.8);
    let asked =
        run(&mut made, |range| if without(text, range).contains("awful") { 0.8 } else { 0.1 });
    assert_eq!(asked.len(), 8 + 14);
    let words: Vec<&str> = made.finest().map(|range| &text[range.clone()]).collect();
    assert_eq!(words[..4], ["a", "truly", "awful", "film"]);
    let map = made.map();
    assert!((map[2].unwrap() - 0.7).abs() < 1e-12);
    assert!(map.iter().enumerate().all(|(i, heat)| i == 2 || heat.unwrap().abs() < 1e-12));
    assert_eq!(
        without(text, &(2..7)),
        "a awful film, with no plot; I slept, and then I left early"
    );
    assert_eq!([without("ab cd", &(3..5)), without("ab cd", &(0..2))], ["ab", "cd"]);
}

#[test]
fn a_map_that_was_stopped_knows_what_was_asked() {
    let mut made = Occlusion::of_picture(64, 32, 0.5);
    assert_eq!((made.progress(), made.columns()), ((0, 8 + 32 + 128), 16));
    assert!(made.map().iter().all(Option::is_none));
    for _ in 0..8 {
        let (number, _) = made.next().unwrap();
        made.put(number, f64::NAN);
    }
    assert_eq!(made.progress().0, 8);
    assert!(made.map().iter().all(Option::is_none));
    let (number, _) = made.next().unwrap();
    made.put(number, 0.25);
    assert_eq!(made.map().iter().flatten().collect::<Vec<_>>(), [&0.25; 4]);
}

#[test]
fn what_stands_for_a_column() {
    let column = |cells: &[&str]| {
        let mut column = TextColumn::default();
        for cell in cells {
            column.push(cell).unwrap();
        }
        Column::new("c".to_owned(), column)
    };
    assert_eq!(typical(&column(&["3.0", "", "1", "20", "2.50"])), "2.50");
    assert_eq!(typical(&column(&["red", "", "blue", "", "blue", "red"])), "red");
    assert_eq!(typical(&column(&["", ""])), "");
    assert_eq!(
        [mean_colour([[0, 10, 255], [1, 20, 255]]), mean_colour([])],
        [[1, 15, 255], [128; 3]]
    );
}

proptest! {
    #[test]
    fn every_level_of_a_picture_covers_it_once(width in 0_usize..40, height in 0_usize..40) {
        let mut made = Occlusion::of_picture(width, height, 0.5);
        let asked = run(&mut made, |_| 0.25);
        let area: usize = asked.iter().map(|p| p.width * p.height).sum();
        prop_assert_eq!(area, made.levels.len() * width * height);
        prop_assert!(asked.iter().all(|p| p.width > 0 && p.height > 0));
        prop_assert!(made.map().iter().all(|heat| *heat == Some(0.25)));
        prop_assert_eq!(made.map().len() % made.columns(), 0);
    }

    #[test]
    fn every_word_of_a_text_is_in_every_level(text in "([a-zß ]|[一二 .,!']){0,900}") {
        let mut made = Occlusion::of_text(&text, 0.5);
        let asked = run(&mut made, |_| 0.25);
        let cells = made.map();
        prop_assert!(cells.len() <= MOST_RUNS && cells.iter().all(|heat| *heat == Some(0.25)));
        prop_assert_eq!(made.finest().count(), cells.len());
        for range in asked {
            prop_assert!(text.is_char_boundary(range.start) && text.is_char_boundary(range.end));
            prop_assert!(range.start < range.end);
            prop_assert!(without(&text, &range).len() < text.len());
        }
        for (cell, range) in made.finest().enumerate() {
            for level in &made.levels {
                let part = &made.parts[level.covering[cell]].what;
                prop_assert!(part.contains(&range.start), "{cell}: {part:?} {range:?}");
            }
        }
    }
}
