//! Which machine this is: times hold for one only.

use serde::{Deserialize, Serialize};

/// A machine, as far as it decides how fast a model runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// The processor's name; `None` where the system does not tell (it does on Linux).
    pub cpu: Option<String>,
    /// Processors that a program can use.
    pub cores: usize,
    /// Operating system and architecture.
    pub system: String,
    /// Its name, which in a container changes with every start.
    pub host: Option<String>,
}

impl Machine {
    /// This one.
    pub fn this() -> Self {
        let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        Self {
            cpu: cpu(&info),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
            host: host(),
        }
    }

    /// Whether a model runs as fast on both. Names only count where the processors are not known.
    pub fn is_like(&self, other: &Self) -> bool {
        let kind = |m: &Self| (m.cpu.clone(), m.cores, m.system.clone());
        kind(self) == kind(other) && (self.cpu.is_some() || self.host == other.host)
    }
}

/// x86 calls it `model name`; some ARM kernels `Model` or `Hardware`.
fn cpu(info: &str) -> Option<String> {
    let value = |key: &str| {
        let lines = info.lines().filter_map(|line| line.split_once(':'));
        let mut named = lines.filter(|(name, _)| name.trim() == key);
        named.next().map(|(_, value)| value.trim().to_owned()).filter(|value| !value.is_empty())
    };
    ["model name", "Model", "Hardware"].into_iter().find_map(value)
}

fn host() -> Option<String> {
    let file = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let named =
        || ["HOSTNAME", "COMPUTERNAME"].into_iter().find_map(|name| std::env::var(name).ok());
    let host = file.or_else(named)?.trim().to_owned();
    (!host.is_empty()).then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_processor_decides_and_without_one_the_name() {
        let this = Machine::this();
        assert!(this.is_like(&this) && this.cores > 0);
        let known = Machine { cpu: Some("A".into()), host: Some("x".into()), ..this.clone() };
        let renamed = Machine { host: Some("y".into()), ..known.clone() };
        let larger = Machine { cores: this.cores + 1, ..known.clone() };
        assert!(known.is_like(&renamed) && !known.is_like(&larger));
        let unknown = |host: &str| Machine { cpu: None, host: Some(host.into()), ..this.clone() };
        assert!(unknown("x").is_like(&unknown("x")) && !unknown("x").is_like(&unknown("y")));
    }

    #[test]
    fn names_of_processors_are_read() {
        let text = "processor\t: 0\nmodel name\t: AMD EPYC\nprocessor\t: 1\nmodel name\t: other\n";
        assert_eq!(cpu(text).as_deref(), Some("AMD EPYC"));
        assert_eq!(cpu("processor : 0\n"), None);
    }
}
