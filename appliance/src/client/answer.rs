//! What a response says, whoever sent it: the appliance, or a proxy before it.

use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::{
    CONTENT_ENCODING, CONTENT_TYPE, DATE, HeaderMap, HeaderName, LOCATION, RETRY_AFTER,
};

use serde_json::Value;

use crate::wire::{self, http};
use crate::{Error, ErrorKind, Reply, Request};

/// What stands in the head of a response, as far as it matters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) status: u16,
    /// The type of the body, in lower case and without parameters.
    pub(super) content_type: Option<String>,
    /// How the body is compressed, where it is.
    pub(super) encoding: Option<String>,
    pub(super) location: Option<String>,
    /// How long to wait before the next attempt.
    pub(super) retry_after: Option<Duration>,
}

impl Head {
    pub(super) fn of(status: StatusCode, headers: &HeaderMap) -> Self {
        let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
        let encoding = text(CONTENT_ENCODING).map(http::essence);
        Self {
            status: status.as_u16(),
            content_type: text(CONTENT_TYPE).map(http::essence),
            encoding: encoding.filter(|encoding| !matches!(encoding.as_str(), "" | "identity")),
            location: text(LOCATION).map(str::to_owned),
            retry_after: text(RETRY_AFTER).and_then(|after| retry_after(after, text(DATE))),
        }
    }

    pub(super) fn is_redirect(&self) -> bool {
        matches!(self.status, 301 | 302 | 303 | 307 | 308)
    }

    fn is_success(&self) -> bool {
        (200..=299).contains(&self.status)
    }

    fn is_json(&self) -> bool {
        self.content_type.as_deref().is_some_and(http::is_json)
    }

    /// What the body is, as a sentence has it.
    fn what(&self, body: &[u8]) -> String {
        match self.content_type.as_deref() {
            _ if body.is_empty() => "nothing in it".to_owned(),
            Some("text/html" | "application/xhtml+xml") => "an HTML page".to_owned(),
            Some(essence) => format!("a body of type {essence}"),
            None => "a body without a type".to_owned(),
        }
    }

    /// Status and what it is called.
    fn status_line(&self) -> String {
        let status = StatusCode::from_u16(self.status).ok();
        let reason = status.and_then(|status| status.canonical_reason());
        reason.map_or_else(
            || self.status.to_string(),
            |reason| format!("{} {reason}", self.status),
        )
    }
}

/// Seconds, or a date (RFC 9110, section 10.2.3). A date is compared with that of the response, so that no two clocks are.
fn retry_after(text: &str, date: Option<&str>) -> Option<Duration> {
    if let Ok(seconds) = text.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = httpdate::parse_http_date(text.trim()).ok()?;
    let now = httpdate::parse_http_date(date?.trim()).ok()?;
    Some(until.duration_since(now).unwrap_or_default())
}

/// What a response to `request` says.
///
/// # Errors
/// The error that it tells of, or that it is no answer.
pub(super) fn read(request: &Request, head: &Head, body: &[u8]) -> Result<Reply, Error> {
    check_encoding(head)?;
    if !head.is_success() {
        return Err(error(head, body));
    }
    // A deletion may be answered with nothing, which has no type.
    if !body.is_empty() && !head.is_json() {
        return Err(other_type(head, body, "JSON"));
    }
    wire::read_reply(request, head.status, body)
}

/// That a body is not compressed. Nothing asks for that, and a small body could become a huge one.
pub(super) fn check_encoding(head: &Head) -> Result<(), Error> {
    let Some(encoding) = &head.encoding else {
        return Ok(());
    };
    let why = format!("the answer is compressed ({encoding}), which was not asked for");
    Err(Error::new(ErrorKind::Failed, why))
}

/// That a success is of another type than what was asked for.
pub(super) fn other_type(head: &Head, body: &[u8], wanted: &str) -> Error {
    let what = head.what(body);
    let why = format!(
        "what answers there sends {what} and no {wanted}: the endpoint may be another one than the appliance's"
    );
    Error::new(ErrorKind::Failed, why)
}

/// The error that a response tells of that is no success.
pub(super) fn error(head: &Head, body: &[u8]) -> Error {
    let read = wire::read_error(head.status, body);
    if is_told(body) {
        return read;
    }
    let status = head.status_line();
    let what = head.what(body);
    let why = format!("the appliance or a proxy before it answered {status} with {what}");
    Error::new(read.kind(), why)
}

/// Whether a body says what is wrong, as an appliance does.
fn is_told(body: &[u8]) -> bool {
    let read: Value = serde_json::from_slice(body).unwrap_or_default();
    read["error"].is_string()
}

