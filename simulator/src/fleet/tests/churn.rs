//! Machines that come, go and change while everything else happens too: what is counted stays what there is.

use std::sync::Arc;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use crate::engine::{Seed, Span, Time};
use crate::fleet::machine::{Machine, Membership};
use crate::fleet::world::World;
use crate::fleet::{Blueprint, Event, MachineIndex, PoolIndex, Unobserved};
use crate::scenario::{Change, Deed, MachineRef, MachineSetting, PoolSetting, Scenario};

/// Two clusters, pods with budgets, a pool with a spare machine, hardware with one phase, machines in no pool.
const FLEET: &str = r#"
    horizon = "30d"
    [hardware.phased]
    drain = "20s"
    stop = "10s"
    firmware = { exponential = { mean = "1m" } }
    os = "30s"
    join = "10s"
    install = "1m"
    fails = { join = 0.1 }
    rolls_back = 0.1
    [hardware.whole]
    update = { exponential = { mean = "3m" } }
    fails = { update = 0.1 }
    [[clusters]]
    name = "west"
    [[clusters]]
    name = "east"
    [[pools]]
    name = "a"
    cluster = "west"
    machines = 4
    hardware = "phased"
    max_unavailable = "50%"
    surge = 1
    halt_after = 3
    order = "random"
    [[pools]]
    name = "b"
    cluster = "east"
    machines = 3
    hardware = "whole"
    canaries = 1
    canary_soak = "1m"
    order = "zone"
    [[machines]]
    name = "c"
    count = 3
    hardware = "phased"
    status = "ready_unassigned"
    [[machines]]
    name = "d"
    count = 2
    hardware = "whole"
    zone = "z1"
    [[workloads]]
    name = "web"
    cluster = "west"
    replicas = 3
    budget = { max_unavailable = 1 }
    [[workloads]]
    name = "db"
    cluster = "east"
    kind = "stateful-set"
    replicas = 2
    budget = { min_available = 1 }
    [[hands]]
    pools = ["a"]
    reacts = "5m"
    takes = "10m"
"#;

/// Something that is asked for: after how many seconds, what, of which machine, for which pool.
type Order = (u64, u8, u32, usize);

fn reference(blueprint: &Blueprint, place: u32) -> MachineRef {
    let machines: Vec<_> = blueprint
        .machines()
        .filter(|machine| !blueprint.is_spare(*machine))
        .collect();
    blueprint.reference(machines[place as usize % machines.len()])
}

fn carry_out(world: &mut World, (_, what, place, pool): Order) {
    let blueprint = Arc::clone(world.blueprint());
    let machine = reference(&blueprint, place);
    let name = format!("n{}", world.now().as_millis() % 50);
    let set = |setting, apply| Change::Machine {
        machine,
        setting,
        apply,
    };
    let labels = [("zone".to_owned(), name.clone())].into();
    let image = PoolSetting::Image {
        bundle: "1.33.4-melt.31".to_owned(),
        changes_firmware: false,
    };
    let deed = match what % 16 {
        0 => Deed::Crash { machine },
        1 => Deed::Repair { machine },
        2 => Deed::PowerLoss { machine },
        3 => Deed::PowerOn { machine },
        4 => Deed::Retry { pool },
        5 => Deed::Cancel { pool },
        6 => Deed::Drain { machine },
        7 => Deed::Uncordon { machine },
        what => {
            let change = match what {
                8 => set(MachineSetting::Hostname(name), place % 3 > 0),
                9 => set(MachineSetting::Labels(labels), place % 2 > 0),
                10 => Change::Assign { machine, pool },
                11 => Change::Unassign { machine },
                12 => Change::ForceRemove { machine },
                13 if place % 2 > 0 => Change::Decommission { machine },
                13 => Change::ApplyTo {
                    machine,
                    revision: None,
                },
                14 => Change::Enroll { machine },
                _ => Change::Pool {
                    pool,
                    setting: image,
                    revision: 0,
                    apply: place % 4 > 0,
                },
            };
            let index = world.know_change(change, &mut Unobserved);
            let _ = world.carry_out_change(index, &mut Unobserved);
            return;
        }
    };
    let _ = world.carry_out(deed, &mut Unobserved);
}

/// What is counted is what there is.
fn check(world: &World) -> Result<(), TestCaseError> {
    let blueprint = world.blueprint();
    let machines = || {
        blueprint
            .machines()
            .map(|index| (index, world.machine(index)))
    };
    for (index, machine) in machines() {
        prop_assert_eq!(machine.pool, blueprint.place_of(index));
    }
    for pool in blueprint.pools() {
        let spares: Vec<_> = blueprint.spares_of(pool).collect();
        let own: Vec<MachineIndex> = machines()
            .filter(|(index, machine)| machine.pool == pool && !spares.contains(index))
            .map(|(index, _)| index)
            .collect();
        let mut members: Vec<_> = blueprint.machines_of(pool).collect();
        members.sort();
        prop_assert_eq!(&members, &own);
        check_counts(world, pool, &own)?;
    }
    Ok(())
}

fn check_counts(world: &World, pool: PoolIndex, own: &[MachineIndex]) -> Result<(), TestCaseError> {
    let count = |is: &dyn Fn(&Machine) -> bool| {
        let own = own.iter().map(|index| world.machine(*index));
        u32::try_from(own.filter(|machine| is(machine)).count()).unwrap()
    };
    let state = &world.pools[pool.at()];
    prop_assert_eq!(state.used, count(&Machine::uses_slot));
    for (revision, machines) in state.ages.counts() {
        prop_assert_eq!(machines, count(&|machine| machine.revision == revision));
    }
    if let Some(index) = state.going_on {
        let about = world.operation(index);
        let is = |membership: Membership| count(&|machine| machine.membership == membership);
        prop_assert_eq!(about.in_flight, is(Membership::InFlight));
        prop_assert_eq!(about.waiting, is(Membership::Waiting));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, rng_seed: RngSeed::Fixed(6), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_counted_is_what_there_is(
        orders in prop::collection::vec((0_u64..400, any::<u8>(), any::<u32>(), 0_usize..2), 1..60),
        seed in 0_u64..1000,
    ) {
        let blueprint = Blueprint::new(Scenario::parse(FLEET, "f", "f").unwrap());
        let mut world = World::new(&blueprint, Seed(seed).of_run(0));
        let mut told: Vec<(Time, Event)> = Vec::new();
        let mut at = Time::START;
        for order in orders {
            at = at + Span::from_secs(order.0);
            while world.step(at, &mut told) {
                check(&world)?;
            }
            world.run_until(at, &mut told);
            carry_out(&mut world, order);
            check(&world)?;
        }
        for _ in 0..20_000 {
            if !world.step(at + Span::from_secs(86_400), &mut told) {
                break;
            }
        }
        check(&world)?;
    }
}
