//! What is printed as JSON is what its schema says.

use std::path::PathBuf;

use jsonschema::Validator;
use serde_json::Value;
use tests::{meltdeck, root};

fn json(args: &[&str]) -> Value {
    let said = meltdeck(args);
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{args:?}");
    serde_json::from_str(&said.out).unwrap()
}

/// A schema as it is printed, and one that allows no field which it does not name.
fn schemas(of: &str) -> [Validator; 2] {
    let schema = json(&["schema", of]);
    jsonschema::meta::validate(&schema).unwrap();
    let mut strict = schema.clone();
    forbid_others(&mut strict);
    [schema, strict].map(|schema| jsonschema::draft202012::new(&schema).unwrap())
}

fn forbid_others(schema: &mut Value) {
    match schema {
        Value::Object(keys) => {
            keys.values_mut().for_each(forbid_others);
            if keys.get("properties").is_some_and(Value::is_object) {
                keys.insert("additionalProperties".to_owned(), false.into());
            }
        }
        Value::Array(items) => items.iter_mut().for_each(forbid_others),
        _ => {}
    }
}

fn assert_valid(schemas: &[Validator], value: &Value, of: &str) {
    for schema in schemas {
        let problems: Vec<String> = schema
            .iter_errors(value)
            .map(|problem| format!("{}: {problem}", problem.instance_path()))
            .collect();
        assert!(problems.is_empty(), "{of}: {problems:#?}");
    }
}

/// Every scenario file of the project.
fn scenarios() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join("scenarios")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path
                .extension()
                .is_some_and(|extension| extension == "toml")
            {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

#[test]
fn every_forecast_is_as_the_schema_says_and_has_nothing_else() {
    let schemas = schemas("report");
    let files = scenarios();
    assert!(files.len() > 16, "{files:?}");
    for file in files {
        let file = file.to_str().unwrap();
        let forecast = json(&["rehearse", file, "--runs", "3", "-o", "json"]);
        assert_valid(&schemas, &forecast, file);
    }
    // Fields that are `null` unless they are asked for.
    let file = root().join("scenarios/bad-firmware.toml");
    let narrow = ["--precision", "50%", "--runs", "100"];
    let args = [
        &["rehearse", file.to_str().unwrap(), "-o", "json"],
        &narrow[..],
    ]
    .concat();
    let narrow = json(&args);
    assert!(narrow["precision"].is_object());
    assert_valid(&schemas, &narrow, "with a precision");
}

#[test]
fn a_comparison_and_a_sensitivity_are_as_their_schemas_say() {
    let file = root().join("scenarios/monthly-image.toml");
    let file = file.to_str().unwrap();
    let args = ["rehearse", file, "--runs", "6", "-o", "json"];
    let comparison = json(&[&args[..], &["--against", file]].concat());
    assert_valid(&schemas("comparison"), &comparison, "comparison");
    let sensitivity = json(&[&args[..], &["--sensitivity"]].concat());
    assert!(!sensitivity["inputs"].as_array().unwrap().is_empty());
    assert_valid(&schemas("sensitivity"), &sensitivity, "sensitivity");
    // One is no other.
    assert!(!schemas("report")[0].is_valid(&comparison));
}

#[test]
fn a_forecast_that_was_changed_is_not_valid() {
    let [schema, strict] = schemas("report");
    let file = root().join("scenarios/monthly-image.toml");
    let forecast = json(&[
        "rehearse",
        file.to_str().unwrap(),
        "--runs",
        "3",
        "-o",
        "json",
    ]);
    assert!(schema.is_valid(&forecast));
    let changes: [(&str, Value); 8] = [
        ("/schema_version", 2.into()),
        ("/seed", "1".into()),
        ("/finished/share", Value::Null),
        ("/duration_s/p50", "soon".into()),
        ("/duration_s/interval/p90/high", "later".into()),
        ("/duration_s/max", (-1).into()),
        ("/pools/workers/rollouts/0/revision", (-3).into()),
        ("/pools", Value::Array(Vec::new())),
    ];
    for (at, value) in changes {
        let mut other = forecast.clone();
        *other.pointer_mut(at).unwrap() = value;
        assert!(!schema.is_valid(&other), "{at}");
    }
    for field in forecast.as_object().unwrap().keys() {
        let mut without = forecast.clone();
        without.as_object_mut().unwrap().remove(field);
        assert!(!schema.is_valid(&without), "{field}");
    }
    let mut more = forecast.clone();
    more["duration_s"]["p95"] = 5.into();
    assert!(!strict.is_valid(&more) && schema.is_valid(&more));
}

/// The description of every field of every object of a schema.
#[test]
fn every_field_is_described() {
    for of in ["report", "comparison", "sensitivity"] {
        let schema = json(&["schema", of]);
        assert_eq!(
            schema["$schema"],
            "https://json-schema.org/draft/2020-12/schema"
        );
        assert_eq!(schema["properties"]["schema_version"]["const"], 1);
        let mut objects = vec![&schema];
        objects.extend(schema["$defs"].as_object().unwrap().values());
        let mut fields = 0;
        for (name, field) in objects
            .iter()
            .filter_map(|object| object["properties"].as_object())
            .flatten()
        {
            let said = field["description"].as_str().unwrap_or_default();
            assert!(said.len() > 3, "{of}: {name}: {field}");
            assert!(!said.contains("None") && !said.contains("[`"), "{said}");
            fields += 1;
        }
        assert!(fields > 20, "{of}: {fields}");
    }
}

#[test]
fn the_schema_of_contexts_takes_what_is_right_and_refuses_what_is_not() {
    let [schema, _] = schemas("config");
    let context = |more: Value| {
        let mut context =
            serde_json::json!({ "organization": "0b9a7c1e-0000-4000-8000-00000000000f" });
        context
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        serde_json::json!({ "contexts": { "a": context } })
    };
    for right in [
        serde_json::json!({}),
        serde_json::json!({ "api_key_command": ["pass"], "write": true, "timezone": "UTC" }),
        serde_json::json!({ "most_requests_per_second": 0.5 }),
    ] {
        assert!(schema.is_valid(&context(right.clone())), "{right}");
    }
    for wrong in [
        serde_json::json!({ "api_key": "k" }),
        serde_json::json!({ "api_key_env": "K", "api_key_file": "k" }),
        serde_json::json!({ "most_requests_per_second": 0 }),
    ] {
        assert!(!schema.is_valid(&context(wrong.clone())), "{wrong}");
    }
}
