//! What names the data that something was scored for.
//!
//! Invariant: values belong to rows by their place, so that other examples, or another order of them, never have the
//! same mark. Files that lie in another folder now are the same examples only if what they hold is the same too, as far
//! as a sample tells.

use super::Project;
use super::runs::ScoredRun;
use crate::dataset::{Examples, stable_hash};
use crate::media;
use rayon::prelude::*;
use sha2::{Digest, Sha256};

/// Files that are read to tell that they are the same.
const SAMPLE: usize = 64;

impl Project {
    /// Whether a description is of these examples.
    pub(super) fn is_of(&self, about: &ScoredRun, examples: &Examples) -> bool {
        about.data == self.data_mark(examples)
            || about.files.is_some() && about.files == self.files_mark(examples)
    }

    /// A hash of the ids and the classes in their order.
    pub fn data_mark(&self, examples: &Examples) -> String {
        let classes = self.classes().names().iter().map(String::as_str);
        let all = examples.ids.iter().chain(classes);
        format!("{:016x}", stable_hash(all.flat_map(|name| name.bytes().chain([0]))))
    }

    /// Where files are the ids: a hash of the classes, the files' paths below the folder that they have in common, all in
    /// their order, and the content of 64 of them, evenly spread. `None` elsewhere, or where one of those can't be read.
    pub(super) fn files_mark(&self, examples: &Examples) -> Option<String> {
        let (columns, files) = (&self.config().columns, examples.media.files()?);
        if columns.id.is_some() || files.is_empty() {
            return None;
        }
        let root = self.media_root(examples.split).ok()?;
        let common = common_folder(files.iter());
        let mut hash = Sha256::new();
        let mut add = |bytes: &[u8]| {
            hash.update((bytes.len() as u64).to_le_bytes());
            hash.update(bytes);
        };
        self.classes().names().iter().for_each(|name| add(name.as_bytes()));
        for file in files.iter() {
            add(file.get(common..)?.replace('\\', "/").as_bytes());
        }
        let of_file = |at: usize| {
            let (row, mut content) = (at * files.len() / SAMPLE.min(files.len()), Sha256::new());
            let path = root.join(files.get(row));
            media::read(&path, |bytes| content.update(bytes)).ok()?;
            Some(content.finalize())
        };
        let sample = 0..SAMPLE.min(files.len());
        let contents: Vec<_> = sample.into_par_iter().map(of_file).collect::<Option<_>>()?;
        for content in &contents {
            add(content);
        }
        let mut half = [0; 16];
        half.copy_from_slice(&hash.finalize()[..16]);
        Some(format!("{:032x}", u128::from_be_bytes(half)))
    }
}

/// The bytes of the folders that all paths begin with, their last separator included.
fn common_folder<'a>(mut paths: impl Iterator<Item = &'a str>) -> usize {
    let is_separator = |b: &u8| matches!(b, b'/' | b'\\');
    let Some(first) = paths.next().map(str::as_bytes) else { return 0 };
    let folder = |path: &[u8]| path.iter().rposition(is_separator).map_or(0, |at| at + 1);
    let mut common = &first[..folder(first)];
    for path in paths {
        let same = common.iter().zip(path.as_bytes()).take_while(|(a, b)| a == b).count();
        if same < common.len() {
            common = &common[..folder(&common[..same])];
        }
    }
    common.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_that_all_begin_with_are_left_off() {
        let rest = |paths: &[&str]| paths[0][common_folder(paths.iter().copied())..].to_owned();
        assert_eq!(rest(&["data/cat/1.png", "data/dog/1.png"]), "cat/1.png");
        assert_eq!(rest(&["data/cat/1.png", "data/cats/1.png"]), "cat/1.png");
        assert_eq!(rest(&["/x/cat/1.png", "/x/cat/12.png"]), "1.png");
        assert_eq!(rest(&["cat/1.png", "1.png"]), "cat/1.png");
        assert_eq!(rest(&["x\\ä/1.png", "x\\ö/1.png"]), "ä/1.png");
        assert_eq!(rest(&["x/1.png"]), "1.png");
    }
}
