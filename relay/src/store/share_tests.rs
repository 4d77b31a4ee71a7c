use super::*;

fn s(seconds: f64) -> MonotonicTime {
    Duration::from_secs_f64(seconds)
}

const BURST: Limit = Limit { max: 7, period: Duration::from_secs(15) };
const SUSTAINED: Limit = Limit { max: 50, period: Duration::from_secs(300) };

fn fleet(relays: u32, place: u32) -> Fleet {
    Fleet { relays, place: Some(place), is_known: true, store_clock: Some(s(1_000.0)) }
}

/// When requests go out, as many as can until `end`, alone since `lost_at`.
fn send(limits: &[Limit], fleet: Fleet, lost_at: f64, end: f64, mut sent: Vec<Sent>) -> Vec<f64> {
    let before = sent.len();
    let mut now = s(lost_at);
    loop {
        now = next_available(limits, sent.iter(), fleet, s(lost_at), now).until;
        if now > s(end) {
            return sent[before..].iter().map(|sent| sent.at.as_secs_f64()).collect();
        }
        sent.push(Sent { at: now, is_alone: true });
    }
}

#[test]
fn the_shares_are_the_limit() {
    for relays in 1..=50 {
        for limit in [BURST, SUSTAINED].into_iter().filter(|limit| limit.max >= relays) {
            let shares: Vec<_> = (0..relays).map(|place| share(limit, fleet(relays, place)).max).collect();
            assert_eq!(shares.iter().sum::<u32>(), limit.max, "{relays} relays: {shares:?}");
            assert!(shares.iter().max().unwrap() - shares.iter().min().unwrap() <= 1);
            let first: u32 = (0..relays).map(|place| share_at_first(limit, fleet(relays, place))).sum();
            assert!(first <= limit.max.div_ceil(relays), "{relays} relays: {first}");
        }
    }
}

#[test]
fn a_relay_that_is_the_only_one_has_the_whole_limit_at_once() {
    assert_eq!(send(&[BURST], fleet(1, 0), 100.0, 114.0, Vec::new()), [100.0; 7]);
    let sent = [99.0; 5].map(|at| Sent { at: s(at), is_alone: false });
    assert_eq!(
        send(&[BURST], fleet(1, 0), 100.0, 114.0, sent.to_vec()),
        [100.0, 100.0, 114.0].into_iter().take(2).collect::<Vec<_>>()
    );
}

#[test]
fn in_the_first_period_all_relays_together_send_one_share() {
    // 7 for 2: 4 and 3; in the first period 3 for both: 2 and 1.
    let first = send(&[BURST], fleet(2, 0), 100.0, 116.0, Vec::new());
    assert_eq!(first, [100.0, 100.0, 115.05, 115.05, 115.05, 115.05]);
    let second = send(&[BURST], fleet(2, 1), 100.0, 116.0, Vec::new());
    assert_eq!(second, [100.0, 115.05, 115.05, 115.05]);
    // One of which the others do not know yet waits.
    let unknown = Fleet { is_known: false, ..fleet(3, 2) };
    assert_eq!(send(&[BURST], unknown, 100.0, 116.0, Vec::new()), [115.05, 115.05]);
}

#[test]
fn what_a_relay_sent_itself_counts() {
    let sent = [90.0, 91.0, 92.0, 93.0].map(|at| Sent { at: s(at), is_alone: false });
    assert_eq!(send(&[BURST], fleet(2, 0), 100.0, 107.0, sent.to_vec()), [105.05, 106.05]);
}

#[test]
fn the_limit_that_causes_a_wait_is_named_in_full() {
    let sent = [Sent { at: s(99.0), is_alone: true }; 25];
    let wait = next_available(&[BURST, SUSTAINED], sent.iter(), fleet(2, 0), s(100.0), s(101.0));
    assert_eq!(wait.limit, Some(SUSTAINED));
    let wait = next_available(&[BURST, SUSTAINED], sent[..4].iter(), fleet(2, 0), s(0.0), s(101.0));
    assert_eq!(wait, Wait { until: s(114.05), limit: Some(BURST) });
    let wait = next_available(&[], sent.iter(), fleet(2, 0), s(100.0), s(101.0));
    assert_eq!(wait, Wait { until: s(101.0), limit: None });
}

#[test]
fn more_relays_than_requests_take_turns() {
    let limit = Limit { max: 2, period: s(10.0) };
    let mut sent: Vec<f64> =
        (0..5).flat_map(|place| send(&[limit], fleet(5, place), 100.0, 200.0, Vec::new())).collect();
    sent.sort_by(f64::total_cmp);
    // From the end of the first period on, one in each turn of 5 s.
    assert_eq!(sent.len(), 18, "{sent:?}");
    assert!(sent.windows(2).all(|pair| pair[1] - pair[0] > 4.0), "{sent:?}");
    // Without the store's clock each waits longer.
    let alone = Fleet { store_clock: None, place: None, ..fleet(5, 0) };
    assert_eq!(send(&[limit], alone, 100.0, 165.0, Vec::new()), [110.05, 135.1, 160.15]);
}
