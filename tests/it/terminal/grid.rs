//! The grid in a real terminal: true thumbnails, one decision for all but these, nothing lost.

use super::*;
use gaffe::tui::layout::{self, TileSize};
use image::GrayImage;
use ratatui::layout::Rect;

const PAGE_UP: &str = "\x1b[5~";

fn places(size: Size, tiles: TileSize) -> layout::Grid {
    layout::grid(Rect::new(0, 0, size.0, size.1), tiles, true).unwrap()
}

/// Waits until the page and all its pictures are on the screen.
#[track_caller]
fn page_shown(pty: &mut Pty, page: usize, places: &layout::Grid, tiles: usize) -> Screen {
    let caption = format!("page {page} of ");
    pty.wait_for(&format!("page {page} and its {tiles} pictures"), |screen| {
        let rooms = (0..tiles).map(|at| places.tile(at).unwrap().room);
        screen.line(0).contains(&caption)
            && rooms.into_iter().all(|room| !screen.half_blocks(room).is_empty())
    })
}

/// The id in the line on the tile under the cursor.
fn id_at_cursor(screen: &Screen) -> String {
    screen.line_from_below(2).split_whitespace().next().unwrap().to_owned()
}

/// The ids of the tiles, as the cursor finds them one after the other.
fn ids(pty: &mut Pty, tiles: usize) -> Vec<String> {
    let mut ids = vec![id_at_cursor(&pty.screen())];
    while ids.len() < tiles {
        pty.send(RIGHT);
        let last = ids.last().unwrap().clone();
        let screen = pty.wait_for("the next tile", |screen| id_at_cursor(screen) != last);
        ids.push(id_at_cursor(&screen));
    }
    ids
}

fn file(folder: &Folder, id: &str) -> GrayImage {
    image::open(folder.file(&format!("images/{id}.png"))).unwrap().to_luma8()
}

/// The brightness of the pixels of a tile, row by row.
fn pixels(screen: &Screen, room: Rect) -> Vec<Vec<u8>> {
    let rows = screen.half_blocks(room);
    let pair = |row: &Vec<(u8, u8)>| {
        [row.iter().map(|c| c.0).collect(), row.iter().map(|c| c.1).collect::<Vec<u8>>()]
    };
    rows.iter().flat_map(pair).collect()
}

#[test]
fn thumbnails_are_those_of_their_examples() {
    let folder = Folder::sample();
    let mut pty = open(&folder);
    shown(&mut pty, 1);
    pty.send("G");
    let small = places(USUAL, TileSize::Medium);
    assert_eq!((small.len(), small.room), (10, (14, 7)), "half of 28 × 28 pixels");
    let screen = page_shown(&mut pty, 1, &small, 10);
    let ids = ids(&mut pty, 10);
    for (at, id) in ids.iter().enumerate() {
        let tile = pixels(&screen, small.tile(at).unwrap().room);
        let far = |other: &String| difference(&tile, &file(&folder, other));
        let nearest = ids.iter().min_by(|a, b| far(a).total_cmp(&far(b))).unwrap();
        assert_eq!(nearest, id, "tile {at}");
        assert!(far(id) < 8.0, "tile {at} is {} levels off", far(id));
    }
    pty.send("q");
    assert_eq!(id(&shown(&mut pty, 10)), ids[9], "the review is where the cursor was");
}

/// The mean difference between a thumbnail of half the size and the means of 2 × 2 pixels.
fn difference(tile: &[Vec<u8>], file: &GrayImage) -> f64 {
    assert_eq!((tile.len(), tile[0].len()), (14, 14));
    let mut sum = 0.0;
    for (y, row) in tile.iter().enumerate() {
        for (x, &value) in row.iter().enumerate() {
            let pixel = |dx, dy| f64::from(file.get_pixel(2 * x as u32 + dx, 2 * y as u32 + dy)[0]);
            let mean = (pixel(0, 0) + pixel(1, 0) + pixel(0, 1) + pixel(1, 1)) / 4.0;
            sum += (mean - f64::from(value)).abs();
        }
    }
    sum / (14.0 * 14.0)
}

#[test]
fn large_tiles_show_each_pixel_as_it_is() {
    let folder = Folder::sample();
    let size = (120, 40);
    let mut pty = Pty::spawn(size, &[], folder.root(), &[]);
    shown(&mut pty, 1);
    pty.send("G)");
    let large = places(size, TileSize::Large);
    assert_eq!(large.room, (34, 17), "room for 28 × 28 pixels, once");
    let screen = page_shown(&mut pty, 1, &large, large.len());
    for (at, id) in ids(&mut pty, large.len()).iter().enumerate() {
        let file = file(&folder, id);
        let rows: Vec<Vec<u8>> = file.rows().map(|row| row.map(|p| p[0]).collect()).collect();
        assert!(pixels(&screen, large.tile(at).unwrap().room) == rows, "tile {at}, {id}");
    }
}

