//! The `OpenAPI` document.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Little, call, come_to, server};
use crate::Secret;
use crate::server::{Settings, document};
use crate::wire::table::ROUTES;

fn operations() -> Vec<(String, String, Value)> {
    let paths = document()["paths"].as_object().unwrap().iter();
    paths
        .flat_map(|(path, operations)| {
            let operations = operations.as_object().unwrap().iter();
            operations.map(|(method, operation)| (path.clone(), method.clone(), operation.clone()))
        })
        .collect()
}

#[tokio::test]
async fn the_document_is_served_without_a_key() {
    let settings = Settings {
        api_key: Some(Secret::new("k")),
        ..Settings::default()
    };
    let server = server(&Little::empty(), settings);
    let (status, body) = come_to(&server, call("GET", "/meltdeck/v1/openapi.json", "")).await;
    assert_eq!((status, &body), (200, document()));
    assert_eq!(body["openapi"], "3.1.0");
}

#[test]
fn every_route_is_in_it_and_says_whose_it_is() {
    let operations = operations();
    assert_eq!(operations.len(), ROUTES.len() + 1);
    let mut names = BTreeSet::new();
    for (path, method, operation) in operations {
        let owner = if path.starts_with("/api/v1/") {
            "meltcloud"
        } else {
            "meltdeck"
        };
        assert_eq!(operation["x-origin"], owner, "{path}");
        assert_eq!(operation["tags"], serde_json::json!([owner]), "{path}");
        assert!(
            names.insert(operation["operationId"].as_str().unwrap().to_owned()),
            "{path}"
        );
        assert!(
            !operation["summary"].as_str().unwrap().is_empty(),
            "{method} {path}"
        );
        let parameters = operation["parameters"].as_array().unwrap().iter();
        let in_path = parameters.filter(|parameter| parameter["in"] == "path");
        assert_eq!(in_path.count(), path.matches('{').count(), "{path}");
    }
}

/// Every value below a value, and the path to it.
fn walk<'a>(value: &'a Value, place: &str, see: &mut dyn FnMut(&str, &'a Value)) {
    see(place, value);
    match value {
        Value::Object(map) => map
            .iter()
            .for_each(|(key, value)| walk(value, &format!("{place}/{key}"), see)),
        Value::Array(all) => all.iter().for_each(|value| walk(value, place, see)),
        _ => {}
    }
}

#[test]
fn every_reference_leads_somewhere_and_no_schema_is_missing() {
    let mut seen = 0;
    walk(document(), "", &mut |place, value| {
        if place.ends_with("/$ref") {
            let target = value.as_str().unwrap().strip_prefix('#').unwrap();
            assert!(document().pointer(target).is_some(), "{place}: {target}");
            seen += 1;
        }
        if place.ends_with("/schema") {
            let is_there = value.as_object().is_some_and(|schema| !schema.is_empty());
            assert!(is_there, "{place}: {value}");
        }
        assert!(
            !value.is_null() || place.contains("const") || place.contains("default"),
            "{place}"
        );
    });
    assert!(seen > 100, "{seen}");
}

#[test]
fn one_order_and_one_change_as_they_are_described() {
    let of = |id: &str| {
        let found = operations()
            .into_iter()
            .find(|(_, _, operation)| operation["operationId"] == id);
        found.unwrap()
    };
    let (path, method, apply) = of("meltdeck_apply_revision");
    assert_eq!(
        (path.as_str(), method.as_str()),
        (
            "/meltdeck/v1/orgs/{organization}/machine_pools/{pool}/apply",
            "post"
        )
    );
    let body = &apply["requestBody"]["content"]["application/json"]["schema"];
    assert_eq!(body["required"], serde_json::json!(["revision"]));
    assert_eq!(body["properties"].as_object().unwrap().len(), 2);
    let (path, method, update) = of("meltcloud_update_elastic_quota");
    assert_eq!(
        (path.as_str(), method.as_str()),
        ("/api/v1/orgs/{organization}/elastic_quotas/{object}", "put")
    );
    let body = &update["requestBody"]["content"]["application/json"]["schema"]["anyOf"][0];
    assert_eq!(body["properties"].as_object().unwrap().len(), 4);
}
