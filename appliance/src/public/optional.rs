//! Keys that are absent, null or there, and names in the place of numbers.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Text;

/// What a change does to one field.
///
/// The provider leaves out what it does not set, so an absent key leaves the field alone. It writes `null` for a pool
/// without a network profile, so `null` takes the value away; for other fields that is a guess.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Patch<T> {
    /// The field stays as it is.
    #[default]
    Keep,
    /// The field has no value afterwards.
    Clear,
    /// The field has this value afterwards.
    Set(T),
}

impl<T> Patch<T> {
    /// Whether the field stays as it is.
    pub fn is_keep(&self) -> bool {
        matches!(self, Self::Keep)
    }
}

impl<T: PartialEq> Patch<T> {
    /// The same, unless it sets what is there already: that changes nothing.
    #[must_use]
    pub fn differing(self, now: &T) -> Self {
        match self {
            Self::Set(value) if value == *now => Self::Keep,
            other => other,
        }
    }
}

impl<T: Serialize> Serialize for Patch<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Keep | Self::Clear => serializer.serialize_none(),
            Self::Set(value) => value.serialize(serializer),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Patch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read = Option::<T>::deserialize(deserializer)?;
        Ok(read.map_or(Self::Clear, Self::Set))
    }
}

#[cfg(feature = "server")]
impl<T: schemars::JsonSchema> schemars::JsonSchema for Patch<T> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        Option::<T>::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        Option::<T>::json_schema(generator)
    }

    fn inline_schema() -> bool {
        true
    }
}

/// One object, by its number or by its name. By name only the newer provider asks (`?by_name=true`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum Lookup<Id> {
    /// By its number.
    Id(Id),
    /// By its name.
    Name(Text),
}

/// Reads `null` as the empty value: the appliance has lists that were never set.
pub(super) fn null_as_empty<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}
