//! Going wrong on purpose, as networks and proxies do.

use std::io;

use axum::body::{Body, Bytes};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt, stream};
use http_body_util::BodyExt;

/// Marks a response in whose place the connection ends.
#[derive(Clone, Copy, Debug)]
pub(super) struct Abort;

/// A response that is never sent.
pub(super) fn abort() -> Response {
    let mut response = Response::new(Body::empty());
    response.extensions_mut().insert(Abort);
    response
}

/// The error that ends a connection.
pub(super) fn broken() -> io::Error {
    io::Error::new(io::ErrorKind::ConnectionReset, "ended on purpose")
}

/// An error page as a proxy in between makes it.
pub(super) fn html(status: u16) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
    let page = format!(
        "<html>\r\n<head><title>{status}</title></head>\r\n<body><h1>{status}</h1></body>\r\n</html>\r\n"
    );
    (status, [(header::CONTENT_TYPE, "text/html")], page).into_response()
}

/// An error of any status, as JSON.
pub(super) fn status(status: u16) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let body =
        serde_json::json!({ "status": status.as_u16(), "error": "a fault that was asked for" });
    (
        status,
        [(header::CONTENT_TYPE, "application/json")],
        body.to_string(),
    )
        .into_response()
}

fn is_stream(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"))
}

/// The first half of a response, after which the connection ends.
pub(super) async fn half(response: Response) -> Response {
    if is_stream(&response) {
        // It has no half.
        return abort();
    }
    let (mut head, body) = response.into_parts();
    // The body is in memory, and reading it does not fail.
    let body = body
        .collect()
        .await
        .map(http_body_util::Collected::to_bytes);
    let body: Bytes = body.unwrap_or_default();
    let first = body.slice(..body.len() / 2);
    head.headers.remove(header::CONTENT_LENGTH);
    // In between, what is there already is sent.
    let end = stream::once(async {
        tokio::task::yield_now().await;
        Err(broken())
    });
    let parts = stream::once(std::future::ready(Ok(first))).chain(end);
    Response::from_parts(head, Body::from_stream(parts))
}
