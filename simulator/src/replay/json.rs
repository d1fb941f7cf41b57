//! A run told to programs: JSON lines.
//!
//! The first line holds the scenario's hash, the run and the whole initial state, so that a program needs nothing else
//! to follow; then one object an event; the last line is the outcome.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use super::{SCHEMA_VERSION, Subject};
use crate::engine::{Span, Time};
use crate::fleet::{
    Blueprint, Ending, Event, Failure, MachineEvent, PoolIndex, Reason, RunRow, World,
};
use crate::phase::Phase;
use crate::scenario::{Deed, Mode, Order};

#[derive(Serialize)]
struct Opening<'b> {
    kind: &'static str,
    schema_version: u32,
    scenario: &'b str,
    scenario_hash: &'b str,
    seed: u64,
    run: u32,
    starts: String,
    horizon_s: Time,
    initial_state: InitialState<'b>,
}

#[derive(Serialize)]
struct InitialState<'b> {
    clusters: Vec<ClusterState<'b>>,
    pools: Vec<PoolState<'b>>,
    machines: Vec<MachineState<'b>>,
}

#[derive(Serialize)]
struct ClusterState<'b> {
    name: &'b str,
    version: &'b str,
}

#[derive(Serialize)]
struct PoolState<'b> {
    name: &'b str,
    cluster: &'b str,
    hardware: &'b str,
    version: &'b str,
    revision: u32,
    saved_revision: Option<u32>,
    machines: u32,
    /// How many may be unavailable at once.
    slots: u32,
    mode: &'static str,
    order: &'static str,
    halt_after: Option<u32>,
    retries: u32,
    power_cycles: u32,
    operation_timeout_s: Option<Span>,
}

#[derive(Serialize)]
struct MachineState<'b> {
    name: String,
    pool: &'b str,
    zone: Option<&'b str>,
    /// How long it had been in the fleet at the start.
    age_s: Span,
    revision: u32,
    is_up: bool,
    is_cordoned: bool,
    has_power: bool,
}

#[derive(Serialize)]
struct Line<'b> {
    t_s: Time,
    at: String,
    #[serde(flatten)]
    what: What<'b>,
}

/// What a line tells, by its `kind`.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum What<'b> {
    Step {
        #[serde(rename = "do")]
        verb: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        pool: Option<&'b str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        machine: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        revision: Option<u32>,
        refused: Option<String>,
    },
    Operation {
        operation: u32,
        pool: &'b str,
        revision: u32,
        status: &'static str,
        failure: Option<&'static str>,
    },
    OperationPaused {
        operation: u32,
        pool: &'b str,
        is_paused: bool,
    },
    PhaseStarted {
        #[serde(flatten)]
        who: Who<'b>,
        phase: Phase,
        attempt: u32,
    },
    PhaseEnded {
        #[serde(flatten)]
        who: Who<'b>,
        phase: Phase,
        how: &'static str,
        after_s: Span,
    },
    Reason {
        #[serde(flatten)]
        who: Who<'b>,
        reason: Option<&'static str>,
    },
    MachineDown {
        #[serde(flatten)]
        who: Who<'b>,
    },
    MachineUp {
        #[serde(flatten)]
        who: Who<'b>,
    },
    PowerCycled {
        #[serde(flatten)]
        who: Who<'b>,
        cycle: u32,
    },
    RetryPlanned {
        #[serde(flatten)]
        who: Who<'b>,
        phase: Phase,
        retry: u32,
        after_s: Span,
    },
    MachineSettled {
        #[serde(flatten)]
        who: Who<'b>,
        revision: u32,
        failed_in: Option<Phase>,
    },
    Outcome {
        ending: Ending,
        succeeded: bool,
        duration_s: Option<Time>,
        lower_bound_s: Option<Time>,
        pools: BTreeMap<&'b str, PoolOutcome>,
    },
}

/// The machine that a line is about.
#[derive(Serialize)]
struct Who<'b> {
    machine: String,
    pool: &'b str,
}

#[derive(Serialize)]
struct PoolOutcome {
    ending: Ending,
    succeeded: bool,
    rollouts: Vec<RolloutOutcome>,
}

#[derive(Serialize)]
struct RolloutOutcome {
    revision: u32,
    requested_s: Time,
    duration_s: Option<Span>,
    updated: u32,
    failed: u32,
}

pub(super) fn opening(subject: &Subject<'_>, world: &World, out: &mut dyn Write) -> io::Result<()> {
    let blueprint = subject.blueprint;
    let scenario = blueprint.scenario();
    let clusters = scenario.clusters.iter().map(|cluster| ClusterState {
        name: &cluster.name,
        version: &cluster.version,
    });
    let machines = blueprint.machines().map(|index| {
        let machine = world.machine(index);
        MachineState {
            name: blueprint.machine_name(index),
            pool: blueprint.pool_name(machine.pool),
            zone: blueprint.machine_zone(index),
            age_s: blueprint.machine_age(index),
            revision: machine.revision,
            is_up: machine.is_up(),
            is_cordoned: machine.is_cordoned(),
            has_power: machine.has_power(),
        }
    });
    line(
        &Opening {
            kind: "run",
            schema_version: SCHEMA_VERSION,
            scenario: scenario.name.as_str(),
            scenario_hash: &scenario.hash,
            seed: subject.seed.0,
            run: subject.run,
            starts: scenario.calendar.rfc3339(Time::START),
            horizon_s: blueprint.horizon(),
            initial_state: InitialState {
                clusters: clusters.collect(),
                pools: blueprint
                    .pools()
                    .map(|pool| pool_state(blueprint, pool))
                    .collect(),
                machines: machines.collect(),
            },
        },
        out,
    )
}

