use super::*;
use proptest::prelude::*;

#[test]
fn braille_and_halves_show_the_same_points() {
    let points: Vec<Point> = vec![[0.0, 0.0], [0.0, 0.0], [5.0, 3.0], [5.0, 0.0]];
    let plane = Plane::new(&points);
    let groups = [1, 1, 2, 0];
    // Six by four dots: three braille cells
    let view = View { centre: [2.5, 1.5], dot: 1.0 };
    let braille = Raster::new(&plane, view, [3, 1], Dots::Braille, &groups, Shown::Largest);
    let [left, middle, right] = [0, 1, 2].map(|column| braille.fields(column, 0)[0]);
    assert_eq!((left.points, left.dots, left.group), (2, 1 << 6, 1));
    assert_eq!(middle, Cell::default());
    assert_eq!((right.points, right.dots, right.group), (2, 1 << 1 | 1 << 7, 0));
    assert_eq!((braille.points(0, 0), braille.points(2, 0)), (&[0, 1][..], &[2, 3][..]));
    let halves = Raster::new(&plane, view, [6, 2], Dots::Halves, &groups, Shown::Largest);
    assert_eq!(halves.fields(5, 0).iter().map(|half| half.points).collect::<Vec<_>>(), [1, 0]);
    assert_eq!(halves.fields(0, 1).iter().map(|half| half.points).collect::<Vec<_>>(), [0, 2]);
    assert!(halves.fields(6, 0).is_empty() && halves.points(0, 2).is_empty());
}

#[test]
fn the_rarest_group_comes_through_where_it_is_asked_for() {
    let plane = Plane::new(&[[0.0, 0.0]; 5]);
    let view = View::fit(&plane.bounds(), [2, 4]);
    let mut raster =
        Raster::new(&plane, view, [1, 1], Dots::Braille, &[3, 3, 3, 7, 7], Shown::Largest);
    assert_eq!(raster.fields(0, 0)[0].group, 3);
    raster.colour(&[3, 3, 3, 7, 7], Shown::Rarest);
    assert_eq!(raster.fields(0, 0)[0].group, 7);
    raster.colour(&[], Shown::Rarest);
    assert_eq!(raster.fields(0, 0)[0].group, 0);
}

#[test]
fn zooming_keeps_the_place_and_a_zoom_too_far_changes_nothing() {
    let view = View { centre: [1.0, 2.0], dot: 0.5 };
    let closer = view.zoomed(2.0, [3.0, 2.0]);
    assert_eq!(closer, View { centre: [2.0, 2.0], dot: 0.25 });
    assert_eq!(closer.zoomed(0.5, [3.0, 2.0]), view);
    assert_eq!(view.zoomed(f64::INFINITY, [0.0; 2]), view);
    assert_eq!(view.moved([2.0, -4.0]), View { centre: [2.0, 0.0], dot: 0.5 });
}

fn coordinate() -> impl Strategy<Value = f32> {
    let odd = prop::sample::select(vec![f32::MAX, f32::MIN, f32::NAN, 1.0]);
    prop_oneof![1 => odd, 19 => -3.0..3.0_f32]
}

proptest! {
    #[test]
    fn every_point_of_the_view_is_in_the_cell_that_shows_it(
        points in prop::collection::vec(prop::array::uniform2(coordinate()), 0..200),
        groups in prop::collection::vec(0_u32..4, 0..200), rarest in any::<bool>(), braille in any::<bool>(),
        columns in 0_usize..9, lines in 0_usize..6, whole in any::<bool>(), centre in [-3.0..3.0_f64, -3.0..3.0_f64],
        dot in prop_oneof![Just(f64::MIN_POSITIVE), 0.05..2.0_f64, Just(f64::MAX)],
    ) {
        let plane = Plane::new(&points);
        let dots = if braille { Dots::Braille } else { Dots::Halves };
        let shown = if rarest { Shown::Rarest } else { Shown::Largest };
        let [right, down] = dots.per_cell();
        let fitting = View::fit(&plane.bounds(), [columns * right, lines * down]);
        let view = if whole { fitting } else { View { centre, dot } };
        let raster = Raster::new(&plane, view, [columns, lines], dots, &groups, shown);
        let mut met = 0;
        for (column, line) in (0..lines).flat_map(|line| (0..columns).map(move |column| (column, line))) {
            let own = raster.points(column, line);
            met += own.len();
            let fields = raster.fields(column, line);
            prop_assert_eq!(fields.iter().map(|field| field.points as usize).sum::<usize>(), own.len());
            for field in fields {
                prop_assert_eq!(field.points > 0, field.dots > 0);
                let group = |n: &u32| groups.get(*n as usize).copied().unwrap_or(0);
                prop_assert!(field.points == 0 || own.iter().any(|n| group(n) == field.group));
            }
            for &number in own {
                prop_assert_eq!(raster.cell_at(points[number as usize]), Some([column, line]));
            }
        }
        let visible = points.iter().filter(|&&point| raster.cell_at(point).is_some());
        prop_assert_eq!(met, visible.count());
        let all = columns * right > 2 && lines * down > 2;
        prop_assert!(!whole || !all || met == plane.len(), "{met} of {}", plane.len());
    }

    #[test]
    fn a_cell_is_the_part_of_the_plane_it_shows(
        points in prop::collection::vec([-3.0..3.0_f32, -3.0..3.0_f32], 1..60), columns in 1_usize..9, lines in 1_usize..6,
    ) {
        let plane = Plane::new(&points);
        let view = View::fit(&plane.bounds(), [columns * 2, lines * 4]);
        let raster = Raster::new(&plane, view, [columns, lines], Dots::Braille, &[], Shown::Largest);
        for (column, line) in (0..lines).flat_map(|line| (0..columns).map(move |column| (column, line))) {
            let within = plane.in_rect(&raster.part(column, line));
            prop_assert!(raster.points(column, line).iter().all(|n| within.contains(n)));
        }
    }
}
