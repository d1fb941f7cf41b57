//! Objects that an appliance only keeps, as fields and their values.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::kind::{Field, Form, Kind, StoredKind};
use crate::text::visible;
use crate::{Error, ErrorKind};

/// Fields and their values. Every text in them is free of control characters, as [`crate::Text`] is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
#[serde(from = "Map<String, Value>", into = "Map<String, Value>")]
pub struct Fields(Map<String, Value>);

/// One object that an appliance keeps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
pub struct Stored {
    /// Its kind.
    pub kind: StoredKind,
    /// Its number among those of its kind, assigned by the appliance.
    pub id: i64,
    /// Its fields, as [`StoredKind::about`] lists them.
    pub fields: Fields,
}

impl Stored {
    /// Whether it is of this kind and belongs to this, of a kind that belongs to something.
    pub fn is_of(&self, kind: StoredKind, parent: Option<i64>) -> bool {
        let field = kind.about().parent;
        let of = field.and_then(|field| self.fields.get(field)?.as_i64());
        self.kind == kind && of == parent
    }
}

impl Fields {
    /// The value of a field, where it is there and not `null`.
    pub fn get(&self, field: &str) -> Option<&Value> {
        self.0.get(field).filter(|value| !value.is_null())
    }

    /// The fields as JSON has them.
    pub fn as_map(&self) -> &Map<String, Value> {
        &self.0
    }

    /// That an object of this kind can be made of them.
    ///
    /// # Errors
    /// [`ErrorKind::Rejected`], which says of each field what is wrong with it: missing, or not what it should hold.
    pub fn check_new(&self, kind: &Kind) -> Result<(), Error> {
        let missing = kind.fields.iter().filter(|field| field.given.is_required());
        let missing = missing.filter(|field| self.get(field.name).is_none_or(is_blank));
        let missing = missing.map(|field| (field.name.to_owned(), "can't be blank".to_owned()));
        rejected(kind, missing.chain(misfits(&self.0, kind.fields)).collect())
    }

    /// That an object of this kind can be changed to them. What cannot be changed is left to the appliance: the provider
    /// sends some of it all the same.
    ///
    /// # Errors
    /// [`ErrorKind::Rejected`], which says of each field what is wrong with it.
    pub fn check_changes(&self, kind: &Kind) -> Result<(), Error> {
        let required = kind.fields.iter().filter(|field| field.given.is_required());
        let blank = required.filter(|field| self.get(field.name).is_some_and(is_blank));
        let blank = blank.map(|field| (field.name.to_owned(), "can't be blank".to_owned()));
        rejected(kind, blank.chain(misfits(&self.0, kind.fields)).collect())
    }
}

fn is_blank(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.trim().is_empty())
}

/// Of each field that does not hold what it should, its name and what it should.
fn misfits(values: &Map<String, Value>, fields: &[Field]) -> Vec<(String, String)> {
    let given = fields.iter().filter_map(|field| {
        let value = values.get(field.name).filter(|value| !value.is_null())?;
        let allowed = misfit(value, field.form)?;
        Some((field.name.to_owned(), allowed))
    });
    given.collect()
}

/// What a value of this form has to be, where it is something else.
fn misfit(value: &Value, form: Form) -> Option<String> {
    let (fits, allowed) = match form {
        Form::Integer => (value.is_i64(), "must be a whole number"),
        Form::Text => (value.is_string(), "must be a text"),
        Form::Texts => {
            let fits = value
                .as_array()
                .is_some_and(|all| all.iter().all(Value::is_string));
            (fits, "must be a list of texts")
        }
        Form::Objects(fields) => {
            let fits = value
                .as_array()
                .is_some_and(|all| all.iter().all(|each| fits(each, fields)));
            let names: Vec<&str> = fields.iter().map(|field| field.name).collect();
            let allowed = format!("must be a list of objects with {}", names.join(", "));
            return (!fits).then_some(allowed);
        }
    };
    (!fits).then(|| allowed.to_owned())
}

fn fits(value: &Value, fields: &[Field]) -> bool {
    value.as_object().is_some_and(|object| {
        let is_there = |field: &Field| {
            let value = object.get(field.name);
            value.is_some_and(|value| !value.is_null() && !is_blank(value))
        };
        let mut required = fields.iter().filter(|field| field.given.is_required());
        required.all(is_there) && misfits(object, fields).is_empty()
    })
}

fn rejected(kind: &Kind, wrong: Vec<(String, String)>) -> Result<(), Error> {
    if wrong.is_empty() {
        return Ok(());
    }
    let told: Vec<String> = wrong
        .iter()
        .map(|(field, why)| format!("{field} {why}"))
        .collect();
    let message = format!("{} is not valid: {}", kind.singular, told.join(", "));
    let error = Error::new(ErrorKind::Rejected, message);
    Err(wrong
        .into_iter()
        .fold(error, |error, (field, why)| error.with_detail(field, why)))
}

impl From<Map<String, Value>> for Fields {
    fn from(map: Map<String, Value>) -> Self {
        Self(cleaned(map))
    }
}

impl From<Fields> for Map<String, Value> {
    fn from(fields: Fields) -> Self {
        fields.0
    }
}

fn cleaned(map: Map<String, Value>) -> Map<String, Value> {
    map.into_iter()
        .map(|(key, value)| (visible(&key).into_owned(), clean(value)))
        .collect()
}

fn clean(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(visible(&text).into_owned()),
        Value::Array(all) => Value::Array(all.into_iter().map(clean).collect()),
        Value::Object(map) => Value::Object(cleaned(map)),
        plain => plain,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fields(value: Value) -> Fields {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn what_is_missing_or_wrong_is_said_of_each_field() {
        let kind = StoredKind::Subnet.about();
        let subnet =
            fields(json!({ "name": null, "addressing": "dhcp", "vlan": "12", "dns": [1] }));
        let error = subnet.check_new(kind).unwrap_err();
        assert_eq!(
            error.to_string(),
            "subnet is not valid: name can't be blank, vlan must be a whole number, dns must be a list of texts"
        );
        assert_eq!(error.kind(), ErrorKind::Rejected);
        assert_eq!(
            error.details()[&crate::Text::from("vlan")],
            ["must be a whole number"]
        );
        assert!(subnet.check_changes(kind).is_err());
        let subnet = fields(json!({ "name": "a", "addressing": "dhcp", "vlan": null, "more": {} }));
        assert_eq!(subnet.check_new(kind), Ok(()));
    }

    #[test]
    fn lists_of_objects_are_looked_into() {
        let kind = StoredKind::IpPool.about();
        let pool =
            |range: Value| fields(json!({ "name": "a", "cidr": "10.0.0.0/24", "ranges": [range] }));
        let whole =
            json!({ "kind": "excluded", "start_address": "10.0.0.1", "end_address": "10.0.0.9" });
        assert_eq!(pool(whole).check_new(kind), Ok(()));
        let error =
            pool(json!({ "kind": "excluded", "start_address": "10.0.0.1" })).check_new(kind);
        assert!(
            error
                .unwrap_err()
                .to_string()
                .contains("ranges must be a list of objects with kind,")
        );
        assert!(pool(json!(7)).check_new(kind).is_err());
    }

    #[test]
    fn every_text_in_them_is_made_visible() {
        let read = fields(json!({ "na\u{1b}me": ["a\u{7}", { "b": "\u{202e}" }] }));
        assert_eq!(
            Value::Object(read.into()),
            json!({ "na\\u{1b}me": ["a\\u{7}", { "b": "\\u{202e}" }] })
        );
    }
}
