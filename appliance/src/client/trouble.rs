//! What befell a connection, as an error that says what to do about it.

use std::error::Error as Cause;
use std::io;

use super::retries::Purpose;
use crate::{Error, ErrorKind};

/// What an attempt to ask what is at `origin` failed with before there was an answer.
pub(super) fn before_the_answer(error: &reqwest::Error, origin: &str, purpose: Purpose) -> Error {
    let causes = causes(error);
    let is_of_tls = causes.iter().any(|cause| cause.is::<rustls::Error>());
    let last = causes.last().map(ToString::to_string).unwrap_or_default();
    if error.is_builder() {
        let why = "the request cannot be sent: it does not fit into HTTP";
        return Error::new(ErrorKind::Rejected, why);
    }
    // What is no record of TLS at all is most often HTTP.
    let speaks_none = causes.iter().any(|cause| {
        let of_tls = cause.downcast_ref::<rustls::Error>();
        let is_no_record = |error: &rustls::Error| {
            matches!(
                error,
                rustls::Error::InvalidMessage(rustls::InvalidMessage::InvalidContentType)
            )
        };
        of_tls.is_some_and(is_no_record)
    });
    if error.is_connect() && speaks_none {
        let why = format!(
            "no secure connection to {origin}: what answers there speaks no TLS; is its address http://?"
        );
        return Error::new(ErrorKind::Insecure, why);
    }
    if error.is_connect() && is_of_tls {
        let why = format!("no secure connection to {origin}: {last}");
        return Error::new(ErrorKind::Insecure, why);
    }
    if error.is_connect() && error.is_timeout() {
        let why = format!("no connection to {origin}: it took too long");
        return Error::new(ErrorKind::Unreachable, why);
    }
    if error.is_connect() {
        let why = format!("no connection to {origin}: {last}");
        return Error::new(ErrorKind::Unreachable, why);
    }
    if error.is_timeout() {
        return no_answer(purpose, "no answer came for too long");
    }
    no_answer(
        purpose,
        &format!("the connection ended without an answer: {last}"),
    )
}

/// What an answer broke off with.
pub(super) fn within_the_answer(error: &reqwest::Error, purpose: Purpose) -> Error {
    if error.is_timeout() {
        return no_answer(purpose, "the answer stood still for too long");
    }
    no_answer(purpose, "the answer broke off before its end")
}

/// That there is no answer, or no whole one.
pub(super) fn no_answer(purpose: Purpose, why: &str) -> Error {
    let why = match purpose {
        Purpose::Question => why.to_owned(),
        Purpose::Order => format!("{why}; the order may have been carried out all the same"),
    };
    Error::new(ErrorKind::Unanswered, why)
}

/// What led to an error, the last one being the first that happened.
fn causes<'a>(error: &'a (dyn Cause + 'static)) -> Vec<&'a (dyn Cause + 'static)> {
    let mut all = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        all.push(error);
        let of_the_system = error.downcast_ref::<io::Error>();
        // An error of the system that wraps another one names the source of that one as its own.
        let wrapped = of_the_system.and_then(io::Error::get_ref);
        next = match wrapped {
            Some(wrapped) => Some(wrapped),
            None => error.source(),
        };
    }
    all
}
