//! The log as a stream.

use std::sync::{Arc, Mutex};

use axum::body::Body;
use http_body_util::BodyExt;

use super::{Little, call, come_to, event, extension, send, server};
use crate::server::{Server, Settings};
use crate::{Error, ErrorKind, Reply, Request};

/// A log that grows, and the server that tells of it.
fn growing() -> (Arc<Mutex<u64>>, Arc<Little>, Server) {
    let length = Arc::new(Mutex::new(2));
    let known = Arc::clone(&length);
    let answerer = Little::new(move |request| match request {
        Request::ListEvents { after, .. } => {
            let numbers = after + 1..=*known.lock().unwrap();
            Ok(Reply::Events(numbers.map(event).collect()))
        }
        _ => Err(Error::new(ErrorKind::Unsupported, "not here")),
    });
    answerer.newest.send_replace(2);
    let server = server(&answerer, Settings::default());
    (length, answerer, server)
}

/// The next event: its number and its data.
async fn next(stream: &mut Body) -> Option<(u64, serde_json::Value)> {
    let frame = stream.frame().await?.unwrap().into_data().unwrap();
    let text = std::str::from_utf8(&frame).unwrap();
    let field = |name: &str| {
        text.lines()
            .find_map(|line| line.strip_prefix(name))
            .unwrap()
    };
    assert_eq!(field("event: "), "fleet");
    Some((
        field("id: ").parse().unwrap(),
        serde_json::from_str(field("data: ")).unwrap(),
    ))
}

#[tokio::test]
async fn a_reader_gets_what_there_is_and_then_what_comes() {
    let (length, answerer, server) = growing();
    let response = send(&server, call("GET", &extension("events/stream"), "")).await;
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let mut stream = response.into_body();
    let (number, data) = next(&mut stream).await.unwrap();
    assert_eq!((number, &data["text"]), (1, &"event 1\\u{a}".into()));
    assert_eq!(next(&mut stream).await.unwrap().0, 2);
    *length.lock().unwrap() = 3;
    answerer.newest.send_replace(3);
    assert_eq!(next(&mut stream).await.unwrap().0, 3);
    server.stopping.send_replace(true);
    assert_eq!(next(&mut stream).await, None);
}

#[tokio::test]
async fn a_reader_that_was_cut_off_goes_on_where_it_was() {
    let (_, _, server) = growing();
    let mut request = call("GET", &extension("events/stream?after=0"), "");
    request
        .headers_mut()
        .insert("last-event-id", "1".parse().unwrap());
    let mut stream = send(&server, request).await.into_body();
    assert_eq!(next(&mut stream).await.unwrap().0, 2);
    let mut stream = send(
        &server,
        call("GET", &extension("events/stream?after=1"), ""),
    )
    .await
    .into_body();
    assert_eq!(next(&mut stream).await.unwrap().0, 2);
    for is_known in [false, true] {
        let mut wrong = call("GET", &extension("events/stream?after=x"), "");
        if is_known {
            let known = "1".parse().unwrap();
            wrong.headers_mut().insert("last-event-id", known);
        }
        assert_eq!(come_to(&server, wrong).await.0, 400);
    }
}

#[tokio::test]
async fn a_reader_of_a_log_that_began_anew_begins_anew() {
    let (_, _, server) = growing();
    let after = call("GET", &extension("events/stream?after=5000"), "");
    let mut stream = send(&server, after).await.into_body();
    assert_eq!(next(&mut stream).await.unwrap().0, 1);
}

#[tokio::test]
async fn a_reader_gets_everything_that_is_kept() {
    let kept = 20_000;
    let answerer = Little::new(move |request| match *request {
        Request::ListEvents { after, most } => {
            let first = (after + 1).max((kept + 1_u64).saturating_sub(u64::from(most)));
            Ok(Reply::Events((first..=kept).map(event).collect()))
        }
        _ => Err(Error::new(ErrorKind::Unsupported, "not here")),
    });
    answerer.newest.send_replace(kept);
    let server = server(&answerer, Settings::default());
    let all = call("GET", &extension("events/stream"), "");
    let mut stream = send(&server, all).await.into_body();
    assert_eq!(next(&mut stream).await.unwrap().0, 1);
}

#[tokio::test]
async fn a_log_that_cannot_be_read_ends_the_stream() {
    let answerer = Little::new(|_| Err(Error::new(ErrorKind::Failed, "no log")));
    let server = server(&answerer, Settings::default());
    let mut stream = send(&server, call("GET", &extension("events/stream"), ""))
        .await
        .into_body();
    assert_eq!(next(&mut stream).await, None);
}
