//! Schemas of requests, replies and resources, made of the types.

use std::collections::BTreeMap;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use crate::public::{self, Field, Form, Given, Kind, StoredKind};
use crate::wire::Part;
use crate::wire::route::{Route, Segment};
use crate::{Reply, Request};

/// All schemas.
pub(super) struct Schemas {
    generator: SchemaGenerator,
    /// Of each part, each request by its name.
    requests: BTreeMap<(&'static str, String), Value>,
    /// Replies of the extension by their key.
    replies: BTreeMap<String, Value>,
    /// Resources of the public API by their singular key.
    resources: BTreeMap<&'static str, Value>,
}

impl Schemas {
    pub(super) fn new() -> Self {
        let settings = SchemaSettings::draft2020_12();
        let settings =
            settings.with(|settings| settings.definitions_path = "/components/schemas".into());
        let mut generator = settings.into_generator();
        let mut requests = BTreeMap::new();
        let public = public::Request::json_schema(&mut generator);
        let extension = Request::json_schema(&mut generator);
        for (part, key, schema) in [
            (Part::Public, "call", public),
            (Part::Extension, "request", extension),
        ] {
            for variant in variants(schema) {
                let name = &variant["properties"][key]["const"];
                let name = name.as_str().unwrap_or_default().to_owned();
                requests.insert((part.prefix(), name), variant);
            }
        }
        let replies = variants(Reply::json_schema(&mut generator)).into_iter();
        let replies = replies.filter_map(|variant| {
            let properties = variant["properties"].as_object()?;
            let (key, schema) = properties.iter().next()?;
            Some((key.clone(), schema.clone()))
        });
        let replies = replies.collect();
        let mut resources = BTreeMap::from([
            ("machine", of::<public::Machine>(&mut generator)),
            ("cluster", of::<public::Cluster>(&mut generator)),
            ("machine_pool", of::<public::MachinePool>(&mut generator)),
            ("operation", of::<public::Operation>(&mut generator)),
            (
                "network_profile",
                of::<public::NetworkProfile>(&mut generator),
            ),
            (
                "enrollment_image",
                of::<public::EnrollmentImage>(&mut generator),
            ),
        ]);
        for kind in StoredKind::ALL.map(StoredKind::about) {
            resources.insert(kind.singular, resource(kind));
        }
        Self {
            generator,
            requests,
            replies,
            resources,
        }
    }

    fn request(&self, route: &Route) -> Option<&Value> {
        self.requests
            .get(&(route.part.prefix(), route.name.clone()))
    }

    /// What a request is for.
    pub(super) fn about(&self, route: &Route) -> String {
        let about = self
            .request(route)
            .and_then(|request| request["description"].as_str());
        about.unwrap_or_default().replace('\n', " ")
    }

    /// The schema of one field of a request.
    pub(super) fn field(&self, route: &Route, field: &str) -> Value {
        let request = self.request(route);
        request.map_or(Value::Null, |request| request["properties"][field].clone())
    }

    /// The fields of a request that stand neither in its path nor in its query.
    pub(super) fn rest(&self, route: &Route) -> Value {
        let Some(request) = self.request(route) else {
            return Value::Null;
        };
        let in_path: Vec<&str> = route
            .segments()
            .filter_map(|segment| match segment {
                Segment::Fixed(_) => None,
                Segment::Number(field) | Segment::Lookup(field) => Some(field),
            })
            .collect();
        let is_rest = |name: &str| name != "request" && !in_path.contains(&name);
        let properties = request["properties"].as_object().into_iter().flatten();
        let properties: Map<String, Value> = properties
            .filter(|(name, _)| is_rest(name))
            .map(|(name, schema)| (name.clone(), schema.clone()))
            .collect();
        let required = request["required"].as_array().into_iter().flatten();
        let required: Vec<&Value> = required
            .filter(|name| name.as_str().is_some_and(is_rest))
            .collect();
        json!({ "type": "object", "properties": properties, "required": required })
    }

    /// A reply of the extension.
    pub(super) fn reply(&self, key: &str) -> Value {
        let content = self.replies.get(key).cloned().unwrap_or_default();
        json!({ "type": "object", "properties": { key: content }, "required": [key] })
    }

    /// A resource of the public API.
    pub(super) fn resource(&self, singular: &str) -> Value {
        self.resources.get(singular).cloned().unwrap_or_default()
    }

    /// What all of them refer to.
    pub(super) fn into_definitions(mut self) -> Map<String, Value> {
        self.generator.take_definitions(true)
    }
}

/// Says of whole numbers what their format only names: how large they can be.
pub(super) fn bound(schema: &mut Value) {
    if let Some(fields) = schema.as_object_mut() {
        let bounds = match fields.get("format").and_then(Value::as_str) {
            Some("int64") => Some((json!(i64::MIN), json!(i64::MAX))),
            Some("uint32") => Some((json!(0), json!(u32::MAX))),
            Some("uint64") => Some((json!(0), json!(u64::MAX))),
            _ => None,
        };
        if let Some((least, most)) = bounds {
            fields.entry("minimum").or_insert(least);
            fields.entry("maximum").or_insert(most);
        }
        fields.values_mut().for_each(bound);
    } else if let Some(all) = schema.as_array_mut() {
        all.iter_mut().for_each(bound);
    }
}

/// The variants of an enumeration.
fn variants(schema: Schema) -> Vec<Value> {
    match schema.to_value()["oneOf"].take() {
        Value::Array(all) => all,
        _ => Vec::new(),
    }
}

fn of<T: JsonSchema>(generator: &mut SchemaGenerator) -> Value {
    generator.subschema_for::<T>().to_value()
}

/// A stored object as it is answered.
fn resource(kind: &Kind) -> Value {
    let mut schema = object(kind.fields, |_| true, |field| field.given.is_required());
    schema["properties"]["id"] = json!({ "type": "integer", "format": "int64" });
    schema
}

/// A stored object as it is made.
pub(super) fn new_object(kind: &Kind) -> Value {
    object(
        kind.fields,
        |field| field.given != Given::ByAppliance,
        |field| field.given.is_required(),
    )
}

/// A stored object as it is changed.
pub(super) fn changed_object(kind: &Kind) -> Value {
    object(kind.fields, |field| field.given.is_changeable(), |_| false)
}

fn object(fields: &[Field], is_in: fn(&Field) -> bool, is_required: fn(&Field) -> bool) -> Value {
    let shown = fields.iter().filter(|field| is_in(field));
    let properties: Map<String, Value> = shown
        .map(|field| (field.name.to_owned(), form(field)))
        .collect();
    let required = fields
        .iter()
        .filter(|field| is_in(field) && is_required(field));
    let required: Vec<&str> = required.map(|field| field.name).collect();
    json!({ "type": "object", "properties": properties, "required": required })
}

fn form(field: &Field) -> Value {
    let or_null = |name: &str| {
        if field.given.is_required() {
            json!(name)
        } else {
            json!([name, "null"])
        }
    };
    match field.form {
        Form::Integer => json!({ "type": or_null("integer"), "format": "int64" }),
        Form::Text if field.given.is_required() => {
            json!({ "type": "string", "pattern": r"\S" })
        }
        Form::Text => json!({ "type": ["string", "null"] }),
        Form::Texts => json!({ "type": or_null("array"), "items": { "type": "string" } }),
        Form::Objects(fields) => {
            let item = object(fields, |_| true, |field| field.given.is_required());
            json!({ "type": or_null("array"), "items": item })
        }
    }
}
