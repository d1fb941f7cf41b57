//! The timeline: what operators and accidents do to the fleet.

use serde::{Deserialize, Serialize};

use super::Scenario;
use super::budgets::{are_bare, limit};
use super::calendar::instant;
use super::change::Change;
use super::change_steps::{self, ChangeVerb};
use super::feasible::MOST_PODS;
use super::machines::{MachineRef, machines_named};
use super::numbering::{NEXT, number_revisions};
use super::objects::{Named, object};
use super::outages::{self, Outage, OutageVerb};
use super::pool::{pool_named, revision};
use super::problem::Problems;
use super::section::{Item, Section};
use super::values::{LARGEST_COUNT, bounded, flag, word};
use super::workload::Limit;
use crate::engine::Time;

/// Something that is done to the fleet at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// When.
    pub at: Time,
    /// What.
    pub what: Deed,
    /// Whether the revision that it applies changes the firmware of machines.
    pub changes_firmware: bool,
}

/// What a step does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Rolls a revision out to a pool.
    Apply {
        /// The pool's place in [`Scenario::pools`].
        pool: usize,
        /// The revision's number.
        revision: u32,
    },
    /// Rolls the newest image out to a pool.
    ApplyNewest {
        /// The pool's place in [`Scenario::pools`].
        pool: usize,
    },
    /// Tries a pool's failed operation again.
    Retry {
        /// The pool's place in [`Scenario::pools`].
        pool: usize,
    },
    /// Cancels a pool's operation.
    Cancel {
        /// The pool's place in [`Scenario::pools`].
        pool: usize,
    },
    /// Pauses a pool's operation.
    Pause {
        /// The pool's place in [`Scenario::pools`].
        pool: usize,
    },
    /// Resumes a pool's operation.
    Resume {
        /// The pool's place in [`Scenario::pools`].
        pool: usize,
    },
    /// Takes a machine's power away.
    PowerLoss {
        /// The machine.
        machine: MachineRef,
    },
    /// Gives a machine its power back; it boots.
    PowerOn {
        /// The machine.
        machine: MachineRef,
    },
    /// Lets a machine crash; it is dead until it is repaired.
    Crash {
        /// The machine.
        machine: MachineRef,
    },
    /// Repairs a dead machine; it boots.
    Repair {
        /// The machine.
        machine: MachineRef,
    },
    /// Cordons a machine by hand.
    Cordon {
        /// The machine.
        machine: MachineRef,
    },
    /// Takes back a cordon by hand.
    Uncordon {
        /// The machine.
        machine: MachineRef,
    },
    /// Cordons a machine by hand and drains it.
    Drain {
        /// The machine.
        machine: MachineRef,
    },
    /// Lets a machine's turn wait until it is unheld.
    Hold {
        /// The machine.
        machine: MachineRef,
    },
    /// Lets a machine have its turn again.
    Unhold {
        /// The machine.
        machine: MachineRef,
    },
    /// Takes a machine out of rollouts.
    Exclude {
        /// The machine.
        machine: MachineRef,
    },
    /// Lets the next rollout target a machine again.
    Include {
        /// The machine.
        machine: MachineRef,
    },
    /// Changes a machine, a pool or a control plane.
    Change {
        /// The step's verb.
        verb: &'static str,
        /// Which of the known changes it is: those of the scenario come first, as [`Scenario::changes`] has them.
        change: ChangeIndex,
    },
    /// Changes how many pods a workload is to have.
    Scale {
        /// The workload's place in [`Scenario::workloads`].
        workload: usize,
        /// How many, from now on.
        replicas: u32,
    },
    /// Changes what a disruption budget allows.
    SetBudget {
        /// The budget's place in [`Scenario::budgets`].
        budget: usize,
        /// What it limits, from now on.
        limit: Limit,
    },
}

/// A change's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ChangeIndex(pub u32);

/// The verbs of a step, by what they take.
#[derive(Clone, Copy)]
enum Verb {
    Apply,
    Change(ChangeVerb),
    Outage(OutageVerb),
    Scale,
    SetBudget,
    OnPool(fn(usize) -> Deed),
    OnMachine(fn(MachineRef) -> Deed),
}

