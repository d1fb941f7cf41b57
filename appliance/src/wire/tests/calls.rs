//! Requests as calls, and calls as requests.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::strategy::{Union, ValueTree};
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use super::{examples, organization, text};
use crate::public::{self, Lookup, NewNetworkProfile, StoredKind};
use crate::wire::table::{ROUTES, route_of};
use crate::wire::{Asked, Method, Part, allowed, read, write};
use crate::{ClusterId, ErrorKind, MachineId, MachinePoolId, Request};

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_request_is_read_back_from_its_call(request in Union::new(examples::requests())) {
        let call = write(&organization(), &request).unwrap();
        let body = call.body.clone().unwrap_or_default();
        let asked = read(call.method.as_str(), &call.target, body.as_bytes()).unwrap();
        let part = if matches!(request, Request::Public(_)) { Part::Public } else { Part::Extension };
        prop_assert!(call.target.is_ascii() && !call.target.contains(' '), "{}", call.target);
        prop_assert_eq!(asked, Asked { organization: organization(), part, request });
    }

    #[test]
    fn no_call_makes_the_reader_panic(
        method in "GET|PUT|POST|DELETE|HEAD",
        path in "(/?[a-z0-9_%{}:.]{0,10}){0,6}(\\?[a-z_=%&,0-9]{0,12})?",
        body in prop_oneof!["\\PC{0,12}", "\\{\"[a-z]{1,6}\":(null|1|\"a\"|\\{\\}|\\[\\])\\}"],
    ) {
        for prefix in ["/", "/api/v1/orgs/", "/api/v1//orgs/0b9a7c1e-0000-4000-8000-00000000000f/", "/meltdeck/v1/orgs/0b9a7c1e-0000-4000-8000-00000000000f/"] {
            let target = format!("{prefix}{path}");
            let asked = read(&method, &target, body.as_bytes());
            if let Ok(asked) = asked {
                prop_assert!(allowed(&target).iter().any(|known| known.as_str() == method), "{:?}", asked);
            }
        }
    }
}

#[test]
fn the_examples_take_every_route() {
    let mut runner = TestRunner::deterministic();
    let mut taken = BTreeSet::new();
    for strategy in examples::requests() {
        for _ in 0..100 {
            let request = strategy.new_tree(&mut runner).unwrap().current();
            let route = route_of(&request).unwrap();
            assert_eq!(
                request.is_order(),
                route.row.method != Method::Get,
                "{request:?}"
            );
            taken.insert((route.part.prefix(), route.name.clone(), route.kind));
        }
    }
    let every = ROUTES.iter();
    let every: BTreeSet<_> = every
        .map(|route| (route.part.prefix(), route.name.clone(), route.kind))
        .collect();
    assert_eq!(taken, every);
}

#[test]
fn the_largest_number_of_an_event_is_read_back() {
    let request = Request::ListEvents {
        after: u64::MAX,
        most: u32::MAX,
    };
    let call = write(&organization(), &request).unwrap();
    let read = read(call.method.as_str(), &call.target, b"").unwrap();
    assert_eq!(read.request, request);
}

const ORG: &str = "orgs/0b9a7c1e-0000-4000-8000-00000000000f";

fn written(request: &Request) -> (Method, String, Option<Value>) {
    let call = write(&organization(), request).unwrap();
    let body = call.body.map(|body| serde_json::from_str(&body).unwrap());
    (call.method, call.target.replace(ORG, "ORG"), body)
}

fn asked(method: &str, path: &str, body: &Value) -> Result<Request, crate::Error> {
    let target = format!("/api/v1//{ORG}/{path}");
    read(method, &target, body.to_string().as_bytes()).map(|asked| asked.request)
}

#[test]
fn a_call_is_written_as_the_provider_does() {
    let pool = public::Request::GetMachinePool {
        cluster: ClusterId(5),
        pool: Lookup::Name(text("gpu & co")),
    };
    let path = "/api/v1//ORG/clusters/5/machine_pools/gpu%20%26%20co?by_name=true";
    assert_eq!(
        written(&Request::from(pool)),
        (Method::Get, path.into(), None)
    );
    let nothing = public::Request::UpdateMachine {
        machine: MachineId(7),
        changes: public::MachineChanges::default(),
    };
    let path = "/api/v1//ORG/machines/7";
    assert_eq!(
        written(&Request::from(nothing)),
        (Method::Put, path.into(), Some(json!({})))
    );
}

