//! Connections that are used again.

use super::faulty::{Faulty, Step, json, nothing};
use super::{client, no_machines, order, question};
use crate::ErrorKind;

#[tokio::test]
async fn a_connection_is_used_again() {
    let server = Faulty::start(vec![nothing()]).await;
    let client = client(&server.endpoint);
    for _ in 0..3 {
        assert_eq!(client.ask(&question()).await, Ok(no_machines()));
    }
    let clone = client.clone();
    assert_eq!(clone.ask(&question()).await, Ok(no_machines()));
    assert_eq!((server.requests().len(), server.connections()), (4, 1));
}

#[tokio::test]
async fn a_connection_that_ends_under_an_order_does_not_have_it_sent_twice() {
    let accepted = json("200 OK", r#"{"operation":null}"#);
    for end in [Step::Reset, Step::Cut(Vec::new())] {
        let server = Faulty::start(vec![nothing(), end, Step::Send(accepted.clone())]).await;
        let client = client(&server.endpoint);
        assert_eq!(client.ask(&question()).await, Ok(no_machines()));
        let error = client.ask(&order()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unanswered, "{error}");
        let requests = server.requests();
        assert_eq!(requests.len(), 2);
        assert!(requests[1].starts_with("POST "), "{}", requests[1]);
    }
}

#[tokio::test]
async fn a_connection_that_ends_under_a_question_is_made_again() {
    let server = Faulty::start(vec![nothing(), Step::Reset, nothing()]).await;
    let client = client(&server.endpoint);
    for _ in 0..2 {
        assert_eq!(client.ask(&question()).await, Ok(no_machines()));
    }
    assert_eq!((server.requests().len(), server.connections()), (3, 2));
}
