//! A hash of content that stays the same for good: ids and the random order are built on it.

/// FNV-1a over the bytes, then the finaliser of `SplitMix64`, which spreads near inputs.
pub fn stable_hash(bytes: impl IntoIterator<Item = u8>) -> u64 {
    let hash = bytes
        .into_iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
    let mut z = hash.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_changes() {
        // Projects on disk hold ids made by it.
        assert_eq!(stable_hash(*b""), 0xc381_7c01_6ba4_ff30);
        assert_eq!(stable_hash(*b"dev-00001"), 0xb4b4_ddd7_5cb5_a19d);
    }
}
