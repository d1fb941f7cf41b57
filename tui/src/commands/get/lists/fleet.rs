//! Clusters, pools, machines, operations.

use appliance::{Machine, MachinePool, MachineStatus, Operation};
use serde_json::{Value, json};

use super::{Cell, List, Row, if_any, if_told, item, told};
use crate::commands::get::asked::Fleet;
use crate::live::Order;

pub(super) fn clusters(fleet: &Fleet) -> List {
    let rows = fleet.clusters.iter().map(|cluster| Row {
        keys: vec![cluster.name.to_string(), cluster.id.0.to_string()],
        pool: None,
        cluster: Some(cluster.id),
        cells: vec![
            told(&cluster.name),
            told(cluster.id.0),
            told(&cluster.control_plane_status),
            told(&cluster.patch_version),
        ],
        item: item(cluster, Value::Null),
    });
    List {
        header: vec!["CLUSTER", "ID", "CONTROL PLANE", "VERSION"],
        rows: rows.collect(),
    }
}

pub(super) fn pools(fleet: &Fleet) -> List {
    let row = |pool: &MachinePool| {
        let machines: Vec<&Machine> = fleet
            .machines
            .iter()
            .filter(|machine| machine.machine_pool_id == Some(pool.id))
            .collect();
        let ready = machines
            .iter()
            .filter(|machine| machine.status == MachineStatus::Ready)
            .count();
        let cluster = fleet.cluster_name(pool.cluster_id);
        Row {
            keys: vec![pool.name.to_string(), pool.id.0.to_string()],
            pool: Some(pool.id),
            cluster: Some(pool.cluster_id),
            cells: vec![
                told(&pool.name),
                told(pool.id.0),
                told(&cluster),
                told(&pool.status),
                told(&pool.patch_version),
                if_told(pool.revision),
                told(machines.len()),
                told(ready),
            ],
            item: item(
                pool,
                json!({ "cluster": cluster, "machines": machines.len(), "ready": ready }),
            ),
        }
    };
    List {
        header: vec![
            "POOL", "ID", "CLUSTER", "STATUS", "VERSION", "REVISION", "MACHINES", "READY",
        ],
        rows: fleet.pools.iter().map(row).collect(),
    }
}

pub(super) fn machines(fleet: &Fleet) -> List {
    let row = |machine: &Machine| {
        let pool = machine.machine_pool_id;
        let name = pool.map(|pool| fleet.pool_name(pool));
        let cluster = pool.and_then(|pool| Some(fleet.pool(pool)?.cluster_id));
        let reason = machine.reason.as_ref().or(machine.failure.as_ref());
        let reason = reason.map(|reason| match &machine.reason_object {
            Some(object) => format!("{reason} {object}"),
            None => reason.to_string(),
        });
        Row {
            keys: vec![
                machine.name.to_string(),
                machine.id.0.to_string(),
                machine.uuid.to_string(),
            ],
            pool,
            cluster,
            cells: vec![
                told(&machine.name),
                told(machine.id.0),
                if_any(name.as_ref()),
                told(&machine.status),
                if_told(machine.machine_revision),
                if_any(machine.desired_machine_revision),
                if fleet.tells_all {
                    if_any(reason)
                } else {
                    Cell::Untold
                },
            ],
            item: item(
                machine,
                json!({
                    "machine_pool": name,
                    "cluster": cluster.map(|cluster| fleet.cluster_name(cluster)),
                }),
            ),
        }
    };
    List {
        header: vec![
            "MACHINE", "ID", "POOL", "STATUS", "REVISION", "NEXT", "REASON",
        ],
        rows: fleet.machines.iter().map(row).collect(),
    }
}

pub(super) fn operations(fleet: &Fleet) -> List {
    let row = |operation: &Operation| {
        let mut orders = fleet.orders.iter();
        let order = orders.find(|order| order.operation == operation.id);
        let rollout = operation.rollout.as_ref();
        let pool = rollout.map(|rollout| rollout.machine_pool_id);
        let pool = pool.or(operation.machine_pool_id);
        let mut machines = fleet.machines.iter();
        let machine = machines.find(|machine| Some(machine.id) == operation.machine_id);
        let target = match (order, machine, pool) {
            (Some(order), ..) => Some(order.target.to_string()),
            (None, Some(machine), _) => Some(format!("machine {}", machine.name)),
            (None, None, Some(pool)) => Some(format!("pool {}", fleet.pool_name(pool))),
            (None, None, None) => None,
        };
        let updated = rollout.map(|rollout| format!("{} of {}", rollout.updated, rollout.targeted));
        let failed = rollout.map(|rollout| rollout.failed);
        let count = |value: Option<String>| {
            if fleet.tells_all {
                if_any(value)
            } else {
                Cell::Untold
            }
        };
        Row {
            keys: vec![operation.id.0.to_string()],
            pool,
            cluster: pool.and_then(|pool| Some(fleet.pool(pool)?.cluster_id)),
            cells: vec![
                told(operation.id.0),
                told(&operation.status),
                told(&operation.action),
                if_told(target.as_ref()),
                count(updated),
                count(failed.map(|failed| failed.to_string())),
            ],
            item: item(
                operation,
                json!({ "target": target, "ordered_at": order.map(ordered_at) }),
            ),
        }
    };
    List {
        header: vec![
            "OPERATION",
            "STATUS",
            "ACTION",
            "TARGET",
            "UPDATED",
            "FAILED",
        ],
        rows: fleet.operations.iter().map(row).collect(),
    }
}

fn ordered_at(order: &Order) -> &str {
    order.at.as_str()
}
