//! The whole initial state, told to programs.

use std::io::{self, Write};

use serde::Serialize;

use super::{images, line, pods};
use crate::engine::{Span, Time};
use crate::fleet::{Blueprint, PoolIndex, World};
use crate::replay::{SCHEMA_VERSION, Subject};
use crate::scenario::{Enrolment, Mode, Order};

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
    workloads: Vec<pods::WorkloadLine>,
    budgets: Vec<pods::BudgetLine>,
    pods: Vec<pods::PodLine>,
    #[serde(skip_serializing_if = "Option::is_none")]
    images: Option<images::ImagesState<'b>>,
}

#[derive(Serialize)]
struct ClusterState<'b> {
    name: &'b str,
    version: &'b str,
    /// Bytes a second that its site's line carries.
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<u64>,
}

#[derive(Serialize)]
struct PoolState<'b> {
    name: &'b str,
    cluster: &'b str,
    hardware: &'b str,
    behaves_like: &'static str,
    version: &'b str,
    revision: u32,
    saved_revision: Option<u32>,
    machines: u32,
    /// How many may be unavailable at once.
    slots: u32,
    /// How many spare machines a rollout gets; while they take workload, as many machines more may be out.
    surge: u32,
    mode: &'static str,
    order: &'static str,
    halt_after: Option<u32>,
    retries: u32,
    power_cycles: u32,
    operation_timeout_s: Option<Span>,
    drain_timeout_s: Option<Span>,
    on_drain_timeout: &'static str,
    drain_retry_s: Span,
    evict_retry_s: Span,
    slot_ttl_s: Option<Span>,
    /// Bytes of an image that its machines write a second.
    #[serde(skip_serializing_if = "Option::is_none")]
    image_write: Option<u64>,
}

#[derive(Serialize)]
struct MachineState<'b> {
    name: String,
    /// `None`: it is in none.
    pool: Option<&'b str>,
    /// What it is to the appliance, where it is in no pool.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
    zone: Option<&'b str>,
    /// How long it had been in the fleet at the start.
    age_s: Span,
    /// `None` in no pool.
    revision: Option<u32>,
    is_up: bool,
    is_cordoned: bool,
    has_power: bool,
    capacity: pods::CapacityFields,
}

pub(in crate::replay) fn opening(
    subject: &Subject<'_>,
    world: &World,
    out: &mut dyn Write,
) -> io::Result<()> {
    let blueprint = subject.blueprint;
    let scenario = blueprint.scenario();
    let clusters = scenario.clusters.iter().map(|cluster| ClusterState {
        name: &cluster.name,
        version: &cluster.version,
        link: cluster.link,
    });
    let present = blueprint
        .machines()
        .filter(|index| world.machine(*index).is_present());
    let machines = present.map(|index| {
        let machine = world.machine(index);
        MachineState {
            name: blueprint.machine_name(index),
            pool: blueprint
                .pool_of(index)
                .map(|pool| blueprint.pool_name(pool)),
            status: (machine.enrolment != Enrolment::Assigned).then(|| machine.enrolment.as_str()),
            zone: blueprint.machine_zone(index),
            age_s: blueprint.machine_age(index),
            revision: Some(machine.revision).filter(|revision| *revision > 0),
            is_up: machine.is_up(),
            is_cordoned: machine.is_cordoned(),
            has_power: machine.has_power(),
            capacity: scenario
                .home(blueprint.reference(index).pool)
                .capacity
                .into(),
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
                workloads: pods::workloads(blueprint),
                budgets: pods::budgets(blueprint, world),
                pods: pods::pods(blueprint, world),
                images: images::state(blueprint),
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
        behaves_like: pool.preset.name(),
        version: &pool.version,
        revision: pool.revision,
        saved_revision: pool.saved_revision,
        machines: pool.machines.count(),
        slots: blueprint.slots(index),
        surge: blueprint.surge(index),
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
        drain_timeout_s: blueprint.drain_time_out(index),
        on_drain_timeout: pool.drain.on_time_out.as_str(),
        drain_retry_s: pool.drain.pause,
        evict_retry_s: pool.drain.evict_retry,
        slot_ttl_s: pool.policy.slot_ttl,
        image_write: scenario.hardware[&pool.hardware].image_write,
    }
}
