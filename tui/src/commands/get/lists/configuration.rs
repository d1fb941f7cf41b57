//! Revisions, windows, budgets, network profiles, enrollment images.

use appliance::{Opening, PoolWindows, public};
use serde_json::{Value, json};

use super::{Cell, List, Row, if_any, item, told};
use crate::commands::get::asked::Fleet;

pub(super) fn revisions(fleet: &Fleet) -> List {
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
        header: vec!["POOL", "REVISION", "MACHINES", "STATE"],
        rows: rows.collect(),
    }
}

/// One row for each opening; one for a pool that is always open, or opens no more.
pub(super) fn windows(fleet: &Fleet) -> List {
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
                        closes(opening),
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
        header: vec!["POOL", "WINDOW", "OPENS", "CLOSES", "SHUTS", "END"],
        rows: rows.collect(),
    }
}

/// When it closes: of the day on which it opens people want the time alone.
fn closes(opening: &Opening) -> Cell {
    if opening.closes.day == opening.opens.day {
        Cell::Brief {
            told: opening.closes.to_string(),
            brief: opening.closes.time.to_string(),
        }
    } else {
        told(&opening.closes)
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

pub(super) fn budgets(fleet: &Fleet) -> List {
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
        header: vec![
            "CLUSTER", "BUDGET", "LIMIT", "HEALTHY", "ALLOWED", "REFUSES",
        ],
        rows: rows.collect(),
    }
}

pub(super) fn network_profiles(fleet: &Fleet) -> List {
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
        header: vec!["PROFILE", "ID", "STATUS", "LINKS"],
        rows: fleet.network_profiles.iter().map(row).collect(),
    }
}

/// Without their addresses, each of which holds a token.
pub(super) fn enrollment_images(fleet: &Fleet) -> List {
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
        header: vec!["IMAGE", "ID", "STATUS", "EXPIRES", "LAST USED"],
        rows: rows.collect(),
    }
}
