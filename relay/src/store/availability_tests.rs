use super::*;

fn s(seconds: f64) -> MonotonicTime {
    Duration::from_secs_f64(seconds)
}

fn answer(relays: u32) -> AliveAnswer {
    AliveAnswer { now: s(1_000.0), relays, place: 0, is_new: false }
}

fn up(relays: u32) -> Availability {
    let mut availability = Availability::new(1);
    availability.connected(s(0.0));
    for second in 0..3 {
        availability.beat(s(f64::from(second)), answer(relays), Pace::default());
    }
    assert_eq!(availability.phase(), Phase::Up);
    availability
}

#[test]
fn it_is_up_after_two_more_beats() {
    let mut availability = Availability::new(1);
    assert_eq!(availability.phase(), Phase::Down);
    availability.connected(s(1.0));
    assert!(!availability.fleet().is_known);
    for second in [1.0, 2.0] {
        assert_eq!(availability.beat(s(second), answer(2), Pace::default()), None);
        assert_eq!(availability.phase(), Phase::Returning);
        assert_eq!(availability.fleet().relays, 2);
    }
    let news = availability.beat(s(3.0), answer(2), Pace::default());
    assert_eq!(news, Some(News::CameUp { after: s(3.0), is_first: true }));
    assert!(availability.fleet().is_known);
}

#[test]
fn a_loss_is_said_once() {
    let mut availability = up(2);
    assert_eq!(availability.failed(s(10.0), Failure::Refused), Some(News::WentDown));
    assert_eq!(availability.failed(s(11.0), Failure::Closed), None);
    assert_eq!((availability.lost_at(), availability.since()), (s(10.0), s(10.0)));
    // It answered, and was lost again: the others may have used it meanwhile.
    availability.connected(s(12.0));
    availability.beat(s(12.0), answer(2), Pace::default());
    assert_eq!(availability.failed(s(13.0), Failure::Closed), None);
    assert_eq!((availability.lost_at(), availability.since()), (s(13.0), s(10.0)));
    availability.connected(s(20.0));
    let news = [20.0, 21.0, 22.0].map(|second| availability.beat(s(second), answer(2), Pace::default()));
    assert_eq!(news, [None, None, Some(News::CameUp { after: s(12.0), is_first: false })]);
}

#[test]
fn a_store_that_lost_its_data_is_back_and_no_more() {
    let mut availability = up(2);
    let lost = AliveAnswer { is_new: true, ..answer(1) };
    assert_eq!(availability.beat(s(10.0), lost, Pace::default()), Some(News::WentDown));
    assert_eq!((availability.phase(), availability.lost_at()), (Phase::Returning, s(10.0)));
    assert_eq!(availability.fleet().relays, 2);
    for second in [11.0, 12.0, 13.0] {
        assert_eq!(availability.phase(), Phase::Returning);
        availability.beat(s(second), answer(2), Pace::default());
    }
    assert_eq!(availability.phase(), Phase::Up);
}

#[test]
fn it_waits_for_the_relays_that_there_were() {
    let mut availability = up(3);
    availability.failed(s(10.0), Failure::Refused);
    availability.connected(s(20.0));
    for second in 20..25 {
        availability.beat(s(f64::from(second)), answer(1), Pace::default());
        assert_eq!((availability.phase(), availability.fleet().relays), (Phase::Returning, 3), "{second}");
    }
    availability.beat(s(25.0), answer(1), Pace::default());
    assert_eq!((availability.phase(), availability.fleet().relays), (Phase::Up, 1));
}
