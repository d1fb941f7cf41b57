//! One list of requests, asked of a simulated fleet in memory, through the client and a server, and as plain HTTP of a
//! server that has nothing but the public API, in the forms of both dialects: the answers agree.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::TcpStream;

use appliance::{Error, Reply, Request, wire};
use serde_json::{Value, json};
use simulator::engine::{Seed, Time};
use simulator::fleet::Blueprint;
use simulator::scenario::Scenario;
use simulator::simulation::Simulation;
use tests::served::{KEY, ORGANIZATION, Served};

const FLEET: &str = r#"
    [hardware.h]
    update = "1m"
    [[clusters]]
    name = "prod"
    [[clusters]]
    name = "edge"
    [[pools]]
    name = "w"
    cluster = "prod"
    machines = 3
    hardware = "h"
    [[machines]]
    name = "spare"
    status = "ready_unassigned"
    [[workloads]]
    name = "web"
    cluster = "prod"
    replicas = 2
    budget = { max_unavailable = 1 }
    [[windows]]
    opens = "00:00"
    for = "6h"
"#;

/// What is asked, one after the other, and the status of the answer. Bodies are as meltcloud's provider sends them, of the
/// released dialect first. `+` lets a minute go by.
const PUBLIC: &str = r#"
200 GET    machines
200 GET    machines/1
404 GET    machines/99
201 POST   machines {"uuid":"4c4c4544-0042-3510-8051-b4c04f4e3332","name":"n1","machine_pool_id":1,"labels":[{"key":"a","value":"b"}]}
422 POST   machines {"uuid":"4C4C4544-0042-3510-8051-B4C04F4E3332"}
422 POST   machines {"uuid":"not-one"}
422 POST   machines {"uuid":"4c4c4544-0042-3510-8051-b4c04f4e3333","name":"N1"}
400 POST   machines {"uuid":
200 PUT    machines/1 {}
200 PUT    machines/1 {"name":"renamed"}
+
200 GET    operations/1
404 GET    operations/77
200 PUT    machines/4 {"machine_pool_id":1}
+
+
200 GET    machines
200 PUT    machines/5 {"labels":[{"key":"a","value":"c"}]}
409 DELETE machines/1
204 DELETE machines/5
404 DELETE machines/5
201 POST   network_profiles {"name":"np","links":null}
422 POST   network_profiles {"name":"NP","links":null}
200 GET    network_profiles/1
200 GET    network_profiles/np?by_name=true
200 PUT    network_profiles/1 {"name":"np","links":[{"name":"up","interfaces":["eth0"],"vlans":[],"host_networking":true,"lacp":false,"native_vlan":true}]}
201 POST   network_profiles {"network_profile":{"name":"d2","uplinks":[{"name":"up0","mode":"auto","interfaces":[],"lacp":false,"host_networks":[{"subnet_id":1,"vlan_tagged":false,"primary":true}]}]}}
204 DELETE network_profiles/2
200 GET    clusters
200 GET    clusters/1
200 GET    clusters/Edge?by_name=true
201 POST   clusters {"name":"c","user_version":"1.33"}
201 POST   clusters {"name":"d2","release_channel":"manual","manual_version":"1.35.5-melt.30","addon_kube_proxy":true,"addon_core_dns":true}
422 POST   clusters {"name":"c","user_version":"1.33"}
422 POST   clusters {"name":"e","user_version":"latest"}
200 GET    operations/1000000001
200 PUT    clusters/3 {"user_version":"1.34"}
409 DELETE clusters/1
201 POST   clusters/3/machine_pools {"name":"p","user_version":"1.34","network_profile_id":null}
422 POST   clusters/3/machine_pools {"name":"q","user_version":"1.35","network_profile_id":null}
201 POST   clusters/4/machine_pools {"name":"p","release_channel":"stable"}
200 GET    clusters/1/machine_pools/1
404 GET    clusters/2/machine_pools/1
200 GET    clusters/3/machine_pools/p?by_name=true
200 PUT    clusters/3/machine_pools/2 {"name":"renamed","user_version":"1.34","network_profile_id":1}
200 PUT    clusters/1/machine_pools/1 {"name":"w","user_version":"1.33","network_profile_id":null}
+
409 DELETE clusters/3
204 DELETE clusters/3/machine_pools/2
200 DELETE clusters/3
404 GET    clusters/3
200 GET    enrollment_images
201 POST   enrollment_images {"name":"i","expires_at":"2026-11-10T11:49:07Z","install_disk_device":"/dev/vda","install_disk_force_overwrite":null,"vlan":null,"enable_http":null}
422 POST   enrollment_images {"name":"j","expires_at":"soon","install_disk_device":"/dev/vda"}
200 GET    enrollment_images/1
204 DELETE enrollment_images/1
201 POST   elastic_fleets {"name":"f","cluster_id":1}
422 POST   elastic_fleets {"name":"g","cluster_id":99}
200 GET    elastic_fleets/1
200 GET    elastic_fleets/f?by_name=true
201 POST   elastic_quotas {"name":"q","vcpus":8,"disk_gib":100,"memory_mib":4096,"elastic_fleet_id":1,"consuming_organization_uuid":"0b9a7c1e-0000-4000-8000-00000000000f"}
200 GET    elastic_quotas/1
200 PUT    elastic_quotas/1 {"name":"q","vcpus":16,"disk_gib":100,"memory_mib":4096}
201 POST   clusters/1/elastic_node_pools {"name":"n","elastic_quota_id":1,"node_count":1,"node_vcpus":4,"node_memory_mib":2048,"node_disk_gib":20,"version":"1.33"}
200 GET    clusters/1/elastic_node_pools/1
200 GET    clusters/1/elastic_node_pools/n?by_name=true
200 PUT    clusters/1/elastic_node_pools/1 {"release_channel":"manual","manual_version":"1.33.9-melt.2"}
200 PUT    clusters/1/elastic_node_pools/1 {"release_channel":"stable","version":"1.33"}
200 PUT    clusters/1/elastic_node_pools/1 {"node_count":2,"node_vcpus":4,"node_memory_mib":2048,"node_disk_gib":20,"version":"1.33"}
409 DELETE elastic_fleets/1
204 DELETE clusters/1/elastic_node_pools/1
204 DELETE elastic_quotas/1
204 DELETE elastic_fleets/1
201 POST   networks {"network":{"name":"net"}}
200 GET    networks/1
201 POST   ip_pools {"ip_pool":{"name":"pool","cidr":"10.0.0.0/24","ranges":[{"kind":"allocatable","start_address":"10.0.0.10","end_address":"10.0.0.99"}]}}
200 GET    ip_pools/1
200 GET    ip_pools/pool?by_name=true
200 PUT    ip_pools/1 {"ip_pool":{"name":"pool","description":"of racks"}}
201 POST   networks/1/subnets {"subnet":{"name":"s","addressing":"ipam","vlan":12,"ip_pool_id":1,"gateway":"10.0.0.1","dns":["10.0.0.2"]}}
200 GET    networks/1/subnets/1
200 GET    networks/1/subnets/s?by_name=true
409 DELETE ip_pools/1
204 DELETE networks/1/subnets/1
204 DELETE ip_pools/1
204 DELETE networks/1
404 GET    nothing
405 PATCH  machines/1 {}
"#;

/// The same of the extension.
const EXTENSION: &str = r"
200 GET    capabilities
200 GET    clock
200 GET    clusters
200 GET    machine_pools
200 GET    machines
200 GET    revisions
200 GET    operations
200 GET    budgets
200 GET    network_profiles
200 GET    events?after=0&most=50
200 GET    machines/1
404 GET    machines/99
";

struct Line<'t> {
    status: u16,
    method: &'t str,
    path: &'t str,
    body: &'t str,
}

