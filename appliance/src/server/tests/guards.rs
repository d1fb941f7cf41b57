//! Who and what is not let in.

use std::time::Duration;

use axum::body::Body;
use axum::http::Request as HttpRequest;
use futures_util::stream;
use serde_json::json;

use super::{Little, ORG, call, come_to, extension, json as in_json, public, send, server};
use crate::server::{Limits, Settings};
use crate::{Organization, Secret};

fn with_key(key: &str) -> HttpRequest<Body> {
    let mut request = call("GET", &extension("machines"), "");
    let headers = request.headers_mut();
    headers.insert("x-meltcloud-api-key", key.parse().unwrap());
    request
}

#[tokio::test]
async fn nobody_is_answered_without_the_key() {
    let answerer = Little::empty();
    let settings = Settings {
        api_key: Some(Secret::new("eyJ-right")),
        ..Settings::default()
    };
    let server = server(&answerer, settings);
    let missing = call("GET", &extension("machines"), "");
    let stream = call("GET", &extension("events/stream"), "");
    let nowhere = call("GET", "/nowhere", "");
    let wrong = ["eyJ-wrong", "eyJ-righ", "eyJ-right2", ""].map(with_key);
    for request in [missing, stream, nowhere].into_iter().chain(wrong) {
        let (status, body) = come_to(&server, request).await;
        assert_eq!((status, &body["status"]), (401, &json!(401)));
        assert!(!body.to_string().contains("eyJ"));
    }
    assert_eq!(answerer.asked(), []);
    assert_eq!(come_to(&server, with_key("eyJ-right")).await.0, 200);
}

#[tokio::test]
async fn another_organization_is_not_found() {
    let answerer = Little::empty();
    let settings = |organization: &str| Settings {
        organization: Organization::parse(organization),
        ..Settings::default()
    };
    let same = server(&answerer, settings(&ORG.to_uppercase()));
    assert_eq!(
        come_to(&same, call("GET", &extension("machines"), ""))
            .await
            .0,
        200
    );
    answerer.asked();
    let other = server(&answerer, settings("00000000-0000-4000-8000-000000000001"));
    for path in ["machines", "events/stream"] {
        assert_eq!(
            come_to(&other, call("GET", &extension(path), "")).await.0,
            404
        );
    }
    assert_eq!(answerer.asked(), []);
}

#[tokio::test]
async fn with_the_public_api_only_there_is_no_trace_of_the_extension() {
    let answerer = Little::empty();
    let settings = Settings {
        documented_only: true,
        ..Settings::default()
    };
    let server = server(&answerer, settings);
    let hidden = ["machines", "events/stream", "clock/step"].map(extension);
    for target in hidden
        .into_iter()
        .chain(["/meltdeck/v1/openapi.json".to_owned()])
    {
        let (status, body) = come_to(&server, call("GET", &target, "")).await;
        assert_eq!(
            (status, &body["error"]),
            (404, &json!("there is nothing at this path")),
            "{target}"
        );
    }
    assert_eq!(answerer.asked(), []);
    come_to(&server, call("GET", &public("machines"), "")).await;
    assert_eq!(answerer.asked().len(), 1);
}

#[tokio::test]
async fn a_head_is_that_of_the_answer() {
    let answerer = Little::empty();
    let server = server(&answerer, Settings::default());
    let response = send(&server, call("HEAD", &public("machines"), "")).await;
    assert_eq!(response.status().as_u16(), 200);
    assert_eq!(answerer.asked().len(), 1);
}

#[tokio::test]
async fn a_wrong_method_is_told_the_right_ones() {
    let server = server(&Little::empty(), Settings::default());
    for method in ["PATCH", "POST", "OPTIONS"] {
        let response = send(&server, call(method, &public("clusters/1"), "")).await;
        let (status, headers, _) = in_json(response).await;
        assert_eq!(
            (status.as_u16(), &headers["allow"]),
            (405, &"GET, HEAD, PUT, DELETE".parse().unwrap())
        );
    }
}

