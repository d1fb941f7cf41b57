//! Lists: for people a table, for programs what stands behind each row.

mod configuration;
mod fleet;

use std::fmt::Display;

use appliance::{ClusterId, MachinePoolId};
use serde::Serialize;
use serde_json::{Value, json};

use super::asked::Fleet;
use crate::args::Resource;

/// A table, and the values that it shows.
#[derive(Debug)]
pub(super) struct List {
    pub(super) header: Vec<&'static str>,
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
    /// As [`Cell::Told`]; for people, who see the cells beside it, in fewer words.
    Brief {
        told: String,
        brief: String,
    },
    /// There is nothing.
    Nothing,
    /// The appliance does not tell.
    Untold,
}

impl List {
    /// The list of a resource.
    pub(super) fn of(resource: Resource, fleet: &Fleet) -> Self {
        match resource {
            Resource::Clusters => fleet::clusters(fleet),
            Resource::Pools => fleet::pools(fleet),
            Resource::Machines => fleet::machines(fleet),
            Resource::Operations => fleet::operations(fleet),
            Resource::Revisions => configuration::revisions(fleet),
            Resource::Windows => configuration::windows(fleet),
            Resource::Budgets => configuration::budgets(fleet),
            Resource::NetworkProfiles => configuration::network_profiles(fleet),
            Resource::EnrollmentImages => configuration::enrollment_images(fleet),
        }
    }

    /// Only what has this name or number.
    pub(super) fn keep(&mut self, only: &str) {
        self.rows
            .retain(|row| row.keys.iter().any(|key| key == only));
    }

    /// Only what belongs to one of these pools.
    pub(super) fn keep_of_pools(&mut self, pools: &[MachinePoolId]) {
        self.rows
            .retain(|row| row.pool.is_some_and(|pool| pools.contains(&pool)));
    }

    /// Only what belongs to one of these clusters.
    pub(super) fn keep_of_clusters(&mut self, clusters: &[ClusterId]) {
        let is_of = |cluster: ClusterId| clusters.contains(&cluster);
        self.rows.retain(|row| row.cluster.is_some_and(is_of));
    }

    /// The same, saying of each row and item which context told it.
    pub(super) fn of_context(mut self, name: &str) -> Self {
        self.header.insert(0, "CONTEXT");
        for row in &mut self.rows {
            row.cells.insert(0, told(name));
            let told = std::mem::take(&mut row.item);
            row.item = item(&json!({ "context": name }), told);
        }
        self
    }

    /// This list, and another one of the same resource below it.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.rows.extend(other.rows);
        self
    }
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
