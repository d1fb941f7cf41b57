//! Pods that refuse a drain, that end too slowly, that have nowhere to go.

use std::collections::BTreeMap;

use super::budgets::machines_with;
use super::{Finding, Says, Severity, Subject};
use crate::fleet::{MachineIndex, Trial, Unplaced, WorkloadIndex};
use crate::scenario::{BarePods, Kind, Workload};

pub(super) fn check(about: &Subject<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for workload in about.blueprint.workloads() {
        let spec = &about.blueprint.scenario().workloads[workload.at()];
        if spec.kind.is_per_machine() {
            continue;
        }
        let machines = machines_with(about, |pod| pod.workload == workload);
        if machines.is_empty() {
            continue;
        }
        let said = [
            bare(about, spec),
            empty_dir(about, spec),
            grace(about, spec),
            local(spec),
        ];
        let name = about.blueprint.workload_name(workload);
        findings.extend(
            said.into_iter()
                .flatten()
                .map(|says| about.finding(&name, &machines, says)),
        );
    }
    findings.extend(stranded(about));
    findings
}

fn bare(about: &Subject<'_>, spec: &Workload) -> Option<Says> {
    if spec.kind != Kind::Bare {
        return None;
    }
    let fate = about.blueprint.scenario().pools[about.pool.at()].drain.bare;
    let (severity, what, change) = match fate {
        BarePods::Refuse => (
            Severity::Blocks,
            "its pods have no controller, and the drain refuses to lose them",
            "evict_unmanaged = true, or a controller",
        ),
        BarePods::Evict => (
            Severity::Risks,
            "its pods have no controller: an eviction is their end",
            "a Deployment or a StatefulSet",
        ),
        BarePods::Skip => (
            Severity::Risks,
            "its pods have no controller: the drain leaves them, and they go down with their machine",
            "a Deployment or a StatefulSet",
        ),
    };
    Some(Says {
        severity,
        check: "bare-pod",
        what: what.to_owned(),
        change: change.to_owned(),
    })
}

fn empty_dir(about: &Subject<'_>, spec: &Workload) -> Option<Says> {
    let deletes = about.blueprint.scenario().pools[about.pool.at()]
        .drain
        .deletes_empty_dir;
    (spec.empty_dir && !deletes).then(|| Says {
        severity: Severity::Blocks,
        check: "empty-dir",
        what: "its pods have an emptyDir, and the drain refuses to delete it".to_owned(),
        change: "delete_emptydir_data = true".to_owned(),
    })
}

fn grace(about: &Subject<'_>, spec: &Workload) -> Option<Says> {
    let limit = about.blueprint.drain_time_out(about.pool)?;
    let slowest = match spec.termination.as_fixed() {
        Some(takes) if spec.ignores_sigterm == 0.0 => takes.min(spec.grace),
        _ => spec.grace,
    };
    (slowest > limit).then(|| Says {
        severity: Severity::Risks,
        check: "grace",
        what: format!(
            "its pods may take {slowest} to end, longer than the drain's time-out of {limit}"
        ),
        change: format!("drain_timeout above {slowest}"),
    })
}

fn local(spec: &Workload) -> Option<Says> {
    spec.local_volume.then(|| Says {
        severity: Severity::Risks,
        check: "only-one-machine",
        what: "its pods can run only where their volumes are: each is missing while its machine reboots".to_owned(),
        change: "replicated storage, or enough replicas".to_owned(),
    })
}

/// Pods for which no other machine would be found while theirs is out, by workload and by why.
fn stranded(about: &Subject<'_>) -> Vec<Finding> {
    type Found = (usize, Vec<MachineIndex>);
    let mut found: BTreeMap<(WorkloadIndex, &str), Found> = BTreeMap::new();
    let mut trial = Trial::new(about.world);
    for machine in about.machines() {
        let stranded = trial.stranded_without(machine);
        let mut here: BTreeMap<(WorkloadIndex, &str), usize> = BTreeMap::new();
        for (workload, why) in stranded
            .iter()
            .filter(|(_, why)| *why != Unplaced::VolumeElsewhere)
        {
            *here.entry((*workload, why.as_str())).or_default() += 1;
        }
        for (key, pods) in here {
            let entry = found.entry(key).or_default();
            entry.0 = entry.0.max(pods);
            entry.1.push(machine);
        }
    }
    let surge = about.blueprint.surge(about.pool);
    found
        .into_iter()
        .map(|((workload, why), (pods, machines))| {
            let says =
                format!("no other machine ({why}) for {pods} of its pods while theirs is out");
            about.finding(
                &about.blueprint.workload_name(workload),
                &machines,
                Says {
                    severity: Severity::Risks,
                    check: "no-other-machine",
                    what: says,
                    change: format!("surge = {}, or another machine for it", surge + 1),
                },
            )
        })
        .collect()
}
