//! The JSON Schema of the file of contexts, for editors that complete TOML.

use serde_json::{Value, json};

/// The schema (draft 2020-12).
pub(crate) fn of_file() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Contexts of meltdeck",
        "description": "The appliances that meltdeck asks, each under a name.",
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "default_context": {
                "description": "The context that is meant where none is named.",
                "type": "string"
            },
            "contexts": {
                "description": "Contexts by their names.",
                "type": "object",
                "additionalProperties": of_context()
            }
        }
    })
}

fn of_context() -> Value {
    let text = |about: &str| json!({ "type": "string", "minLength": 1, "description": about });
    let flag = |about: &str| json!({ "type": "boolean", "default": false, "description": about });
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["organization"],
        "properties": {
            "endpoint": {
                "type": "string",
                "format": "uri",
                "default": "https://app.meltcloud.io",
                "description": "The address of the appliance."
            },
            "organization": {
                "type": "string",
                "format": "uuid",
                "description": "The organization's UUID."
            },
            "api_key_env": {
                "type": "string",
                "pattern": "^[A-Za-z_][A-Za-z0-9_]*$",
                "description": "The variable that holds the API key."
            },
            "api_key_file": text("A file that holds nothing but the API key and that only its owner may read."),
            "api_key_command": {
                "type": "array",
                "items": { "type": "string" },
                "minItems": 1,
                "description": "A program that prints the API key, and its arguments. No shell comes between."
            },
            "ca_file": text("Certificates, PEM, that are trusted instead of the system's."),
            "skip_verify": flag("Whether any certificate is taken."),
            "model": text("The model: what the appliance does not tell."),
            "write": flag("Whether orders are given without --write."),
            "most_requests_per_second": {
                "type": "number",
                "exclusiveMinimum": 0,
                "maximum": 1000,
                "default": 10,
                "description": "How many questions a second whoever polls asks at most."
            },
            "timezone": text("The zone of dates, of the IANA database.")
        },
        "not": {
            "anyOf": [
                { "required": ["api_key_env", "api_key_file"] },
                { "required": ["api_key_env", "api_key_command"] },
                { "required": ["api_key_file", "api_key_command"] }
            ]
        }
    })
}
