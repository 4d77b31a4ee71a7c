use base64::Engine as _;

use super::*;

/// What blocks hold, distinguished by their last byte. Enough for this reader: a sequence.
const ONE: &[u8] = &[0x30, 0x03, 0x02, 0x01, 0x01];
const TWO: &[u8] = &[0x30, 0x03, 0x02, 0x01, 0x02];

fn block(label: &str, content: &[u8]) -> String {
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", STANDARD.encode(content))
}

fn certificate(content: &[u8]) -> String {
    block("CERTIFICATE", content)
}

/// The numbers of the blocks with the last byte of each.
fn summary(text: &str) -> Vec<(usize, u8)> {
    let blocks = read(text.as_bytes()).unwrap_or_else(|refusal| panic!("{refusal}: {text}"));
    let last = |item: &Item| match item {
        Item::Certificate { der, .. } => *der.last().unwrap(),
        Item::Key(key) => *key.secret_der().last().unwrap(),
        Item::EncryptedKey => b'e',
    };
    blocks.iter().map(|block| (block.number, last(&block.item))).collect()
}

fn refused(text: &str) -> (usize, Fault) {
    let Refusal { block, fault } = read(text.as_bytes()).map(|blocks| format!("{blocks:?}: {text}")).unwrap_err();
    assert!(is_pem(text.as_bytes()), "{text}");
    (block, fault)
}

#[test]
fn every_block_is_read_whatever_is_around_it() {
    let (one, two) = (certificate(ONE), certificate(TWO));
    let joined = one.trim_end().to_owned() + &two;
    let indented = |by: &str| (one.clone() + &two).lines().map(|line| format!("{by}{line}\n")).collect::<String>();
    let attributes = "Bag Attributes\n    localKeyID: 01 02 03\n    friendlyName: -- a --\nsubject=CN = one\n";
    for text in [
        one.clone() + &two,
        joined.clone(),
        joined.trim_end().to_owned(),
        format!("\u{feff}{one}{two}"),
        format!("{one}\u{feff}{two}"),
        format!("{}\u{feff}{two}", one.trim_end()),
        indented("  "),
        indented("\t"),
        format!("{attributes}{one}\n{attributes}{two}"),
        // A remark begins its line.
        format!("{}# {two}", one.trim_end()),
        format!("a remark {one}another {two}and a last one"),
        format!("subject: /CN=Ünïcode{one}\n\n\n{two}\n\n"),
        (one.clone() + &two).replace('\n', "\r\n"),
        (one.clone() + &two).replace('\n', "\r"),
        (one.clone() + &two).replace('\n', " "),
        (one.clone() + &two).replace('\n', " \t\n"),
        (one.clone() + &two).replace('\n', "\n\n"),
        (one.clone() + &two).replace("-----\n", "-----\t\n"),
        (one.clone() + &two).replace("-----\n", "-----   \r\n"),
        (one.clone() + &two).replace("IN CERTIFICATE", "IN  CERTIFICATE "),
        (one.clone() + &two).replace("CERTIFICATE", "X509 CERTIFICATE"),
        (one.clone() + &two).replace("CERTIFICATE", "TRUSTED CERTIFICATE"),
        (one.clone() + &two).replace("MAMC", "MA\nM  C"),
        one.replace("-----\nMAMC", "-----\nComment: one\nX-Other: two\n\nMAMC") + &two,
        (one.replace("-----\nMAMC", "-----\nComment: one\n\nMAMC") + &two).replace('\n', "\r\n"),
        (one.replace("-----\nMAMC", "-----\nComment: one\n\nMAMC") + &two).replace('\n', "\r"),
        format!("# -----BEGIN CERTIFICATE-----\n  #!!\n{one}# -----END CERTIFICATE-----\n{two}"),
        format!("\u{feff}# between -----BEGIN CERTIFICATE----- and -----END\n{one}{two}"),
        format!("-----BEGINNING OF THE CHAIN-----\n{one}-----ENDING-----\n{two}"),
    ] {
        assert_eq!(summary(&text), [(1, 1), (2, 2)], "{text}");
    }
}

