//! Pictures as half-block cells: two pixels above each other in one terminal cell.
//!
//! Invariant: enlarged pictures show each pixel as an equal square; nothing is invented.

use fast_image_resize::images::Image;
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::{DynamicImage, RgbImage, imageops};

/// A picture made to fit: `width` pixels a row, one cell wide each; `height` pixels, two a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cells {
    width: u16,
    height: u16,
    pixels: Vec<[u8; 3]>,
    caption: String,
}

impl Cells {
    /// What stands beside it in words: of a sound. Empty for a picture.
    pub fn caption(&self) -> &str {
        &self.caption
    }

    /// The same with words beside it.
    pub(super) fn with_caption(self, caption: String) -> Self {
        Self { caption, ..self }
    }

    /// Columns of the terminal that it takes.
    pub fn cols(&self) -> u16 {
        self.width
    }

    /// Rows of the terminal that it takes.
    pub fn rows(&self) -> u16 {
        self.height.div_ceil(2)
    }

    /// The upper and lower colour of a cell; the lower is `None` below an odd last row.
    pub fn cell(&self, col: u16, row: u16) -> Option<([u8; 3], Option<[u8; 3]>)> {
        if col >= self.width {
            return None;
        }
        let pixel = |y: u16| {
            (y < self.height)
                .then(|| self.pixels[usize::from(y) * usize::from(self.width) + usize::from(col)])
        };
        Some((pixel(row * 2)?, pixel(row * 2 + 1)))
    }
}

/// Fits a picture into `cols` × `rows` cells: by a whole factor with the nearest pixel when it is
/// enlarged, with `CatmullRom` when it is shrunk. `None` if there is no room or no pixel.
pub fn fit(image: &DynamicImage, cols: u16, rows: u16) -> Option<Cells> {
    let (room_x, room_y) = (u32::from(cols), u32::from(rows) * 2);
    let (w, h) = (image.width(), image.height());
    if room_x == 0 || room_y == 0 || w == 0 || h == 0 {
        return None;
    }
    let factor = (room_x / w).min(room_y / h);
    let rgb = flatten(image);
    let fitted = if factor >= 1 {
        imageops::resize(&rgb, w * factor, h * factor, imageops::FilterType::Nearest)
    } else {
        let scale = (f64::from(room_x) / f64::from(w)).min(f64::from(room_y) / f64::from(h));
        let side = |n: u32, room: u32| ((f64::from(n) * scale).round() as u32).clamp(1, room);
        shrink(rgb, side(w, room_x), side(h, room_y))?
    };
    Some(Cells {
        width: fitted.width() as u16,
        height: fitted.height() as u16,
        pixels: fitted.pixels().map(|p| p.0).collect(),
        caption: String::new(),
    })
}

/// The pixels of a picture whose longer side is at most `side`, row by row, with its width and height; a
/// smaller one stays as it is. `None` if it has no pixel.
pub fn shrunk(image: &DynamicImage, side: u32) -> Option<(Vec<[u8; 3]>, usize, usize)> {
    let (w, h) = (image.width(), image.height());
    let longer = w.max(h);
    if w == 0 || h == 0 {
        return None;
    }
    let mut rgb = flatten(image);
    if longer > side {
        let part = |n: u32| (u64::from(n) * u64::from(side) / u64::from(longer)).max(1) as u32;
        rgb = shrink(rgb, part(w), part(h))?;
    }
    let pixels = rgb.pixels().map(|p| p.0).collect();
    Some((pixels, rgb.width() as usize, rgb.height() as usize))
}

/// What a transparent picture is shown on.
const BACKDROP: f32 = 128.0;

fn flatten(image: &DynamicImage) -> RgbImage {
    if !image.color().has_alpha() {
        return image.to_rgb8();
    }
    let rgba = image.to_rgba8();
    RgbImage::from_fn(rgba.width(), rgba.height(), |x, y| {
        let [r, g, b, a] = rgba.get_pixel(x, y).0;
        let alpha = f32::from(a) / 255.0;
        let over = |c: u8| (f32::from(c) * alpha + BACKDROP * (1.0 - alpha)).round() as u8;
        image::Rgb([over(r), over(g), over(b)])
    })
}

fn shrink(image: RgbImage, width: u32, height: u32) -> Option<RgbImage> {
    let (w, h) = image.dimensions();
    let source = Image::from_vec_u8(w, h, image.into_raw(), PixelType::U8x3).ok()?;
    let mut target = Image::new(width, height, PixelType::U8x3);
    let filter = ResizeAlg::Convolution(FilterType::CatmullRom);
    let options = ResizeOptions::new().resize_alg(filter);
    Resizer::new().resize(&source, &mut target, &options).ok()?;
    RgbImage::from_raw(width, height, target.into_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgb;
    use proptest::prelude::*;

    #[test]
    fn enlarges_by_a_whole_factor_and_keeps_each_pixel() {
        let mut picture = RgbImage::new(2, 3);
        picture.put_pixel(1, 2, Rgb([9, 8, 7]));
        let cells = fit(&DynamicImage::ImageRgb8(picture), 9, 5).unwrap();
        // 9 columns and 10 pixel rows hold 2 × 3 three times
        assert_eq!((cells.cols(), cells.rows()), (6, 5));
        assert_eq!(cells.cell(5, 4), Some(([9, 8, 7], None)));
        assert_eq!(cells.cell(2, 4), Some(([0, 0, 0], None)));
        assert_eq!(cells.cell(3, 3), Some(([9, 8, 7], Some([9, 8, 7]))));
        assert_eq!((cells.cell(6, 0), cells.cell(0, 5)), (None, None));
    }

    #[test]
    fn a_transparent_picture_is_shown_on_grey() {
        let clear = image::RgbaImage::new(1, 1);
        let cells = fit(&DynamicImage::ImageRgba8(clear), 1, 1).unwrap();
        assert_eq!(cells.cell(0, 0), Some(([128; 3], None)));
    }

    proptest! {
        #[test]
        fn never_leaves_its_room(w in 1_u32..70, h in 1_u32..70, cols in 0_u16..40, rows in 0_u16..40) {
            let picture = DynamicImage::ImageLuma8(image::GrayImage::new(w, h));
            match fit(&picture, cols, rows) {
                Some(cells) => prop_assert!(cells.cols() <= cols && cells.rows() <= rows && cells.cols() > 0),
                None => prop_assert!(cols == 0 || rows == 0),
            }
        }
    }
}
