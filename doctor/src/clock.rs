//! This machine's clock, beside that of the hosts.

use crate::codes::Code;
use crate::report::Finding;

/// A difference that makes signatures fail, or will soon.
const WARNING_MS: i64 = 30_000;

/// `offset_ms`: by how much the hosts' clock is ahead of ours; `None` if it is not known.
pub fn compare(offset_ms: Option<i64>) -> Finding {
    let Some(offset_ms) = offset_ms else {
        return Finding::warning(
            Code::ClockUnknown,
            "No host that answered sent its time (no Date in its answer).",
            "Look for a proxy that takes headers away, and see to this machine's clock (NTP): signatures need it.",
        );
    };
    let seconds = offset_ms.abs() / 1_000;
    let direction = if offset_ms > 0 { "behind" } else { "ahead of" };
    if offset_ms == 0 {
        Finding::ok("This machine's clock shows what the hosts' do.")
    } else if offset_ms.abs() < WARNING_MS {
        Finding::ok(format!("This machine's clock is {seconds} s {direction} the hosts', which does no harm."))
    } else {
        Finding::warning(
            Code::ClockOff,
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
        for (offset_ms, code) in [(0, Code::Ok), (29_999, Code::Ok), (-29_999, Code::Ok), (30_000, Code::ClockOff)] {
            assert_eq!(compare(Some(offset_ms)).code, code, "{offset_ms}");
        }
        assert!(compare(Some(1_200_000)).message.contains("1200 s behind"));
        assert!(compare(Some(-1_200_000)).message.contains("1200 s ahead of"));
        assert_eq!(compare(None).state, State::Warning);
    }
}
