//! Who and what is let in.

use axum::body::{Body, Bytes, HttpBody};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use subtle::ConstantTimeEq;

use super::settings::{Limits, Settings};
use crate::wire::http;
use crate::{Error, ErrorKind, Organization};

/// That the request brings the key. Takes the same time wherever a wrong key of the right length differs.
pub(super) fn check_key(settings: &Settings, headers: &HeaderMap) -> Result<(), Error> {
    let Some(expected) = &settings.api_key else {
        return Ok(());
    };
    let given = headers.get(http::KEY_HEADER).map(HeaderValue::as_bytes);
    let is_right = given.is_some_and(|given| given.ct_eq(expected.reveal().as_bytes()).into());
    if is_right {
        return Ok(());
    }
    let why = match given {
        None => "the header X-Meltcloud-API-Key is missing",
        Some(_) => "the API key is not valid",
    };
    Err(Error::new(ErrorKind::Unauthorized, why))
}

/// That the fleet of this organization is the one that is served.
pub(super) fn check_organization(settings: &Settings, asked: &Organization) -> Result<(), Error> {
    match &settings.organization {
        Some(served) if served != asked => {
            let why = format!("there is no organization {asked}");
            Err(Error::new(ErrorKind::NotFound, why))
        }
        _ => Ok(()),
    }
}

/// That no web page of another site gives an order. A browser sends a `POST` without a body anywhere, without asking the
/// server first, and says by `Origin` whose page it is (Fetch standard, section 3.2): without a key, to visit such a page
/// would be enough to change the fleet.
pub(super) fn check_origin(head: &Parts) -> Result<(), Error> {
    let Some(origin) = head.headers.get(header::ORIGIN) else {
        return Ok(());
    };
    let host = head.headers.get(header::HOST);
    let own = origin.as_bytes().splitn(2, |byte| *byte == b':').nth(1);
    let is_own = own.and_then(|own| own.strip_prefix(b"//")) == host.map(HeaderValue::as_bytes);
    if head.method == Method::GET || is_own {
        return Ok(());
    }
    let why = "pages of other sites may give no orders";
    Err(Error::new(ErrorKind::Forbidden, why))
}

/// That what stands beside the table of routes is only read.
pub(super) fn check_is_read(method: &Method) -> Result<(), Error> {
    if method == Method::GET {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::MethodNotAllowed,
        "this can only be read",
    ))
}

/// Reads a body, and that it is JSON where there is one.
pub(super) async fn body(limits: &Limits, headers: &HeaderMap, body: Body) -> Result<Bytes, Error> {
    // One that says itself how large it is is not waited for.
    let said = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if said > limits.body {
        return Err(too_large(limits));
    }
    let reading = Limited::new(body, limits.body).collect();
    let read = tokio::time::timeout(limits.body_time, reading).await;
    let read =
        read.map_err(|_| Error::new(ErrorKind::TimedOut, "the body took too long to arrive"))?;
    let bytes = read
        .map_err(|error| too_large_or_broken(&*error, limits))?
        .to_bytes();
    if bytes.is_empty() || is_json(headers) {
        return Ok(bytes);
    }
    let why = "the body has to be JSON, with the header Content-Type: application/json";
    Err(Error::new(ErrorKind::UnsupportedMediaType, why))
}

fn too_large_or_broken(error: &(dyn std::error::Error + 'static), limits: &Limits) -> Error {
    if error.is::<LengthLimitError>() {
        return too_large(limits);
    }
    Error::new(ErrorKind::Malformed, "the body ended before its end")
}

fn too_large(limits: &Limits) -> Error {
    let why = format!("the body is larger than {} bytes", limits.body);
    Error::new(ErrorKind::TooLarge, why)
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| http::is_json(&http::essence(kind)))
}
