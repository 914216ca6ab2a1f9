use super::*;
use crossterm::event::KeyCode;
use gaffe::insight::Insight;
use gaffe::insight::map::Report;
use std::collections::BTreeSet;

fn report(stage: &Stage) -> Report {
    match &stage.app().shown().expect("an answer").insight {
        Insight::Map(report) => (**report).clone(),
        _ => panic!("another screen"),
    }
}

#[test]
fn it_looks_like_this() {
    let folder = reviewed(40);
    let mut stage = stage(&folder, SIZES[0]);
    // Steps that follow from each other bear no other rounding: the axes look alike everywhere.
    press(&mut stage, "@o");
    for (cols, rows) in SIZES {
        stage.resize(cols, rows);
        insta::assert_snapshot!(format!("map_{cols}x{rows}"), in_two_themes(&mut stage));
        press(&mut stage, "bbn");
        insta::assert_snapshot!(format!("map_tags_{cols}x{rows}"), stage.draw());
        press(&mut stage, "bbn");
    }
}

#[test]
fn without_colours_groups_have_marks() {
    let folder = reviewed(40);
    let mut stage = stage(&folder, (80, 24));
    press(&mut stage, "@o");
    insta::assert_snapshot!("map_marks", stage.draw_without_colours());
}

#[test]
fn its_places_are_those_of_the_command() {
    let folder = reviewed(40);
    same_as_command(&folder, "@", &["stats", "map"]);
    same_as_command(&folder, "@o", &["stats", "map", "--layout", "pca"]);
    same_as_command(&folder, "@oe", &["stats", "map", "--layout", "pca", "--all"]);
    let blurry = ["stats", "map", "--layout", "pca", "--filter", "capture=blurry"];
    same_as_command(&folder, "/capture=blurry\n@o", &blurry);
}

#[test]
fn a_lasso_chooses_what_it_goes_around_and_leaves_it_out_again() {
    let folder = reviewed(12);
    let mut stage = stage(&folder, (80, 24));
    press(&mut stage, "@o");
    let all = report(&stage);
    // From one end of the plane to the other
    for key in [KeyCode::PageUp, KeyCode::PageUp].into_iter().chain([KeyCode::Left; 60]) {
        stage.key(key);
    }
    press(&mut stage, " ");
    for key in [KeyCode::PageDown, KeyCode::PageDown].into_iter().chain([KeyCode::Right; 60]) {
        stage.key(key);
    }
    press(&mut stage, "a");
    assert_eq!(stage.app().map().unwrap().0.chosen(), all.len());
    // The left half of it, by a polygon of three corners and the cursor
    press(&mut stage, " ");
    (0..30).for_each(|_| stage.key(KeyCode::Left));
    press(&mut stage, " ");
    (0..3).for_each(|_| stage.key(KeyCode::PageUp));
    press(&mut stage, " ");
    (0..30).for_each(|_| stage.key(KeyCode::Right));
    press(&mut stage, "r");
    let left = stage.app().map().unwrap().0.chosen();
    assert!(left > 0 && left < all.len(), "{left} of {}", all.len());
    insta::assert_snapshot!("map_chosen", stage.draw());
    press(&mut stage, "\n");
    assert_eq!(stage.app().desk().list().len(), left);
    let middle = (0..all.len() as u32).filter_map(|n| all.point(n));
    let middle = middle.clone().map(|p| f64::from(p[0])).sum::<f64>() / all.len() as f64;
    let right = |row: &u32| f64::from(all.point(all.number(*row).unwrap()).unwrap()[0]) < middle;
    assert!(stage.app().desk().list().iter().filter(|row| right(row)).count() > left / 2);
    stage.key(KeyCode::Esc);
    assert_eq!(stage.app().map().unwrap().0.chosen(), left);
    stage.key(KeyCode::Esc);
    assert_eq!(stage.app().map().unwrap().0.chosen(), 0);
    stage.key(KeyCode::Esc);
    assert!(stage.app().map().is_none() && stage.app().view().is_none());
}

#[test]
fn the_cell_under_the_cursor_is_entered_and_the_map_is_as_it_was() {
    let folder = reviewed(12);
    let mut stage = stage(&folder, (120, 40));
    press(&mut stage, "@o+++b");
    let (map, report) = stage.app().map().unwrap();
    let rows: BTreeSet<u32> = map.under().iter().filter_map(|&n| report.row(n)).collect();
    assert!(!rows.is_empty() && map.factor() > 7.0);
    let before = stage.draw();
    press(&mut stage, "\n");
    assert_eq!(stage.app().desk().list().iter().copied().collect::<BTreeSet<_>>(), rows);
    stage.key(KeyCode::Esc);
    let after = stage.draw();
    // What happened last is another thing.
    let work = |screen: &str| screen.lines().take(38).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(work(&before), work(&after));
}

#[test]
fn wherever_the_cursor_goes_it_stays_on_the_plane() {
    let folder = reviewed(12);
    let mut stage = stage(&folder, (80, 24));
    press(&mut stage, "@o");
    for (i, c) in "+++-=+ ++a-r-+e-----n+b".chars().enumerate() {
        press(&mut stage, &c.to_string());
        let way = [KeyCode::Left, KeyCode::Up, KeyCode::Right, KeyCode::PageDown, KeyCode::Down];
        for _ in 0..25 {
            stage.key(way[i % way.len()]);
            let (map, _) = stage.app().map().unwrap();
            let [columns, lines] = map.raster().unwrap().size();
            let [column, line] = map.cursor();
            assert!(column < columns && line < lines && map.factor() >= 1.0);
        }
    }
    stage.key(KeyCode::Home);
    assert!(stage.app().map().unwrap().0.factor() <= 1.0);
}
