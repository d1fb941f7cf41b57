//! Everything that changes in a run, as one value, and the loop that takes one event after the other.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::actors::Actor;
use super::drain::Drains;
use super::event::{Event, MachineEvent, Observer};
use super::fetch::Link;
use super::fork::Fork;
use super::gates::GateState;
use super::hands::Ward;
use super::images::ImageState;
use super::machine::{Activity, Machine, Membership};
use super::operation::{Operation, Refusal};
use super::own_settings::Dossier;
use super::pods::Pods;
use super::pods::plan::WorkloadIndex;
use super::pods::plan::number;
use super::polling::Ticks;
use super::rollout::PoolState;
use super::tally::Standing;
use super::{Blueprint, MachineIndex, OperationIndex, PoolIndex, pool_at};
use crate::engine::{Agenda, Class, Due, Entity, RunSeed, Time};
use crate::phase::{PerPhase, Phase};
use crate::scenario::Deed;

/// A fleet at one instant of one run. To clone it is to keep that instant.
#[derive(Clone, Debug)]
pub struct World {
    pub(super) blueprint: Arc<Blueprint>,
    pub(super) seed: RunSeed,
    /// Where it left the run that it began as, if it did.
    pub(super) fork: Option<Fork>,
    pub(super) agenda: Agenda,
    pub(super) machines: Vec<Machine>,
    pub(super) pools: Vec<PoolState>,
    pub(super) operations: Vec<Operation>,
    /// How many steps of the timeline were refused.
    pub(super) refused_steps: u32,
    /// How often each machine entered each phase in the whole run; empty unless the scenario has faults, which count them.
    pub(super) entries: Vec<PerPhase<u32>>,
    /// When each machine asks for its turn; empty unless some pool's machines do.
    pub(super) ticks: Vec<Ticks>,
    /// How many failures of each machine were drawn; empty unless some fail by themselves.
    pub(super) failures: Vec<u32>,
    /// What runs on the machines.
    pub(super) pods: Pods,
    /// The drains that pods decide the end of.
    pub(super) drains: Drains,
    /// Which images were released, and how far the last has come.
    pub(super) images: ImageState,
    /// The health gates.
    pub(super) gates: Vec<GateState>,
    /// The machines that each hands were called for.
    pub(super) wards: Vec<Ward>,
    /// How often machines were repaired, by their numbers.
    pub(super) repairs: BTreeMap<u32, u32>,
    /// What is known of machines beside what the scenario says, by their numbers.
    pub(super) dossiers: BTreeMap<u32, Dossier>,
    /// The line of each cluster's site, where machines fetch images.
    pub(super) links: Vec<Link>,
}

impl World {
    /// The fleet at the start of a run.
    pub fn new(blueprint: &Arc<Blueprint>, seed: RunSeed) -> Self {
        let scenario = blueprint.scenario();
        let times: Vec<Time> = scenario.steps.iter().map(|step| step.at).collect();
        let machines: Vec<Machine> = blueprint
            .machines()
            .map(|index| at_start(blueprint, index))
            .collect();
        let counted = if blueprint.has_faults() {
            machines.len()
        } else {
            0
        };
        let is_polled = scenario.pools.iter().any(|pool| pool.policy.poll.is_some());
        let polled = if is_polled { machines.len() } else { 0 };
        let mut world = Self {
            pods: Pods::default(),
            drains: Drains::new(),
            images: ImageState::default(),
            failures: Vec::new(),
            links: Link::of_clusters(blueprint),
            gates: vec![GateState::default(); scenario.gates.len()],
            wards: vec![Ward::default(); scenario.hands.len()],
            repairs: BTreeMap::new(),
            agenda: Agenda::new(blueprint.entities(), &times),
            pools: scenario.homes().map(PoolState::new).collect(),
            dossiers: BTreeMap::new(),
            operations: Vec::new(),
            refused_steps: 0,
            entries: vec![PerPhase::filled(&0); counted],
            ticks: vec![Ticks::default(); polled],
            blueprint: Arc::clone(blueprint),
            seed,
            fork: None,
            machines,
        };
        world.count_open();
        world.prepare_machines();
        world.cordon_from_start();
        world.hold_from_start();
        for pool in &mut world.pools {
            pool.least_open = pool.open;
        }
        world.await_release();
        world.await_failures();
        match blueprint.first_pods.get() {
            Some(pods) => world.pods = pods.clone(),
            None => world.populate(),
        }
        let pods = blueprint.first_pods.get_or_init(|| world.pods.clone());
        world.agenda.reserve(blueprint.entities() + pods.count());
        world
    }

