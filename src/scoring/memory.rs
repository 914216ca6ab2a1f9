//! How much memory this process holds.
//!
//! Invariant: `None` wherever the system does not tell; nothing is guessed.

/// Bytes of this process that are in memory.
#[derive(Debug, Clone, Copy)]
pub(super) struct Resident {
    /// Now.
    pub now: u64,
    /// At most, since the process began or since [`reset_peak`].
    pub peak: u64,
}

/// Bytes that this process holds in memory; `None` where the system does not tell.
pub fn memory_in_use() -> Option<u64> {
    resident().map(|resident| resident.now)
}

/// Reads `VmRSS` and `VmHWM` of `/proc/self/status` (proc(5)); Linux only.
pub(super) fn resident() -> Option<Resident> {
    if !cfg!(target_os = "linux") {
        return None;
    }
    parse(&std::fs::read_to_string("/proc/self/status").ok()?)
}

/// Makes the peak start anew: 5 into `/proc/self/clear_refs` (proc(5)). Where that is not allowed the peak
/// stays that of the whole process.
pub(super) fn reset_peak() {
    if cfg!(target_os = "linux") {
        let _ = std::fs::write("/proc/self/clear_refs", "5");
    }
}

fn parse(status: &str) -> Option<Resident> {
    let bytes = |key: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(key))?;
        let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
        kib.checked_mul(1024)
    };
    Some(Resident { now: bytes("VmRSS:")?, peak: bytes("VmHWM:")? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_kibibytes() {
        let some = parse("Name:\tgaffe\nVmHWM:\t  2048 kB\nVmRSS:\t    1024 kB\n").unwrap();
        assert_eq!((some.now, some.peak), (1 << 20, 2 << 20));
        assert!(parse("VmRSS:\t1 kB\n").is_none());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_large_block_shows() {
        let before = resident().unwrap();
        let block = vec![1_u8; 64 << 20];
        let after = resident().unwrap();
        assert!(after.now > before.now + (32 << 20), "{before:?} {after:?} {}", block.len());
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_not(text in "(Vm(RSS|HWM):)?[ \\t0-9kB\\n]{0,40}") {
            let _ = parse(&text);
        }
    }
}