#[test]
fn keys_of_all_kinds_are_distinguished() {
    let text = block("PRIVATE KEY", ONE) + &block("RSA PRIVATE KEY", ONE) + &block("EC PRIVATE KEY", ONE);
    let blocks = read(text.as_bytes()).unwrap();
    let [Item::Key(pkcs8), Item::Key(pkcs1), Item::Key(sec1)] = [0, 1, 2].map(|index| &blocks[index].item) else {
        panic!("{blocks:?}");
    };
    assert!(matches!(**pkcs8, PrivateKeyDer::Pkcs8(_)));
    assert!(matches!(**pkcs1, PrivateKeyDer::Pkcs1(_)));
    assert!(matches!(**sec1, PrivateKeyDer::Sec1(_)));
    assert!(blocks.iter().all(|block| matches!(&block.item, Item::Key(key) if key.secret_der() == ONE)));
}

#[test]
fn a_block_that_says_nothing_counts_and_is_passed_over() {
    let text = block("EC PARAMETERS", b"any") + &block("EC PRIVATE KEY", ONE) + &certificate(TWO);
    assert_eq!(summary(&text), [(2, 1), (3, 2)]);
    assert_eq!(summary(&block("EC PARAMETERS", b"any")), []);
    assert_eq!(summary("no block at all"), []);
}

#[test]
fn encrypted_keys_are_distinguished() {
    let old = "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,0123456789ABCDEF\n";
    let body = STANDARD.encode(ONE);
    for text in [
        block("ENCRYPTED PRIVATE KEY", ONE),
        format!("-----BEGIN RSA PRIVATE KEY-----\n{old}\n{body}\n-----END RSA PRIVATE KEY-----\n"),
        format!("-----BEGIN EC PRIVATE KEY-----\n{old}{body}\n-----END EC PRIVATE KEY-----\n"),
        format!("-----BEGIN EC PRIVATE KEY-----\n{old}\n{body}\n-----END EC PRIVATE KEY-----\n").replace('\n', "\r\n"),
        format!("-----BEGIN EC PRIVATE KEY-----\n{old}\n{body}\n-----END EC PRIVATE KEY-----\n").replace('\n', "\r"),
        format!("-----BEGIN EC PRIVATE KEY-----\n{old}\n{body}\n-----END EC PRIVATE KEY-----\n").replace('\n', " "),
    ] {
        assert_eq!(summary(&text), [(1, b'e')], "{text}");
    }
}

#[test]
fn what_is_almost_a_boundary_is_refused_with_its_number() {
    let (one, two) = (certificate(ONE), certificate(TWO));
    let begin = "-----BEGIN CERTIFICATE-----";
    for wrong in [
        "-----begin certificate-----",
        "-----BEGIN certificate",
        "----BEGIN CERTIFICATE----",
        "----BEGIN CERTIFICATE-----",
        "-----BEGIN CERTIFICATE----",
        "-----BEGIN CERTIFICATE",
        "-----BEGIN-----",
        "----- BEGIN CERTIFICATE -----",
        "-----BEGINCERTIFICATE-----",
        "\u{2013}\u{2013}\u{2014}BEGIN CERTIFICATE\u{2014}\u{2013}",
        "> ----BEGIN  X509  CERTIFICATE----",
        "BEGIN RSA PRIVATE KEY",
    ] {
        assert_eq!(refused(&(one.clone() + &two.replace(begin, wrong))), (2, Fault::BeginLine), "{wrong}");
        assert_eq!(refused(&one.replace(begin, wrong)), (1, Fault::BeginLine), "{wrong}");
    }
    let end = "-----END CERTIFICATE-----";
    for wrong in [
        "-----end certificate-----",
        "----END CERTIFICATE----",
        "-----END CERTIFICATE----",
        "----- END CERTIFICATE -----",
        "\u{2014}END CERTIFICATE\u{2014}",
    ] {
        assert_eq!(refused(&one.replace(end, wrong)), (1, Fault::EndLine), "{wrong}");
        assert_eq!(refused(&(one.clone() + &two.replace(end, wrong))), (2, Fault::EndLine), "{wrong}");
    }
    assert_eq!(refused(&format!("{one}{end}\n")), (2, Fault::NoBegin));
    assert_eq!(refused(&format!("{one}----END CERTIFICATE----\n")), (2, Fault::NoBegin));
    assert_eq!(refused(&format!("{}----BEGIN CERTIFICATE-----\n", one.trim_end())), (2, Fault::BeginLine));
}

