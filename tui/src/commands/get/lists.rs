//! Lists: for people a table, for programs what stands behind each row.

use std::fmt::Display;

use appliance::{
    ClusterId, Machine, MachinePool, MachinePoolId, MachineStatus, Operation, PoolWindows, public,
};
use serde::Serialize;
use serde_json::{Value, json};

use super::asked::Fleet;
use crate::args::Resource;
use crate::live::Order;
use crate::streams::Failure;

/// A table, and the values that it shows.
#[derive(Debug)]
pub(super) struct List {
    pub(super) header: &'static [&'static str],
    pub(super) rows: Vec<Row>,
}

/// One row.
#[derive(Debug)]
pub(super) struct Row {
    /// What it can be asked for by.
    keys: Vec<String>,
    pool: Option<MachinePoolId>,
    cluster: Option<ClusterId>,
    pub(super) cells: Vec<Cell>,
    /// What programs get.
    pub(super) item: Value,
}

/// One cell of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cell {
    Told(String),
    /// There is nothing.
    Nothing,
    /// The appliance does not tell.
    Untold,
}

impl List {
    /// The list of a resource.
    pub(super) fn of(resource: Resource, fleet: &Fleet) -> Self {
        match resource {
            Resource::Clusters => clusters(fleet),
            Resource::Pools => pools(fleet),
            Resource::Machines => machines(fleet),
            Resource::Operations => operations(fleet),
            Resource::Revisions => revisions(fleet),
            Resource::Windows => windows(fleet),
            Resource::Budgets => budgets(fleet),
            Resource::NetworkProfiles => network_profiles(fleet),
            Resource::EnrollmentImages => enrollment_images(fleet),
        }
    }

    /// Only what has this name or number.
    pub(super) fn keep(&mut self, only: &str) {
        self.rows
            .retain(|row| row.keys.iter().any(|key| key == only));
    }

    /// Only what belongs to this pool.
    ///
    /// # Errors
    /// [`Failure::Question`], where there is no such pool.
    pub(super) fn keep_of_pool(&mut self, fleet: &Fleet, asked: &str) -> Result<(), Failure> {
        let pools = fleet.pools.iter();
        let ids: Vec<_> = pools
            .filter(|pool| is_called(asked, &pool.name, pool.id.0))
            .map(|pool| pool.id)
            .collect();
        if ids.is_empty() {
            return Err(Failure::Question(format!(
                "meltdeck: --pool: there is no pool {asked:?}"
            )));
        }
        self.rows
            .retain(|row| row.pool.is_some_and(|pool| ids.contains(&pool)));
        Ok(())
    }

    /// Only what belongs to this cluster.
    ///
    /// # Errors
    /// [`Failure::Question`], where there is no such cluster.
    pub(super) fn keep_of_cluster(&mut self, fleet: &Fleet, asked: &str) -> Result<(), Failure> {
        let mut clusters = fleet.clusters.iter();
        let cluster = clusters.find(|cluster| is_called(asked, &cluster.name, cluster.id.0));
        let cluster = cluster.ok_or_else(|| {
            Failure::Question(format!(
                "meltdeck: --cluster: there is no cluster {asked:?}"
            ))
        })?;
        self.rows.retain(|row| row.cluster == Some(cluster.id));
        Ok(())
    }
}

fn is_called(asked: &str, name: &appliance::Text, id: i64) -> bool {
    *name == *asked || id.to_string() == asked
}

fn told(value: impl Display) -> Cell {
    Cell::Told(value.to_string())
}

/// A value, where there is one.
fn if_any(value: Option<impl Display>) -> Cell {
    value.map_or(Cell::Nothing, told)
}

/// A value, where the appliance tells it.
fn if_told(value: Option<impl Display>) -> Cell {
    value.map_or(Cell::Untold, told)
}

/// A resource as it is on the wire, and more of it.
fn item(resource: &impl Serialize, more: Value) -> Value {
    let mut item = serde_json::to_value(resource).unwrap_or_default();
    if let (Value::Object(item), Value::Object(more)) = (&mut item, more) {
        item.extend(more);
    }
    item
}

fn clusters(fleet: &Fleet) -> List {
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
        header: &["CLUSTER", "ID", "CONTROL PLANE", "VERSION"],
        rows: rows.collect(),
    }
}

fn pools(fleet: &Fleet) -> List {
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
        header: &[
            "POOL", "ID", "CLUSTER", "STATUS", "VERSION", "REVISION", "MACHINES", "READY",
        ],
        rows: fleet.pools.iter().map(row).collect(),
    }
}

fn machines(fleet: &Fleet) -> List {
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
        header: &[
            "MACHINE", "ID", "POOL", "STATUS", "REVISION", "NEXT", "REASON",
        ],
        rows: fleet.machines.iter().map(row).collect(),
    }
}

