//! PEM as people have it, in files with keys and certificates of their own.

use super::*;

fn write(files: &Files, name: &str, text: &str) {
    super::write(files, name, text.as_bytes());
}

#[test]
fn a_chain_opens_whatever_is_around_its_blocks() {
    let Some(files) = Files::make("pem-forms") else { return };
    let (leaf, middle, key) = (files.text("leaf.pem"), files.text("middle.pem"), files.text("leaf.key"));
    let all = [&leaf[..], &middle, &key].concat();
    let trusted = |name: &str| {
        files.openssl(&["x509", "-in", name, "-trustout", "-addtrust", "emailProtection", "-out", "trusted.pem"]);
        let text = files.text("trusted.pem");
        assert!(text.contains("BEGIN TRUSTED CERTIFICATE"));
        text
    };
    files.pkcs12("bags.p12", PASSWORD, &[]);
    let password = format!("pass:{PASSWORD}");
    files.openssl(&["pkcs12", "-in", "bags.p12", "-passin", &password, "-nodes", "-out", "bags.pem"]);
    let bags = files.text("bags.pem");
    assert!(bags.contains("Bag Attributes"));
    for text in [
        bags,
        [&key[..], &middle, &leaf].concat(),
        all.replace("-----\n-----", "----------"),
        [&leaf[..], "\u{feff}", &middle, "\u{feff}", &key].concat(),
        all.lines().map(|line| format!("    {line}\n")).collect(),
        all.replace("BEGIN CERT", "BEGIN X509 CERT").replace("END CERT", "END X509 CERT"),
        [&trusted("leaf.pem")[..], &trusted("middle.pem"), &key].concat(),
        all.replace('\n', "\r\n"),
        all.replace('\n', "\r"),
        all.replace("-----\n", "-----\t\n"),
        all.replace('\n', " \n"),
        format!("# The chain, -----BEGIN CERTIFICATE----- first\n{all}"),
    ] {
        write(&files, "all.pem", &text);
        files.check(&files.source("all.pem", None, None));
        if !text.contains('\u{feff}') {
            files.check(&texts(&text, None));
        }
    }
}

#[test]
fn a_key_with_its_parameters_opens() {
    let Some(files) = Files::with_key("pem-ecparam", &["ecparam", "-name", "prime256v1", "-genkey"]) else { return };
    assert!(files.text("leaf.key").contains("BEGIN EC PARAMETERS"));
    files.check(&files.source("chain.pem", Some("leaf.key"), None));
}

#[test]
fn what_stands_beside_a_key_of_its_own_file_is_used_too() {
    let Some(files) = Files::make("pem-beside") else { return };
    // Its issuers; but never the certificate itself, which would hide that the pair does not fit.
    files.join("beside.key", &["middle.pem", "leaf.key"]);
    files.check(&files.source("leaf.pem", Some("beside.key"), None));
    files.join("old.key", &["leaf.pem", "leaf.key"]);
    let message = files.refusal("middle.pem", Some("old.key"), None);
    assert!(message.contains("belongs to no certificate of config.certificate_path"), "{message}");
    // A key that is not asked for may stay encrypted.
    files.openssl(&["pkcs8", "-topk8", "-in", "leaf.key", "-passout", "pass:x", "-out", "sealed.key"]);
    files.join("sealed.pem", &["chain.pem", "sealed.key"]);
    files.check(&files.source("sealed.pem", Some("leaf.key"), None));
}