#[test]
fn a_block_that_does_not_end_is_refused() {
    let (one, two) = (certificate(ONE), certificate(TWO));
    let begin_only = one.split("-----END").next().unwrap();
    assert_eq!(refused(begin_only), (1, Fault::NoEnd));
    assert_eq!(refused(&format!("{begin_only}{two}")), (1, Fault::NoEnd));
    assert_eq!(refused(&format!("{two}{begin_only}")), (2, Fault::NoEnd));
    assert_eq!(refused("-----BEGIN CERTIFICATE-----"), (1, Fault::NoEnd));
    assert_eq!(refused(&format!("{begin_only}-----begin certificate-----\n")), (1, Fault::NoEnd));
    for label in ["PRIVATE KEY", "X509 CERTIFICATE", "certificate"] {
        let text = one.replace("END CERTIFICATE", &format!("END {label}"));
        assert_eq!(refused(&(two.clone() + &text)), (2, Fault::OtherEnd), "{label}");
    }
}

#[test]
fn what_is_not_base64_is_refused() {
    let one = certificate(ONE);
    let body = STANDARD.encode(ONE);
    for wrong in [
        "",
        "M",
        "MAMCA",
        "MAMCAQE",
        "MAMCAQE==",
        "MAMC-QE=",
        "MA!CAQE=",
        "MAMC\u{feff}AQE=",
        "# MAMCAQE=",
        "MAMCAQE=MAMCAQE=",
    ] {
        assert_eq!(refused(&one.replace(&body, wrong)), (1, Fault::NotBase64), "{wrong}");
    }
    // There are no remarks inside of a block.
    assert_eq!(refused(&one.replace("-----END", "# -----END")), (1, Fault::NotBase64));
    assert_eq!(refused(&one.replace('\n', "\\n")), (1, Fault::WrittenLineBreaks));
    assert_eq!(refused(&one.replace(&body, &format!("Comment: {body}"))), (1, Fault::NotBase64));
}

#[test]
fn a_certificate_is_one_sequence() {
    for wrong in
        [&b"no DER"[..], &[0x30, 0x03, 0x02, 0x01], &[0x04, 0x01, 0x01], &[ONE, TWO].concat(), &[ONE, b"\n"].concat()]
    {
        assert_eq!(refused(&(certificate(ONE) + &certificate(wrong))), (2, Fault::NotOneCertificate), "{wrong:?}");
    }
}

#[test]
fn other_blocks_are_named() {
    for (label, expected) in [
        ("CERTIFICATE REQUEST", "is a certificate request; expected the certificate that was issued for it"),
        ("NEW CERTIFICATE REQUEST", "is a certificate request; "),
        ("X509 CRL", "is a certificate revocation list; "),
        ("PUBLIC KEY", "is a public key; "),
        ("RSA PUBLIC KEY", "is a public key; "),
        ("DH PARAMETERS", "is a set of parameters without a key; "),
        ("DSA PRIVATE KEY", "is a DSA key; "),
        ("OPENSSH PRIVATE KEY", "is a private key in OpenSSH's own format; "),
        ("PKCS7", "is a PKCS#7 structure; "),
        ("CMS", "is a PKCS#7 structure; "),
        ("PKCS12", "is a PKCS#12 file in base64; "),
        ("SOMETHING NEW", "is `SOMETHING NEW`; expected certificates and keys"),
        ("private key", "is `private key`; "),
        ("\u{1b}[2J", "is `\\x1b[2J`; "),
    ] {
        let refusal = read((certificate(ONE) + &block(label, ONE)).as_bytes()).unwrap_err().to_string();
        assert!(refusal.starts_with(&format!("cannot be used: block 2 {expected}")), "{refusal}");
    }
}