/// Whether an order may have been carried out, although its response says nothing that can be read: the appliance took it,
/// or a proxy did not hear from the appliance what became of it.
pub(super) fn may_be_done(head: &Head, body: &[u8]) -> bool {
    head.is_success() || (matches!(head.status, 502 | 504) && !is_told(body))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Text, public};

    fn head(status: u16, headers: &[(&'static str, &'static str)]) -> Head {
        let headers = headers.iter().map(|(name, value)| {
            (
                HeaderName::from_static(name),
                reqwest::header::HeaderValue::from_static(value),
            )
        });
        Head::of(StatusCode::from_u16(status).unwrap(), &headers.collect())
    }

    const JSON: (&str, &str) = ("content-type", "Application/JSON; charset=utf-8");
    const HTML: (&str, &str) = ("content-type", "text/html");

    fn list(head: &Head, body: &str) -> Result<Reply, Error> {
        let request = Request::from(public::Request::ListMachines);
        read(&request, head, body.as_bytes())
    }

    #[test]
    fn an_answer_is_json_and_says_so() {
        let none = Reply::from(public::Reply::Machines(Vec::new()));
        for json in [JSON, ("content-type", "application/vnd.nest+json")] {
            assert_eq!(
                list(&head(200, &[json]), r#"{"machines":[]}"#),
                Ok(none.clone())
            );
        }
        for (headers, what) in [
            (&[HTML][..], "an HTML page"),
            (
                &[("content-type", "text/plain")],
                "a body of type text/plain",
            ),
            (&[], "a body without a type"),
        ] {
            let error = list(&head(200, headers), r#"{"machines":[]}"#).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Failed);
            assert!(error.to_string().contains(what), "{error}");
        }
        let empty = list(&head(200, &[]), "").unwrap_err();
        assert!(empty.to_string().contains("cannot be read"), "{empty}");
    }

    #[test]
    fn a_deletion_may_be_answered_with_nothing() {
        let delete = Request::from(public::Request::DeleteMachine {
            machine: crate::MachineId(7),
        });
        let deleted = Reply::from(public::Reply::Deleted(None));
        assert_eq!(read(&delete, &head(204, &[]), b""), Ok(deleted.clone()));
        assert_eq!(read(&delete, &head(200, &[]), b""), Ok(deleted));
    }

    #[test]
    fn an_error_of_a_proxy_becomes_a_sentence() {
        let page = "<html><body>Bad Gateway</body></html>";
        let error = list(&head(502, &[HTML]), page).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unavailable);
        assert_eq!(
            error.to_string(),
            "the appliance or a proxy before it answered 502 Bad Gateway with an HTML page"
        );
        let odd = list(&head(599, &[]), "").unwrap_err().to_string();
        assert!(odd.ends_with("answered 599 with nothing in it"), "{odd}");
        let moved = list(&head(304, &[]), "").unwrap_err();
        assert_eq!(moved.kind(), ErrorKind::Failed);
    }

    #[test]
    fn an_error_of_the_appliance_keeps_its_words_and_details() {
        let body = r#"{"status":422,"error":"name is taken","code":"c","error_details":{"name":["is taken"]}}"#;
        let error = list(&head(422, &[JSON]), body).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Rejected);
        assert_eq!(error.to_string(), "name is taken");
        assert_eq!(error.details()[&Text::from("name")], ["is taken"]);
    }

    #[test]
    fn what_is_compressed_is_not_unpacked() {
        let packed = head(200, &[JSON, ("content-encoding", "gzip")]);
        let why = list(&packed, "\u{1f}").unwrap_err().to_string();
        assert!(why.contains("compressed (gzip)"), "{why}");
        let plain = head(200, &[JSON, ("content-encoding", "identity")]);
        assert!(list(&plain, r#"{"machines":[]}"#).is_ok());
    }

    #[test]
    fn a_wait_is_asked_for_in_seconds_or_by_a_date() {
        const DATE: (&str, &str) = ("date", "Sun, 06 Nov 1994 08:49:37 GMT");
        let after = |headers: &[(&'static str, &'static str)]| head(429, headers).retry_after;
        assert_eq!(after(&[("retry-after", "7")]), Some(Duration::from_secs(7)));
        let until = ("retry-after", "Sun, 06 Nov 1994 08:50:00 GMT");
        assert_eq!(after(&[until, DATE]), Some(Duration::from_secs(23)));
        let past = ("retry-after", "Sun, 06 Nov 1994 08:49:00 GMT");
        assert_eq!(after(&[past, DATE]), Some(Duration::ZERO));
        for odd in [
            &[until][..],
            &[("retry-after", "soon"), DATE],
            &[("retry-after", "-1")],
        ] {
            assert_eq!(after(odd), None, "{odd:?}");
        }
    }
}