/// A block beside good ones, in each of the places where PEM is taken.
#[test]
fn no_block_is_dropped_in_silence() {
    let Some(files) = Files::make("pem-others") else { return };
    files.openssl(&["pkey", "-in", "leaf.key", "-pubout", "-out", "public.pem"]);
    files.openssl(&["crl2pkcs7", "-nocrl", "-certfile", "chain.pem", "-out", "bundle.p7"]);
    files.openssl(&["pkcs8", "-topk8", "-in", "leaf.key", "-passout", "pass:x", "-out", "sealed.key"]);
    files.openssl(&["dhparam", "-dsaparam", "-out", "dh.pem", "512"]);
    write(&files, "ca.cnf", "[ca]\ndefault_ca=x\n[x]\ndatabase=index.txt\ncrlnumber=number\ndefault_md=sha256\n");
    write(&files, "index.txt", "");
    write(&files, "number", "01");
    let ca = ["-config", "ca.cnf", "-keyfile", "root.key", "-cert", "root.pem", "-crldays", "9"];
    files.openssl(&[&["ca", "-gencrl", "-out", "list.crl"], &ca[..]].concat());
    let leaf = files.text("leaf.pem");
    write(&files, "small.pem", &leaf.replace("BEGIN", "begin"));
    write(&files, "four.pem", &leaf.replace("-----", "----"));
    write(&files, "cut.pem", &leaf[..leaf.len() / 2]);
    write(&files, "endless.pem", leaf.split("-----END").next().unwrap());
    write(&files, "label.pem", &leaf.replace("END CERTIFICATE", "END PRIVATE KEY"));
    write(&files, "scratched.pem", &leaf.replacen("MII", "M!I", 1));
    write(&files, "short.pem", &leaf.replacen("MII", "MI", 1));
    write(&files, "one-line.pem", &leaf.replace('\n', "\\n"));
    write(&files, "no-certificate.pem", "-----BEGIN CERTIFICATE-----\nMAMCAQE=\n-----END CERTIFICATE-----\n");
    write(&files, "open-ssh.key", "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n");
    write(&files, "new.pem", "-----BEGIN NEW THING-----\nAAAA\n-----END NEW THING-----\n");
    for (other, what) in [
        ("leaf.csr", "is a certificate request;"),
        ("list.crl", "is a certificate revocation list;"),
        ("public.pem", "is a public key;"),
        ("bundle.p7", "is a PKCS#7 structure;"),
        ("dh.pem", "is a set of parameters without a key;"),
        ("open-ssh.key", "is a private key in OpenSSH's own format;"),
        ("new.pem", "is `NEW THING`;"),
        ("sealed.key", "is an encrypted private key,"),
        ("small.pem", "does not begin with `-----BEGIN"),
        ("four.pem", "does not begin with `-----BEGIN"),
        ("cut.pem", "has no END line;"),
        ("endless.pem", "has no END line;"),
        ("label.pem", "ends with another label"),
        ("scratched.pem", "is damaged:"),
        ("short.pem", "is damaged:"),
        ("one-line.pem", "has `\\n` written out"),
        ("no-certificate.pem", "is not one certificate in DER;"),
    ] {
        files.join("all.pem", &["chain.pem", "leaf.key", other]);
        let expected = format!("cannot be used: block 4 {what}");
        let message = files.refusal("all.pem", None, None);
        assert!(message.starts_with(&format!("config.certificate_path {expected}")), "{other}: {message}");
        let message = texts(&files.text("all.pem"), None).read(&TEXTS).unwrap_err().message;
        assert!(message.starts_with(&format!("config.certificate_pem {expected}")), "{other}: {message}");
        files.join("all.key", &["leaf.key", other]);
        let message = files.refusal("chain.pem", Some("all.key"), None);
        assert!(message.starts_with("config.private_key_path cannot be used: block 2 "), "{other}: {message}");
        // In the other order nothing hides what follows.
        let Some(text) = Some(files.text(other)).filter(|text| text.contains("END ")) else { continue };
        write(&files, "all.pem", &[&text, &files.text("chain.pem")[..]].concat());
        let message = files.refusal("all.pem", None, None);
        assert!(message.contains("cannot be used: block 1 "), "{other}: {message}");
    }
}

