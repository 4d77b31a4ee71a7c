//! No way to the service, or only one that was used before.

use super::*;

#[test]
fn there_is_no_such_name_or_nothing_listens() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for endpoint in ["http://nowhere.invalid".to_owned(), format!("http://{closed}"), format!("https://{closed}")] {
        for kind in [Kind::Invite, Kind::Groups] {
            let outcome = kind.call(&Client::open(&configuration(&endpoint)));
            check(&endpoint, kind, &outcome, 0, ends("MPA_ERROR_CONNECTION_FAILED", 0, 0, 1));
            assert_eq!(outcome.result.attempts, 0);
        }
    }
}

#[test]
fn the_connection_is_reset_at_once() {
    for layer in LAYERS {
        for kind in [Kind::Invite, Kind::Groups] {
            let peer = Peer::start(layer, usize::MAX, |_, stream| reset(stream));
            let outcome = kind.call(&Client::open(&trusting(&peer, "reset")));
            // Over plain TCP the request may have been written before the reset arrived.
            let possible = match (layer, kind) {
                (Layer::Plain, Kind::Invite) => vec!["MPA_ERROR_CONNECTION_FAILED", "MPA_ERROR_UNCERTAIN"],
                _ => vec!["MPA_ERROR_CONNECTION_FAILED"],
            };
            assert!(possible.contains(&outcome.status), "{layer:?}, {kind:?}: {}", outcome.message);
            if layer != Layer::Plain {
                assert_eq!((outcome.result.attempts, outcome.result.retryable), (0, 1));
                assert_eq!(peer.connections(), 3, "all attempts were made");
            }
        }
    }
}

#[test]
fn a_handshake_that_breaks_off_once_is_mended() {
    for kind in [Kind::Invite, Kind::Groups] {
        let peer = Peer::start(Layer::Tls13, usize::MAX, |number, stream| {
            if number == 0 {
                return reset(stream);
            }
            while read_request(stream).is_some() {
                say(stream, ACCEPTED);
            }
        });
        let outcome = kind.call(&Client::open(&trusting(&peer, "handshake")));
        check("handshake", kind, &outcome, 1, ok(1));
        assert_eq!(outcome.result.attempts, 1);
    }
}

#[test]
fn the_handshake_stalls() {
    for kind in [Kind::Invite, Kind::Groups] {
        let peer = Peer::start(Layer::Tls13, usize::MAX, |_, _| thread::sleep(Duration::from_millis(700)));
        let outcome = kind.call(&Client::open(&trusting(&peer, "stalled")));
        check("stalled handshake", kind, &outcome, 0, ends("MPA_ERROR_TIMED_OUT", 0, 0, 1));
    }
}

#[test]
fn the_peer_is_not_the_service() {
    let row = |name: &str, peer: Peer, config: mpa_client_config| {
        for kind in [Kind::Invite, Kind::Groups] {
            let outcome = kind.call(&Client::open(&config));
            check(name, kind, &outcome, 0, ends("MPA_ERROR_TLS_FAILED", 0, 0, 0));
        }
        assert_eq!(peer.connections(), 2, "{name}: each call connects once");
    };
    let peer = |proof| Peer::with_proof(Layer::Tls13, proof, usize::MAX, |_, stream| wait_for_close(stream));
    let stranger = peer(Proof::Good);
    let config = configuration(&stranger.endpoint());
    row("unknown issuer", stranger, config);
    for (name, proof) in [("another name", Proof::OtherName), ("expired", Proof::Expired)] {
        let peer = peer(proof);
        let config = trusting(&peer, "proof");
        row(name, peer, config);
    }
    let plain = Peer::start(Layer::Plain, usize::MAX, |_, stream| {
        let _ = stream.read(&mut [0; 1024]);
        say(stream, &response(400, &[], "this is plain HTTP"));
    });
    let config = configuration(&plain.endpoint().replace("http:", "https:"));
    row("plain HTTP", plain, config);
}

// A connection that was used before.

#[test]
fn an_idle_connection_is_closed_before_reuse() {
    row("closed while idle", (ok(1), ok(1)), |_, stream| {
        say(stream, ACCEPTED);
        false
    });
    for layer in LAYERS {
        for kind in [Kind::Invite, Kind::Groups] {
            let peer = Peer::start(layer, usize::MAX, |_, stream| {
                read_request(stream);
                say(stream, ACCEPTED);
            });
            let client = Client::open(&trusting(&peer, "idle"));
            for _ in 0..2 {
                assert_eq!(kind.call(&client).status, "MPA_OK");
                thread::sleep(Duration::from_millis(50));
            }
        }
    }
}

#[test]
fn a_connection_is_closed_just_after_reuse() {
    for layer in LAYERS {
        for (kind, expected) in [(Kind::Invite, ends("MPA_ERROR_UNCERTAIN", 2, 3, 0)), (Kind::Groups, ok(3))] {
            let requests = Arc::new(AtomicUsize::new(0));
            let counter = requests.clone();
            let peer = Peer::start(layer, usize::MAX, move |_, stream| {
                while read_request(stream).is_some() {
                    if counter.fetch_add(1, Ordering::SeqCst) == 1 {
                        return reset(stream);
                    }
                    say(stream, ACCEPTED);
                }
            });
            let client = Client::open(&trusting(&peer, "reuse"));
            assert_eq!(kind.call(&client).status, "MPA_OK");
            let outcome = kind.call(&client);
            check("just after reuse", kind, &outcome, requests.load(Ordering::SeqCst), expected);
        }
    }
}
