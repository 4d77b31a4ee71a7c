//! This machine's clock, beside that of the hosts.

use crate::report::Finding;

/// A difference that makes signatures fail, or will soon.
const WORTH_TELLING_MS: i64 = 30_000;

/// `offset_ms`: by how much the hosts' clock is ahead of ours.
pub fn judge(offset_ms: i64) -> Finding {
    let seconds = offset_ms.abs() / 1_000;
    let direction = if offset_ms > 0 { "behind" } else { "ahead of" };
    if offset_ms == 0 {
        Finding::ok("This machine's clock shows what the hosts' do.")
    } else if offset_ms.abs() < WORTH_TELLING_MS {
        Finding::ok(format!("This machine's clock is {seconds} s {direction} the hosts', which does no harm."))
    } else {
        Finding::warning(
            format!("This machine's clock is {seconds} s {direction} the hosts'. Clients correct that by themselves."),
            "Set this machine's clock, and keep it right (NTP).",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::State;

    #[test]
    fn what_makes_signatures_fail_is_a_warning() {
        for (offset_ms, state) in [(0, State::Ok), (29_999, State::Ok), (-29_999, State::Ok), (30_000, State::Warning)]
        {
            assert_eq!(judge(offset_ms).state, state, "{offset_ms}");
        }
        assert!(judge(1_200_000).sentence.contains("1200 s behind"));
        assert!(judge(-1_200_000).sentence.contains("1200 s ahead of"));
    }
}