fn pool_state(blueprint: &Blueprint, index: PoolIndex) -> PoolState<'_> {
    let scenario = blueprint.scenario();
    let pool = &scenario.pools[index.at()];
    PoolState {
        name: &pool.name,
        cluster: &scenario.clusters[pool.cluster].name,
        hardware: &pool.hardware,
        version: &pool.version,
        revision: pool.revision,
        saved_revision: pool.saved_revision,
        machines: pool.machines.count(),
        slots: blueprint.slots(index),
        mode: match pool.policy.mode {
            Mode::Rolling => "rolling",
            Mode::LockStep => "lock-step",
        },
        order: match pool.policy.order {
            Order::Name => "name",
            Order::Oldest => "oldest",
            Order::Zone => "zone",
            Order::Random => "random",
        },
        halt_after: pool.policy.halt_after,
        retries: pool.policy.retries,
        power_cycles: pool.policy.power_cycles,
        operation_timeout_s: pool.policy.operation_time_out,
    }
}

pub(super) fn event(
    blueprint: &Blueprint,
    at: Time,
    event: &Event,
    out: &mut dyn Write,
) -> io::Result<()> {
    let what = what(blueprint, event);
    let calendar = &blueprint.scenario().calendar;
    let at_civil = calendar.rfc3339(at);
    line(
        &Line {
            t_s: at,
            at: at_civil,
            what,
        },
        out,
    )
}

fn what<'b>(blueprint: &'b Blueprint, event: &Event) -> What<'b> {
    match *event {
        Event::Step { deed, refused } => step(blueprint, deed, refused.map(|why| why.to_string())),
        Event::Operation {
            operation,
            pool,
            revision,
            status,
            failure,
        } => What::Operation {
            operation: operation.0 + 1,
            pool: blueprint.pool_name(pool),
            revision,
            status: status.as_str(),
            failure: failure.map(Failure::as_str),
        },
        Event::Paused {
            operation,
            pool,
            is_paused,
        } => What::OperationPaused {
            operation: operation.0 + 1,
            pool: blueprint.pool_name(pool),
            is_paused,
        },
        Event::Machine { machine, what } => {
            let who = Who {
                machine: blueprint.machine_name(machine),
                pool: blueprint.pool_name(blueprint.pool_of(machine)),
            };
            of_machine(who, what)
        }
    }
}

fn of_machine(who: Who<'_>, what: MachineEvent) -> What<'_> {
    match what {
        MachineEvent::PhaseStarted { phase, attempt } => What::PhaseStarted {
            who,
            phase,
            attempt,
        },
        MachineEvent::PhaseEnded { phase, how, after } => What::PhaseEnded {
            who,
            phase,
            how: how.as_str(),
            after_s: after,
        },
        MachineEvent::Reason { reason } => What::Reason {
            who,
            reason: reason.map(Reason::as_str),
        },
        MachineEvent::Down => What::MachineDown { who },
        MachineEvent::Up => What::MachineUp { who },
        MachineEvent::PowerCycled { time } => What::PowerCycled { who, cycle: time },
        MachineEvent::RetryPlanned {
            phase,
            retry,
            after,
        } => What::RetryPlanned {
            who,
            phase,
            retry,
            after_s: after,
        },
        MachineEvent::Settled {
            revision,
            failed_in,
        } => What::MachineSettled {
            who,
            revision,
            failed_in,
        },
    }
}

fn step(blueprint: &Blueprint, deed: Deed, refused: Option<String>) -> What<'_> {
    let (mut of_pool, mut of_machine, mut to_revision) = (None, None, None);
    match deed {
        Deed::Apply { pool, revision } => {
            of_pool = Some(pool);
            to_revision = Some(revision);
        }
        Deed::Retry { pool }
        | Deed::Cancel { pool }
        | Deed::Pause { pool }
        | Deed::Resume { pool } => of_pool = Some(pool),
        Deed::PowerLoss { machine } | Deed::PowerOn { machine } => of_machine = Some(machine),
    }
    What::Step {
        verb: deed.verb(),
        pool: of_pool.map(|pool| blueprint.scenario().pools[pool].name.as_str()),
        machine: of_machine.map(|machine| blueprint.machine_name(blueprint.machine(machine))),
        revision: to_revision,
        refused,
    }
}

pub(super) fn outcome(
    blueprint: &Blueprint,
    row: &RunRow,
    at: Time,
    out: &mut dyn Write,
) -> io::Result<()> {
    let pools = blueprint.pools().zip(&row.pools).map(|(index, pool)| {
        let rollouts = pool.rollouts.iter().map(|rollout| RolloutOutcome {
            revision: rollout.revision,
            requested_s: rollout.requested,
            duration_s: rollout.duration,
            updated: rollout.updated,
            failed: rollout.failed,
        });
        let outcome = PoolOutcome {
            ending: pool.ending,
            succeeded: pool.succeeded,
            rollouts: rollouts.collect(),
        };
        (blueprint.pool_name(index), outcome)
    });
    line(
        &Line {
            t_s: at,
            at: blueprint.scenario().calendar.rfc3339(at),
            what: What::Outcome {
                ending: row.ending,
                succeeded: row.succeeded,
                duration_s: row.end,
                lower_bound_s: row.bound,
                pools: pools.collect(),
            },
        },
        out,
    )
}

fn line(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    out.write_all(b"\n")
}
