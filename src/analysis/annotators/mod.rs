//! Several people's labels for the same examples: how far they agree, and what they say together.

mod agreement;
mod crowdlab;
mod dawid_skene;
mod gwet;
mod majority;
mod merged;
mod votes;

pub(super) use agreement::pair_agreements;
pub use agreement::{Agreement, Coefficient, FEW_ITEMS, PairAgreement, agreement};
pub use crowdlab::{AnnotatorQuality, Consensus, Crowdlab, crowdlab};
pub use dawid_skene::{Confusion, DawidSkene, Limits, dawid_skene};
pub use majority::majority_vote;
pub use merged::{Merged, Method, Voter};
pub use votes::{NO_VOTE, Vote, Votes};
