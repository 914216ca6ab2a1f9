//! Properties of pictures, texts and sounds against Pillow and numpy: `tests/fixtures/stats/properties.py`.

use super::cases::Draw;
use gaffe::analysis::properties::{Properties, picture, sound, text};
use serde_json::Value;

fn fixture() -> Value {
    let json = std::fs::read_to_string("tests/fixtures/stats/properties.json").unwrap();
    serde_json::from_str(&json).unwrap()
}

fn rows<'a>(fixture: &'a Value, name: &str) -> impl Iterator<Item = &'a Vec<Value>> {
    fixture[name].as_array().unwrap().iter().map(|row| row.as_array().unwrap())
}

fn number(value: &Value) -> usize {
    value.as_u64().unwrap() as usize
}

fn compare(case: &str, found: &Properties, expected: &Value) {
    let expected = expected.as_array().unwrap();
    assert_eq!(found.iter().count(), expected.len(), "{case}");
    for ((property, found), expected) in found.iter().zip(expected) {
        let near = match (found, expected.as_f64()) {
            (Some(a), Some(b)) => (a - b).abs() <= 1e-9 * b.abs().max(1.0),
            (a, b) => a == b,
        };
        assert!(near, "{case}, {}: {found:?}, not {expected}", property.name);
    }
}

fn pixels(draw: &mut Draw, width: usize, height: usize, kind: &str) -> Vec<u8> {
    let mut rgb = Vec::new();
    for y in 0..height {
        for x in 0..width {
            match kind {
                "noise" => rgb.extend((0..3).map(|_| draw.below(256) as u8)),
                "levels" => rgb.extend((0..3).map(|_| 85 * draw.below(4) as u8)),
                "grey" => rgb.extend([draw.below(256) as u8; 3]),
                _ => rgb.extend((0..3).map(|_| (3 * x + y + draw.below(8) as usize) as u8)),
            }
        }
    }
    rgb
}

fn samples(draw: &mut Draw, n: usize) -> Vec<f32> {
    let mut scale = 0.0;
    let sample = |i| {
        if i % 100 == 0 {
            scale = [1.0, 1.0 / 4096.0, 0.0, 4.0][draw.below(4) as usize];
        }
        ((draw.below(65_536) as f32 - 32_768.0) / 32_768.0 * scale).clamp(-1.0, 1.0)
    };
    (0..n).map(sample).collect()
}

#[test]
fn pictures_agree() {
    let fixture = fixture();
    for row in rows(&fixture, "pictures") {
        let (seed, kind) = (row[0].as_u64().unwrap(), row[3].as_str().unwrap());
        let (width, height) = (number(&row[1]), number(&row[2]));
        let rgb = pixels(&mut Draw::new(seed), width, height, kind);
        let found = picture(&rgb, width, height).unwrap();
        compare(&format!("{kind} {width}×{height}"), &found, &row[4]);
    }
}

#[test]
fn texts_agree() {
    let fixture = fixture();
    for row in rows(&fixture, "texts") {
        let given = row[0].as_str().unwrap();
        compare(given, &text(given), &row[1]);
    }
}

#[test]
fn sounds_agree() {
    let fixture = fixture();
    for row in rows(&fixture, "sounds") {
        let (seed, n, rate) = (row[0].as_u64().unwrap(), number(&row[1]), number(&row[2]));
        let found = sound(&samples(&mut Draw::new(seed), n), rate as u32);
        compare(&format!("sound {seed}"), &found, &row[3]);
    }
}
