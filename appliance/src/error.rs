//! Why a request was not done.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::Text;

/// A request that was not done. Displays as a fragment that completes "failed to …: ".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    kind: ErrorKind,
    message: Text,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    code: Option<Text>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    details: BTreeMap<Text, Vec<Text>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    retry_after: Option<Duration>,
}

/// What to do about an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ErrorKind {
    /// What the request names does not exist.
    NotFound,
    /// The thing is in a state in which this cannot be done; it may be possible later.
    Conflict,
    /// The request makes no sense as it is; repeating it will not help.
    Rejected,
    /// The request could not be read.
    Malformed,
    /// Whoever asks is not known: the API key is missing, wrong or too old.
    Unauthorized,
    /// Whoever asks is known and may not.
    Forbidden,
    /// The thing exists, and cannot be asked this way.
    MethodNotAllowed,
    /// The request took too long to arrive.
    TimedOut,
    /// The request is too large.
    TooLarge,
    /// The request is not JSON.
    UnsupportedMediaType,
    /// Too many requests in too short a time; it may be possible later.
    TooManyRequests,
    /// The appliance failed.
    Failed,
    /// This appliance does not do it.
    Unsupported,
    /// The appliance cannot answer now; it may be able to later.
    Unavailable,
    /// No connection to the appliance: nothing was sent.
    Unreachable,
    /// No secure connection to the appliance, or its certificate is not trusted: nothing was sent.
    Insecure,
    /// It was sent, and no whole answer came: an order may have been carried out all the same.
    Unanswered,
}

impl Error {
    /// An error of `kind`, told by `message`, a lower-case fragment without a full stop.
    pub fn new(kind: ErrorKind, message: impl Into<Text>) -> Self {
        Self {
            kind,
            message: message.into(),
            code: None,
            details: BTreeMap::new(),
            retry_after: None,
        }
    }

    /// That the answer is to another request than the one that was asked: the appliance failed.
    pub fn other_answer() -> Self {
        let why = "the appliance answered something else than it was asked";
        Self::new(ErrorKind::Failed, why)
    }

    /// The same error with a word for programs. Only `value_already_exist` is publicly known.
    #[must_use]
    pub fn with_code(mut self, code: impl Into<Text>) -> Self {
        self.code = Some(code.into());
        self
    }

    /// The same error, and what is wrong with one field of the request.
    #[must_use]
    pub fn with_detail(mut self, field: impl Into<Text>, message: impl Into<Text>) -> Self {
        let of_field = self.details.entry(field.into()).or_default();
        of_field.push(message.into());
        self
    }

    /// The same error, of whoever wants to be left alone for so long.
    #[must_use]
    pub fn with_retry_after(mut self, retry_after: Option<Duration>) -> Self {
        self.retry_after = retry_after;
        self
    }

    /// The same error, where whoever answered repeated a secret, without it.
    #[cfg(feature = "client")]
    #[must_use]
    pub(crate) fn without(self, secret: &str) -> Self {
        let hide = |text: Text| {
            if !secret.is_empty() && text.as_str().contains(secret) {
                Text::from(text.as_str().replace(secret, "(hidden)"))
            } else {
                text
            }
        };
        let details = self.details.into_iter().map(|(field, messages)| {
            let messages = messages.into_iter().map(hide).collect();
            (hide(field), messages)
        });
        Self {
            kind: self.kind,
            message: hide(self.message),
            code: self.code.map(hide),
            details: details.collect(),
            retry_after: self.retry_after,
        }
    }

    /// What to do about it.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The word for programs, where there is one.
    pub fn code(&self) -> Option<&Text> {
        self.code.as_ref()
    }

    /// How long the appliance wants to be left alone, as far as whoever asked it is ready to.
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// What is wrong with single fields of the request, by their names.
    pub fn details(&self) -> &BTreeMap<Text, Vec<Text>> {
        &self.details
    }
}
