//! Results as the bindings hand them on: every field under its own name, and none in another's place.

use std::process::Command;

use mpa_tests::build;
use mpa_tests::peer::{self, Answer};
use mpa_tests::platform::Platform;

/// Runs a program that prints the results of two calls, and checks what it printed.
pub fn check(mut program: Command) {
    let throttled = r#"{"version":1,"currentRequests":11,"maxRequests":7,"periodInSeconds":15,
        "limitType":"burst","errorCode":"TooOften"}"#;
    let headers = ["Retry-After: 7", "X-XblCorrelationId: of-the-answer"];
    let (endpoint, _requests) = peer::start(move |number| match number {
        0 => Answer::Say(peer::response(204, &[], "")),
        1 => Answer::Say(peer::response(429, &headers, throttled)),
        _ => Answer::Stall,
    });
    let printed = Platform::of_the_tests().text(build::run(program.arg(endpoint)).stdout);
    // Nothing waits, but a busy machine or an emulator of the processor takes some time.
    let is_short = |ms: &str| ms.parse::<u32>().is_ok_and(|ms| ms < 1_000);
    let without_time =
        |line| if str::strip_prefix(line, "queued_ms=").is_some_and(is_short) { "queued_ms=0" } else { line };
    let lines: Vec<_> = printed.lines().map(without_time).collect();
    assert_eq!(lines.len(), 39, "{printed}");
    let (first, second, report) = (&lines[..18], &lines[19..37], lines[38]);
    assert_eq!(
        first,
        [
            "status=-61",
            "cause=0",
            "acknowledged=16",
            "uncertain=0",
            "refused=4",
            "retryable=1",
            "retry_after_ms=7000",
            "http_status=429",
            "attempts=2",
            "queued_ms=0",
            "elapsed_is_long=0",
            "current_requests=11",
            "max_requests=7",
            "period_s=15",
            "service_code=0",
            "limit_type=burst",
            "error_code=TooOften",
            "correlation_id=of-the-answer",
        ]
    );
    assert!(lines[18].starts_with("message=") && lines[18].contains("after 7 s"), "{printed}");
    assert_eq!(
        second,
        [
            "status=-100",
            "cause=-82",
            "acknowledged=0",
            "uncertain=3",
            "refused=0",
            "retryable=0",
            "retry_after_ms=0",
            "http_status=0",
            "attempts=1",
            "queued_ms=0",
            "elapsed_is_long=1",
            "current_requests=0",
            "max_requests=0",
            "period_s=0",
            "service_code=0",
            "limit_type=",
            "error_code=",
            "correlation_id=",
        ]
    );
    assert!(lines[37].starts_with("message=") && lines[37].contains("was sent"), "{printed}");
    assert_eq!(report, "calls=2 succeeded=0 uncertain=1 failed=1 unfinished=0");
}
