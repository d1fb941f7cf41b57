//! Answers that no sound appliance gives, and which the console must bear all the same.

use appliance::{Budget, Error, ErrorKind, Machine, MachineHistory, PoolWindows, Reply, Text};
use rand::RngExt;

use crate::Random;

/// Names that would steer a terminal, turn text round, or take more room than there is.
const NAMES: [&str; 8] = [
    "\u{1b}[2J\u{1b}[31mred",
    "\u{202e}desrever\u{200b}",
    "\u{9b}2J\u{7}\r\n\t",
    "東京東京東京東京東京東京東京東京",
    "e\u{301}\u{301}\u{301}",
    "",
    " ",
    "👩\u{200d}🚒🏳\u{fe0f}\u{200d}🌈",
];

/// Another answer in place of `reply`.
pub(crate) fn reply(reply: Result<Reply, Error>, random: &mut Random) -> Result<Reply, Error> {
    if random.random_bool(0.2) {
        return Err(Error::new(ErrorKind::NotFound, name(random).to_string()));
    }
    let mut reply = reply?;
    match &mut reply {
        Reply::Clusters(clusters) => {
            thin(clusters, random);
            for cluster in clusters {
                cluster.name = name(random);
            }
        }
        Reply::MachinePools(pools) => {
            thin(pools, random);
            for pool in pools {
                pool.name = name(random);
                pool.status = name(random).into();
            }
        }
        Reply::Machines(machines) => {
            thin(machines, random);
            for machine in machines {
                mangle_row(machine, random);
            }
        }
        Reply::ChangedMachine(machine) => mangle_row(machine, random),
        Reply::ChangedCluster(cluster) => cluster.name = name(random),
        Reply::SavedRevision(revision) => revision.number = random.random(),
        Reply::Operations(operations) => {
            thin(operations, random);
            for operation in operations {
                operation.status = name(random).into();
                operation.rollout = operation.rollout.take().filter(|_| random.random());
            }
        }
        Reply::Revisions(revisions) => thin(revisions, random),
        Reply::Budgets(budgets) => mangle_budgets(budgets, random),
        Reply::Windows(pools) => mangle_windows(pools, random),
        Reply::Findings(findings) => {
            thin(findings, random);
            for finding in findings {
                finding.object = name(random);
                finding.says = name(random);
            }
        }
        Reply::Events(events) => {
            thin(events, random);
            for event in events {
                event.text = name(random);
            }
        }
        Reply::Machine(history) => mangle_machine(history, random),
        Reply::OperationHistory(history) => {
            thin(&mut history.steps, random);
            thin(&mut history.log, random);
            for step in &mut history.steps {
                step.machine = name(random);
            }
            history.log_missing = random.random_range(0..3);
        }
        Reply::Operation(_)
        | Reply::NetworkProfiles(_)
        | Reply::Stored(_)
        | Reply::Capabilities(_)
        | Reply::Clock(_)
        | Reply::Public(_) => {}
    }
    Ok(reply)
}

fn mangle_budgets(budgets: &mut Vec<Budget>, random: &mut Random) {
    thin(budgets, random);
    for budget in budgets {
        budget.name = name(random);
        budget.limit = name(random);
        thin(&mut budget.refuses, random);
    }
}

fn mangle_windows(pools: &mut Vec<PoolWindows>, random: &mut Random) {
    thin(pools, random);
    for pool in pools {
        let openings = pool.openings.iter_mut().flatten();
        for opening in openings {
            opening.window = Some(name(random));
            opening.end = name(random);
            opening.opens.day = name(random);
            let edges = [
                &mut opening.opens_ms,
                &mut opening.shuts_ms,
                &mut opening.closes_ms,
            ];
            for edge in edges {
                *edge = [0, u64::MAX, *edge][random.random_range(0..3)];
            }
        }
    }
}

fn mangle_row(machine: &mut Machine, random: &mut Random) {
    machine.name = name(random);
    machine.status = name(random).into();
    machine.machine_pool_id = machine.machine_pool_id.filter(|_| random.random());
    machine.reason = Some(name(random));
    machine.reason_object = Some(name(random)).filter(|_| random.random());
}

fn mangle_machine(history: &mut MachineHistory, random: &mut Random) {
    thin(&mut history.phases, random);
    thin(&mut history.log, random);
    thin(&mut history.revisions, random);
    mangle_budgets(&mut history.budgets, random);
    thin(&mut history.pods, random);
    for pod in &mut history.pods {
        pod.name = name(random);
        pod.status = name(random).into();
    }
    history.machine.machine_pool_id = None;
    history.log_missing = random.random_range(0..3);
}

/// Takes some of them away, in some cases all.
fn thin<T>(list: &mut Vec<T>, random: &mut Random) {
    let kept = [0.0, 0.5, 0.9, 1.0][random.random_range(0..4)];
    list.retain(|_| random.random_bool(kept));
}

fn name(random: &mut Random) -> Text {
    let one = NAMES[random.random_range(0..NAMES.len())];
    Text::from(one.repeat(random.random_range(1..4)))
}
