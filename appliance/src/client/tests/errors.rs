//! Whatever goes wrong ends in an error that says so, after as many attempts as do no harm.

use super::faulty::{Faulty, Step, json, nothing, response};
use super::{client, no_machines, order, question, settings};
use crate::client::{Client, Limits};
use crate::{Error, ErrorKind, Request, Text};

/// What a request comes to, and how many came to the server.
async fn ask(step: &Step, request: &Request) -> (Error, usize) {
    let server = Faulty::start(vec![step.clone()]).await;
    let limits = Limits {
        answer: 2000,
        ..Limits::default()
    };
    let client = Client::new(crate::client::Settings {
        limits,
        ..settings(&server.endpoint)
    })
    .unwrap();
    let error = client.ask(request).await.unwrap_err();
    (error, server.requests().len())
}

/// That a step leads to an error of this kind that says this, for a question after so many attempts, for an order after one.
async fn leads_to(step: Step, kind: ErrorKind, says: &str, attempts: usize) {
    let (error, asked) = ask(&step, &question()).await;
    assert_eq!((error.kind(), asked), (kind, attempts), "{error}");
    assert!(error.to_string().contains(says), "{error}");
    let (error, asked) = ask(&step, &order()).await;
    assert_eq!(asked, 1, "{error}");
    if kind == ErrorKind::Unanswered {
        let all_the_same = "the order may have been carried out all the same";
        assert!(error.to_string().ends_with(all_the_same), "{error}");
    }
}

