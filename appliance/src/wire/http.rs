//! A call and a response, as plain values.

use std::fmt;

/// The methods that the table of routes uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Method {
    /// Asks.
    Get,
    /// Makes something, or orders something.
    Post,
    /// Changes something.
    Put,
    /// Deletes something.
    Delete,
}

impl Method {
    /// Its name in a request line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

/// The header that meltcloud's provider sends the API key in; names of headers are compared without regard to case.
#[cfg(any(feature = "client", feature = "server"))]
pub(crate) const KEY_HEADER: &str = "x-meltcloud-api-key";

/// The type that a `Content-Type` names, in lower case and without parameters.
#[cfg(any(feature = "client", feature = "server"))]
pub(crate) fn essence(content_type: &str) -> String {
    let essence = content_type.split(';').next().unwrap_or_default();
    essence.trim().to_ascii_lowercase()
}

/// Whether such a type is JSON (RFC 8259; RFC 6839, section 3.1).
#[cfg(any(feature = "client", feature = "server"))]
pub(crate) fn is_json(essence: &str) -> bool {
    essence == "application/json"
        || (essence.starts_with("application/") && essence.ends_with("+json"))
}

/// What is sent to an appliance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The method.
    pub method: Method,
    /// Path and query, as they stand in a request line.
    pub target: String,
    /// The body, JSON, where there is one.
    pub body: Option<String>,
}

/// What an appliance sends. Not `Debug`: the body may hold a secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// The body, JSON, where there is one.
    pub body: Option<Vec<u8>>,
}