    /// What does not change in it.
    pub fn blueprint(&self) -> &Arc<Blueprint> {
        &self.blueprint
    }

    /// The clock.
    pub fn now(&self) -> Time {
        self.agenda.now()
    }

    /// When the next event happens; `None` when nothing can happen any more.
    pub fn next_at(&mut self) -> Option<Time> {
        self.agenda.next_at()
    }

    /// Every machine.
    pub fn machines(&self) -> &[Machine] {
        &self.machines
    }

    /// One machine.
    pub fn machine(&self, machine: MachineIndex) -> &Machine {
        &self.machines[machine.at()]
    }

    /// Every operation, in the order of the requests.
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// One operation.
    pub fn operation(&self, operation: OperationIndex) -> &Operation {
        &self.operations[operation.at()]
    }

    /// Takes the next event if it happens at `limit` or before; whether there was one.
    pub fn step<O: Observer>(&mut self, limit: Time, observer: &mut O) -> bool {
        let Some(due) = self.agenda.take(limit) else {
            return false;
        };
        self.happen(due, observer);
        true
    }

    /// Takes every event up to `until`, and moves the clock there.
    pub fn run_until<O: Observer>(&mut self, until: Time, observer: &mut O) {
        while self.step(until, observer) {}
        self.wait_until(until);
    }

    /// Moves the clock to `until`. Nothing may be pending before it.
    pub fn wait_until(&mut self, until: Time) {
        self.agenda.advance(until);
    }

    /// Takes every event up to `horizon`. The clock stays at the last one.
    pub fn run<O: Observer>(&mut self, horizon: Time, observer: &mut O) {
        while self.step(horizon, observer) {}
        self.tell_open_refusals(observer);
    }

    fn happen<O: Observer>(&mut self, due: Due, observer: &mut O) {
        if due.class == Class::Step {
            self.take_step(due.entity, observer);
            return;
        }
        match (self.blueprint.actor(due.entity), due.class) {
            (Actor::Machine(machine), Class::TimeOut) => self.time_out(machine, observer),
            (Actor::Machine(machine), Class::Attempt) => self.try_again(machine, observer),
            (Actor::Machine(machine), _) => self.phase_over(machine, observer),
            (Actor::Starter(pool), _) => self.start_machines(pool, observer),
            (Actor::OperationClock(pool), _) => self.operation_time_out(pool, observer),
            (Actor::SlotClock(pool), _) => self.slots_expire(pool, observer),
            (Actor::ReleaseClock, _) => self.image_released(observer),
            (Actor::CourseClock, _) => self.course_goes_on(observer),
            (Actor::CanaryClock(pool), _) => self.canaries_pass(pool, observer),
            (Actor::Harm(machine), _) => self.harm_shows(machine, observer),
            (Actor::WindowClock(pool), _) => self.window_edge(pool, observer),
            (Actor::Evictor(machine), Class::TimeOut) => self.absence_goes_on(machine, observer),
            (Actor::Hands(hands), _) => self.hands_go_on(hands, observer),
            (Actor::Gate(gate), _) => self.gate_edge(gate, observer),
            (Actor::Owner(pool), _) => self.owner_retries(pool, observer),
            (Actor::Evictor(machine), _) => self.evictor_ticks(machine, observer),
            (Actor::Hazard(machine), class) => self.hazard_strikes(machine, class, observer),
            (Actor::Pod(pod), _) => self.pod_moves_on(pod, observer),
        }
    }