/// The lines; `None`: a minute goes by.
fn lines(text: &str) -> Vec<Option<Line<'_>>> {
    text.trim().lines().map(line).collect()
}

fn line(line: &str) -> Option<Line<'_>> {
    let (status, rest) = line.split_once(' ')?;
    let (method, rest) = rest.split_once(' ')?;
    let rest = rest.trim_start();
    let (path, body) = rest.split_once(' ').unwrap_or((rest, ""));
    Some(Line {
        status: status.parse().unwrap(),
        method,
        path,
        body,
    })
}

fn simulation() -> Simulation {
    let scenario = Scenario::parse(FLEET, "test", "test").unwrap();
    Simulation::new(&Blueprint::new(scenario), Seed(1), 0)
}

fn served(documented_only: bool) -> Served {
    Served::new(simulation(), documented_only)
}

/// The status and the JSON of a plain request.
fn http(served: &Served, method: &str, target: &str, body: &str) -> (u16, Value) {
    let mut stream = TcpStream::connect(served.address()).unwrap();
    let head = format!(
        "{method} {target} HTTP/1.1\r\nHost: {}\r\nX-Meltcloud-API-Key: {KEY}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        served.address(),
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    if status == 204 {
        assert_eq!(body, "");
        return (status, Value::Null);
    }
    let head = head.to_ascii_lowercase();
    assert!(head.contains("content-type: application/json"), "{head}");
    (status, serde_json::from_str(body).unwrap())
}

fn a_minute_later(simulation: &mut Simulation) {
    let next = simulation.now().as_millis() + 60_000;
    simulation.run_until(Time::from_millis(next));
}

fn public(path: &str) -> String {
    format!("/api/v1/orgs/{ORGANIZATION}/{path}")
}

fn extension(path: &str) -> String {
    format!("/meltdeck/v1/orgs/{ORGANIZATION}/{path}")
}

/// The status and the JSON that an answer in memory is on the wire.
fn as_written(request: &Request, answer: Result<Reply, Error>) -> (u16, Value) {
    let response = match answer.and_then(|reply| wire::write_reply(request, &reply)) {
        Ok(response) => response,
        Err(error) => wire::write_error(&error),
    };
    let body = response.body.unwrap_or_default();
    let read = serde_json::from_slice(&body).unwrap_or_default();
    (response.status, read)
}

#[test]
fn answers_in_memory_and_through_the_client_agree() {
    let mut memory = simulation();
    let served = served(false);
    let client = served.client();
    let mut asked = 0;
    let all = lines(PUBLIC).into_iter().map(|line| (line, true));
    for (line, is_public) in all.chain(lines(EXTENSION).into_iter().map(|line| (line, false))) {
        let Some(line) = line else {
            a_minute_later(&mut memory);
            a_minute_later(&mut served.fleet());
            continue;
        };
        let target = if is_public {
            public(line.path)
        } else {
            extension(line.path)
        };
        let Ok(call) = wire::read(line.method, &target, line.body.as_bytes()) else {
            // What cannot be read is no request for a client.
            continue;
        };
        let in_memory = memory.answer(&call.request);
        let over_the_wire = client.ask(&call.request);
        assert_eq!(over_the_wire, in_memory, "{} {}", line.method, line.path);
        let status = as_written(&call.request, in_memory).0;
        assert_eq!(
            status, line.status,
            "{} {} {}",
            line.method, line.path, line.body
        );
        asked += 1;
    }
    assert!(asked > 80, "{asked}");
}

#[test]
fn plain_requests_in_both_dialects_are_answered_as_in_memory() {
    let mut memory = simulation();
    // With the doubled slash of the released provider, and without; bare bodies and wrapped ones.
    let released = served(true);
    let newer = served(true);
    for line in lines(PUBLIC) {
        let Some(line) = line else {
            a_minute_later(&mut memory);
            a_minute_later(&mut released.fleet());
            a_minute_later(&mut newer.fleet());
            continue;
        };
        let target = public(line.path);
        let doubled = target.replacen("/v1/", "/v1//", 1);
        let answered = http(&released, line.method, &doubled, line.body);
        let place = format!(
            "{} {} {}: {}",
            line.method, line.path, line.body, answered.1
        );
        assert_eq!(answered.0, line.status, "{place}");
        let in_memory = match wire::read(line.method, &target, line.body.as_bytes()) {
            Ok(call) => as_written(&call.request, memory.answer(&call.request)),
            Err(error) => as_written(&Request::ListMachines, Err(error)),
        };
        assert_eq!(answered, in_memory, "{place}");
        let body = wrapped(line.path, line.body);
        assert_eq!(
            http(&newer, line.method, &target, &body),
            answered,
            "{place}"
        );
        if line.status >= 400 {
            assert_eq!(answered.1["status"], json!(line.status), "{place}");
            assert!(answered.1["error"].is_string(), "{place}");
        }
    }
    for line in lines(EXTENSION).into_iter().flatten() {
        let (status, _) = http(&released, line.method, &extension(line.path), line.body);
        assert_eq!(status, 404, "{}", line.path);
    }
}

/// A body in its key, or without one where it has one.
fn wrapped(path: &str, body: &str) -> String {
    let Ok(Value::Object(mut fields)) = serde_json::from_str::<Value>(body) else {
        return body.to_owned();
    };
    let collection = path.split('/').rfind(|part| part.parse::<i64>().is_err());
    let key = collection.unwrap_or_default().trim_end_matches('s');
    match fields.remove(key) {
        Some(bare) => bare.to_string(),
        None => json!({ key: fields }).to_string(),
    }
}

/// So that a new endpoint does not go unasked.
#[test]
fn every_endpoint_of_the_public_api_is_answered_without_an_error_once() {
    let document = appliance::server::document();
    let mut unasked = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        let Some(path) = path.strip_prefix("/api/v1/orgs/{organization}/") else {
            assert!(
                path.starts_with("/meltdeck/") || path.contains("//"),
                "{path}"
            );
            continue;
        };
        for method in ["get", "post", "put", "delete"] {
            if item.get(method).is_some() {
                unasked.insert((method.to_uppercase(), path.to_owned()));
            }
        }
    }
    assert!(unasked.len() > 40, "{}", unasked.len());
    for line in lines(PUBLIC).into_iter().flatten() {
        if line.status >= 300 {
            continue;
        }
        let asked: Vec<&str> = line.path.split(['/', '?']).collect();
        unasked.retain(|(method, path)| {
            let mut parts = path.split('/').zip(&asked);
            let is_it = parts.all(|(part, asked)| part.starts_with('{') || part == *asked);
            let length = line.path.split('?').next().unwrap().split('/').count();
            !(method == line.method && path.split('/').count() == length && is_it)
        });
    }
    assert_eq!(unasked, BTreeSet::new());
}
