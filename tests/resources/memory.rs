//! A program in C (`c/memory.c`) with an allocator that counts, and that fails.

use mpa_tests::build::Library;
use rustls::version::{TLS12, TLS13};

use crate::Program;
use crate::bounds::of_memory;
use crate::service::{Files, Service};

#[test]
fn no_client_holds_more_memory_than_the_header_says() {
    let program = Program::compile("memory");
    let files = Files::make();
    let long = format!("{{\"errorCode\":\"Failed\",\"debugMessage\":\"{}\"}}", "long ".repeat(12_000));
    let refused = format!("HTTP/1.1 400 Bad Request\r\nContent-Length: {}\r\n\r\n{long}", long.len());
    let services = [
        ("plain HTTP", Service::plain()),
        ("TLS 1.2", Service::tls(&TLS12, &files, "rsa")),
        ("TLS 1.3", Service::tls(&TLS13, &files, "rsa")),
        ("TLS 1.3, long answers", Service::tls_answering(&TLS13, &files, "rsa", refused)),
    ];
    for (way, service) in &services {
        let printed =
            program.run(Library::OfTheTests, &[&service.url, "holds"], &[("MEMORY_CA", files.path("root.pem"))]);
        println!("\n{way}:");
        for line in printed.lines() {
            let words: Vec<&str> = line.split(' ').collect();
            let number = |index: usize| words[index].parse::<usize>().expect("a number");
            let client = of_memory("a client");
            let operations = |count, carried| carried * 4 / 3 + count * of_memory("each of queue_capacity");
            let bound = match words[0] {
                "open" | "idle" => client,
                "calls" => client + number(1) * of_memory("each call"),
                "queued" | "ended" => operations(number(2), number(3)),
                "players" => client + number(1) / 8 * of_memory("8 players"),
                "finished" => client + operations(number(2), number(3)),
                _ => panic!("{line}"),
            };
            let held = number(words.len() - 1);
            println!("{line}: {held} of {bound}");
            assert!(held <= bound, "{way}: {line}: more than {bound}");
        }
    }
}

/// The longest response that is read, with as many activities as a call takes.
#[test]
fn no_query_holds_more_memory_than_the_header_says() {
    let activity = format!(r#"{{"connectionString":"{}"}},"#, "c".repeat(15));
    let mut body = format!(r#"{{"userActivities":[{{"userId":"1","activities":[{}0]}}]"#, activity.repeat(99_999));
    body.push_str(&format!(r#","more":"{}"}}"#, "x".repeat(4 * 1024 * 1024 - body.len() - 11)));
    assert_eq!(body.len(), 4 * 1024 * 1024);
    let service = Service::plain_answering(format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len()));
    let printed = Program::compile("memory").run(Library::OfTheTests, &[&service.url, "query"], &[]);
    for line in printed.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        let number = |index: usize| words[index].parse::<usize>().expect("a number");
        let bound = match words[0] {
            "query" => {
                assert_eq!(number(1), 99_999);
                of_memory("each query under way")
            }
            // What it found counts as what an operation carries.
            _ => of_memory("a client") + number(2) * 4 / 3,
        };
        let held = number(words.len() - 1);
        println!("{line}: {held} of {bound}");
        assert!(held <= bound, "{line}: more than {bound}");
    }
}

#[test]
fn an_allocation_that_fails_ends_the_process_and_says_so() {
    let program = Program::compile("memory");
    let service = Service::plain();
    for library in [Library::Released, Library::OfTheTests] {
        let printed = program.run(library, &[&service.url, "fails"], &[]);
        let words: Vec<&str> = printed.split_whitespace().collect();
        let aborted: usize = words[1].parse().expect("a number");
        println!("{library:?}: {}", printed.trim());
        assert!(words[0] == "aborted" && aborted > 50, "{library:?}: {printed}");
    }
}