#[tokio::test]
async fn what_stands_beside_the_table_can_only_be_read() {
    let server = server(&Little::empty(), Settings::default());
    let document = "/meltdeck/v1/openapi.json".to_owned();
    for target in [extension("events/stream"), document] {
        let response = send(&server, call("POST", &target, "")).await;
        let (status, headers, _) = in_json(response).await;
        let told = (status.as_u16(), headers.get("allow"));
        assert_eq!(told, (405, Some(&"GET, HEAD".parse().unwrap())), "{target}");
    }
}

#[tokio::test]
async fn another_sites_page_gives_no_orders() {
    let answerer = Little::empty();
    let server = server(&answerer, Settings::default());
    let order = |host: &str, origin: &str| {
        let order = HttpRequest::post(extension("machines/1/delete"));
        let order = order.header("host", host).header("origin", origin);
        order.body(Body::empty()).unwrap()
    };
    for origin in ["https://evil.example", "http://127.0.0.1:1", "null", ""] {
        let (status, _) = come_to(&server, order("127.0.0.1:8080", origin)).await;
        assert_eq!(status, 403, "{origin}");
    }
    assert_eq!(answerer.asked(), []);
    let own = order("127.0.0.1:8080", "http://127.0.0.1:8080");
    assert_eq!(come_to(&server, own).await.0, 200);
}

#[tokio::test]
async fn bodies_have_to_be_json_and_not_too_large() {
    let answerer = Little::empty();
    let limits = Limits {
        body: 64,
        ..Limits::default()
    };
    let server = server(
        &answerer,
        Settings {
            limits,
            ..Settings::default()
        },
    );
    let post = |kind: &str, body: String| {
        let request = HttpRequest::post(extension("machines/enroll")).header("content-type", kind);
        request.body(Body::from(body)).unwrap()
    };
    let right = r#"{"uuid":"u"}"#.to_owned();
    let cases = [
        (post("text/plain", right.clone()), 415),
        (
            post("application/x-www-form-urlencoded", right.clone()),
            415,
        ),
        (
            post(
                "application/json",
                format!("{{\"uuid\":\"{}\"}}", "u".repeat(64)),
            ),
            413,
        ),
        (post("application/json", "{".to_owned()), 400),
        (post("application/json", "{}".to_owned()), 422),
    ];
    for (request, expected) in cases {
        let (status, body) = come_to(&server, request).await;
        assert_eq!(
            (status, &body["status"]),
            (expected, &json!(expected)),
            "{body}"
        );
    }
    assert_eq!(answerer.asked(), []);
    for kind in [
        "application/json",
        "Application/JSON; charset=utf-8",
        "application/merge-patch+json",
    ] {
        assert_eq!(
            come_to(&server, post(kind, right.clone())).await.0,
            200,
            "{kind}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_come_is_not_waited_for_for_ever() {
    let limits = Limits {
        body_time: Duration::from_secs(5),
        ..Limits::default()
    };
    let server = server(
        &Little::empty(),
        Settings {
            limits,
            ..Settings::default()
        },
    );
    let never = Body::from_stream(stream::pending::<std::io::Result<String>>());
    let request = HttpRequest::post(extension("machines/enroll"))
        .body(never)
        .unwrap();
    let before = tokio::time::Instant::now();
    assert_eq!(come_to(&server, request).await.0, 408);
    let waited = before.elapsed();
    assert!(
        waited >= Duration::from_secs(5) && waited < Duration::from_secs(6),
        "{waited:?}"
    );
    let broken = Body::from_stream(stream::iter([Err::<String, _>(std::io::Error::other(
        "gone",
    ))]));
    let request = HttpRequest::post(extension("machines/enroll"))
        .body(broken)
        .unwrap();
    assert_eq!(come_to(&server, request).await.0, 400);
}
