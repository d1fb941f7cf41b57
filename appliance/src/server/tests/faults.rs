//! Going wrong on purpose.

use std::time::Duration;

use http_body_util::BodyExt;
use serde_json::json;

use super::{Little, call, come_to, extension, send, server};
use crate::server::faults::Abort;
use crate::server::{Fault, Outcome, Settings};

fn list() -> axum::http::Request<axum::body::Body> {
    call("GET", &extension("machines"), "")
}

fn fault(outcome: Outcome) -> Fault {
    Fault {
        outcome,
        ..Fault::default()
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_can_come_late() {
    let answerer = Little::empty();
    let server = server(&answerer, Settings::default());
    answerer.goes_wrong(Fault {
        latency: Duration::from_secs(40),
        outcome: Outcome::Answer,
    });
    let before = tokio::time::Instant::now();
    assert_eq!(
        come_to(&server, list()).await,
        (200, json!({ "machines": [] }))
    );
    assert!(before.elapsed() >= Duration::from_secs(40));
}

#[tokio::test]
async fn a_request_that_is_refused_on_purpose_is_not_carried_out() {
    let answerer = Little::empty();
    let server = server(&answerer, Settings::default());
    answerer.goes_wrong(fault(Outcome::Status(429)));
    assert_eq!(come_to(&server, list()).await.1["status"], 429);
    answerer.goes_wrong(fault(Outcome::Html(502)));
    let page = send(&server, list()).await;
    assert_eq!(
        (page.status().as_u16(), &page.headers()["content-type"]),
        (502, &"text/html".parse().unwrap())
    );
    let page = page.into_body().collect().await.unwrap().to_bytes();
    assert!(page.starts_with(b"<html>"));
    answerer.goes_wrong(fault(Outcome::Drop));
    assert!(
        send(&server, list())
            .await
            .extensions()
            .get::<Abort>()
            .is_some()
    );
    assert_eq!(answerer.asked(), []);
}

#[tokio::test]
async fn an_answer_can_be_lost_or_cut_after_the_request_was_carried_out() {
    let answerer = Little::empty();
    let server = server(&answerer, Settings::default());
    answerer.goes_wrong(fault(Outcome::Lose));
    assert!(
        send(&server, list())
            .await
            .extensions()
            .get::<Abort>()
            .is_some()
    );
    assert_eq!(answerer.asked().len(), 1);
    answerer.goes_wrong(fault(Outcome::Half));
    let mut half = send(&server, list()).await.into_body();
    let first = half.frame().await.unwrap().unwrap().into_data().unwrap();
    assert_eq!(&first[..], br#"{"machi"#);
    assert!(half.frame().await.unwrap().is_err());
    assert_eq!(answerer.asked().len(), 1);
}
