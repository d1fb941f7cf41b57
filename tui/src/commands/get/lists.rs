//! Lists: for people a table, for programs what stands behind each row.

mod configuration;
mod fleet;

use std::fmt::Display;

use appliance::{ClusterId, MachinePoolId};
use serde::Serialize;
use serde_json::Value;

use super::asked::Fleet;
use crate::args::Resource;
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