/// The keys of all verbs but those of changes.
const KEYS: [&str; 10] = [
    "changes_firmware",
    "pool",
    "machine",
    "revision",
    "workload",
    "replicas",
    "cluster",
    "budget",
    "min_available",
    "max_unavailable",
];

const VERBS: [(&str, Verb); 18] = [
    ("apply", Verb::Apply),
    ("retry", Verb::OnPool(|pool| Deed::Retry { pool })),
    ("cancel", Verb::OnPool(|pool| Deed::Cancel { pool })),
    ("pause", Verb::OnPool(|pool| Deed::Pause { pool })),
    ("resume", Verb::OnPool(|pool| Deed::Resume { pool })),
    (
        "power-loss",
        Verb::OnMachine(|machine| Deed::PowerLoss { machine }),
    ),
    (
        "power-on",
        Verb::OnMachine(|machine| Deed::PowerOn { machine }),
    ),
    ("crash", Verb::OnMachine(|machine| Deed::Crash { machine })),
    (
        "repair",
        Verb::OnMachine(|machine| Deed::Repair { machine }),
    ),
    (
        "cordon",
        Verb::OnMachine(|machine| Deed::Cordon { machine }),
    ),
    (
        "uncordon",
        Verb::OnMachine(|machine| Deed::Uncordon { machine }),
    ),
    ("drain", Verb::OnMachine(|machine| Deed::Drain { machine })),
    ("hold", Verb::OnMachine(|machine| Deed::Hold { machine })),
    (
        "unhold",
        Verb::OnMachine(|machine| Deed::Unhold { machine }),
    ),
    (
        "exclude",
        Verb::OnMachine(|machine| Deed::Exclude { machine }),
    ),
    (
        "include",
        Verb::OnMachine(|machine| Deed::Include { machine }),
    ),
    ("scale", Verb::Scale),
    ("set-budget", Verb::SetBudget),
];

/// Every verb.
fn verbs() -> Vec<(&'static str, Verb)> {
    let changes = change_steps::VERBS.map(|(word, verb)| (word, Verb::Change(verb)));
    let outages = outages::VERBS.map(|(word, verb)| (word, Verb::Outage(verb)));
    let all = VERBS.into_iter().chain(changes).chain(outages);
    all.collect()
}

impl Deed {
    /// The verb of the scenario's step.
    pub const fn verb(self) -> &'static str {
        match self {
            Self::Apply { .. } | Self::ApplyNewest { .. } => "apply",
            Self::Retry { .. } => "retry",
            Self::Cancel { .. } => "cancel",
            Self::Pause { .. } => "pause",
            Self::Resume { .. } => "resume",
            Self::PowerLoss { .. } => "power-loss",
            Self::PowerOn { .. } => "power-on",
            Self::Crash { .. } => "crash",
            Self::Repair { .. } => "repair",
            Self::Cordon { .. } => "cordon",
            Self::Uncordon { .. } => "uncordon",
            Self::Drain { .. } => "drain",
            Self::Hold { .. } => "hold",
            Self::Unhold { .. } => "unhold",
            Self::Exclude { .. } => "exclude",
            Self::Include { .. } => "include",
            Self::Change { verb, .. } => verb,
            Self::Scale { .. } => "scale",
            Self::SetBudget { .. } => "set-budget",
        }
    }
}

/// What is read of the steps.
#[derive(Default)]
pub(super) struct Timeline {
    /// In the order of their instants; at one instant in the order of the file.
    pub(super) steps: Vec<Step>,
    pub(super) changes: Vec<Change>,
    pub(super) outages: Vec<Outage>,
}

