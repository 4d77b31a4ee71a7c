use super::*;
use crate::service::ServiceKind;

const ROOMY: MemoryLimits = MemoryLimits { requests: 100, titles: 100, bytes: 1_000_000 };

fn request(title_id: u32, body_length: usize) -> LoggedRequest {
    LoggedRequest {
        title_id,
        index: 0,
        sequence_number: 0,
        at_ms: 0,
        duration_us: 0,
        connection: 1,
        service: ServiceKind::Service,
        method: String::new(),
        path: String::new(),
        headers: Vec::new(),
        body: vec![b'x'; body_length],
        status: 204,
        response: Vec::new(),
        correlation_id: String::new(),
        acted: true,
        fault: None,
    }
}

fn indices(logs: &TitleLogs, title_id: u32, after: u64) -> Vec<u64> {
    let excerpt = logs.excerpt(title_id, after);
    excerpt.requests.iter().map(|request| request.index).collect()
}

#[test]
fn titles_are_counted_apart() {
    let mut logs = TitleLogs::new(ROOMY);
    for title_id in [7, 8, 7, 7] {
        logs.add(request(title_id, 0));
    }
    assert_eq!(indices(&logs, 7, 0), [1, 2, 3]);
    assert_eq!(indices(&logs, 8, 0), [1]);
    assert_eq!(indices(&logs, 9, 0), [0; 0]);
}

#[test]
fn an_excerpt_starts_after_an_index() {
    let mut logs = TitleLogs::new(ROOMY);
    for _ in 0..3 {
        logs.add(request(7, 0));
    }
    assert_eq!(indices(&logs, 7, 1), [2, 3]);
    assert!(logs.has_any(7, 2));
    assert_eq!(indices(&logs, 7, 3), [0; 0]);
    assert!(!logs.has_any(7, 3));
    assert_eq!(indices(&logs, 7, u64::MAX), [0; 0]);
}

#[test]
fn the_oldest_requests_of_a_full_title_go_and_are_counted() {
    let mut logs = TitleLogs::new(MemoryLimits { requests: 2, ..ROOMY });
    for _ in 0..5 {
        logs.add(request(7, 0));
    }
    logs.add(request(8, 0));
    assert_eq!(indices(&logs, 7, 0), [4, 5]);
    assert_eq!(indices(&logs, 7, 1), [4, 5]);
    assert_eq!(logs.excerpt(7, 0).forgotten, 3);
    assert_eq!(logs.excerpt(8, 0).forgotten, 0);
}

#[test]
fn the_title_written_to_longest_ago_makes_room_for_another() {
    let mut logs = TitleLogs::new(MemoryLimits { titles: 2, ..ROOMY });
    for title_id in [7, 8, 7, 9] {
        logs.add(request(title_id, 0));
    }
    assert_eq!(indices(&logs, 7, 0), [1, 2]);
    assert_eq!(indices(&logs, 8, 0), [0; 0]);
    assert_eq!(indices(&logs, 9, 0), [1]);
    assert_eq!(logs.excerpt(8, 0).titles_forgotten, 1);
}

#[test]
fn the_bytes_of_all_titles_are_bounded() {
    let one = request(7, 1_000).size();
    let mut logs = TitleLogs::new(MemoryLimits { bytes: 3 * one, ..ROOMY });
    for title_id in [7, 7, 8, 8, 8] {
        logs.add(request(title_id, 1_000));
    }
    assert_eq!(indices(&logs, 7, 0), [0; 0], "the stale title goes first");
    assert_eq!(logs.excerpt(7, 0).forgotten, 2);
    assert_eq!(indices(&logs, 8, 0), [1, 2, 3]);
    logs.add(request(8, 1_000));
    assert_eq!(indices(&logs, 8, 0), [2, 3, 4]);
    logs.add(request(7, 1_000));
    assert_eq!(indices(&logs, 7, 0), [3], "an emptied title goes on counting");
}

#[test]
fn a_batch_has_the_requests_of_all_titles_in_order_and_says_what_is_missing() {
    let batch = |logs: &TitleLogs, after, requests, bytes| {
        let batch = logs.batch(after, BatchLimits { requests, bytes });
        let numbers: Vec<_> = batch.requests.iter().map(|request| request.sequence_number).collect();
        (numbers, batch.last, batch.missing_after(after))
    };
    let mut logs = TitleLogs::new(MemoryLimits { requests: 3, ..ROOMY });
    assert_eq!(batch(&logs, 0, 9, 9_999), (vec![], 0, 0));
    for title_id in [7, 8, 7, 9, 7, 8] {
        logs.add(request(title_id, 100));
    }
    assert_eq!(batch(&logs, 0, 9, 9_999), (vec![1, 2, 3, 4, 5, 6], 6, 0));
    assert_eq!(batch(&logs, 4, 9, 9_999), (vec![5, 6], 6, 0));
    assert_eq!(batch(&logs, 0, 2, 9_999), (vec![1, 2], 2, 0));
    assert_eq!(batch(&logs, 4, 1, 9_999), (vec![5], 5, 0));
    assert_eq!(batch(&logs, 2, 9, 1), (vec![3], 3, 0), "one in any case");
    assert_eq!(batch(&logs, 2, 9, 2 * request(7, 100).size()), (vec![3, 4], 4, 0));
    assert_eq!(batch(&logs, 6, 9, 9_999), (vec![], 6, 0));
    logs.add(request(7, 100));
    logs.add(request(7, 100));
    assert_eq!(batch(&logs, 0, 9, 9_999), (vec![2, 4, 5, 6, 7, 8], 8, 2), "a title has three");
    assert_eq!(batch(&logs, 2, 2, 9_999), (vec![4, 5], 5, 1));
    assert_eq!(batch(&logs, 6, 1, 9_999), (vec![7], 7, 0), "the same title has another one");
    logs.clear(7);
    assert_eq!(batch(&logs, 6, 9, 9_999), (vec![], 8, 2));
}

#[test]
fn a_cleared_title_starts_anew_and_frees_its_bytes() {
    let mut logs = TitleLogs::new(MemoryLimits { requests: 2, ..ROOMY });
    for _ in 0..3 {
        logs.add(request(7, 10));
    }
    logs.clear(7);
    assert_eq!((logs.bytes, logs.excerpt(7, 0).forgotten), (0, 0));
    logs.add(request(7, 10));
    assert_eq!(indices(&logs, 7, 0), [1]);
    assert_eq!(logs.bytes, request(7, 10).size());
    logs.clear(404);
}
