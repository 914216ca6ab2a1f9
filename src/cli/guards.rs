//! The options that guard the one who reviews against fooling themselves.

use crate::tui::app::Guards;
use clap::Args;

#[derive(Args, Clone)]
pub struct GuardArgs {
    /// Hide the prediction on a share of the errors until they are decided [share: 0.1]
    #[arg(long, value_name = "SHARE", num_args = 0..=1, require_equals = true,
          default_missing_value = "0.1", value_parser = share)]
    blind: Option<f64>,
    /// After a share of the decisions ask an earlier one again, to see whether the answer is the
    /// same [share: 0.03]
    #[arg(long, value_name = "SHARE", num_args = 0..=1, require_equals = true,
          default_missing_value = "0.03", value_parser = share)]
    retest: Option<f64>,
    /// Say so when many decisions take under 0.3 seconds
    #[arg(long)]
    warn_haste: bool,
}

impl GuardArgs {
    /// Whether any of them stands on the command line.
    pub fn is_given(&self) -> bool {
        self.blind.is_some() || self.retest.is_some() || self.warn_haste
    }

    /// The guards: what is given here goes before `usual`.
    pub fn guards(&self, usual: Guards) -> Guards {
        Guards {
            blind: self.blind.unwrap_or(usual.blind),
            retest: self.retest.unwrap_or(usual.retest),
            hasty: self.warn_haste || usual.hasty,
        }
    }
}

fn share(text: &str) -> Result<f64, String> {
    let share: Option<f64> = text.parse().ok();
    share.filter(|share| (0.0..=1.0).contains(share)).ok_or_else(|| "not from 0 to 1".to_owned())
}