    /// Takes a step of the timeline.
    fn take_step<O: Observer>(&mut self, step: Entity, observer: &mut O) {
        let deed = self.blueprint.scenario().steps[step.0 as usize].what;
        // Told before what it leads to, although whether it is refused is known only afterwards.
        let mut consequences = Vec::new();
        let done = if O::LISTENS {
            self.carry_out(deed, &mut consequences)
        } else {
            self.carry_out(deed, observer)
        };
        observer.laid_out(&self.blueprint);
        self.refused_steps += u32::from(done.is_err());
        self.tell(observer, || Event::Step {
            deed,
            refused: done.err(),
        });
        for (at, event) in consequences {
            observer.observe(at, event);
        }
    }

    /// Does what a step or a request says.
    ///
    /// # Errors
    /// When the fleet is in a state in which it cannot be done; nothing has changed then.
    pub fn carry_out<O: Observer>(&mut self, deed: Deed, observer: &mut O) -> Result<(), Refusal> {
        match deed {
            Deed::Apply { pool, revision } => {
                self.apply(pool_at(pool), revision, observer);
                Ok(())
            }
            Deed::ApplyNewest { pool } => self.apply_newest(pool_at(pool), observer),
            Deed::Retry { pool } => match self.retry(pool_at(pool), observer) {
                Err(Refusal::NothingFailed) => self.retry_errands(pool_at(pool), observer),
                done => done,
            },
            Deed::Cancel { pool } => self.cancel_operation(self.going_on(pool_at(pool))?, observer),
            Deed::Pause { pool } => self.pause(pool_at(pool), observer),
            Deed::Resume { pool } => self.resume(pool_at(pool), observer),
            Deed::PowerLoss { machine } => {
                self.lose_power(self.blueprint.machine(machine), observer)
            }
            Deed::PowerOn { machine } => self.power_on(self.blueprint.machine(machine), observer),
            Deed::Crash { machine } => self.crash(self.blueprint.machine(machine), observer),
            Deed::Repair { machine } => self.repair(self.blueprint.machine(machine), observer),
            Deed::Cordon { machine } => {
                self.cordon_by_hand(self.blueprint.machine(machine), observer)
            }
            Deed::Uncordon { machine } => {
                self.uncordon_by_hand(self.blueprint.machine(machine), observer)
            }
            Deed::Drain { machine } => {
                self.drain_by_hand(self.blueprint.machine(machine), observer)
            }
            Deed::Hold { machine } => self.hold(self.blueprint.machine(machine), observer),
            Deed::Unhold { machine } => self.unhold(self.blueprint.machine(machine), observer),
            Deed::Exclude { machine } => self.exclude(self.blueprint.machine(machine), observer),
            Deed::Include { machine } => self.include(self.blueprint.machine(machine), observer),
            Deed::Change { change, .. } => self.carry_out_change(change, observer).map(drop),
            Deed::Scale { workload, replicas } => {
                self.scale(WorkloadIndex(number(workload)), replicas, observer);
                Ok(())
            }
            Deed::SetBudget { budget, limit } => {
                self.set_budget(self.blueprint.pods().budget_at(budget), limit);
                Ok(())
            }
        }
    }

    /// Tells the observer, if anybody listens.
    pub(super) fn tell<O: Observer>(&self, observer: &mut O, event: impl FnOnce() -> Event) {
        if O::LISTENS {
            observer.observe(self.agenda.now(), event());
        }
    }

    /// Tells the observer of a machine, if anybody listens.
    pub(super) fn tell_of<O: Observer>(
        &self,
        machine: MachineIndex,
        observer: &mut O,
        what: impl FnOnce() -> MachineEvent,
    ) {
        self.tell(observer, || Event::Machine {
            machine,
            what: what(),
        });
    }

    /// Changes a machine and keeps its pool's counts of slots right.
    pub(super) fn change(&mut self, index: MachineIndex, change: impl FnOnce(&mut Machine)) {
        let machine = &mut self.machines[index.at()];
        let before = (counted(machine), machine.standing());
        change(machine);
        let after = (counted(machine), machine.standing());
        if before != after {
            let pool = machine.pool;
            self.recount(pool, before, after);
            if before.1 != after.1 {
                // A scheduler may avoid a machine whose turn is to come.
                self.reload(index.0);
            }
        }
    }