fn operations(fleet: &Fleet) -> List {
    let row = |operation: &Operation| {
        let mut orders = fleet.orders.iter();
        let order = orders.find(|order| order.operation == operation.id);
        let rollout = operation.rollout.as_ref();
        let pool = rollout.map(|rollout| rollout.machine_pool_id);
        let pool = pool.or_else(|| order?.target.pool());
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
        header: &[
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

fn revisions(fleet: &Fleet) -> List {
    let rows = fleet.revisions.iter().map(|revision| {
        let pool = fleet.pool_name(revision.machine_pool_id);
        let of = fleet.pool(revision.machine_pool_id);
        Row {
            keys: vec![pool.clone(), format!("{pool}/{}", revision.number)],
            pool: Some(revision.machine_pool_id),
            cluster: of.map(|pool| pool.cluster_id),
            cells: vec![
                told(&pool),
                told(revision.number),
                told(revision.machines),
                told(if revision.is_pending {
                    "saved"
                } else {
                    "applied"
                }),
            ],
            item: item(revision, json!({ "machine_pool": pool })),
        }
    });
    List {
        header: &["POOL", "REVISION", "MACHINES", "STATE"],
        rows: rows.collect(),
    }
}

/// One row for each opening; one for a pool that is always open, or opens no more.
fn windows(fleet: &Fleet) -> List {
    let rows = fleet.windows.iter().flat_map(|windows| {
        let pool = fleet.pool_name(windows.machine_pool_id);
        let row = |cells: [Cell; 5], item: Value| Row {
            keys: vec![pool.clone(), windows.machine_pool_id.0.to_string()],
            pool: Some(windows.machine_pool_id),
            cluster: fleet
                .pool(windows.machine_pool_id)
                .map(|pool| pool.cluster_id),
            cells: [told(&pool)].into_iter().chain(cells).collect(),
            item,
        };
        match windows.openings.as_deref() {
            None => vec![row(
                odd_window("always open"),
                no_opening(windows, &pool, true),
            )],
            Some([]) => vec![row(
                odd_window("opens no more"),
                no_opening(windows, &pool, false),
            )],
            Some(openings) => openings
                .iter()
                .map(|opening| {
                    let cells = [
                        if_any(opening.window.as_ref()),
                        told(&opening.opens),
                        told(&opening.closes),
                        told(&opening.shuts.time),
                        told(&opening.end),
                    ];
                    let more = json!({
                        "machine_pool_id": windows.machine_pool_id,
                        "machine_pool": pool,
                        "is_always_open": false,
                    });
                    row(cells, item(opening, more))
                })
                .collect(),
        }
    });
    List {
        header: &["POOL", "WINDOW", "OPENS", "CLOSES", "SHUTS", "END"],
        rows: rows.collect(),
    }
}

fn odd_window(what: &str) -> [Cell; 5] {
    [
        Cell::Nothing,
        told(what),
        Cell::Nothing,
        Cell::Nothing,
        Cell::Nothing,
    ]
}

fn no_opening(windows: &PoolWindows, pool: &str, is_always_open: bool) -> Value {
    json!({
        "machine_pool_id": windows.machine_pool_id,
        "machine_pool": pool,
        "is_always_open": is_always_open,
        "opens": null,
    })
}

fn budgets(fleet: &Fleet) -> List {
    let rows = fleet.budgets.iter().map(|budget| {
        let name = format!("{}/{}", budget.namespace, budget.name);
        let cluster = fleet.cluster_name(budget.cluster_id);
        Row {
            keys: vec![
                name.clone(),
                budget.name.to_string(),
                budget.id.0.to_string(),
            ],
            pool: None,
            cluster: Some(budget.cluster_id),
            cells: vec![
                told(&cluster),
                told(name),
                told(&budget.limit),
                told(format!("{} of {}", budget.healthy, budget.expected)),
                told(budget.allowed),
                told(budget.refuses.len()),
            ],
            item: item(budget, json!({ "cluster": cluster })),
        }
    });
    List {
        header: &[
            "CLUSTER", "BUDGET", "LIMIT", "HEALTHY", "ALLOWED", "REFUSES",
        ],
        rows: rows.collect(),
    }
}

fn network_profiles(fleet: &Fleet) -> List {
    let row = |profile: &public::NetworkProfile| {
        let links = profile.links.iter().map(|link| link.name.as_str());
        let uplinks = profile.uplinks.iter().map(|uplink| uplink.name.as_str());
        let links: Vec<&str> = links.chain(uplinks).collect();
        Row {
            keys: vec![profile.name.to_string(), profile.id.0.to_string()],
            pool: None,
            cluster: None,
            cells: vec![
                told(&profile.name),
                told(profile.id.0),
                told(&profile.status),
                if_any((!links.is_empty()).then(|| links.join(", "))),
            ],
            item: item(profile, Value::Null),
        }
    };
    List {
        header: &["PROFILE", "ID", "STATUS", "LINKS"],
        rows: fleet.network_profiles.iter().map(row).collect(),
    }
}

/// Without their addresses, each of which holds a token.
fn enrollment_images(fleet: &Fleet) -> List {
    let rows = fleet.enrollment_images.iter().map(|image| {
        let mut item = item(image, Value::Null);
        if let Value::Object(fields) = &mut item {
            fields.retain(|name, _| !name.contains("_url_"));
        }
        Row {
            keys: vec![image.name.to_string(), image.id.0.to_string()],
            pool: None,
            cluster: None,
            cells: vec![
                told(&image.name),
                told(image.id.0),
                told(&image.status),
                told(&image.expires_at),
                if_any(image.last_used_at.as_ref()),
            ],
            item,
        }
    });
    List {
        header: &["IMAGE", "ID", "STATUS", "EXPIRES", "LAST USED"],
        rows: rows.collect(),
    }
}
