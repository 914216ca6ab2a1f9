//! `[preprocess]`: how an example is made into a model's input.
//!
//! Invariant: every key is optional, and an absent one means what the model says, then what its kind of
//! input usually is. What `gaffe.toml` says wins over both.

use super::SoundSettings;
use serde::{Deserialize, Deserializer, Serialize};

/// `[preprocess]` of `gaffe.toml`: what the model does not say itself, or says wrongly.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Preprocess {
    /// Height and width of the model's input in pixels; one number if both are the same. Needed where the
    /// model leaves them open.
    #[serde(deserialize_with = "sides")]
    pub size: Option<[u32; 2]>,
    /// 1 (grey) or 3 (colour); needed where the model leaves it open.
    pub channels: Option<u8>,
    /// Where the channels are, if the shape does not tell.
    pub layout: Option<Layout>,
    /// Which colour comes first; red if absent.
    pub order: Option<Order>,
    /// Whether a picture is turned as its camera says; no if absent, as in Pillow.
    pub exif: Option<bool>,
    /// What becomes of transparent pixels; their colour is taken as it is if absent.
    pub alpha: Option<Alpha>,
    /// How a picture gets its size; stretched if absent.
    pub resize: Option<Resize>,
    /// Height and width before the crop; one number if both are the same. The size if absent.
    #[serde(deserialize_with = "sides")]
    pub resize_to: Option<[u32; 2]>,
    /// The same as a share: the picture is resized to ⌊size / `crop_pct`⌋, after timm.
    pub crop_pct: Option<f64>,
    /// What is taken of the resized picture; the centre if it may be larger than the size.
    pub crop: Option<Crop>,
    /// The colour beyond the picture, levels from 0 to 255: one value, or one a channel. 0 if absent.
    pub fill: Option<Vec<u8>>,
    /// The filter of resizing; bilinear if absent.
    pub filter: Option<Filter>,
    /// Whether shrinking takes all pixels in, as Pillow does; yes if absent. No is what `OpenCV` and
    /// TensorFlow do.
    pub antialias: Option<bool>,
    /// What levels from 0 to 255 are multiplied by first. 1/255 if absent, 1 where the model takes integers.
    pub rescale: Option<f64>,
    /// Subtracted after that: one value, or one a channel in the model's order. 0 if absent.
    pub mean: Option<Vec<f64>>,
    /// Divided by after that: one value, or one a channel. 1 if absent.
    pub std: Option<Vec<f64>>,
    /// The columns of the table that are a row's features, in the model's order.
    pub columns: Option<Vec<String>>,
    /// The most tokens of a text.
    pub max_length: Option<usize>,
    /// How sounds are made into the input.
    #[serde(flatten)]
    pub sound: SoundSettings,
}

/// Where the channels are in a picture tensor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Layout {
    /// [N, C, H, W]
    Nchw,
    /// [N, H, W, C]
    Nhwc,
}

/// The order of the colour channels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// Red first.
    Rgb,
    /// Blue first, as `OpenCV` reads pictures.
    Bgr,
}

/// What becomes of transparent pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Alpha {
    /// Their colour is taken, as `Image.convert("RGB")` does.
    Drop,
    /// They are laid on white, as transformers' `convert_to_rgb` does.
    White,
}

/// How a picture gets its size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Resize {
    /// Both sides, whatever the picture's shape.
    Stretch,
    /// The short side; the long one keeps the shape (torchvision's `Resize(int)`).
    ShortSide,
    /// The long side; what is missing of the other is filled (timm's crop mode `border`).
    LongSidePad,
    /// The largest part of the size's shape is cut out of the middle first (Pillow's `ImageOps.fit`).
    Fit,
    /// Not at all.
    None,
}

/// What is taken of the resized picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Crop {
    /// The centre; half a pixel goes to the even side (torchvision, timm, Ultralytics).
    Center,
    /// The centre; half a pixel goes up and left (transformers).
    CenterFloor,
    /// All of it.
    None,
}

/// The filter of resizing, as Pillow has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Filter {
    /// The nearest pixel.
    Nearest,
    /// The mean of the pixels.
    Box,
    /// Linear.
    Bilinear,
    /// Sharper than linear.
    Hamming,
    /// Cubic, a = −0.5; without antialiasing a = −0.75, as in `PyTorch` and `OpenCV`.
    Bicubic,
    /// Lanczos with three lobes.
    Lanczos,
}

/// A pair, or one number for both.
fn sides<'de, D: Deserializer<'de>>(from: D) -> Result<Option<[u32; 2]>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "expected a number of pixels, or [height, width]")]
    enum Sides {
        Both(u32),
        Each([u32; 2]),
    }
    let sides = Option::<Sides>::deserialize(from)?;
    Ok(sides.map(|sides| match sides {
        Sides::Both(side) => [side, side],
        Sides::Each(sides) => sides,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_a_pair_or_one_number() {
        let read = |text| toml::from_str::<Preprocess>(text).unwrap();
        assert_eq!(read("size = 224").size, Some([224, 224]));
        assert_eq!(read("size = [4, 6]\nresize_to = 8").resize_to, Some([8, 8]));
        let refused = toml::from_str::<Preprocess>("size = \"big\"").unwrap_err().to_string();
        assert!(refused.contains("[height, width]"), "{refused}");
    }

    #[test]
    fn what_is_written_is_read_again() {
        let text = "size = [224, 224]\norder = \"bgr\"\nresize = \"long_side_pad\"\n\
                    crop = \"center_floor\"\nmean = [103.5]\nsample_rate = 8000\nlog = \"db\"\n";
        let read: Preprocess = toml::from_str(text).unwrap();
        assert_eq!(toml::from_str::<Preprocess>(&toml::to_string(&read).unwrap()).unwrap(), read);
        let json = serde_json::to_string(&read).unwrap();
        assert_eq!(serde_json::from_str::<Preprocess>(&json).unwrap(), read);
    }

    #[test]
    fn a_key_or_a_value_that_is_not_known_is_refused() {
        let unknown = toml::from_str::<Preprocess>("mena = [0.5]").unwrap_err().to_string();
        assert!(unknown.contains("unknown field `mena`"), "{unknown}");
        assert!(toml::from_str::<Preprocess>("mel = \"bark\"").is_err());
        assert!(toml::from_str::<Preprocess>("filter = \"cubic\"").is_err());
    }
}