/// The steps of the scenario.
pub(super) fn steps(
    section: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    scenario: &Scenario,
) -> Timeline {
    let mut read = Timeline::default();
    let at_start = scenario
        .workloads
        .iter()
        .map(|workload| u64::from(workload.replicas));
    let mut pods = at_start.sum();
    for mut table in section.tables("steps", problems) {
        let at = table.need("at", problems, |item, problems| {
            instant_of_step(item, problems, scenario)
        });
        let deeds = deeds((at, &mut table), problems, scenario, &mut read);
        if let [Deed::Scale { workload, replicas }] = deeds[..] {
            let before = scenario.workloads[workload].replicas;
            pods += u64::from(replicas.saturating_sub(before));
            check_pods(&mut table, problems, pods);
        }
        let changes_firmware = match deeds[..] {
            [Deed::Apply { pool, revision }] => {
                changes_firmware(&mut table, problems, scenario, (pool, revision))
            }
            _ => None,
        };
        table.finish(problems);
        let step = |what| {
            let changes_firmware = changes_firmware.unwrap_or(false);
            at.map(|at| Step {
                at,
                what,
                changes_firmware,
            })
        };
        read.steps.extend(deeds.into_iter().filter_map(step));
    }
    read.steps.sort_by_key(|step| step.at);
    number_revisions(&mut read.steps, &mut read.changes, scenario);
    read
}

/// Whether the revision that a step applies changes the firmware. It says so of one that the step itself means.
fn changes_firmware(
    table: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    scenario: &Scenario,
    (pool, revision): (usize, u32),
) -> Option<bool> {
    let item = table.item("changes_firmware")?;
    let gets_images = scenario
        .images
        .as_ref()
        .is_some_and(|images| images.pools.contains(&pool));
    if gets_images && revision == NEXT {
        item.object(
            problems,
            "which needs a revision beside it: without one the newest image is meant",
        );
    }
    flag(&item, problems)
}

/// Notes that there may be too many pods after a step.
fn check_pods(table: &mut Section<'_, '_>, problems: &mut Problems<'_>, pods: u64) {
    if pods > MOST_PODS
        && let Some(item) = table.item("replicas")
    {
        let why = format!("with which there may be {pods} pods, allowed: {MOST_PODS}");
        item.object(problems, &why);
    }
}

/// An instant that is not after the horizon, if the scenario names one.
pub(super) fn instant_of_step(
    item: &Item<'_, '_>,
    problems: &mut Problems<'_>,
    scenario: &Scenario,
) -> Option<Time> {
    let at = instant(&scenario.calendar)(item, problems)?;
    if let Some(horizon) = scenario.horizon
        && at.since_start() > horizon
    {
        item.object(
            problems,
            &format!("which is after the horizon of {horizon}"),
        );
    }
    Some(at)
}

/// What a step does: one deed, or one for each machine that it names.
fn deeds(
    (at, table): (Option<Time>, &mut Section<'_, '_>),
    problems: &mut Problems<'_>,
    scenario: &Scenario,
    read: &mut Timeline,
) -> Vec<Deed> {
    let Some(verb) = table.need("do", problems, word(&verbs())) else {
        // Asked for, so that they are not called unknown beside the real problem.
        let others = change_steps::KEYS.into_iter().chain(outages::KEYS);
        for key in KEYS.into_iter().chain(others) {
            table.item(key);
        }
        return Vec::new();
    };
    let names_machines = table.item("machine").or(table.item("machines")).is_some();
    let asked = match verb {
        Verb::Change(verb) => change_steps::changes(verb, table, problems, scenario),
        Verb::Apply if names_machines => change_steps::applies_to(table, problems, scenario),
        Verb::Outage(verb) => {
            read.outages
                .extend(outages::outage(verb, table, problems, at));
            return Vec::new();
        }
        Verb::OnMachine(deed) => {
            let machines = machines_named(table, problems, scenario);
            return machines.into_iter().map(deed).collect();
        }
        _ => return deed(verb, table, problems, scenario).into_iter().collect(),
    };
    let numbered = (read.changes.len()..).zip(&asked);
    let deeds = numbered
        .map(|(place, change)| Deed::Change {
            verb: change.verb(),
            change: ChangeIndex(u32::try_from(place).unwrap_or(u32::MAX)),
        })
        .collect();
    read.changes.extend(asked);
    deeds
}

fn deed(
    verb: Verb,
    table: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    scenario: &Scenario,
) -> Option<Deed> {
    match verb {
        Verb::Apply => {
            let pool = pool(table, problems, scenario);
            let revision = table.item("revision");
            let revision = match revision {
                Some(item) => self::revision(&item, problems)?,
                None => NEXT,
            };
            Some(Deed::Apply {
                pool: pool?,
                revision,
            })
        }
        Verb::Scale => scale(table, problems, scenario),
        Verb::SetBudget => set_budget(table, problems, scenario),
        Verb::OnPool(deed) => pool(table, problems, scenario).map(deed),
        Verb::OnMachine(_) | Verb::Change(_) | Verb::Outage(_) => None,
    }
}