fn with_trust_settings(settings: &[u8]) -> Result<bool, Fault> {
    let text = block("TRUSTED CERTIFICATE", &[ONE, settings].concat());
    match read(text.as_bytes()).map_err(|refusal| refusal.fault)?.remove(0).item {
        Item::Certificate { der, for_servers } => {
            assert_eq!(&*der, ONE);
            Ok(for_servers)
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn trust_settings_are_understood() {
    let element = |tag: u8, content: &[u8]| [&[tag, content.len() as u8], content].concat();
    let purpose = |last: u8| element(6, &[0x2b, 6, 1, 5, 5, 7, 3, last]);
    let (server, email, any) = (purpose(1), purpose(4), element(6, &[0x55, 0x1d, 0x25, 0]));
    let trust = |purposes: &[&[u8]]| element(0x30, &purposes.concat());
    let reject = |purposes: &[&[u8]]| element(0xa0, &purposes.concat());
    let alias = element(0x0c, b"Snake Oil");
    for (settings, for_servers) in [
        (vec![], true),
        (alias.clone(), true),
        (trust(&[&server]), true),
        (trust(&[&email, &server]), true),
        (trust(&[&server, &email]), true),
        (trust(&[&any]), true),
        (trust(&[&email]), false),
        (trust(&[]), false),
        (reject(&[&server]), false),
        (reject(&[&any]), false),
        (reject(&[&email]), true),
        ([trust(&[&server]), reject(&[&email]), alias.clone()].concat(), true),
        ([trust(&[&server]), reject(&[&server])].concat(), false),
    ] {
        assert_eq!(with_trust_settings(&element(0x30, &settings)), Ok(for_servers), "{settings:02x?}");
    }
    assert_eq!(with_trust_settings(b""), Ok(true));
    for wrong in [&b"\n"[..], &alias, &[0x30, 0x05], &[element(0x30, b""), element(0x30, b"")].concat()] {
        assert_eq!(with_trust_settings(wrong), Err(Fault::NotOneCertificate), "{wrong:02x?}");
    }
    assert_eq!(with_trust_settings(&element(0x30, &trust(&[&alias]))), Err(Fault::NotOneCertificate));
}

/// A mebibyte of whatever would make a reader go back and forth takes no longer than one of text.
#[test]
fn reading_takes_time_in_proportion_to_the_length() {
    const LENGTH: usize = 1024 * 1024;
    for piece in [
        "-",
        "-----BEGIN",
        "-----BEGIN ",
        "-----BEGIN EC PARAMETERS----------END EC PARAMETERS-----",
        "-----BEGIN EC PARAMETERS-----\n-----END EC PARAMETERS-----\n",
        "BEGIN CERTIFICATE ",
        "# \n",
        "  ",
        "\n",
        "A: B",
        "\u{feff}",
    ] {
        let text = piece.repeat(LENGTH / piece.len());
        for text in [text.clone(), format!("-----BEGIN PRIVATE KEY-----{text}"), format!("{text}{}", certificate(ONE))]
        {
            let started = std::time::Instant::now();
            let _ = read(text.as_bytes());
            let _ = is_pem(text.as_bytes());
            assert!(started.elapsed() < std::time::Duration::from_secs(5), "{piece:?}");
        }
    }
}
