//! Pictures and sounds, told by their first bytes or by their names.
//!
//! Invariant: what is told is decoded here; what is decoded here but raw is told.

use super::is_sound;
use std::path::Path;

/// How files of pictures that are decoded end.
const PICTURES: [&str; 9] = ["png", "jpg", "jpeg", "jpe", "gif", "bmp", "webp", "tif", "tiff"];

/// Whether a file is a picture or a sound by its name.
pub fn is_media(path: &Path) -> bool {
    let is = |e: &std::ffi::OsStr| PICTURES.iter().any(|end| e.eq_ignore_ascii_case(end));
    path.extension().is_some_and(is) || is_sound(path)
}

/// How a file of such content ends if it is a sound; nothing if it is a picture; `None` if it is neither.
pub fn ending_of(bytes: &[u8]) -> Option<&'static str> {
    let form = bytes.get(8..12).unwrap_or_default();
    let sound = match bytes.get(..4)? {
        b"RIFF" if form == b"WAVE" => "wav",
        b"FORM" if form == b"AIFF" || form == b"AIFC" => "aiff",
        b"fLaC" => "flac",
        b"OggS" => "ogg",
        [b'I', b'D', b'3', _] => "mp3",
        // the mark of a frame, MPEG 1 or 2, layer III
        [0xff, second, ..] if second & 0xe6 == 0xe2 => "mp3",
        _ => {
            return image::guess_format(bytes)
                .ok()
                .filter(image::ImageFormat::reading_enabled)
                .map(|_| "");
        }
    };
    Some(sound)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_told_by_content() {
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/sound");
        for (name, ending) in
            [("stereo.wav", "wav"), ("tone.flac", "flac"), ("tone.ogg", "ogg"), ("tone.mp3", "mp3")]
        {
            assert_eq!(ending_of(&std::fs::read(fixtures.join(name)).unwrap()), Some(ending));
            assert!(is_media(Path::new(name)));
        }
        assert_eq!(ending_of(b"\x89PNG\r\n\x1a\n0000"), Some(""));
        assert_eq!(ending_of(&[0xff, 0xd8, 0xff, 0xe0, 0, 0]), Some(""));
        for none in [&b"RIFF0000XXXX"[..], b"text", b"", b"\0\0\0\0\0\0"] {
            assert_eq!(ending_of(none), None);
        }
        assert!(
            is_media(Path::new("a.JPG"))
                && !is_media(Path::new("png"))
                && !is_media(Path::new("a.txt"))
        );
    }
}
