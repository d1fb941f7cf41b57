//! Replies as responses, and responses as replies.

use serde_json::{Value, json};

use super::text;
use crate::public::{self, Lookup, WithOperation};
use crate::wire::{read_reply, write_reply};
use crate::{
    Clock, ClusterId, ControlPlaneStatus, ErrorKind, Label, MachineId, MachinePoolId,
    MachineStatus, OperationId, OperationStatus, Reply, Request, Secret,
};

fn operation() -> public::Operation {
    public::Operation {
        id: OperationId(7),
        status: OperationStatus::Running,
        action: text("rollout"),
    }
}

fn machine() -> public::Machine {
    public::Machine {
        id: MachineId(23),
        uuid: text("4c4c4544-0042-3510-8051-b4c04f4e3332"),
        name: None,
        status: MachineStatus::ReadyUnassigned,
        machine_pool_id: None,
        labels: vec![Label {
            key: text("a"),
            value: text("b"),
        }],
        machine_revision: Some(public::MachineRevision {
            id: 4,
            network_profile_id: None,
            depot_network_profile_id: None,
        }),
        desired_machine_revision: None,
    }
}

fn cluster() -> public::Cluster {
    public::Cluster {
        id: ClusterId(5),
        name: text("melt03"),
        control_plane_status: ControlPlaneStatus::Ready,
        user_version: text("1.31"),
        patch_version: text("1.31.12"),
        kubeconfig: Some(Secret::new("apiVersion: v1\nkind: Config\n")),
        kubeconfig_user: None,
        pod_cidr: Some(text("10.36.0.0/16")),
        service_cidr: None,
        dns_service_ip: None,
        addon_kube_proxy: None,
        addon_core_dns: Some(true),
        release_channel: None,
        manual_version: None,
        kubernetes_bundle: None,
    }
}

/// Writes a reply and reads it back; the status and the JSON in between.
fn through(request: &Request, reply: &Reply) -> (u16, Value) {
    let response = write_reply(request, reply).unwrap();
    let body = response.body.unwrap_or_default();
    assert_eq!(&read_reply(request, response.status, &body).unwrap(), reply);
    (
        response.status,
        serde_json::from_slice(&body).unwrap_or_default(),
    )
}

fn public(request: public::Request, reply: public::Reply) -> (u16, Value) {
    through(&Request::from(request), &Reply::from(reply))
}

#[test]
fn a_machine_is_written_with_nulls_and_without_a_revision_that_is_not_pending() {
    let get = public::Request::GetMachine {
        machine: MachineId(23),
    };
    let (status, json) = public(get, public::Reply::Machine(machine().into()));
    let expected = json!({ "machine": {
        "id": 23,
        "uuid": "4c4c4544-0042-3510-8051-b4c04f4e3332",
        "name": null,
        "status": "ready_unassigned",
        "machine_pool_id": null,
        "labels": [{ "key": "a", "value": "b" }],
        "machine_revision": { "id": 4, "network_profile_id": null, "depot_network_profile_id": null },
    }});
    assert_eq!((status, json), (200, expected));
}

#[test]
fn a_machine_is_read_from_either_dialect() {
    let get = Request::from(public::Request::GetMachine {
        machine: MachineId(1),
    });
    let released =
        json!({ "machine": { "id": 1, "uuid": "u", "status": "hibernating" }, "operation": null });
    let newer = json!({ "machine": {
        "id": 1, "uuid": "u", "status": "hibernating", "name": null, "labels": null, "machine_pool_id": null,
        "machine_revision": null, "desired_machine_revision": { "id": 0 }, "new": [1],
    }});
    let read =
        [released, newer].map(|body| read_reply(&get, 200, body.to_string().as_bytes()).unwrap());
    assert_eq!(read[0], read[1]);
    let Reply::Public(reply) = &read[0] else {
        panic!("{read:?}")
    };
    let public::Reply::Machine(machine) = &**reply else {
        panic!("{read:?}")
    };
    assert_eq!(
        machine.resource.status,
        MachineStatus::Other(text("hibernating"))
    );
    assert_eq!(machine.resource.desired_machine_revision, None);
}

#[test]
fn the_wire_alone_writes_a_secret() {
    let get = public::Request::GetCluster {
        cluster: Lookup::Id(ClusterId(5)),
    };
    let reply = public::Reply::Cluster(Box::new(cluster().into()));
    let (_, json) = public(get, reply.clone());
    assert_eq!(
        json["cluster"]["kubeconfig"],
        "apiVersion: v1\nkind: Config\n"
    );
    assert_eq!(json["cluster"].get("kubeconfig_user"), None);
    let recorded = serde_json::to_string(&reply).unwrap();
    assert!(!recorded.contains("Config") && !format!("{reply:?}").contains("Config"));
}