/// What a path can lead to instead.
#[test]
fn other_formats_are_named_with_the_command_that_converts_them() {
    let Some(files) = Files::make("pem-formats") else { return };
    files.openssl(&["x509", "-in", "leaf.pem", "-outform", "DER", "-out", "leaf.cer"]);
    files.openssl(&["pkey", "-in", "leaf.key", "-outform", "DER", "-out", "leaf.der"]);
    files.openssl(&[
        "pkcs8",
        "-topk8",
        "-in",
        "leaf.key",
        "-outform",
        "DER",
        "-passout",
        "pass:x",
        "-out",
        "sealed.der",
    ]);
    files.openssl(&["ec", "-in", "leaf.key", "-outform", "DER", "-out", "sec1.der"]);
    files.openssl(&["crl2pkcs7", "-nocrl", "-certfile", "chain.pem", "-outform", "DER", "-out", "bundle.p7b"]);
    files.openssl(&["pkey", "-in", "leaf.key", "-pubout", "-outform", "DER", "-out", "public.der"]);
    files.pkcs12("file.p12", PASSWORD, &[]);
    for name in ["leaf.cer", "leaf.der", "file.p12"] {
        files.openssl(&["base64", "-in", name, "-out", &format!("{name}.txt")]);
    }
    let utf16: Vec<u8> = files.text("chain.pem").encode_utf16().flat_map(u16::to_le_bytes).collect();
    fs::write(files.path("utf16.pem"), [&b"\xff\xfe"[..], &utf16].concat()).unwrap();
    fs::write(files.path("store.jks"), b"\xfe\xed\xfe\xed\0\0\0\x02\0\0\0\x01").unwrap();
    write(&files, "empty.pem", "");
    write(&files, "blank.pem", "\u{feff}\r\n");
    write(&files, "text.pem", "Ask for the certificate.\n");
    for (name, what) in [
        ("leaf.cer", "is a binary certificate (DER); expected PEM or PKCS#12 (`openssl x509 -inform DER"),
        ("leaf.der", "is a binary private key (DER); expected PEM or PKCS#12 (`openssl pkey -inform DER"),
        ("sealed.der", "is a binary private key (DER); expected PEM or PKCS#12 (`openssl pkey -inform DER"),
        ("sec1.der", "is a binary private key (DER); expected PEM or PKCS#12 (`openssl pkey -inform DER"),
        ("public.der", "is a binary structure (DER)"),
        ("bundle.p7b", "is a PKCS#7 file (.p7b), which has certificates only; expected PEM or PKCS#12 (`openssl pkcs7"),
        ("leaf.cer.txt", "is base64 text of a binary certificate (DER)"),
        ("leaf.der.txt", "is base64 text of a binary private key (DER)"),
        ("file.p12.txt", "is base64 text of a PKCS#12 file"),
        ("utf16.pem", "is text in UTF-16; expected PEM or PKCS#12 (`iconv -f UTF-16"),
        ("store.jks", "is a Java keystore (JKS); expected PEM or PKCS#12 (`keytool -importkeystore"),
        ("empty.pem", "is empty; expected PEM or PKCS#12"),
        ("blank.pem", "is empty; expected PEM or PKCS#12"),
        ("text.pem", "is in no format that is known; expected PEM or PKCS#12"),
    ] {
        let message = files.refusal(name, Some("leaf.key"), None);
        assert!(message.starts_with(&format!("config.certificate_path {what}")), "{name}: {message}");
        let message = files.refusal("chain.pem", Some(name), None);
        let what = what.replace("PEM or PKCS#12", "PEM");
        assert!(message.starts_with(&format!("config.private_key_path {what}")), "{name}: {message}");
    }
    let message = files.refusal("chain.pem", Some("file.p12"), None);
    assert!(
        message.starts_with("config.private_key_path is a PKCS#12 file (.p12, .pfx); expected PEM (`"),
        "{message}"
    );
}

/// The commands of the refusals do what they say.
#[test]
fn what_the_commands_make_opens() {
    let Some(files) = Files::make("pem-commands") else { return };
    files.openssl(&["x509", "-in", "leaf.pem", "-outform", "DER", "-out", "certificate.cer"]);
    files.openssl(&["pkey", "-in", "leaf.key", "-outform", "DER", "-out", "key.der"]);
    files.openssl(&["crl2pkcs7", "-nocrl", "-certfile", "chain.pem", "-outform", "DER", "-out", "file.p7b"]);
    files.openssl(&["crl2pkcs7", "-nocrl", "-certfile", "chain.pem", "-out", "in.pem"]);
    for command in [
        "x509 -inform DER -in certificate.cer -out certificate.pem",
        "pkey -inform DER -in key.der -out key.pem",
        "pkcs7 -inform DER -in file.p7b -print_certs -out file.pem",
        "pkcs7 -in in.pem -print_certs -out out.pem",
    ] {
        files.openssl(&command.split(' ').collect::<Vec<_>>());
    }
    files.join("made.pem", &["certificate.pem", "middle.pem"]);
    for chain in ["made.pem", "file.pem", "out.pem"] {
        files.check(&files.source(chain, Some("key.pem"), None));
    }
}
