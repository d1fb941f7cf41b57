//! `starts_on`: the machines that a workload's pods are on when the scenario starts.

use std::collections::BTreeSet;

use super::Scenario;
use super::machines::{MachineRef, machine_named};
use super::problem::Problems;
use super::section::Item;
use super::values::list;
use super::workload::{Topology, Workload};

/// The machines that pods are on at the start. `workload` is whose pods they are, where all of it could be read: then
/// they must be allowed there, and together.
pub(super) fn starts_on(
    item: &Item<'_, '_>,
    problems: &mut Problems<'_>,
    scenario: &Scenario,
    workload: Option<&Workload>,
) -> Option<Vec<MachineRef>> {
    let machines = list(item, problems, "name of a machine", |item, problems| {
        let machine = machine_named(item, problems, scenario)?;
        if workload.is_some_and(|workload| !workload.may_run_on(&scenario.pools, machine)) {
            let why = "where its pods may not run, by cluster, pools or selector";
            item.object(problems, why);
            return None;
        }
        Some(machine)
    })?;
    if let Some(workload) = workload.filter(|workload| !workload.kind.is_per_machine()) {
        check_together(item, problems, scenario, workload, &machines);
    }
    Some(machines)
}

/// Notes machines without a pod, and pods that may not be where another is.
fn check_together(
    item: &Item<'_, '_>,
    problems: &mut Problems<'_>,
    scenario: &Scenario,
    workload: &Workload,
    machines: &[MachineRef],
) {
    let pods = workload.replicas as usize;
    if machines.len() > pods {
        let why = format!("of which it uses {pods}: it has no more replicas");
        item.object(problems, &why);
        return;
    }
    let Some(apart) = workload.anti_affinity else {
        return;
    };
    let places: BTreeSet<Place> = machines
        .iter()
        .map(|machine| place(*machine, apart, scenario))
        .collect();
    if places.len() < pods {
        let what = match apart {
            Topology::Machine => "machine",
            Topology::Zone => "zone",
        };
        let why = format!("where two of its {pods} pods share a {what}, against its anti_affinity");
        item.object(problems, &why);
    }
}

/// What no two pods may share.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Machine(MachineRef),
    Zone(Option<String>),
}

fn place(machine: MachineRef, apart: Topology, scenario: &Scenario) -> Place {
    match apart {
        Topology::Machine => Place::Machine(machine),
        Topology::Zone => {
            let machines = &scenario.pools[machine.pool].machines;
            Place::Zone(machines.zone(machine.position).map(str::to_owned))
        }
    }
}