#[test]
fn an_image_shows_its_addresses_and_their_absence() {
    let image = public::EnrollmentImage {
        id: public::EnrollmentImageId(8),
        name: text("i"),
        expires_at: text("2026-11-10T12:49:07+01:00"),
        status: text("ready"),
        install_disk_device: None,
        install_disk_force_overwrite: false,
        vlan: None,
        enable_http: false,
        http_url_iso_amd64: None,
        http_url_iso_arm64: None,
        https_url_iso_amd64: Some(Secret::new("https://nest/enroll/8/token/amd64.iso")),
        https_url_iso_arm64: None,
        last_used_at: None,
        install_disk_mirror: None,
        install_disk_mirror_device: None,
        network_profile_id: None,
    };
    let (status, json) = public(
        public::Request::ListEnrollmentImages,
        public::Reply::EnrollmentImages(vec![image]),
    );
    let first = &json["enrollment_images"][0];
    assert_eq!(
        (status, &first["https_url_iso_amd64"]),
        (200, &json!("https://nest/enroll/8/token/amd64.iso"))
    );
    assert_eq!(
        (first.get("vlan"), first.get("last_used_at")),
        (Some(&Value::Null), Some(&Value::Null))
    );
}

#[test]
fn an_operation_stands_beside_what_it_makes() {
    let new = serde_json::from_value(json!({ "name": "melt03" })).unwrap();
    let reply = public::Reply::Cluster(Box::new(WithOperation {
        resource: cluster(),
        operation: Some(operation()),
    }));
    let (status, json) = public(public::Request::CreateCluster { new }, reply);
    assert_eq!(
        (status, &json["operation"]),
        (
            201,
            &json!({ "id": 7, "status": "running", "action": "rollout" })
        )
    );
    let get = public::Request::GetOperation {
        operation: OperationId(7),
    };
    let (status, json) = public(get, public::Reply::Operation(operation()));
    assert_eq!((status, json["operation"]["id"].as_i64()), (200, Some(7)));
}

#[test]
fn a_deletion_is_answered_with_nothing_or_with_its_operation() {
    let delete = public::Request::DeleteCluster {
        cluster: ClusterId(5),
    };
    assert_eq!(
        public(delete.clone(), public::Reply::Deleted(None)),
        (204, Value::Null)
    );
    let (status, json) = public(delete.clone(), public::Reply::Deleted(Some(operation())));
    assert_eq!((status, json["operation"]["id"].as_i64()), (200, Some(7)));
    // meltcloud may show what it deletes.
    let body = br#"{"cluster":{"id":5},"operation":null}"#;
    let read = read_reply(&Request::from(delete), 200, body).unwrap();
    assert_eq!(read, Reply::from(public::Reply::Deleted(None)));
}

#[test]
fn a_stored_object_is_its_fields_and_its_number() {
    let stored = public::Stored {
        kind: public::StoredKind::IpPool,
        id: 3,
        fields: serde_json::from_value(json!({ "name": "p", "cidr": "10.0.0.0/24", "ranges": [] }))
            .unwrap(),
    };
    let get = public::Request::GetStored {
        kind: public::StoredKind::IpPool,
        parent: None,
        object: Lookup::Id(3),
    };
    let (_, json) = public(get, public::Reply::Stored(stored.into()));
    assert_eq!(
        json,
        json!({ "ip_pool": { "id": 3, "name": "p", "cidr": "10.0.0.0/24", "ranges": [] } })
    );
}

#[test]
fn the_extension_answers_with_one_key_and_more_is_passed_over() {
    let clock = Reply::Clock(Clock {
        now_ms: 5,
        is_paused: true,
        speed: None,
    });
    let (status, json) = through(&Request::GetClock, &clock);
    assert_eq!(
        (status, json),
        (
            200,
            json!({ "clock": { "now_ms": 5, "is_paused": true, "speed": null } })
        )
    );
    let more = br#"{"page":1,"clock":{"now_ms":5,"is_paused":true,"speed":null,"zone":"UTC"}}"#;
    assert_eq!(read_reply(&Request::GetClock, 200, more).unwrap(), clock);
}

#[test]
fn a_list_that_is_null_is_empty() {
    let public = Request::from(public::Request::ListMachines);
    let empty = Reply::from(public::Reply::Machines(Vec::new()));
    let body = br#"{"machines":null}"#;
    assert_eq!(read_reply(&public, 200, body), Ok(empty));
    assert_eq!(
        read_reply(&Request::ListMachines, 200, body),
        Ok(Reply::Machines(Vec::new()))
    );
    let clock = read_reply(&Request::GetClock, 200, br#"{"clock":null}"#);
    assert_eq!(clock.unwrap_err().kind(), ErrorKind::Failed);
}

#[test]
fn what_is_no_answer_is_an_error_and_not_an_empty_list() {
    let list = Request::from(public::Request::ListMachines);
    for body in [
        &b""[..],
        b"{}",
        b"[]",
        b"<html></html>",
        br#"{"machines":[{"id":1}]}"#,
    ] {
        let error = read_reply(&list, 200, body).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Failed, "{error}");
        assert!(
            error.to_string().starts_with("the answer cannot be read"),
            "{error}"
        );
    }
    let moved = read_reply(&Request::ListMachines, 302, b"").unwrap_err();
    assert_eq!(moved.kind(), ErrorKind::Failed);
    let pool = Request::from(public::Request::GetMachinePool {
        cluster: ClusterId(1),
        pool: Lookup::Id(MachinePoolId(2)),
    });
    let body = br#"{"status":404,"error":"not found"}"#;
    assert_eq!(
        read_reply(&pool, 404, body).unwrap_err().kind(),
        ErrorKind::NotFound
    );
}
