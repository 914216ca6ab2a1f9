//! Texts as vectors: which words and which runs of three characters they share, rare ones counting more.

use crate::analysis::AnalysisError;
use crate::analysis::parallel::pieces;
use crate::dataset::{Matrix, TextColumn, stable_hash};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// A sensible number of dimensions: beside the chance likeness of about 1/√dims, 0.06, texts that share little
/// stand out.
pub const TEXT_DIMS: usize = 256;

/// Texts are counted by term in a table of so many places, whatever the number of terms; terms that share a
/// place count as one, which makes them seem less rare.
const PLACES: usize = 1 << 18;
/// Texts of a piece of work.
const PIECE: usize = 256;
/// Characters of a text that are looked at.
const LONGEST: usize = 20_000;

/// Vectors of texts, N × `dims`, each of length 1, or zeros for a text without letters and digits; only the
/// first 20,000 characters of a text count.
///
/// Half of the squared length is for words (runs of letters and digits, in lower case), half for trigrams of
/// characters within words, with a mark at each end: these find the same stem and the same word misspelt. Each
/// term weighs (1 + ln tf)(1 + ln((1 + N) / (1 + df))), sublinear tf times smooth idf (Manning, Raghavan &
/// Schütze 2008, *Introduction to Information Retrieval*, sec. 6.2 and 6.4; the smooth form of scikit-learn), and
/// is added with a sign to one of the dimensions, both by its hash, so that collisions cancel out in
/// the mean (Weinberger et al. 2009, ICML). The same texts give the same vectors on every machine.
///
/// # Errors
/// No dimensions.
pub fn text_vectors(texts: &TextColumn, dims: usize) -> Result<Matrix<f32>, AnalysisError> {
    let rows = texts.len();
    let holding: Vec<AtomicU32> = (0..PLACES).map(|_| AtomicU32::new(0)).collect();
    pieces(rows, PIECE, |range| {
        for row in range {
            let mut places: Vec<usize> =
                Terms::new(texts.get(row)).all().map(|(term, _)| place(*term)).collect();
            places.sort_unstable();
            places.dedup();
            for place in places {
                holding[place].fetch_add(1, Relaxed);
            }
        }
    });
    let rarity = |term: u64| {
        let holding = f64::from(holding[place(term)].load(Relaxed));
        1.0 + ((1.0 + rows as f64) / (1.0 + holding)).ln()
    };
    let values = pieces(rows, PIECE, |range| {
        let vector = |row| Terms::new(texts.get(row)).vector(dims, rarity);
        range.flat_map(vector).collect::<Vec<f32>>()
    });
    Matrix::new(values.concat(), rows, dims).map_err(|e| AnalysisError::Argument(e.to_string()))
}

fn place(term: u64) -> usize {
    term as usize % PLACES
}

/// The hashes of a text's terms with their numbers, ascending.
struct Terms {
    words: Vec<(u64, u32)>,
    trigrams: Vec<(u64, u32)>,
}

impl Terms {
    fn new(text: &str) -> Self {
        let end = text.char_indices().nth(LONGEST).map_or(text.len(), |(end, _)| end);
        let lower = text[..end].to_lowercase();
        let (mut words, mut trigrams) = (Vec::new(), Vec::new());
        let (mut marked, mut starts) = (String::new(), Vec::new());
        for word in lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
            words.push(hash(b'w', word));
            marked.clear();
            marked.push('^');
            marked.push_str(word);
            marked.push('$');
            starts.clear();
            starts.extend(marked.char_indices().map(|(at, _)| at).chain([marked.len()]));
            trigrams.extend(starts.windows(4).map(|w| hash(b't', &marked[w[0]..w[3]])));
        }
        Self { words: counted(words), trigrams: counted(trigrams) }
    }

    fn all(&self) -> impl Iterator<Item = &(u64, u32)> {
        self.words.iter().chain(&self.trigrams)
    }

    fn vector(&self, dims: usize, rarity: impl Fn(u64) -> f64) -> Vec<f32> {
        let mut vector = vec![0.0; dims];
        for terms in [&self.words, &self.trigrams] {
            let weight = |&(term, count): &(u64, u32)| (1.0 + f64::from(count).ln()) * rarity(term);
            let weights: Vec<f64> = terms.iter().map(weight).collect();
            let length = weights.iter().map(|weight| weight * weight).sum::<f64>().sqrt();
            for ((term, _), weight) in terms.iter().zip(weights) {
                let sign = if term >> 63 == 0 { 1.0 } else { -1.0 };
                // Other bits than those of the sign and of the place.
                if let Some(x) = vector.get_mut((term >> 20) as u32 as usize % dims.max(1)) {
                    *x += sign * weight / length;
                }
            }
        }
        let length = vector.iter().map(|x| x * x).sum::<f64>().sqrt();
        let scale = if length > 0.0 { 1.0 / length } else { 0.0 };
        vector.into_iter().map(|x| (x * scale) as f32).collect()
    }
}

fn hash(kind: u8, term: &str) -> u64 {
    stable_hash([kind].into_iter().chain(term.bytes()))
}

fn counted(mut terms: Vec<u64>) -> Vec<(u64, u32)> {
    terms.sort_unstable();
    terms.chunk_by(|a, b| a == b).map(|run| (run[0], run.len() as u32)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::likeness::nearest;
    use proptest::prelude::*;

    fn column(texts: &[&str]) -> TextColumn {
        let mut column = TextColumn::default();
        for text in texts {
            column.push(text).unwrap();
        }
        column
    }

    #[test]
    fn texts_on_the_same_thing_are_near() {
        let texts = column(&[
            "The parcel never arrived and nobody answers my mails",
            "Great taste, will buy this coffee again",
            "My parcels have not arrived yet!",
            "the coffee tastes burnt",
            "Where is my PARCEL? It should have arrived on Monday.",
            "…",
            "Screen cracked after the first week",
        ]);
        let vectors = text_vectors(&texts, TEXT_DIMS).unwrap();
        let all: Vec<u32> = (0..7).collect();
        let order: Vec<u32> = nearest(&vectors, 0, &all).iter().map(|found| found.0).collect();
        assert_eq!((order[0].min(order[1]), order[0].max(order[1])), (2, 4));
        assert_eq!(nearest(&vectors, 1, &all)[0].0, 3);
        assert_eq!(*order.last().unwrap(), 5);
    }

    #[test]
    fn rare_words_count_more_than_frequent_ones() {
        let mut texts = vec!["the zebra", "the violin", "one zebra"];
        texts.extend(["the table"; 40]);
        let vectors = text_vectors(&column(&texts), TEXT_DIMS).unwrap();
        assert_eq!(nearest(&vectors, 0, &[1, 2, 3])[0].0, 2);
    }

    #[test]
    fn no_texts_make_an_empty_matrix_and_no_dimensions_an_error() {
        assert_eq!(text_vectors(&column(&[]), 4).unwrap().rows(), 0);
        assert!(text_vectors(&column(&["a"]), 0).is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn vectors_are_of_length_one_or_nothing(
            texts in prop::collection::vec(".{0,40}", 0..12), dims in 1_usize..70,
        ) {
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            let vectors = text_vectors(&column(&texts), dims).unwrap();
            for (row, text) in texts.iter().enumerate() {
                let length: f32 = vectors.row(row).iter().map(|x| x * x).sum();
                // All terms of a text may cancel out.
                prop_assert!((length - 1.0).abs() < 1e-4 || length == 0.0, "{length}");
                let empty = !text.to_lowercase().chars().any(char::is_alphanumeric);
                prop_assert!(!empty || length == 0.0);
            }
        }
    }
}
