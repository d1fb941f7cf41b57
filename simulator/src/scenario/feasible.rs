//! Whether a workload can run at all: on which machines, and whether one of them holds a pod of it.

use super::machines::Machines;
use super::pool::Pool;
use super::workload::{Capacity, Requests, Workload};

/// The most pods of a scenario.
pub(super) const MOST_PODS: u64 = 10_000_000;

/// On how many machines a workload may run, however full they are; or why it cannot run at all.
pub(super) fn machines_of(workload: &Workload, pools: &[Pool]) -> Result<u64, String> {
    let counts: Vec<u64> = (0..pools.len())
        .map(|pool| eligible_machines(workload, pools, pool))
        .collect();
    let machines = counts.iter().sum();
    if machines == 0 {
        let labels: Vec<String> = workload
            .selector
            .iter()
            .map(|(key, value)| format!("{key} = \"{value}\""))
            .collect();
        return Err(if labels.is_empty() {
            "has no machine to run on: its cluster has none".to_owned()
        } else {
            let labels = labels.join(", ");
            format!("has no machine to run on: none has the labels {{ {labels} }}")
        });
    }
    let asked = workload.requests;
    let mut capacities = pools.iter().zip(&counts).filter(|(_, count)| **count > 0);
    if capacities.any(|(pool, _)| fits(asked, pool.capacity)) {
        return Ok(machines);
    }
    Err(format!(
        "fits on no machine: a pod asks for {}m of CPU and {} bytes of memory, and no machine that it may run on has \
         as much of both",
        asked.cpu, asked.memory
    ))
}

/// How many pods it has, running on so many machines.
pub(super) fn pods_of(workload: &Workload, machines: u64) -> u64 {
    if workload.kind.is_per_machine() {
        machines
    } else {
        workload.replicas.into()
    }
}

/// How many machines of a pool it may run on.
fn eligible_machines(workload: &Workload, pools: &[Pool], pool: usize) -> u64 {
    if !workload.may_run_in(pools, pool) {
        return 0;
    }
    let machines = &pools[pool].machines;
    let is_alike = workload.selector.is_empty() || matches!(machines, Machines::Count { .. });
    if is_alike {
        let is_any = machines.count() > 0 && pools[pool].has_labels(0, &workload.selector);
        return if is_any { machines.count().into() } else { 0 };
    }
    let positions = 0..machines.count();
    let eligible =
        positions.filter(|position| pools[pool].has_labels(*position, &workload.selector));
    eligible.map(|_| 1).sum()
}

fn fits(asked: Requests, capacity: Capacity) -> bool {
    capacity.cpu.is_none_or(|cpu| asked.cpu <= cpu)
        && capacity.memory.is_none_or(|memory| asked.memory <= memory)
}