#[tokio::test]
async fn an_error_of_the_appliance_is_told_in_its_words() {
    for (status, kind, attempts) in [
        ("401 Unauthorized", ErrorKind::Unauthorized, 1),
        ("403 Forbidden", ErrorKind::Forbidden, 1),
        ("404 Not Found", ErrorKind::NotFound, 1),
        ("409 Conflict", ErrorKind::Conflict, 1),
        ("422 Unprocessable", ErrorKind::Rejected, 1),
        ("429 Too Many Requests", ErrorKind::TooManyRequests, 4),
        ("500 Internal Server Error", ErrorKind::Failed, 1),
        ("503 Service Unavailable", ErrorKind::Unavailable, 4),
    ] {
        let body = json(status, r#"{"error":"what it says"}"#);
        leads_to(Step::Send(body), kind, "what it says", attempts).await;
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_field_is_kept() {
    let body = r#"{"status":422,"error":"Invalid","code":"value_already_exist","error_details":{"name":["is taken"]}}"#;
    let (error, _) = ask(&Step::Send(json("422 Unprocessable", body)), &order()).await;
    assert_eq!(error.code(), Some(&Text::from("value_already_exist")));
    assert_eq!(error.details()[&Text::from("name")], ["is taken"]);
}

#[tokio::test]
async fn a_page_of_a_proxy_is_told_as_such() {
    let html = "content-type: text/html; charset=utf-8\r\n";
    let page = response("502 Bad Gateway", html, "<html></html>");
    let says = "the appliance or a proxy before it answered 502 Bad Gateway with an HTML page";
    leads_to(Step::Send(page), ErrorKind::Unavailable, says, 4).await;
    let login = response("200 OK", html, "<html></html>");
    leads_to(Step::Send(login), ErrorKind::Failed, "an HTML page", 1).await;
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_none() {
    let whole = json("200 OK", r#"{"machines":[]}"#);
    let half = whole[..whole.len() - 4].to_vec();
    let broke_off = "the answer broke off before its end";
    leads_to(Step::Cut(half), ErrorKind::Unanswered, broke_off, 4).await;
    let chunked = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{\"mac";
    leads_to(
        Step::Cut(chunked.to_vec()),
        ErrorKind::Unanswered,
        broke_off,
        4,
    )
    .await;
    let head = b"HTTP/1.1 200 OK\r\ncontent-t".to_vec();
    leads_to(Step::Cut(head), ErrorKind::Unanswered, "without an", 4).await;
    leads_to(
        Step::Cut(Vec::new()),
        ErrorKind::Unanswered,
        "without an answer",
        4,
    )
    .await;
    leads_to(Step::Reset, ErrorKind::Unanswered, "without an answer", 4).await;
    let other = b"SSH-2.0-OpenSSH_9.9\r\n".to_vec();
    leads_to(Step::Cut(other), ErrorKind::Unanswered, "without an", 4).await;
}

#[tokio::test]
async fn an_answer_that_is_too_large_is_not_taken() {
    let says = "larger than 2000 bytes";
    let announced = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 99999999999\r\n\r\n{";
    let (error, asked) = ask(&Step::Rest(announced.to_vec()), &question()).await;
    assert_eq!((error.kind(), asked), (ErrorKind::Failed, 1));
    assert!(error.to_string().contains(says), "{error}");
    let mut endless =
        b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
            .to_vec();
    endless.extend(
        b"64\r\n"
            .iter()
            .chain(&[b' '; 100])
            .chain(b"\r\n")
            .cycle()
            .take(106 * 30),
    );
    let (error, asked) = ask(&Step::Rest(endless.clone()), &question()).await;
    assert_eq!((error.kind(), asked), (ErrorKind::Failed, 1));
    assert!(error.to_string().contains(says), "{error}");
    let (error, asked) = ask(&Step::Rest(endless), &order()).await;
    assert_eq!((error.kind(), asked), (ErrorKind::Unanswered, 1));
}

#[tokio::test]
async fn a_body_that_cannot_be_read_is_no_answer() {
    let packed = "content-type: application/json\r\ncontent-encoding: gzip\r\n";
    let packed = response("200 OK", packed, "\u{1f}\u{8b}");
    leads_to(
        Step::Send(packed),
        ErrorKind::Failed,
        "compressed (gzip)",
        1,
    )
    .await;
    let mut bytes = json("200 OK", r#"{"machines":["??"]}"#);
    let length = bytes.len();
    bytes[length - 5..length - 3].copy_from_slice(b"\xff\xfe");
    leads_to(Step::Send(bytes), ErrorKind::Failed, "cannot be read", 1).await;
    let deep = json("200 OK", &"[".repeat(1900));
    leads_to(Step::Send(deep), ErrorKind::Failed, "cannot be read", 1).await;
    let plain = response("200 OK", "content-type: text/plain\r\n", "{}");
    leads_to(Step::Send(plain), ErrorKind::Failed, "text/plain", 1).await;
    let missing = json("200 OK", "{}");
    leads_to(Step::Send(missing), ErrorKind::Failed, "cannot be read", 1).await;
}

#[tokio::test]
async fn an_order_whose_answer_says_nothing_may_have_been_carried_out() {
    let html = "content-type: text/html\r\n";
    let all_the_same = "the order may have been carried out all the same";
    for (answer, is_known) in [
        (response("200 OK", html, "<html></html>"), false),
        (json("200 OK", "{}"), false),
        (
            response("504 Gateway Timeout", html, "<html></html>"),
            false,
        ),
        (
            response("503 Service Unavailable", html, "<html></html>"),
            true,
        ),
        (json("502 Bad Gateway", r#"{"error":"not now"}"#), true),
    ] {
        let (error, _) = ask(&Step::Send(answer), &order()).await;
        let may_be_done = error.to_string().ends_with(all_the_same);
        assert_eq!(may_be_done, !is_known, "{error}");
        assert_eq!(error.kind() == ErrorKind::Unanswered, !is_known, "{error}");
    }
}

#[tokio::test]
async fn a_port_where_nobody_listens_is_unreachable() {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    for request in [question(), order()] {
        let error = client(&endpoint).ask(&request).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unreachable);
        let says = format!("no connection to {endpoint}: ");
        assert!(error.to_string().starts_with(&says), "{error}");
    }
}

#[tokio::test]
async fn a_question_is_answered_once_the_appliance_is_well_again() {
    let server = Faulty::start(vec![
        Step::Reset,
        Step::Send(json("503 Service Unavailable", r#"{"error":"soon"}"#)),
        nothing(),
    ])
    .await;
    let reply = client(&server.endpoint).ask(&question()).await;
    assert_eq!(reply, Ok(no_machines()));
    let requests = server.requests();
    assert_eq!(requests.len(), 3);
    let org = super::organization();
    let path = format!("GET /api/v1//orgs/{org}/machines HTTP/1.1\r\n");
    for request in requests {
        assert!(request.starts_with(&path), "{request}");
        for header in [
            "x-meltcloud-api-key: eyJ-the-key\r\n",
            "accept: application/json\r\n",
            "accept-encoding: identity\r\n",
            concat!("user-agent: meltdeck/", env!("CARGO_PKG_VERSION"), "\r\n"),
        ] {
            assert!(request.contains(header), "{request}");
        }
    }
}

#[tokio::test]
async fn the_key_is_shown_nowhere() {
    let body = r#"{"status":401,"error":"eyJ-the-key is not valid","code":"eyJ-the-key","error_details":{"eyJ-the-key":["eyJ-the-key"]}}"#;
    let server = Faulty::start(vec![Step::Send(json("401 Unauthorized", body))]).await;
    let client = client(&server.endpoint);
    let error = client.ask(&question()).await.unwrap_err();
    assert_eq!(error.to_string(), "(hidden) is not valid");
    let heard = client.events(0).next().await;
    let blocking = crate::client::blocking::Client::new(settings(&server.endpoint)).unwrap();
    let shown = format!(
        "{error:?} {heard:?} {client:?} {:?} {:?} {:?} {blocking:?}",
        client.settings(),
        client.events(0),
        blocking.events(0)
    );
    assert!(shown.contains("Secret(hidden)"), "{shown}");
    assert!(!shown.contains("eyJ-the-key"), "{shown}");
}

#[tokio::test]
async fn only_what_is_not_there_is_known_to_be_missing() {
    let html = "content-type: text/html\r\n";
    for missing in [
        json("404 Not Found", r#"{"status":404,"error":"not found"}"#),
        response("404 Not Found", html, "<html></html>"),
    ] {
        let server = Faulty::start(vec![Step::Send(missing)]).await;
        let told = client(&server.endpoint).capabilities().await;
        assert_eq!(told, Ok(None));
        let requests = server.requests();
        assert_eq!(requests.len(), 1);
        let path = format!(
            "GET /meltdeck/v1/orgs/{}/capabilities ",
            super::organization()
        );
        assert!(requests[0].starts_with(&path), "{}", requests[0]);
    }
    for unknown in [
        json("401 Unauthorized", r#"{"error":"who?"}"#),
        json("500 Internal Server Error", r#"{"error":"oh"}"#),
        response("200 OK", html, "<html></html>"),
    ] {
        let server = Faulty::start(vec![Step::Send(unknown)]).await;
        assert!(client(&server.endpoint).capabilities().await.is_err());
    }
    let told = r#"{"capabilities":{"software":"meltdeck","version":"1","is_simulated":true,"has_running_clock":false,"more":1}}"#;
    let server = Faulty::start(vec![Step::Send(json("200 OK", told))]).await;
    let told = client(&server.endpoint).capabilities().await.unwrap();
    assert_eq!(told.unwrap().software, Text::from("meltdeck"));
}
