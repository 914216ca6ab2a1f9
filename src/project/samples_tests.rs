use super::*;
use crate::dataset::Split;

/// A project whose dev split is a fixture.
fn project(dir: &Path, dev: &str, columns: &str) -> Project {
    let dev = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/ingest").join(dev);
    let text = format!(
        "name = \"p\"\nclasses = [\"cat\", \"dog\", \"eel\"]\ncolumns = {{ {columns}, label = \"label\" }}\n\n\
         [splits]\ndev = {dev:?}\n"
    );
    std::fs::write(dir.join("gaffe.toml"), text).unwrap();
    Project::open(dir).unwrap()
}

#[test]
fn pictures_inside_of_files_are_samples() {
    let dir = tempfile::tempdir().unwrap();
    let image = "id = \"id\", file = \"image\"";
    let forms = [
        ("parquet/hf.parquet", image),
        ("hf_folder/dataset", image),
        ("arrow_ipc/pictures.feather", image),
    ];
    for (dev, columns) in forms {
        let project = project(dir.path(), dev, columns);
        let examples = project.examples(Split::Dev).unwrap();
        let files = examples.media.files().unwrap();
        let root = project.media_root(Split::Dev).unwrap();
        let samples = project.samples(&examples).unwrap();
        let list = samples.list(0..examples.len()).unwrap();
        for row in 0..examples.len() {
            let red = 10 * examples.origin.row(row) as u8;
            for sample in [samples.get(row), list.get(row)] {
                let Sample::Picture(picture) = sample.unwrap() else { panic!("{dev}: no picture") };
                assert_eq!(picture.to_rgb8().get_pixel(0, 0).0[0], red, "{dev} {row}");
            }
            assert!(media::cells_of(&root.join(files.get(row)), 8, 3).is_ok(), "{dev} {row}");
        }
        let measured = project.properties(&examples, &|| ()).unwrap();
        assert!(measured.unreadable.is_empty(), "{dev}: {:?}", measured.unreadable);
        // the fifth row of those that have one has no label
        assert_eq!(
            (examples.len(), examples.origin.left_out.count),
            if dev.starts_with("arrow") { (4, 0) } else { (examples.len(), 1) }
        );
    }
}

#[test]
fn files_in_a_folder_are_relative_to_it() {
    let dir = tempfile::tempdir().unwrap();
    let project = project(dir.path(), "image_folder/splits", "file = \"file\"");
    let examples = project.examples(Split::Dev).unwrap();
    assert_eq!((examples.ids.get(0), examples.len()), ("train/cat/1.png", 4));
    let sample = project.samples(&examples).unwrap().get(0);
    assert!(matches!(sample, Ok(Sample::Picture(_))));
}