#[test]
fn all_but_two_are_decided_on_at_once_and_nothing_is_lost() {
    let folder = Folder::sample();
    let mut pty = open(&folder);
    shown(&mut pty, 1);
    pty.send("G");
    let tiles = places(USUAL, TileSize::Medium);
    let first = page_shown(&mut pty, 1, &tiles, 10);
    assert!(first.line(0).contains("page 1 of 32  318 errors  0 reviewed"), "{first}");
    pty.send("b");
    told(&mut pty, "9 of 10 in: 1 left out");
    pty.send("d");
    told(&mut pty, "8 of 10 in: 2 left out");
    pty.send(ENTER);
    told(&mut pty, "model wrong: on 8 examples");
    assert_eq!(json(&folder, &["tally"])["reviewed"], 0, "it was not meant yet");
    pty.send(ENTER);
    let next = told(&mut pty, "saved  8 examples");
    assert!(next.line(0).contains("page 2 of 32  318 errors  8 reviewed"), "{next}");
    pty.send("u");
    told(&mut pty, "8 of 10 in: 2 left out  saved  undone");
    assert!(pty.screen().line(0).contains("page 1 of 32  318 errors  0 reviewed"));
    pty.send("U");
    told(&mut pty, "saved  redone");
    pty.kill9();

    assert_eq!(json(&folder, &["tally"])["reviewed"], 8);
    let mut pty = open(&folder);
    shown(&mut pty, 1);
    pty.send("G");
    page_shown(&mut pty, 1, &tiles, 10);
    let back = told(&mut pty, "2 of 10 in: 8 decided");
    assert!(back.line(0).contains("8 reviewed"), "{back}");
    pty.send(" ");
    told(&mut pty, "label wrong: on 2 examples");
    pty.send(ESC);
    told(&mut pty, "2 of 10 in: 8 decided");
    pty.send(" ");
    told(&mut pty, "label wrong: on 2 examples");
    pty.send(" ");
    told(&mut pty, "saved  2 examples");
    assert_eq!(json(&folder, &["tally"])["reviewed"], 10);
    assert_eq!(pty.strays(), [""; 0]);
}

#[test]
fn a_confusion_cell_is_a_grid_of_its_own() {
    let folder = Folder::sample();
    let mut pty = open(&folder);
    let screen = shown(&mut pty, 1);
    let (id, cell) = (id(&screen), format!("{} → {}", screen.after("gold  "), predicted(&screen)));
    pty.send("C");
    let grid = pty.wait_for("the cell", |screen| {
        screen.line(0).contains("/gold:") && screen.line(0).contains("page 1")
    });
    let count: usize = {
        let line = grid.line(0);
        let before = line.split(" found").next().unwrap();
        before.rsplit(' ').next().unwrap().parse().unwrap()
    };
    assert!(count > 1 && count < 318 && id_at_cursor(&grid) == id, "{grid}");
    let of_cell = |id: &String| {
        let shown = json(&folder, &["show", id]);
        format!("{} → {}", shown["gold"].as_str().unwrap(), shown["prediction"].as_str().unwrap())
    };
    let seen = ids(&mut pty, 10.min(count));
    assert!(seen.iter().all(|id| of_cell(id) == cell), "{seen:?}");
}

/// The goal: 100 examples a minute, one in twenty of them an exception.
#[test]
fn a_hundred_examples_take_few_keys() {
    let folder = Folder::sample();
    let mut pty = open(&folder);
    shown(&mut pty, 1);
    let mut keys = 0;
    let mut send = |pty: &mut Pty, key: &str| {
        keys += 1;
        pty.send(key);
    };
    send(&mut pty, "G");
    let tiles = places(USUAL, TileSize::Medium);
    for page in 0..10 {
        page_shown(&mut pty, page + 1, &tiles, 10);
        if page % 2 == 1 {
            send(&mut pty, "e");
            told(&mut pty, "9 of 10 in: 1 left out");
        }
        send(&mut pty, ENTER);
        told(&mut pty, "model wrong: on ");
        send(&mut pty, ENTER);
        told(&mut pty, "saved  ");
    }
    assert!(pty.screen().line(0).contains("  95 reviewed"), "{}", pty.screen());
    let per_minute = 100.0 / (f64::from(keys) / 2.0) * 60.0;
    println!("{keys} keys for 100 examples: at 2 keys a second {per_minute:.0} a minute");
    assert!(per_minute > 100.0 && keys <= 26, "{keys} keys");
}

#[test]
#[ignore = "prints figures; add --nocapture"]
fn time_until_a_page_is_whole() {
    let wide = (200, 60);
    for (size, tiles, photos) in [
        (USUAL, TileSize::Medium, false),
        (wide, TileSize::Medium, false),
        (wide, TileSize::Small, false),
        (wide, TileSize::Small, true),
    ] {
        let (folder, places) = (Folder::sample(), places(size, tiles));
        if photos {
            put_photos(&folder);
        }
        let mut pty = Pty::spawn(size, &[], folder.root(), &[]);
        shown(&mut pty, 1);
        if tiles == TileSize::Small {
            pty.send("G(q");
            shown(&mut pty, 1);
        }
        let mut time = |key: &str, page| {
            let start = Instant::now();
            pty.send(key);
            let screen = page_shown(&mut pty, page, &places, places.len());
            screen.at().saturating_duration_since(start).as_secs_f64() * 1000.0
        };
        let (first, next) = (time("G", 1), time(PAGE_DOWN, 2));
        let (third, back) = (time(PAGE_DOWN, 3), time(PAGE_UP, 2));
        let count = places.len();
        println!(
            "{size:?} photos {photos:<5} {count:>3} tiles: first {first:.1} ms, next {next:.1}, {third:.1}, back {back:.1}"
        );
    }
}

/// Puts a JPEG of 500 × 375 in the place of every picture.
fn put_photos(folder: &Folder) {
    let noise = |x: u32, y: u32, c: u32| ((x * 7 + y * 13 + c * 50 + x * y % 31) % 256) as u8;
    let photo =
        image::RgbImage::from_fn(500, 375, |x, y| image::Rgb([0, 1, 2].map(|c| noise(x, y, c))));
    let mut bytes = std::io::Cursor::new(vec![]);
    photo.write_to(&mut bytes, image::ImageFormat::Jpeg).unwrap();
    for entry in fs::read_dir(folder.file("images")).unwrap() {
        fs::write(entry.unwrap().path(), bytes.get_ref()).unwrap();
    }
}
