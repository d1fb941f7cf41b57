//! The table of routes as an `OpenAPI` 3.1 document. Nothing in it is written down twice: paths, queries and bodies are those
//! of the table, fields and their meanings those of the types.

mod bodies;
mod schemas;

use std::sync::LazyLock;

use serde_json::{Map, Value, json};

use crate::wire::Part;
use crate::wire::route::{Route, Segment};
use crate::wire::table::ROUTES;
use bodies::{request_body, responses};
use schemas::Schemas;

static DOCUMENT: LazyLock<Value> = LazyLock::new(make);

/// The document.
pub fn document() -> &'static Value {
    &DOCUMENT
}

const PUBLIC: &str = "meltcloud's public API, as far as the source of its Terraform provider \
    (https://github.com/meltcloud/terraform-provider-meltcloud) shows it: there is no public reference. Both forms of it \
    are here, the released and the newer one. Where statuses, error texts and words for states are not public, they are \
    this project's guesses. The provider writes the path with two slashes (/api/v1//orgs/); both are read.";

const EXTENSION: &str = "meltdeck's extension, which no meltcloud appliance has: what the public API does not show, and a \
    simulated appliance tells.";

fn tag(part: Part) -> &'static str {
    match part {
        Part::Public => "meltcloud",
        Part::Extension => "meltdeck",
    }
}

fn make() -> Value {
    let mut schemas = Schemas::new();
    let mut paths = Map::new();
    for route in ROUTES.iter() {
        let of_path = paths.entry(path(route)).or_insert_with(|| json!({}));
        of_path[route.row.method.as_str().to_ascii_lowercase()] = operation(route, &mut schemas);
    }
    paths.insert(format!("{}/events/stream", root(Part::Extension)), stream());
    let mut document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "meltdeck",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "A simulated meltcloud appliance",
        },
        "tags": [
            { "name": tag(Part::Public), "description": PUBLIC },
            { "name": tag(Part::Extension), "description": EXTENSION },
        ],
        "security": [{ "key": [] }],
        "paths": paths,
        "components": {
            "schemas": schemas.into_definitions(),
            "securitySchemes": {
                "key": { "type": "apiKey", "in": "header", "name": "X-Meltcloud-API-Key" },
            },
        },
    });
    schemas::bound(&mut document);
    document
}

fn root(part: Part) -> String {
    format!(
        "{}/orgs/{{organization}}",
        part.prefix().trim_end_matches('/')
    )
}

fn path(route: &Route) -> String {
    format!("{}/{}", root(route.part), route.path.replace(":name", ""))
}

fn operation(route: &Route, schemas: &mut Schemas) -> Value {
    let name = match route.kind {
        Some(kind) => route.name.replace("stored", kind.about().singular),
        None => route.name.clone(),
    };
    let mut operation = json!({
        "operationId": format!("{}_{name}", tag(route.part)),
        "tags": [tag(route.part)],
        "x-origin": tag(route.part),
        "summary": schemas.about(route),
        "parameters": parameters(route, schemas),
        "responses": responses(route, schemas),
    });
    if let Some(body) = request_body(route, schemas) {
        operation["requestBody"] = body;
    }
    if route.kind.is_some_and(|kind| kind.about().is_newer) {
        operation["description"] = json!("Newer providers only.");
    }
    operation
}

fn organization() -> Value {
    parameter(
        "path",
        "organization",
        true,
        &json!({ "type": "string", "format": "uuid" }),
    )
}

fn parameters(route: &Route, schemas: &Schemas) -> Value {
    let mut all = vec![organization()];
    for segment in route.segments() {
        match segment {
            Segment::Fixed(_) => {}
            Segment::Number(field) => {
                all.push(parameter(
                    "path",
                    field,
                    true,
                    &json!({ "type": "integer", "format": "int64" }),
                ));
            }
            Segment::Lookup(field) => {
                all.push(parameter(
                    "path",
                    field,
                    true,
                    &json!({ "type": ["integer", "string"] }),
                ));
                let mut by_name =
                    parameter("query", "by_name", false, &json!({ "type": "boolean" }));
                by_name["description"] =
                    json!("Whether the last segment is a name. Newer providers only.");
                all.push(by_name);
            }
        }
    }
    for (field, _) in route.row.query {
        let mut parameter = parameter("query", field, true, &schemas.field(route, field));
        // Several numbers stand in one value, with commas between them.
        parameter["style"] = json!("form");
        parameter["explode"] = json!(false);
        all.push(parameter);
    }
    Value::Array(all)
}

fn parameter(place: &str, name: &str, is_required: bool, schema: &Value) -> Value {
    json!({ "in": place, "name": name, "required": is_required, "schema": schema })
}

fn stream() -> Value {
    let number = json!({ "type": "integer", "minimum": 0, "maximum": u64::MAX });
    json!({ "get": {
        "operationId": "meltdeck_stream_events",
        "tags": [tag(Part::Extension)],
        "x-origin": tag(Part::Extension),
        "summary": "The fleet's log as server-sent events, each with its number as its id.",
        "parameters": [
            organization(),
            parameter("query", "after", false, &number),
            parameter("header", "Last-Event-ID", false, &number),
        ],
        "responses": { "200": {
            "description": "Events of the name fleet, until the server stops.",
            "content": { "text/event-stream": {} },
        }, "default": bodies::failure() },
    } })
}