#[test]
fn network_profiles_are_bare_with_links_and_wrapped_with_uplinks() {
    let profile = |links, uplinks| {
        let new = NewNetworkProfile {
            name: text("np"),
            links,
            uplinks,
        };
        written(&Request::from(public::Request::CreateNetworkProfile {
            new,
        }))
        .2
        .unwrap()
    };
    assert_eq!(
        profile(Some(Vec::new()), None),
        json!({ "name": "np", "links": [] })
    );
    assert_eq!(
        profile(None, Some(Vec::new())),
        json!({ "network_profile": { "name": "np", "uplinks": [] } })
    );
    let new = public::Request::CreateStored {
        kind: StoredKind::Network,
        parent: None,
        new: serde_json::from_value(json!({ "name": "storage" })).unwrap(),
    };
    assert_eq!(
        written(&Request::from(new)).2.unwrap(),
        json!({ "network": { "name": "storage" } })
    );
}

#[test]
fn the_extension_stands_apart_and_leaves_out_what_is_not_given() {
    let apply = Request::ApplyRevision {
        pool: MachinePoolId(3),
        revision: 9,
        from: None,
    };
    let path = "/meltdeck/v1/ORG/machine_pools/3/apply";
    assert_eq!(
        written(&apply),
        (Method::Post, path.into(), Some(json!({ "revision": 9 })))
    );
    let preflight = Request::Preflight {
        pools: vec![MachinePoolId(1), MachinePoolId(2)],
    };
    assert_eq!(written(&preflight).1, "/meltdeck/v1/ORG/findings?pools=1,2");
}

#[test]
fn bare_and_wrapped_bodies_mean_the_same_and_so_do_one_slash_and_two() {
    let bodies = [
        (
            "machines",
            json!({ "uuid": "4c4c4544-0042-3510-8051-b4c04f4e3332", "name": null }),
            "machine",
        ),
        (
            "clusters/5/machine_pools",
            json!({ "name": "p", "user_version": "1.32", "network_profile_id": null }),
            "machine_pool",
        ),
        (
            "network_profiles",
            json!({ "name": "np", "links": null }),
            "network_profile",
        ),
        (
            "networks/4/subnets",
            json!({ "name": "s", "addressing": "dhcp" }),
            "subnet",
        ),
        (
            "enrollment_images",
            json!({ "name": "i", "expires_at": "2026-11-10T11:49:07Z", "install_disk_device": "/dev/vda", "install_disk_force_overwrite": null, "vlan": null, "enable_http": null }),
            "enrollment_image",
        ),
    ];
    for (path, body, key) in bodies {
        let bare = asked("POST", path, &body).unwrap();
        assert_eq!(
            asked("POST", path, &json!({ key: body })).unwrap(),
            bare,
            "{path}"
        );
        let one_slash = read(
            "POST",
            &format!("/api/v1/{ORG}/{path}"),
            body.to_string().as_bytes(),
        );
        assert_eq!(one_slash.unwrap().request, bare, "{path}");
    }
}

