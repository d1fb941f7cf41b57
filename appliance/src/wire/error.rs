//! An error as a response, and back.
//!
//! The form is that of the provider's `internal/client/error.go`: the status stands in the body too, and the provider goes
//! by that one; where the body is no JSON, as of a proxy in between, it goes by the status line.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::http::Response;
use crate::{Error, ErrorKind, Text};

/// Each kind and its status. Which statuses meltcloud uses is not public; these are what they mean in RFC 9110.
const STATUSES: [(ErrorKind, u16); 14] = [
    (ErrorKind::Malformed, 400),
    (ErrorKind::Unauthorized, 401),
    (ErrorKind::Forbidden, 403),
    (ErrorKind::NotFound, 404),
    (ErrorKind::MethodNotAllowed, 405),
    (ErrorKind::TimedOut, 408),
    (ErrorKind::Conflict, 409),
    (ErrorKind::TooLarge, 413),
    (ErrorKind::UnsupportedMediaType, 415),
    (ErrorKind::Rejected, 422),
    (ErrorKind::TooManyRequests, 429),
    (ErrorKind::Failed, 500),
    (ErrorKind::Unsupported, 501),
    (ErrorKind::Unavailable, 503),
];

/// The status of an error. What befell a connection has that of a gateway, which answers for an appliance behind it.
pub fn status(kind: ErrorKind) -> u16 {
    let found = STATUSES.iter().find(|(known, _)| *known == kind);
    match (found, kind) {
        (Some((_, status)), _) => *status,
        (None, ErrorKind::Unreachable | ErrorKind::Insecure) => 502,
        (None, ErrorKind::Unanswered) => 504,
        (None, _) => 500,
    }
}

/// What a status means; one that is not known, what its class means (RFC 9110, section 15).
fn kind(status: u16) -> ErrorKind {
    let found = STATUSES.iter().find(|(_, known)| *known == status);
    match (found, status) {
        (Some((kind, _)), _) => *kind,
        (None, 410) => ErrorKind::NotFound,
        (None, 431) => ErrorKind::TooLarge,
        (None, 502 | 504) => ErrorKind::Unavailable,
        (None, 400..=499) => ErrorKind::Rejected,
        (None, _) => ErrorKind::Failed,
    }
}

/// An error as a response.
pub fn write_error(error: &Error) -> Response {
    let status = status(error.kind());
    let mut body = json!({ "status": status, "error": error.to_string() });
    if let Some(code) = error.code() {
        body["code"] = Value::from(code.as_str());
    }
    if !error.details().is_empty() {
        let details = error.details().iter();
        body["error_details"] = details
            .map(|(field, messages)| {
                (
                    field.as_str(),
                    messages.iter().map(Text::as_str).collect::<Value>(),
                )
            })
            .collect();
    }
    Response {
        status,
        body: Some(body.to_string().into_bytes()),
    }
}

/// The error that a response tells of, whatever its body is.
pub fn read_error(status_line: u16, body: &[u8]) -> Error {
    let read: Value = serde_json::from_slice(body).unwrap_or_default();
    let in_body = read.get("status").and_then(Value::as_u64);
    let in_body = in_body.and_then(|status| u16::try_from(status).ok());
    let status = in_body
        .filter(|status| (400..600).contains(status))
        .unwrap_or(status_line);
    let message = read
        .get("error")
        .and_then(Value::as_str)
        .filter(|message| !message.is_empty());
    let message = message.map_or_else(
        || format!("the appliance answered with status {status}"),
        str::to_owned,
    );
    let mut error = Error::new(kind(status), message);
    if let Some(code) = read
        .get("code")
        .and_then(Value::as_str)
        .filter(|code| !code.is_empty())
    {
        error = error.with_code(code);
    }
    for (field, messages) in details(&read) {
        error = messages
            .into_iter()
            .fold(error, |error, message| error.with_detail(field, message));
    }
    error
}

fn details(body: &Value) -> BTreeMap<&str, Vec<&str>> {
    let of_fields = body.get("error_details").and_then(Value::as_object);
    let of_fields = of_fields.into_iter().flatten();
    of_fields
        .map(|(field, messages)| {
            let messages = match messages {
                Value::Array(all) => all.iter().filter_map(Value::as_str).collect(),
                one => one.as_str().into_iter().collect(),
            };
            (field.as_str(), messages)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_error_reads_back_as_itself() {
        for (kind, status) in STATUSES {
            let error = Error::new(kind, "no machine 7")
                .with_code("some_code")
                .with_detail("name", "is taken")
                .with_detail("name", "is short");
            let response = write_error(&error);
            assert_eq!(response.status, status);
            assert_eq!(read_error(500, &response.body.unwrap()), error, "{kind:?}");
        }
    }

    #[test]
    fn whoever_answers_for_an_appliance_that_is_away_is_a_gateway() {
        for (away, expected) in [
            (ErrorKind::Unreachable, 502),
            (ErrorKind::Insecure, 502),
            (ErrorKind::Unanswered, 504),
        ] {
            let response = write_error(&Error::new(away, "no connection"));
            assert_eq!(response.status, expected);
            let read = read_error(expected, &response.body.unwrap());
            assert_eq!(read.kind(), ErrorKind::Unavailable);
        }
    }

    #[test]
    fn an_error_is_written_as_the_provider_reads_it() {
        let error = Error::new(ErrorKind::Rejected, "name is taken")
            .with_code("value_already_exist")
            .with_detail("name", "is taken");
        let body: Value = serde_json::from_slice(&write_error(&error).body.unwrap()).unwrap();
        let expected = json!({
            "status": 422,
            "error": "name is taken",
            "code": "value_already_exist",
            "error_details": { "name": ["is taken"] },
        });
        assert_eq!(body, expected);
    }

    #[test]
    fn an_error_is_made_of_whatever_comes() {
        let html = read_error(502, b"<html><body>Bad Gateway</body></html>");
        assert_eq!(
            html,
            Error::new(
                ErrorKind::Unavailable,
                "the appliance answered with status 502"
            )
        );
        let empty = read_error(418, b"");
        assert_eq!(empty.kind(), ErrorKind::Rejected);
        let odd = read_error(
            404,
            br#"{"status":"x","error":null,"code":null,"error_details":{"a":"b","c":[1]}}"#,
        );
        assert_eq!(odd.kind(), ErrorKind::NotFound);
        assert_eq!(odd.details()[&Text::from("a")], ["b"]);
        let escape = read_error(500, "{\"error\":\"\\u001b[2J\"}".as_bytes());
        assert_eq!(escape.to_string(), "\\u{1b}[2J");
    }
}
