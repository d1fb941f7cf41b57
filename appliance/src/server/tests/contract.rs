//! Whatever is asked arrives, and whatever is answered comes back.

use std::sync::mpsc;
use std::time::Duration;

use axum::body::Body;
use axum::http::Request as HttpRequest;
use http_body_util::BodyExt;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use super::{Little, call, come_to, extension, public, send, server};
use crate::server::{Limits, Settings};
use crate::wire::tests::{examples, organization};
use crate::wire::{read_reply, write};
use crate::{Clock, Error, ErrorKind, Reply, Request, public as api};

#[tokio::test]
async fn every_request_arrives_as_it_was_sent() {
    let answerer = Little::new(|_| Err(Error::new(ErrorKind::Unsupported, "not here")));
    let server = server(&answerer, Settings::default());
    let mut runner = TestRunner::deterministic();
    for strategy in examples::requests() {
        let request = strategy.new_tree(&mut runner).unwrap().current();
        let written = write(&organization(), &request).unwrap();
        let body = written.body.unwrap_or_default();
        let sent = call(written.method.as_str(), &written.target, &body);
        let (status, _) = come_to(&server, sent).await;
        assert_eq!(status, 501, "{}", written.target);
        assert_eq!(answerer.asked(), [request]);
    }
}

#[tokio::test]
async fn an_answer_comes_back_as_it_was_given() {
    let clock = Reply::Clock(Clock {
        now_ms: 7,
        is_paused: false,
        speed: Some(60),
    });
    let given = clock.clone();
    let server = server(
        &Little::new(move |_| Ok(given.clone())),
        Settings::default(),
    );
    let response = send(&server, call("GET", &extension("clock"), "")).await;
    assert_eq!(response.headers()["cache-control"], "no-store");
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(read_reply(&Request::GetClock, status, &body), Ok(clock));
}

#[tokio::test]
async fn a_deletion_has_no_body() {
    let deleted = Little::new(|_| Ok(Reply::from(api::Reply::Deleted(None))));
    let server = server(&deleted, Settings::default());
    let deleted = come_to(&server, call("DELETE", &public("machines/7"), "")).await;
    assert_eq!(deleted, (204, Value::Null));
}

#[tokio::test]
async fn an_error_comes_back_in_the_form_of_the_provider() {
    let taken = Error::new(ErrorKind::Rejected, "name is taken")
        .with_code("value_already_exist")
        .with_detail("name", "is taken");
    let server = server(
        &Little::new(move |_| Err(taken.clone())),
        Settings::default(),
    );
    let refused = come_to(
        &server,
        call("POST", &public("clusters"), r#"{"name":"c"}"#),
    )
    .await;
    let expected = json!({
        "status": 422,
        "error": "name is taken",
        "code": "value_already_exist",
        "error_details": { "name": ["is taken"] },
    });
    assert_eq!(refused, (422, expected));
}

#[tokio::test]
async fn an_answerer_that_panics_is_an_error_and_not_the_end() {
    let mut is_first = true;
    let answerer = Little::new(move |_| {
        assert!(!std::mem::take(&mut is_first), "on purpose");
        Ok(Reply::Machines(Vec::new()))
    });
    let server = server(&answerer, Settings::default());
    let (status, body) = come_to(&server, call("GET", &extension("machines"), "")).await;
    assert_eq!((status, &body["status"]), (500, &json!(500)));
}

#[tokio::test]
async fn an_answer_that_takes_too_long_is_given_up() {
    let (go, wait) = mpsc::channel::<()>();
    let answerer = Little::new(move |_| {
        let _ = wait.recv();
        Ok(Reply::Machines(Vec::new()))
    });
    let limits = Limits {
        answer_time: Duration::ZERO,
        ..Limits::default()
    };
    let server = server(
        &answerer,
        Settings {
            limits,
            ..Settings::default()
        },
    );
    let (status, _) = come_to(&server, call("GET", &extension("machines"), "")).await;
    assert_eq!(status, 503);
    drop(go);
}

#[tokio::test]
async fn the_provider_says_json_even_without_a_body() {
    let server = server(
        &Little::new(|_| Ok(Reply::from(api::Reply::Machines(Vec::new())))),
        Settings::default(),
    );
    let plain = HttpRequest::get(public("machines"))
        .body(Body::empty())
        .unwrap();
    let one_slash = public("machines").replace("//", "/");
    for request in [
        plain,
        call("GET", &public("machines"), ""),
        call("GET", &one_slash, ""),
    ] {
        assert_eq!(
            come_to(&server, request).await,
            (200, json!({ "machines": [] }))
        );
    }
}
