use super::*;

fn redactor() -> Redactor {
    let mut redactor = Redactor::default();
    redactor.add_xuids([2_535_465_515_082_324, 42]);
    redactor.add_text("ip=203.0.113.7:7777");
    redactor.add_text("say \"hi\"");
    redactor.add_text("go");
    redactor
}

fn redact(redactor: &Redactor, text: &str) -> String {
    redactor.redact(&ServiceText::new(text))
}

#[test]
fn the_values_of_the_call_are_masked_and_the_rest_is_kept() {
    let masked = redact(&redactor(), "user 2535465515082324 (42, not 420) may not join ip=203.0.113.7:7777.");
    assert_eq!(masked, "user *** (***, not 420) may not join ***.");
}

#[test]
fn a_text_is_recognised_inside_json() {
    assert_eq!(
        redact(&redactor(), r#"{"connectionString":"say \"hi\"","x":1}"#),
        r#"{"connectionString":"***\"","x":1}"#
    );
}

#[test]
fn a_short_text_is_masked_only_where_it_stands_alone() {
    assert_eq!(redact(&redactor(), "go: the good logo, go"), "***: the good logo, ***");
}

#[test]
fn unknown_ids_and_tokens_are_masked_but_not_guids() {
    let token = "eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.eyJzdWIiOiIxIn0";
    let text = format!("id 999999999999999, token {token}, trace bafef442-9a66-4351-ae48-ef1812295b8e");
    let masked = redact(&Redactor::default(), &text);
    assert_eq!(masked, "id ***, token ***, trace bafef442-9a66-4351-ae48-ef1812295b8e");
}

#[test]
fn text_stays_on_one_line() {
    assert_eq!(redact(&Redactor::default(), "a\r\nb\u{1b}[0m"), "a  b [0m");
}

// Every form of a value ---------------------------------------------------------------------------

const XUID: u64 = 2_533_274_790_000_101;
const CONNECTION_STRING: &str = "ip=203.0.113.9:7777&key=s3cr3t-Pass \"x\"";
const TOKEN: &str = "eyJhbGciOiJFUzI1NiJ9.MEUCIQDx-7_yP0";

fn of_a_call() -> Redactor {
    let mut redactor = Redactor::default();
    redactor.add_xuids([XUID, 2_814_613_765_430_389]);
    redactor.add_text(CONNECTION_STRING);
    redactor.add_text(TOKEN);
    redactor
}

/// No part of a value in its own letters, whatever stands between them.
#[track_caller]
fn shows_nothing(text: &str) {
    let shown = redact(&of_a_call(), text);
    let letters: String = shown.chars().filter(char::is_ascii_alphanumeric).collect();
    let letters = letters.to_ascii_lowercase();
    for part in
        ["s3cr3t", "203011", "7777key", "253327", "790000101", "281461", "430389", "8ffffff", "f9f5e5", "eyjhbg"]
    {
        assert!(!letters.contains(part), "{part} of {text} in {shown}");
    }
    assert!(shown.contains(MASKED), "{text} became {shown}");
}

#[test]
fn a_value_is_found_in_every_form() {
    for text in [
        // As it is, cut short, in other case.
        "bad value: ip=203.0.113.9:7777&key=s3cr3t-Pass \"x\"",
        "bad value: ip=203.0.113.9:77",
        "bad value: ...key=s3cr3t-Pa...",
        "bad value: IP=203.0.113.9:7777&KEY=S3CR3T-PASS",
        "bad value: s3cr3t",
        "user 2533274790000101",
        "user 253327479",
        "user ...90000101",
        "token EYJHBGCIOIJFUZI1",
        // Escaped, also several times.
        r#"bad value: \"ip=203.0.113.9:7777&key=s3cr3t-Pass \\\"x\\\"\""#,
        r#"bad value: \\\"ip=203.0.113.9:7777&key=s3cr3t-Pass \\\\\\\"x\\\\\\\"\\\""#,
        r"bad value: ip=203.0.113.9:7777\u0026key=s3cr3t-Pass \u0022x\u0022",
        r"bad value: ip=203.0.113.9:7777\\u0026key=s3cr3t-Pass \\u0022x\\u0022",
        r"bad value: \u0069\u0070\u003d\u0032\u0030\u0033\u002e\u0030\u002e\u0031\u0031\u0033\u002e\u0039",
        r"bad value: \x73\x33\x63\x72\x33\x74",
        r"user \u0032\u0035\u0033\u0033\u0032\u0037\u0034\u0037\u0039",
        // In a URL, in HTML.
        "bad value: ip%3D203.0.113.9%3A7777%26key%3Ds3cr3t-Pass+%22x%22",
        "bad value: ip%253D203.0.113.9%253A7777%2526key%253Ds3cr3t-Pass%2520%2522x%2522",
        "bad value: %73%33%63%72%33%74",
        "bad value: %2573%2533%2563%2572%2533%2574",
        "bad value: %u0073%u0033%u0063%u0072%u0033%u0074",
        "bad value: ip=203.0.113.9:7777&amp;key=s3cr3t-Pass &quot;x&quot;",
        "bad value: ip=203.0.113.9:7777&amp;amp;key=s3cr3t-Pass &amp;quot;x&amp;quot;",
        "bad value: ip=203.0.113.9:7777&#38;key=s3cr3t-Pass &#x22;x&#x22;",
        "bad value: &#115;&#51;&#99;&#114;&#51;&#116;",
        "bad value: &#x73;&#x33;&#x63;&#x72;&#x33;&#x74;",
        "bad value: &#115&#51&#99&#114&#51&#116",
        "user &#50;&#53;&#51;&#51;&#50;&#55;&#52;&#55;&#57;&#48;&#48;&#48;&#48;&#49;&#48;&#49;",
        "user %32%35%33%33%32%37%34%37%39%30%30%30%30%31%30%31",
        // Grouped, in hexadecimal, as a floating-point number, in other letters.
        "user 2533 2747 9000 0101",
        "user 2,533,274,790,000,101",
        "user 2.533.274.790.000.101",
        "user 2533-2747-9000-0101",
        "user 2\u{202f}533\u{a0}274_790'000\u{2019}101",
        "users 2814613765430389, 2814 6137 6543 0389",
        "user 2.533274790000101E+15",
        "user [2,5,3,3,2,7,4,7,9,0,0,0,0,1,0,1]",
        "xuid 8FFFFFFF9F5E5",
        "xuid 0x8fffffff9f5e5",
        "xuid 0008FFFFFFF9F5E5",
        "xuid 00000000-0000-0000-0008-FFFFFFF9F5E5",
        "xuid 00-08-FF-FF-FF-F9-F5-E5",
        "xuid E5-F5-F9-FF-FF-FF-08-00",
        "xuid %38%46%46%46%46%46%46%46%39%46%35%45%35",
        // Packed, also several times.
        "user MjUzMzI3NDc5MDAwMDEwMQ==",
        "user MjUzMzI3NDc5MDAwMDEwMQ",
        "user NTMzMjc0NzkwMDAwMT",
        "user TWpVek16STNORGM1TURBd01ERXdNUT09",
        "user VFdwVmVrMTZTVE5PUkdNMVRVUkJkMDFFUlhkTlVUMDk=",
        "user MjUzMzI3\\r\\nNDc5MDAw\\r\\nMDEwMQ==",
        "user MjUzMzI3-NDc5MDAw-MDEwMQ",
        "user MjUzMzI3NDc5MDAwMDEwMQ%3D%3D",
        "user %4D%6A%55%7A%4D%7A%49%33%4E%44%63%35%4D%44%41%77%4D%44%45%77%4D%51",
        "user MgA1ADMAMwAyADcANAA3ADkAMAAwADAAMAAxADAAMQA=",
        "key: czNjcjN0LVBhc3M=",
        "key: czNjcjN0LVBhc3M",
        "key: =?utf-8?B?czNjcjN0LVBhc3M=?=",
        "key: JTczJTMzJTYzJTcyJTMzJTc0",
        "key: 73336372337420",
        "key: 73-33-63-72-33-74",
        "key: 0x73, 0x33, 0x63, 0x72, 0x33, 0x74",
        "key: 3733333336333732333337343233",
        "key: [115, 51, 99, 114, 51, 116]",
        "key: {\"type\":\"Buffer\",\"data\":[115,51,99,114,51,116]}",
        "token ZXlKaGJHY2lPaUpGVXpJMU5pSjk",
        "user \u{ff12}\u{ff15}\u{ff13}\u{ff13}\u{ff12}\u{ff17}\u{ff14}\u{ff17}\u{ff19}",
        "bad value: \u{ff53}3\u{ff43}\u{ff52}3\u{ff54}",
        "bad value: s\u{200b}3\u{200b}c\u{200b}r\u{200b}3\u{200b}t",
    ] {
        shows_nothing(text);
    }
}

#[test]
fn what_repeats_nothing_is_shown() {
    for text in [
        "The request validation has failed.",
        "invitedUsers[3] is not a valid XUID.",
        "Field 'connectionString' exceeds 512 characters (actual: 600).",
        "Error converting value {null} to type 'System.UInt64'. Path 'invitedUsers[0]', line 1, position 20.",
        "The invite couldn&#39;t be found; see https://aka.ms/mpa?code=12%2034 (C:\\inetpub\\wwwroot)",
        "bafef442-9a66-4351-ae48-ef1812295b8e",
        "00000000-0000-0000-0000-000000000000",
        "4NUsfs9Cl7mOf.1",
        "2026-02-14T10:00:00.1234567Z",
        "RequestValidationError",
        "SomeOtherError0x80070057",
        "Passwords, keys and IP addresses",
    ] {
        assert_eq!(redact(&of_a_call(), text), text);
    }
    // Known words are the documentation's, not the call's.
    let mut redactor = Redactor::default();
    redactor.add_text("request-validation-error;burst;rate");
    assert_eq!(redact(&redactor, "RequestValidationError"), "RequestValidationError");
    assert_eq!(redact(&redactor, "request validation error 7"), "*** 7");
}

#[test]
fn a_text_that_is_longer_than_is_worth_showing_is_cut() {
    let long = "\u{e9}".repeat(40_000);
    assert_eq!(redact(&of_a_call(), &long), long[..LONGEST]);
    let secret = format!("{}{CONNECTION_STRING}", "- ".repeat(LONGEST / 2 - 5));
    assert!(!redact(&of_a_call(), &secret).contains("203"));
}

#[test]
fn short_and_odd_values_are_found_too() {
    for (value, text, shown) in [
        ("1", "bad value: 1 (12)", "bad value: *** (12)"),
        ("ab", "bad value: ab, about", "bad value: ***, about"),
        ("ab", "bad value: a%62", "***"),
        ("ab", "bad value: \\u0061b", "***"),
        ("lobby", "bad value: LOBBY", "bad value: ***"),
        ("lobby", "the lobbyist", "the lobbyist"),
        ("lobby", "bad value: bG9iYnk=", "***"),
        ("lobby-x", "bad value: lobby x", "bad value: ***"),
        ("--", "bad value: --", "bad value: ***"),
        ("\u{1f3ae}", "bad value: \u{1f3ae}\u{1f3ae}", "bad value: ******"),
        ("\u{1f3ae}", "bad value: %f0%9f%8e%ae", "***"),
        ("stra\u{df}e 12", "bad value: STRA\u{df}E 12", "bad value: ***"),
        ("\u{65e5}\u{672c}\u{8a9e}", "bad value: \u{65e5}\u{672c}\u{8a9e}!", "bad value: ***!"),
        ("\u{65e5}\u{672c}\u{8a9e}", r"bad value: \u65e5\u672c\u8a9e", "***"),
        ("a=%41bc&d=%20e", "bad value: a=%41bc\\u0026d=%20e", "***"),
        ("", "bad value: ", "bad value:"),
        (" ", "bad value: ", "bad value:"),
    ] {
        let mut redactor = Redactor::default();
        redactor.add_text(value);
        assert_eq!(redact(&redactor, text), shown, "{value}");
    }
    let mut redactor = Redactor::default();
    redactor.add_xuids([0, 1, 1_000, u64::MAX]);
    assert_eq!(redact(&redactor, "users 1, 1,000, 2 and 18446744073709551615"), "users ***, ***, 2 and ***");
}

#[test]
fn what_is_in_doubt_is_left_out() {
    let secret = "a1b2&c3d4&e5f6";
    let mut redactor = Redactor::default();
    redactor.add_text(secret);
    // No part is long by itself.
    assert_eq!(redact(&redactor, "bad value: a1b2%26c3d4%26e5f6"), MASKED);
    let mut redactor = Redactor::default();
    redactor.add_text("longpart123&c3d4");
    assert_eq!(redact(&redactor, "bad value: longpart123%26c3d4"), MASKED, "more than could be masked");
    assert_eq!(redact(&redactor, "longpart123&c3d4 isn&#39;t good"), "*** isn&#39;t good");
    let nested = format!("100%{}41", "25".repeat(20));
    assert_eq!(redact(&redactor, &nested), MASKED, "too many levels");
}

/// An encoding that a text can come back in.
fn encode(text: &str, random: &mut fastrand::Rng) -> String {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
    let each = |form: &dyn Fn(char) -> String| text.chars().map(form).collect::<String>();
    match random.u32(..13) {
        0 => serde_json::to_string(text).unwrap(),
        1 => each(&|c| if c.is_ascii_alphanumeric() { c.into() } else { format!("\\u{:04x}", u32::from(c)) }),
        2 => each(&|c| format!("\\u{:04X}", u32::from(c))),
        3 => text.bytes().map(|b| format!("%{b:02X}")).collect(),
        4 => each(&|c| if c.is_ascii_alphanumeric() { c.into() } else { format!("%{:02x}", u32::from(c)) }),
        5 => each(&|c| format!("&#{};", u32::from(c))),
        6 => each(&|c| format!("&#x{:x};", u32::from(c))),
        7 => text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;").replace('\'', "&apos;"),
        8 => each(&|c| format!("{c} ")),
        9 => STANDARD.encode(text),
        10 => URL_SAFE_NO_PAD.encode(text),
        11 => text.bytes().map(|b| format!("{b:02x}")).collect(),
        _ => each(&|c| format!("\\x{:02x}", u32::from(c))),
    }
}

#[test]
fn no_random_form_of_a_random_value_is_shown() {
    const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789&=%:;,.-_/+\"'\\ ";
    let mut random = fastrand::Rng::with_seed(20_261_127);
    for _ in 0..3_000 {
        let length = random.usize(8..40);
        let letter = |random: &mut fastrand::Rng, from: &[u8]| char::from(*random.choice(from).unwrap());
        // No two symbols in a row: as escapes they would look like a long part.
        let text: String =
            (0..length).map(|at| letter(&mut random, if at % 2 == 0 { &LETTERS[..62] } else { LETTERS })).collect();
        let xuid = random.u64(2_500_000_000_000_000..2_900_000_000_000_000);
        let mut redactor = Redactor::default();
        redactor.add_xuids([xuid]);
        redactor.add_text(&text);
        let value = match random.u32(..3) {
            0 => xuid.to_string(),
            1 => format!("{xuid:x}"),
            _ => text,
        };
        // A part of it, as long as is never shown.
        let mut part = value.as_str();
        loop {
            let shorter = if random.bool() { &part[1..] } else { &part[..part.len() - 1] };
            if shorter.chars().filter(char::is_ascii_alphanumeric).count() < 8 || random.u32(..20) == 0 {
                break;
            }
            part = shorter;
        }
        if part.chars().filter(char::is_ascii_alphanumeric).count() < 8 {
            continue;
        }
        // Later it would destroy what it is encoded with.
        let mut encoded = if random.bool() { part.to_owned() } else { part.to_ascii_uppercase() };
        for _ in 0..random.u32(..4) {
            let more = encode(&encoded, &mut random);
            if more.len() <= 200 {
                encoded = more;
            }
        }
        let shown = redact(&redactor, &format!("The value '{encoded}' is not valid."));
        let letters = |text: &str| text.to_ascii_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), "");
        let as_it_is = longest_common(&letters(part), &letters(&shown));
        // In proportion; the escape of a single symbol can be long, and reveals nothing.
        let encoded_part = longest_common(&encoded, &shown) * part.len() / encoded.len();
        assert!(shown.contains(MASKED) && as_it_is < 8 && encoded_part < 12, "{part} as {encoded} became {shown}");
    }
}

fn longest_common(text: &str, other: &str) -> usize {
    let (text, other) = (text.as_bytes(), other.as_bytes());
    let common = |at: usize, from: usize| text[at..].iter().zip(&other[from..]).take_while(|(a, b)| a == b).count();
    (0..text.len()).flat_map(|at| (0..other.len()).map(move |from| common(at, from))).max().unwrap_or_default()
}

#[test]
fn any_text_is_survived() {
    const PIECES: [&str; 18] = [
        "\\",
        "\\u",
        "\\ud83d",
        "%",
        "%2",
        "%u00",
        "&",
        "&#",
        "&#x",
        "&#99999999999;",
        ";",
        "41",
        "\u{e9}",
        "\u{1f600}",
        "=",
        "QUJD",
        "s3cr3t",
        " ",
    ];
    let mut random = fastrand::Rng::with_seed(20_261_128);
    for _ in 0..2_000 {
        let pieces = random.usize(..60);
        let text: String = (0..pieces).map(|_| *random.choice(&PIECES[..]).unwrap()).collect();
        let shown = redact(&of_a_call(), &text);
        assert!(!shown.contains("s3cr3t"), "{text} became {shown}");
    }
}
