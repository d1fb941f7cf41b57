//! Answers that send elsewhere, and paths before that of the API.

use super::faulty::{Faulty, Step, nothing, response};
use super::{client, no_machines, order, question};
use crate::ErrorKind;

fn to(location: &str) -> Step {
    let location = format!("location: {location}\r\n");
    Step::Send(response("307 Temporary Redirect", &location, ""))
}

#[tokio::test]
async fn a_question_is_sent_on_within_its_origin() {
    let server = Faulty::start(vec![to("/a"), to("b?c=1"), nothing()]).await;
    let reply = client(&server.endpoint).ask(&question()).await;
    assert_eq!(reply, Ok(no_machines()));
    let requests = server.requests();
    assert!(requests[1].starts_with("GET /a HTTP"), "{}", requests[1]);
    assert!(
        requests[2].starts_with("GET /b?c=1 HTTP"),
        "{}",
        requests[2]
    );
}

#[tokio::test]
async fn a_question_is_not_sent_on_for_ever() {
    let server = Faulty::start(vec![to("/again")]).await;
    let error = client(&server.endpoint).ask(&question()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Failed);
    assert!(error.to_string().contains("without an end"), "{error}");
    assert_eq!(server.requests().len(), 4);
}

#[tokio::test]
async fn the_key_goes_to_no_other_origin() {
    let other = Faulty::start(vec![nothing()]).await;
    let server = Faulty::start(vec![to(&other.endpoint)]).await;
    let error = client(&server.endpoint).ask(&question()).await.unwrap_err();
    assert!(error.to_string().contains(&other.endpoint), "{error}");
    assert_eq!((server.requests().len(), other.connections()), (1, 0));
}

#[tokio::test]
async fn an_order_is_not_sent_on() {
    let server = Faulty::start(vec![to("/a"), nothing()]).await;
    let error = client(&server.endpoint).ask(&order()).await.unwrap_err();
    assert!(error.to_string().contains("no order follows"), "{error}");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_proxy_may_want_a_path_before_that_of_the_api() {
    let server = Faulty::start(vec![nothing()]).await;
    let below = format!("{}/nest/", server.endpoint);
    assert_eq!(client(&below).ask(&question()).await, Ok(no_machines()));
    let request = &server.requests()[0];
    assert!(request.starts_with("GET /nest/api/v1//orgs/"), "{request}");
}
