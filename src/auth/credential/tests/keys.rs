//! Kinds of keys, and what TLS makes of them.

use std::sync::Arc;

use rustls::pki_types::ServerName;
use rustls::server::WebPkiClientVerifier;
use rustls::sign::SingleCertAndKey;
use rustls::{ClientConfig, ClientConnection, RootCertStore, ServerConfig, ServerConnection};

use super::ber::element;
use super::*;
use crate::auth::pem_text::pem_text;
use crate::encoding::der_reader::DerReader;

/// What a peer that trusts only the root sees of the client, over mutual TLS.
fn chain_seen_by_a_server(files: &Files, credential: &Credential, version: &'static rustls::SupportedProtocolVersion) {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut roots = RootCertStore::empty();
    let root = certificates_of(&files.text("root.pem")).remove(0);
    roots.add(root.clone()).unwrap();
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider.clone()).build().unwrap();
    let own = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let own_key = rustls_pki_types::PrivateKeyDer::try_from(own.signing_key.serialize_der()).unwrap();
    let server = ServerConfig::builder_with_provider(provider.clone())
        .with_protocol_versions(&[version])
        .unwrap()
        .with_client_cert_verifier(verifier)
        .with_single_cert(vec![own.cert.der().clone()], own_key)
        .unwrap();
    let mut trusted = RootCertStore::empty();
    trusted.add(own.cert.der().clone()).unwrap();
    let shown = credential.client_certificate().unwrap();
    let client = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[version])
        .unwrap()
        .with_root_certificates(trusted)
        .with_client_cert_resolver(Arc::new(SingleCertAndKey::from(shown)));
    let mut server = ServerConnection::new(Arc::new(server)).unwrap();
    let mut client = ClientConnection::new(Arc::new(client), ServerName::try_from("localhost").unwrap()).unwrap();
    while client.is_handshaking() || server.is_handshaking() {
        let mut bytes = Vec::new();
        client.write_tls(&mut bytes).unwrap();
        server.read_tls(&mut bytes.as_slice()).unwrap();
        server.process_new_packets().unwrap();
        bytes.clear();
        server.write_tls(&mut bytes).unwrap();
        client.read_tls(&mut bytes.as_slice()).unwrap();
        client.process_new_packets().unwrap();
    }
    assert_eq!(server.peer_certificates().unwrap(), credential.0.chain);
}

#[test]
fn every_kind_of_key_signs_in() {
    for (name, key) in [
        ("p256", &["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"][..]),
        ("p384", &["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"]),
        ("rsa", &["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"]),
        ("ed25519", &["genpkey", "-algorithm", "ed25519"]),
    ] {
        let Some(files) = Files::with_key(name, key) else { return };
        let mut sources = vec![files.source("chain.pem", Some("leaf.key"), None)];
        if name != "ed25519" {
            files.openssl(&["pkey", "-in", "leaf.key", "-traditional", "-out", "old.key"]);
            assert!(!files.text("old.key").contains("BEGIN PRIVATE KEY"));
            sources.push(files.source("chain.pem", Some("old.key"), None));
        }
        files.pkcs12("leaf.p12", PASSWORD, &["-legacy"]);
        sources.push(files.source("leaf.p12", None, Some(PASSWORD)));
        for source in sources {
            let credential = files.check(&source);
            for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
                chain_seen_by_a_server(&files, &credential, version);
            }
        }
    }
}

#[test]
fn keys_that_tls_cannot_use_are_refused() {
    for (name, key) in [
        ("rsa1024", &["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024"][..]),
        ("ed448", &["genpkey", "-algorithm", "ed448"]),
    ] {
        let Some(files) = Files::with_key(name, key) else { return };
        let message = files.refusal("chain.pem", Some("leaf.key"), None);
        assert!(message.contains("config.private_key_path has a private key that cannot be used"), "{message}");
    }
}

/// An EC key in PKCS#8, of the inner document and the algorithm of another.
fn pkcs8_of(files: &Files, sec1: &[u8]) -> Vec<u8> {
    files.openssl(&["pkcs8", "-topk8", "-nocrypt", "-in", "leaf.key", "-outform", "DER", "-out", "whole.der"]);
    let whole = bytes(files, "whole.der");
    let algorithm = &whole[whole.windows(2).position(|pair| pair == [0x06, 0x07]).unwrap() - 2..];
    let algorithm = &algorithm[..usize::from(algorithm[1]) + 2];
    element(0x30, &[&[2, 1, 0], algorithm, &element(0x04, &[sec1])])
}

#[test]
fn an_ec_key_gets_its_public_part_from_its_certificate() {
    for curve in ["P-256", "P-384"] {
        let key = ["genpkey", "-algorithm", "EC", "-pkeyopt", &format!("ec_paramgen_curve:{curve}")];
        let Some(files) = Files::with_key(&format!("no-public-{curve}"), &key) else { return };
        files.openssl(&["ec", "-in", "leaf.key", "-no_public", "-out", "sec1.key"]);
        files.check(&files.source("chain.pem", Some("sec1.key"), None));
        files.openssl(&["ec", "-in", "leaf.key", "-no_public", "-outform", "DER", "-out", "sec1.der"]);
        let sec1 = bytes(&files, "sec1.der");
        write(&files, "pkcs8.key", pem_text("PRIVATE KEY", &pkcs8_of(&files, &sec1)).as_bytes());
        let credential = files.check(&files.source("chain.pem", Some("pkcs8.key"), None));
        chain_seen_by_a_server(&files, &credential, &rustls::version::TLS13);
        // Without the curve, and with the private part longer than it must be.
        let mut fields = DerReader::of(&sec1).unwrap();
        fields.number().unwrap();
        let private = fields.content(der::Tag::OctetString).unwrap();
        let sec1 = element(0x30, &[&[2, 1, 1], &element(0x04, &[&[0], private])]);
        write(&files, "long.key", pem_text("PRIVATE KEY", &pkcs8_of(&files, &sec1)).as_bytes());
        files.check(&files.source("chain.pem", Some("long.key"), None));
        // Of another certificate.
        files.openssl(&["genpkey", "-algorithm", "EC", "-pkeyopt", key[4], "-out", "other.key"]);
        files.openssl(&["ec", "-in", "other.key", "-no_public", "-out", "other.key"]);
        let message = files.refusal("chain.pem", Some("other.key"), None);
        assert!(message.contains("belongs to no certificate"), "{message}");
    }
}

#[test]
fn not_every_key_is_tried_with_every_certificate() {
    let Some(files) = Files::make("many-keys") else { return };
    files.openssl(&["ec", "-in", "root.key", "-no_public", "-out", "other.key"]);
    let text = files.text("middle.pem").repeat(700) + &files.text("other.key").repeat(1_500);
    let started = std::time::Instant::now();
    let message = texts(&text, None).read(&TEXTS).unwrap_err().message;
    assert!(message.contains("belongs to none of its certificates"), "{message}");
    assert!(started.elapsed() < Duration::from_secs(20));
}
