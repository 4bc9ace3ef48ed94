//! Which arm a conversation is of.

use parlance_store::{
    ids::{ConversationId, ExperimentId},
    queries::experiments::Arm,
};
use sha2::{Digest, Sha256};

/// Percent of the conversations that may be of arm B.
pub const SHARE: std::ops::RangeInclusive<i16> = 1..=99;

/// The arm of a conversation, the same whenever and wherever it is asked for: `share_b` percent of all
/// are of arm B, and another experiment deals them anew.
#[must_use]
pub fn arm_of(experiment: ExperimentId, share_b: i16, conversation: ConversationId) -> Arm {
    let digest = Sha256::new()
        .chain_update(experiment.0)
        .chain_update(conversation.0)
        .finalize();
    let dealt = digest
        .iter()
        .take(8)
        .fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
    if dealt % 100 < u64::try_from(share_b).unwrap_or(0) {
        Arm::B
    } else {
        Arm::A
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, proptest};
    use uuid::Uuid;

    use super::*;

    #[test]
    fn an_arm_is_the_same_in_every_version_of_the_program() {
        let experiment = ExperimentId::from(Uuid::from_u128(7));
        let arms: String = (0..20)
            .map(|n| arm_of(experiment, 50, ConversationId::from(Uuid::from_u128(n))).as_str())
            .collect();
        assert_eq!(arms, "bbabbbbbababbbbaabbb");
    }

    proptest! {
        /// Six standard deviations: chance alone does not miss that.
        #[test]
        fn the_share_is_kept_and_a_greater_one_only_adds(seed in any::<u128>(), share in 1_i16..=99) {
            const COUNT: u32 = 2_000;
            let experiment = ExperimentId::from(Uuid::from_u128(seed));
            let mut of_b = 0_u32;
            for n in 0..COUNT {
                let conversation = ConversationId::from(Uuid::from_u128(seed ^ (u128::from(n) << 60)));
                let arm = arm_of(experiment, share, conversation);
                of_b += u32::from(arm == Arm::B);
                if share < 99 && arm == Arm::B {
                    assert_eq!(arm_of(experiment, share + 1, conversation), Arm::B);
                }
            }
            let (count, share) = (f64::from(COUNT), f64::from(share) / 100.0);
            let deviation = (count * share * (1.0 - share)).sqrt();
            assert!((f64::from(of_b) - count * share).abs() <= 6.0 * deviation, "{of_b} at {share}");
        }
    }
}
