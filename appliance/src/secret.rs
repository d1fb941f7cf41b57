//! Secrets: what an appliance hands out and nobody may see on a screen, in a log or in a recording.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A kubeconfig, an API key, an address that holds a token.
///
/// It shows itself nowhere: `Debug` hides what it is, there is no `Display`, and it is serialised as `null`, so that a
/// reply can be recorded without it. Only the wire form and whoever writes it to a file call [`Secret::reveal`].
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Arc<str>);

impl Secret {
    /// Keeps `content` secret.
    pub fn new(content: impl Into<Arc<str>>) -> Self {
        Self(content.into())
    }

    /// What is secret. Never for a screen, a log, a recording, a report or an error.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(hidden)")
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}

#[cfg(feature = "server")]
impl schemars::JsonSchema for Secret {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Secret".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "format": "password" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_shows_itself_neither_to_a_debugger_nor_to_a_recording() {
        let secret = Some(Secret::new("eyJhbGciOi"));
        assert_eq!(format!("{secret:?}"), "Some(Secret(hidden))");
        assert_eq!(serde_json::to_string(&secret).unwrap(), "null");
        let back: Option<Secret> = serde_json::from_str("null").unwrap();
        assert_eq!(back, None);
    }

    #[test]
    fn a_secret_is_read_from_what_an_appliance_sends() {
        let secret: Secret = serde_json::from_str("\"apiVersion: v1\\n\"").unwrap();
        assert_eq!(secret.reveal(), "apiVersion: v1\n");
    }
}
