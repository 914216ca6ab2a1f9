//! `gaffe stats properties`: of a project's split and of files given by hand.

use crate::support::project::Folder;
use hound::{SampleFormat, WavSpec, WavWriter};
use image::{GrayImage, Luma};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

#[track_caller]
fn near(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance, "{found}, not {expected}");
}

/// Half black, half white.
fn picture(path: &Path, width: u32, height: u32) {
    let level = |x, _| Luma([if x < width / 2 { 0 } else { 255_u8 }]);
    GrayImage::from_fn(width, height, level).save(path).unwrap();
}

/// A second of a square wave: one channel at half of full scale, the other silent.
fn sound(path: &Path) {
    let (channels, sample_rate, bits_per_sample) = (2, 8000, 16);
    let spec = WavSpec { channels, sample_rate, bits_per_sample, sample_format: SampleFormat::Int };
    let mut writer = WavWriter::create(path, spec).unwrap();
    for i in 0..8000 {
        writer.write_sample(if i % 80 < 40 { 1_i16 << 14 } else { -(1 << 14) }).unwrap();
        writer.write_sample(0_i16).unwrap();
    }
    writer.finalize().unwrap();
}

#[test]
fn pictures_of_the_sample_measure_as_its_table_says() {
    let folder = Folder::sample();
    let before = folder.listing();
    let csv = folder.gaffe(&["stats", "properties", "--csv"]).csv();
    let table = crate::support::project::records(&folder.read("dev.csv"));
    assert_eq!(csv.len(), table.len());
    for (measured, given) in csv.iter().zip(&table) {
        assert_eq!(measured["id"], given["id"]);
        // the table has them with three digits; its names are taken
        for name in ["brightness", "contrast"] {
            let number = |row: &BTreeMap<String, String>, name: &str| row[name].parse().unwrap();
            near(number(measured, &format!("{name} (measured)")), number(given, name), 0.000_56);
        }
        assert_eq!((measured["width"].as_str(), measured["size"].as_str()), ("28", "784"));
    }
    let json = folder.gaffe(&["stats", "properties", "--json"]).json();
    let mut values: Vec<f64> =
        csv.iter().map(|row| row["brightness (measured)"].parse().unwrap()).collect();
    values.sort_by(f64::total_cmp);
    let (summary, n) = (&json["properties"][0], values.len());
    assert_eq!(summary["name"], "brightness (measured)");
    near(summary["spread"]["min"].as_f64().unwrap(), values[0], 0.0);
    near(summary["spread"]["max"].as_f64().unwrap(), values[n - 1], 0.0);
    near(
        summary["spread"]["median"].as_f64().unwrap(),
        f64::midpoint(values[n / 2 - 1], values[n / 2]),
        1e-12,
    );
    assert_eq!(json["rows"].as_array().unwrap().len(), n);
    let row = &json["rows"][7];
    assert_eq!(row["id"], csv[7]["id"]);
    assert_eq!(row["properties"]["sharpness"].as_f64(), csv[7]["sharpness"].parse().ok());
    let text = folder.gaffe(&["stats", "properties"]);
    assert!(text.ok().contains("2,000 examples") && text.out.contains("median"), "{text:#?}");
    assert_eq!(folder.listing(), before);
}

#[test]
fn a_picture_that_can_not_be_read_has_empty_cells_and_is_told() {
    let folder = Folder::pictures(6);
    let file = crate::support::project::records(&folder.read("dev.csv"))[2]["file"].clone();
    folder.write(&file, "no picture");
    let outcome = folder.gaffe(&["stats", "properties", "--csv"]);
    let csv = outcome.csv();
    assert!(outcome.err.contains("1 of 6 files can't be read"), "{outcome:#?}");
    assert!(outcome.err.contains(&file), "{outcome:#?}");
    for (row, record) in csv.iter().enumerate() {
        assert_eq!(record["width"], if row == 2 { "" } else { "28" });
    }
    let json = folder.gaffe(&["stats", "properties", "--json"]).json();
    assert_eq!(json["unreadable"][0]["id"], csv[2]["id"]);
    assert_eq!(json["rows"][2]["properties"]["width"], Value::Null);
    assert_eq!(json["properties"][4]["spread"]["count"], 5);
}