#[test]
fn an_absent_key_keeps_and_a_null_takes_away() {
    let changes = |body: Value| match asked("PUT", "clusters/5/machine_pools/6", &body).unwrap() {
        Request::Public(request) => match *request {
            public::Request::UpdateMachinePool { changes, .. } => changes,
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    };
    assert_eq!(changes(json!({})), public::MachinePoolChanges::default());
    let null = changes(
        json!({ "name": "p", "user_version": "1.32", "network_profile_id": null, "future": 1 }),
    );
    assert_eq!(null.network_profile_id, public::Patch::Clear);
    assert_eq!(null.manual_version, public::Patch::Keep);
}

#[test]
fn what_is_neither_said_nor_left_out_is_wrong() {
    let cases = [
        (
            "GET",
            "clusters/7?by_name=null",
            json!({}),
            ErrorKind::Malformed,
            "by_name in the query has to be true or false",
        ),
        (
            "POST",
            "networks",
            json!({ "network": { "name": " " } }),
            ErrorKind::Rejected,
            "network is not valid: name can't be blank",
        ),
    ];
    for (method, path, body, kind, message) in cases {
        let error = asked(method, path, &body).unwrap_err();
        let told = (error.kind(), error.to_string());
        assert_eq!(told, (kind, message.to_owned()), "{method} {path}");
    }
}

#[test]
fn a_whole_number_may_be_written_with_a_fraction_of_nothing() {
    let assigned = |body: &str| {
        let path = format!("/api/v1/{ORG}/machines/1");
        read("PUT", &path, body.as_bytes())
            .map(|asked| asked.request)
            .map_err(|error| error.kind())
    };
    let plain = assigned(r#"{"machine_pool_id":12}"#);
    assert_eq!(assigned(r#"{"machine_pool_id":12.0}"#), plain);
    assert_eq!(assigned(r#"{"machine_pool_id":1.2e1}"#), plain);
    for wrong in ["12.5", "1e300", "9223372036854775808"] {
        let body = format!(r#"{{"machine_pool_id":{wrong}}}"#);
        assert_eq!(assigned(&body), Err(ErrorKind::Rejected), "{wrong}");
    }
}

#[test]
fn what_cannot_be_said_in_a_path_is_refused_and_not_sent_elsewhere() {
    let lookup = |name: &str| {
        Request::from(public::Request::GetCluster {
            cluster: Lookup::Name(text(name)),
        })
    };
    for name in ["", ".", ".."] {
        assert_eq!(
            write(&organization(), &lookup(name)).unwrap_err().kind(),
            ErrorKind::Rejected
        );
    }
    let stored = |kind, parent| {
        Request::from(public::Request::DeleteStored {
            kind,
            parent,
            object: 1,
        })
    };
    for wrong in [
        stored(StoredKind::Subnet, None),
        stored(StoredKind::Network, Some(1)),
    ] {
        assert_eq!(
            write(&organization(), &wrong).unwrap_err().kind(),
            ErrorKind::Rejected
        );
    }
    let network = Request::from(public::Request::UpdateStored {
        kind: StoredKind::Network,
        parent: None,
        object: 1,
        changes: public::Fields::default(),
    });
    assert!(write(&organization(), &network).is_err());
}

#[test]
fn a_wrong_call_says_what_is_wrong_with_it() {
    let cases = [
        (
            "GET",
            "machine",
            json!({}),
            ErrorKind::NotFound,
            "there is nothing at this path",
        ),
        (
            "GET",
            "machines/w-1",
            json!({}),
            ErrorKind::NotFound,
            "there is nothing at this path",
        ),
        (
            "GET",
            "clusters/?by_name=true",
            json!({}),
            ErrorKind::NotFound,
            "there is nothing at this path",
        ),
        (
            "PUT",
            "networks/1",
            json!({}),
            ErrorKind::MethodNotAllowed,
            "this cannot be done to what is at this path",
        ),
        (
            "POST",
            "machines",
            json!([]),
            ErrorKind::Malformed,
            "the body is not a JSON object",
        ),
        (
            "POST",
            "machines",
            json!({}),
            ErrorKind::Rejected,
            "uuid can't be blank",
        ),
        (
            "POST",
            "elastic_fleets",
            json!({ "name": "f" }),
            ErrorKind::Rejected,
            "elastic_fleet is not valid: cluster_id can't be blank",
        ),
    ];
    for (method, path, body, kind, message) in cases {
        let error = asked(method, path, &body).unwrap_err();
        assert_eq!(
            (error.kind(), error.to_string().as_str()),
            (kind, message),
            "{method} {path}"
        );
    }
    let broken = read("POST", &format!("/api/v1//{ORG}/machines"), b"{\"uuid\":");
    assert_eq!(broken.unwrap_err().kind(), ErrorKind::Malformed);
    let text = read(
        "GET",
        &format!("/meltdeck/v1/{ORG}/events?after=x&most=1"),
        b"",
    );
    assert_eq!(
        text.unwrap_err().to_string(),
        "after in the query is x, and has to be a whole number"
    );
}

#[test]
fn a_path_knows_its_methods() {
    assert_eq!(
        allowed(&format!("/api/v1//{ORG}/clusters/1")),
        [Method::Get, Method::Put, Method::Delete]
    );
    assert_eq!(
        allowed(&format!("/api/v1//{ORG}/networks/1")),
        [Method::Get, Method::Delete]
    );
    assert_eq!(allowed("/api/v1//orgs/acme/clusters"), []);
    assert_eq!(allowed("/elsewhere"), []);
}
