//! Nothing is waited for without an end.

use std::time::Duration;

use super::faulty::{Faulty, Step, nothing, response};
use super::{no_machines, order, question, settings};
use crate::client::{Client, Limits, Settings};
use crate::{Error, ErrorKind};

const SOON: Duration = Duration::from_millis(1);

/// What a question and an order come to, and how many orders came.
async fn ask(step: Step, limits: Limits) -> ([Error; 2], usize) {
    let server = Faulty::start(vec![step]).await;
    let client = Client::new(Settings {
        limits,
        ..settings(&server.endpoint)
    })
    .unwrap();
    let asked = client.ask(&question()).await.unwrap_err();
    let ordered = client.ask(&order()).await.unwrap_err();
    let requests = server.requests();
    let orders = requests.iter().filter(|sent| sent.starts_with("POST "));
    ([asked, ordered], orders.count())
}

#[tokio::test]
async fn an_answer_that_does_not_come_or_stands_still_is_given_up() {
    let begun = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 15\r\n\r\n{";
    for step in [Step::Rest(Vec::new()), Step::Rest(begun.to_vec())] {
        for limits in [
            Limits {
                silence: SOON,
                ..Limits::default()
            },
            Limits {
                attempt_time: SOON,
                ..Limits::default()
            },
            Limits {
                whole_time: SOON,
                ..Limits::default()
            },
        ] {
            let ([asked, ordered], orders) = ask(step.clone(), limits).await;
            assert_eq!(asked.kind(), ErrorKind::Unanswered, "{asked}");
            assert_eq!(ordered.kind(), ErrorKind::Unanswered, "{ordered}");
            assert!(ordered.to_string().contains("may have been carried out"));
            assert!(orders <= 1);
        }
    }
}

#[tokio::test]
async fn an_appliance_that_asks_for_time_gets_it() {
    let busy = |after: &str| {
        let headers = format!("content-type: application/json\r\nretry-after: {after}\r\n");
        Step::Send(response(
            "429 Too Many Requests",
            &headers,
            r#"{"error":"slowly"}"#,
        ))
    };
    // Longer than a question may take: so it is not asked again at all.
    let server = Faulty::start(vec![busy("1000"), nothing()]).await;
    let client = Client::new(settings(&server.endpoint)).unwrap();
    let error = client.ask(&question()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooManyRequests);
    assert_eq!(server.requests().len(), 1);
    let server = Faulty::start(vec![busy("0"), nothing()]).await;
    let client = Client::new(settings(&server.endpoint)).unwrap();
    assert_eq!(client.ask(&question()).await, Ok(no_machines()));
    assert_eq!(server.requests().len(), 2);
}