fn pool(
    table: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    scenario: &Scenario,
) -> Option<usize> {
    table.need("pool", problems, |item, problems| {
        pool_named(item, problems, scenario)
    })
}

fn scale(
    table: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    scenario: &Scenario,
) -> Option<Deed> {
    let known: Vec<_> = scenario
        .workloads
        .iter()
        .map(|workload| Named {
            cluster: workload.cluster,
            namespace: &workload.namespace,
            name: &workload.name,
        })
        .collect();
    let place = object(table, problems, "workload", &scenario.clusters, &known);
    let replicas = table.need("replicas", problems, bounded(0, LARGEST_COUNT));
    let workload = place?;
    let kind = scenario.workloads[workload].kind;
    if kind.is_per_machine() {
        let kind = kind.as_str();
        let why =
            format!("which is a {kind}: one of its pods is on each machine that it may run on");
        table.item("workload")?.object(problems, &why);
    }
    Some(Deed::Scale {
        workload,
        replicas: replicas?,
    })
}

fn set_budget(
    table: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    scenario: &Scenario,
) -> Option<Deed> {
    let known: Vec<_> = scenario
        .budgets
        .iter()
        .map(|budget| Named {
            cluster: budget.cluster,
            namespace: &budget.namespace,
            name: &budget.name,
        })
        .collect();
    let budget = object(table, problems, "budget", &scenario.clusters, &known);
    let is_bare = budget
        .is_some_and(|budget| are_bare(&scenario.workloads, &scenario.budgets[budget].workloads));
    let limit = limit(table, problems, is_bare);
    Some(Deed::SetBudget {
        budget: budget?,
        limit: limit?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Quantity;

    /// What a step does to a fleet with two workloads of one name, each with its budget.
    fn read(step: &str) -> Result<Deed, String> {
        let text = format!(
            r#"
            [[pools]]
            name = "w"
            machines = 3
            [[workloads]]
            name = "web"
            budget = {{ min_available = 1 }}
            [[workloads]]
            name = "web"
            namespace = "shop"
            budget = {{ min_available = 1 }}
            [[workloads]]
            name = "api"
            namespace = "shop"
            [[steps]]
            at = "+1m"
            {step}
            "#
        );
        let scenario = Scenario::parse(&text, "f", "f").map_err(|error| error.to_string())?;
        Ok(scenario.steps[0].what)
    }

    #[test]
    fn steps_name_machines_workloads_and_budgets() {
        let machine = MachineRef {
            pool: 0,
            position: 1,
        };
        let scale = |workload, replicas| Deed::Scale { workload, replicas };
        let limit = Limit::MaxUnavailable(Quantity::Share(500_000));
        let read_as = [
            (
                "do = \"cordon\"\nmachine = \"w-2\"",
                Deed::Cordon { machine },
            ),
            (
                "do = \"uncordon\"\nmachine = \"w-2\"",
                Deed::Uncordon { machine },
            ),
            ("do = \"drain\"\nmachine = \"w-2\"", Deed::Drain { machine }),
            (
                "do = \"scale\"\nworkload = \"api\"\nreplicas = 0",
                scale(2, 0),
            ),
            (
                "do = \"scale\"\nworkload = \"shop/web\"\nreplicas = 5",
                scale(1, 5),
            ),
            (
                "do = \"scale\"\nworkload = \"default/web\"\ncluster = \"cluster\"\nreplicas = 5",
                scale(0, 5),
            ),
            (
                "do = \"set-budget\"\nbudget = \"shop/web\"\nmax_unavailable = \"50%\"",
                Deed::SetBudget { budget: 1, limit },
            ),
        ];
        for (step, expected) in read_as {
            assert_eq!(read(step), Ok(expected), "{step}");
        }
        let said = read("do = \"scale\"\nworkload = \"web\"\nreplicas = 5").unwrap_err();
        assert!(
            said.contains("which may be \"default/web\" or \"shop/web\""),
            "{said}"
        );
    }
}
