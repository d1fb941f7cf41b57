//! Bodies of requests and responses.

use serde_json::{Map, Value, json};

use super::schemas::{Schemas, changed_object, new_object};
use crate::wire::route::{Body, Route, Wraps};
use crate::wire::{Method, Part};

/// The body of a request; `None` where it has none.
pub(super) fn request_body(route: &Route, schemas: &Schemas) -> Option<Value> {
    let schema = match route.body {
        Body::None => return None,
        Body::Rest => schemas.rest(route),
        Body::Of { field, key, wraps } => {
            let bare = match (route.kind, field) {
                (Some(kind), "new") => new_object(kind.about()),
                (Some(kind), _) => changed_object(kind.about()),
                (None, _) => schemas.field(route, field),
            };
            let mut wrapped = in_key(key, &bare);
            // With anything beside the key, it would be a bare one.
            wrapped["additionalProperties"] = json!(false);
            // Both are read; the first is the one that the provider writes.
            match wraps {
                Wraps::Never => json!({ "anyOf": [bare, wrapped] }),
                Wraps::Always | Wraps::With(_) => json!({ "anyOf": [wrapped, bare] }),
            }
        }
    };
    // Where every field may be left out, so may all of them.
    let is_required = route.row.method != Method::Put;
    Some(json!({ "required": is_required, "content": content(&schema) }))
}

fn in_key(key: &str, schema: &Value) -> Value {
    json!({ "type": "object", "properties": { key: schema }, "required": [key] })
}

fn content(schema: &Value) -> Value {
    json!({ "application/json": { "schema": schema } })
}

/// The responses of a route.
pub(super) fn responses(route: &Route, schemas: &Schemas) -> Value {
    let mut responses = Map::new();
    match route.part {
        Part::Extension => {
            let replies: Vec<Value> = route
                .row
                .answers
                .iter()
                .map(|key| schemas.reply(key))
                .collect();
            responses.insert(
                "200".to_owned(),
                response("What was asked for.", &json!({ "oneOf": replies })),
            );
        }
        Part::Public => public_responses(route, schemas, &mut responses),
    }
    responses.insert("default".to_owned(), failure());
    Value::Object(responses)
}

fn public_responses(route: &Route, schemas: &Schemas, responses: &mut Map<String, Value>) {
    let operation = schemas.resource("operation");
    let key = route.kind.map(|kind| kind.about().singular);
    let key = key.or_else(|| route.row.answers.first().copied());
    if route.name.starts_with("delete") {
        responses.insert("204".to_owned(), json!({ "description": "It is deleted." }));
        let schema = in_key("operation", &operation);
        responses.insert(
            "200".to_owned(),
            response("An operation deletes it.", &schema),
        );
        return;
    }
    let key = key.unwrap_or_default();
    let listed = key
        .strip_suffix('s')
        .filter(|_| route.name.starts_with("list"));
    let schema = if let Some(singular) = listed {
        let items = schemas.resource(singular);
        in_key(key, &json!({ "type": "array", "items": items }))
    } else {
        let mut schema = in_key(key, &schemas.resource(key));
        schema["properties"]["operation"] = operation;
        schema
    };
    let status = if route.name.starts_with("create") {
        "201"
    } else {
        "200"
    };
    responses.insert(
        status.to_owned(),
        response(
            "The resource, and an operation where one was started.",
            &schema,
        ),
    );
}

fn response(description: &str, schema: &Value) -> Value {
    json!({ "description": description, "content": content(schema) })
}

/// The response where something is wrong.
pub(super) fn failure() -> Value {
    response("An error.", &error())
}

/// The form of the provider's `internal/client/error.go`.
fn error() -> Value {
    json!({
        "type": "object",
        "properties": {
            "status": { "type": "integer" },
            "error": { "type": "string" },
            "code": { "type": "string" },
            "error_details": {
                "type": "object",
                "additionalProperties": { "type": "array", "items": { "type": "string" } },
            },
        },
        "required": ["status", "error"],
    })
}