#[test]
fn texts_of_a_project_are_measured_and_rows_without_any_are_not() {
    let folder = Folder::small();
    let csv = folder.gaffe(&["stats", "properties", "--csv"]).csv();
    let lengths: Vec<&str> = csv.iter().map(|row| row["characters"].as_str()).collect();
    assert_eq!(lengths, ["5", "5", "8", "5", "7", "7"]);
    let words: Vec<&str> = csv.iter().map(|row| row["words"].as_str()).collect();
    assert_eq!(words, ["1", "1", "2", "1", "1", "2"]);
    folder.change("gaffe.toml", "text = \"text\"\n", "");
    let refused = folder.gaffe(&["stats", "properties"]);
    assert!(refused.refused().contains("[columns]"), "{refused:#?}");
    let split = folder.gaffe(&["stats", "properties", "--split", "train"]);
    assert!(split.refused().contains("no train split"), "{split:#?}");
}

#[test]
fn files_are_measured_without_a_project() {
    let folder = Folder::empty();
    picture(&folder.file("a.png"), 4, 2);
    std::fs::rename(folder.file("a.png"), folder.file("picture")).unwrap();
    folder.write("note.TXT", "AB 12");
    sound(&folder.file("tone.wav"));
    let files = ["stats", "properties", "picture", "note.TXT", "tone.wav"];
    let json = folder.gaffe(&[&files[..], &["--json"]].concat()).json();
    let of = |file: usize, name: &str| json[file]["properties"][name].as_f64().unwrap();
    let modalities = [0, 1, 2].map(|i| json[i]["modality"].as_str().unwrap());
    assert_eq!(modalities, ["picture", "text", "sound"]);
    near(of(0, "contrast"), 0.5, 1e-12);
    near(of(0, "entropy"), 1.0, 1e-12);
    near(of(0, "aspect"), 2.0, 0.0);
    near(of(1, "digits"), 0.5, 0.0);
    near(of(1, "capitals"), 1.0, 0.0);
    near(of(2, "length"), 1.0, 0.0);
    // the mean of both channels has a quarter of full scale
    near(of(2, "level"), 20.0 * 0.25_f64.log10(), 1e-6);
    near(of(2, "peak"), 0.25, 1e-6);
    near(of(2, "zero crossings"), 199.0, 0.0);
    let csv = folder.gaffe(&[&files[..], &["--csv"]].concat()).csv();
    assert_eq!((csv[0]["width"].as_str(), csv[1]["width"].as_str()), ("4", ""));
    assert_eq!(csv[2]["file"], "tone.wav");
    let text = folder.gaffe(&files);
    for words in ["note.TXT\n", "3 files", "mean length of a word", "1/s"] {
        assert!(text.ok().contains(words), "{text:#?}");
    }
}

#[test]
fn many_files_are_summed_up_and_a_broken_one_is_named() {
    let folder = Folder::empty();
    let names: Vec<String> = (1..=6).map(|i| format!("{i}.png")).collect();
    for (name, width) in names.iter().zip(1..) {
        picture(&folder.file(name), 2 * width, 2);
    }
    let mut args = vec!["stats", "properties"];
    args.extend(names.iter().map(String::as_str));
    let text = folder.gaffe(&args);
    let line = text.ok().lines().find(|line| line.starts_with("width")).unwrap();
    // 2, 4, …, 12
    let cells: Vec<&str> = line.split_whitespace().collect();
    assert_eq!(cells, ["width", "pixels", "6", "2", "4.500", "7", "9.500", "12"]);
    sound(&folder.file("cut.wav"));
    let whole = std::fs::read(folder.file("cut.wav")).unwrap();
    folder.write("cut.wav", &whole[..whole.len() / 2]);
    folder.write("latin.txt", [0xE9, 0xFF]);
    for (name, words) in
        [("cut.wav", "not a readable sound"), ("latin.txt", "UTF-8"), ("none.wav", "no such file")]
    {
        args.push(name);
        let refused = folder.gaffe(&args);
        let message = refused.refused();
        assert!(message.contains(name) && message.contains(words), "{message}");
        args.pop();
    }
}