    /// A machine counts to another place from now on.
    pub(super) fn recount_into(&mut self, index: MachineIndex, to: PoolIndex) {
        let machine = &self.machines[index.at()];
        let (from, counts) = (machine.pool, (counted(machine), machine.standing()));
        self.recount(from, counts, (0, None));
        self.machines[index.at()].pool = to;
        self.recount(to, (0, None), counts);
    }

    /// Counts the machines that take workload at the start.
    fn count_open(&mut self) {
        for machine in &self.machines {
            self.pools[machine.pool.at()].open += u32::from(machine.is_open());
        }
    }

    /// The fewest machines of a pool that took workload at once, up to now.
    pub fn least_open(&self, pool: PoolIndex) -> u32 {
        self.pools[pool.at()].least_open
    }

    /// A machine of the pool counts otherwise from now on.
    fn recount(&mut self, index: PoolIndex, before: Counted, after: Counted) {
        self.turns_change(index);
        let pool = &mut self.pools[index.at()];
        let counts = [
            &mut pool.used,
            &mut pool.waiting_on_slots,
            &mut pool.without_slot,
            &mut pool.stand_ins,
            &mut pool.open,
        ];
        for (bit, count) in counts.into_iter().enumerate() {
            *count = *count + u32::from(after.0 >> bit & 1) - u32::from(before.0 >> bit & 1);
        }
        pool.least_open = pool.least_open.min(pool.open);
        if before.1 != after.1 {
            self.note_standing(index, before.1, after.1);
        }
    }

    /// Tells why a machine is where it is.
    pub(super) fn tell_reason<O: Observer>(&self, machine: MachineIndex, observer: &mut O) {
        self.tell_of(machine, observer, || MachineEvent::Reason {
            reason: self.reason(machine),
        });
    }

    /// Tells why every machine of a pool that waits is waiting.
    pub(super) fn tell_waiting<O: Observer>(&self, pool: PoolIndex, observer: &mut O) {
        if !O::LISTENS {
            return;
        }
        for machine in self.blueprint.machines_of(pool) {
            let machine_now = self.machine(machine);
            let is_held = machine_now.membership == Membership::Waiting
                || matches!(machine_now.activity, Activity::Backoff(_));
            if is_held {
                self.tell_reason(machine, observer);
            }
        }
    }

    /// How often a machine has entered a phase, this time included, in a scenario that has faults.
    pub(super) fn count_entry(&mut self, machine: MachineIndex, phase: Phase) -> u32 {
        let entries = &mut self.entries[machine.at()][phase];
        *entries += 1;
        *entries
    }
}

/// A machine as it is at the start.
fn at_start(blueprint: &Blueprint, index: MachineIndex) -> Machine {
    let place = blueprint.place_of(index);
    if let Some(depot) = blueprint.depot_of(index) {
        return Machine::in_none(place, depot.enrolment);
    }
    let revision = blueprint.about(place).revision;
    if blueprint.is_spare(index) {
        Machine::spare(place, revision)
    } else {
        Machine::new(place, revision)
    }
}

/// What a pool counts a machine by, and where the machine stands.
type Counted = (u8, Option<Standing>);

/// What a pool counts its machines by, one bit each: whether one uses a slot, waits although it uses one, is in flight
/// without one, stands in for another, takes workload.
#[inline]
fn counted(machine: &Machine) -> u8 {
    let is_slotless = machine.membership == Membership::InFlight && machine.keeps_no_slot();
    u8::from(machine.uses_slot())
        | u8::from(waits_on_slot(machine)) << 1
        | u8::from(is_slotless) << 2
        | u8::from(machine.stands_in()) << 3
        | u8::from(machine.is_open()) << 4
}

/// Whether a machine's turn could be taken now although it uses a slot already, being down or cordoned.
fn waits_on_slot(machine: &Machine) -> bool {
    machine.can_start() && machine.uses_slot()
}
