//! The pictures of the sample data, as vectors.

use gaffe::analysis::likeness::{PICTURE_DIMS, picture_vector};
use gaffe::dataset::Matrix;

/// Some of the dev set of the sample data.
pub struct Sample {
    pub vectors: Matrix<f32>,
    pub labels: Vec<String>,
    pub blurry: Vec<bool>,
    pub ids: Vec<String>,
}

/// Reads and decodes the examples whose row and label are `wanted`.
pub fn sample(wanted: impl Fn(usize, &str) -> bool) -> Sample {
    let folder = std::path::Path::new("sample_data/fashion");
    let mut table = csv::Reader::from_path(folder.join("dev.csv")).unwrap();
    let (mut values, mut labels, mut blurry, mut ids) = (vec![], vec![], vec![], vec![]);
    for (i, row) in table.records().enumerate() {
        let row = row.unwrap();
        if !wanted(i, &row[2]) {
            continue;
        }
        let picture = image::open(folder.join(&row[1])).unwrap().to_rgb8();
        let pixels: Vec<[u8; 3]> = picture.pixels().map(|pixel| pixel.0).collect();
        let (width, height) = (picture.width() as usize, picture.height() as usize);
        values.extend(picture_vector(&pixels, width, height).unwrap());
        labels.push(row[2].to_owned());
        blurry.push(&row[3] == "blurry");
        ids.push(row[0].to_owned());
    }
    let vectors = Matrix::new(values, labels.len(), PICTURE_DIMS).unwrap();
    Sample { vectors, labels, blurry, ids }
}
