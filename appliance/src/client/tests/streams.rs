//! The stream of events, cut wherever it can be.

use std::time::Duration;

use super::faulty::{Faulty, Step, json, response};
use super::{client, settings};
use crate::client::{Client, Events, Heard, Limits, Settings, blocking};
use crate::{Error, ErrorKind};

const HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n";

/// The head of a stream and some events.
fn stream(numbers: &[u64]) -> Vec<u8> {
    let events = numbers.iter().map(|number| {
        let event = format!(
            r#"{{"number":{number},"at_ms":5,"severity":"info","machine_pool_id":null,"machine_id":null,"operation_id":null,"text":"t","more":1}}"#
        );
        format!("event: fleet\ndata: {event}\nid: {number}\n\n")
    });
    format!("{HEAD}{}", events.collect::<String>()).into_bytes()
}

/// A word for each of the next things that are heard.
async fn hear(events: &mut Events, count: usize) -> Vec<String> {
    let mut all = Vec::new();
    for _ in 0..count {
        all.push(word(&events.next().await));
    }
    all
}

fn word(heard: &Heard) -> String {
    match heard {
        Heard::Connected => "connected".to_owned(),
        Heard::Event(event) => event.number.to_string(),
        Heard::Lost(error) => format!("{:?}", error.kind()),
    }
}

fn lost(heard: Heard) -> Error {
    match heard {
        Heard::Lost(error) => error,
        heard => panic!("{heard:?}"),
    }
}

#[tokio::test]
async fn a_stream_that_is_cut_goes_on_after_the_last_event() {
    let mut half = stream(&[4]);
    half.truncate(half.len() - 9);
    let server = Faulty::start(vec![
        Step::Cut(stream(&[2, 3])),
        Step::Cut(half),
        Step::Send(json("401 Unauthorized", r#"{"error":"who?"}"#)),
        Step::Rest(stream(&[4, 1])),
    ])
    .await;
    let mut events = client(&server.endpoint).events(1);
    assert_eq!(
        hear(&mut events, 9).await,
        [
            "connected",
            "2",
            "3",
            "Unanswered",
            "connected",
            "Unanswered",
            "Unauthorized",
            "connected",
            "4",
        ]
    );
    // The log began anew.
    assert_eq!(hear(&mut events, 1).await, ["1"]);
    let requests = server.requests();
    let path = format!(
        "GET /meltdeck/v1/orgs/{}/events/stream HTTP/1.1",
        super::organization()
    );
    for (request, last) in requests.iter().zip([1, 3, 3, 3]) {
        assert!(request.starts_with(&path), "{request}");
        assert!(request.contains(&format!("last-event-id: {last}\r\n")));
        assert!(request.contains("accept: text/event-stream\r\n"));
    }
    assert_eq!(requests.len(), 4);
}

#[tokio::test]
async fn what_is_no_stream_is_lost_and_says_why() {
    let page = response("200 OK", "content-type: text/html\r\n", "<html></html>");
    let packed = "content-type: text/event-stream\r\ncontent-encoding: br\r\n";
    let unreadable = format!("{HEAD}event: other\ndata: {{}}\n\nevent: fleet\ndata: {{}}\n\n");
    for (step, says) in [
        (Step::Send(page), "an HTML page and no events"),
        (
            Step::Send(response("200 OK", packed, "")),
            "compressed (br)",
        ),
        (Step::Send(json("404 Not Found", r#"{"error":"no"}"#)), "no"),
    ] {
        let server = Faulty::start(vec![step]).await;
        let error = lost(client(&server.endpoint).events(0).next().await);
        assert!(error.to_string().contains(says), "{error}");
    }
    let server = Faulty::start(vec![Step::Rest(unreadable.into_bytes())]).await;
    let mut events = client(&server.endpoint).events(0);
    assert_eq!(hear(&mut events, 2).await, ["connected", "Failed"]);
}

#[tokio::test]
async fn an_event_that_is_too_long_or_a_stream_that_is_silent_is_cut() {
    let endless = format!("{HEAD}data: {}", "x".repeat(2000));
    let limits = Limits {
        event: 1000,
        ..Limits::default()
    };
    let hears = async |step, limits| {
        let server = Faulty::start(vec![step]).await;
        let client = Client::new(Settings {
            limits,
            ..settings(&server.endpoint)
        });
        let mut events = client.unwrap().events(0);
        loop {
            match events.next().await {
                Heard::Lost(error) => return error,
                heard => assert_eq!(heard, Heard::Connected),
            }
        }
    };
    let long = hears(Step::Rest(endless.into_bytes()), limits).await;
    assert!(
        long.to_string().contains("longer than 1000 bytes"),
        "{long}"
    );
    let limits = Limits {
        silence: Duration::from_millis(1),
        ..Limits::default()
    };
    let silent = hears(Step::Rest(stream(&[])), limits).await;
    assert_eq!(silent.kind(), ErrorKind::Unanswered, "{silent}");
}

#[test]
fn whoever_waits_for_events_can_be_stopped_while_others_ask() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let server = runtime.block_on(Faulty::start(vec![
        Step::Rest(stream(&[1])),
        super::faulty::nothing(),
    ]));
    let client = blocking::Client::new(settings(&server.endpoint)).unwrap();
    let mut events = client.events(0);
    let heard: Vec<String> = events.by_ref().take(2).map(|heard| word(&heard)).collect();
    assert_eq!(heard, ["connected", "1"]);
    let stopper = events.stopper();
    let waiting = std::thread::spawn(move || events.count());
    let asking: Vec<_> = (0..4)
        .map(|_| {
            let client = client.clone();
            std::thread::spawn(move || client.ask(&super::question()))
        })
        .collect();
    for asked in asking {
        assert_eq!(asked.join().unwrap(), Ok(super::no_machines()));
    }
    stopper.stop();
    assert_eq!(waiting.join().unwrap(), 0);
}
