//! What was asked of a fleet, and what is added to it: clusters, pools and machines that no scenario knows.
//!
//! A run is a pure function of its scenario, its seed, and the orders that it was given, each at its place between two
//! events. What is added changes nothing by itself, and no draw, since draws are keyed by names. So to add something is to
//! make the run anew with it in it from the start, up to where it is; and to keep a run over the end of a program is to keep
//! its orders.

use std::sync::Arc;

use appliance::{Error, ErrorKind, Reply, Request};
use serde::{Deserialize, Serialize};

use super::Simulation;
use crate::engine::{Seed, Time};
use crate::fleet::{Blueprint, PoolIndex};
use crate::scenario::Addition;

/// An order that a run was given and that it carried out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// How many events the run had taken by then.
    pub events: u64,
    /// The instant, in milliseconds since the start.
    pub at_ms: u64,
    /// What it was asked.
    pub request: Request,
}

/// Where a run comes from, and what came to it.
#[derive(Clone, Debug)]
pub(super) struct Growth {
    origin: Arc<Blueprint>,
    seed: Seed,
    run: u32,
    /// How many events it has taken.
    pub(super) events: u64,
    orders: Arc<Vec<Order>>,
    /// Everything that is in the blueprint beside what is in the origin.
    additions: Arc<Vec<Addition>>,
    /// How many of them are known by now.
    made: usize,
}

impl Growth {
    pub(super) fn new(origin: &Arc<Blueprint>, seed: Seed, run: u32) -> Self {
        Self {
            origin: Arc::clone(origin),
            seed,
            run,
            events: 0,
            orders: Arc::default(),
            additions: Arc::default(),
            made: 0,
        }
    }

    pub(super) fn seed(&self) -> Seed {
        self.seed
    }

    pub(super) fn note(&mut self, order: Order) {
        Arc::make_mut(&mut self.orders).push(order);
    }

    /// How many clusters are known by now.
    pub(super) fn clusters(&self) -> usize {
        let is_cluster = |addition: &&Addition| matches!(addition, Addition::Cluster { .. });
        self.origin.scenario().clusters.len() + self.known().filter(is_cluster).count()
    }

    /// How many pools are known by now.
    pub(super) fn pools(&self) -> usize {
        let is_pool = |addition: &&Addition| matches!(addition, Addition::Pool { .. });
        self.origin.scenario().pools.len() + self.known().filter(is_pool).count()
    }

    /// Whether a machine of this UUID, in lower case, is in the blueprint and nobody has added it yet.
    pub(super) fn is_to_come(&self, uuid: &str) -> bool {
        let mut to_come = self.additions.iter().skip(self.made);
        to_come.any(|addition| matches!(addition, Addition::Machine { uuid: own } if own == uuid))
    }

    fn known(&self) -> impl Iterator<Item = &Addition> {
        self.additions.iter().take(self.made)
    }
}

impl Simulation {
    /// The orders that it carried out, the oldest first. The same run, given the same ones again, stands where this one
    /// does.
    pub fn orders(&self) -> &[Order] {
        &self.growth.orders
    }

    /// Where it stands: how many events it has taken, and its clock.
    pub fn position(&self) -> (u64, Time) {
        (self.growth.events, self.now())
    }

    /// Goes on to where a run stood.
    ///
    /// # Errors
    /// When it has passed that place, or does not come there: it was another run.
    pub fn go_on_to(&mut self, (events, at): (u64, Time)) -> Result<(), Error> {
        while self.growth.events < events && self.step(at) {}
        let is_there = self.growth.events == events && self.now() <= at;
        let comes_too_late = |next: Time| next < at;
        if !is_there || self.next_at().is_some_and(comes_too_late) {
            let why = format!("the run does not come to event {events} at {at}");
            return Err(Error::new(ErrorKind::Conflict, why));
        }
        self.world.wait_until(at);
        Ok(())
    }

    /// Gives it an order again that another, equal run carried out at the same place.
    ///
    /// # Errors
    /// When it does not come to that place, or does not carry the order out: it is not the same run.
    pub fn repeat(&mut self, order: &Order) -> Result<(), Error> {
        self.go_on_to((order.events, Time::from_millis(order.at_ms)))?;
        // What is not the same run is of no use, so there is nothing to go back to.
        self.do_as_asked(&order.request)?;
        self.growth.note(order.clone());
        Ok(())
    }

    /// Carries out an order, which is done wholly or not at all, and keeps it.
    pub(super) fn carry_out_wholly(&mut self, request: &Request) -> Result<Reply, Error> {
        let before = self.clone();
        let order = Order {
            events: self.growth.events,
            at_ms: self.now().as_millis(),
            request: request.clone(),
        };
        match self.do_as_asked(request) {
            Ok(reply) => {
                self.growth.note(order);
                Ok(reply)
            }
            Err(error) => {
                *self = before;
                Err(error)
            }
        }
    }

    /// Makes something known that was not in the fleet before.
    pub(super) fn make_known(&mut self, addition: Addition) -> Result<(), Error> {
        if self.world.is_fork() {
            let why = "nothing can be added to a run of a rehearsal";
            return Err(Error::new(ErrorKind::Unsupported, why));
        }
        // A run that is made anew has it from the start.
        if self.growth.made == self.growth.additions.len() {
            self.make_anew_with(addition)?;
        }
        self.growth.made += 1;
        Ok(())
    }

    fn make_anew_with(&mut self, addition: Addition) -> Result<(), Error> {
        let mut additions = self.growth.additions.to_vec();
        additions.push(addition);
        let scenario = self.growth.origin.scenario().with(&additions);
        let blueprint = Blueprint::new(scenario);
        let mut anew = Self::new(&blueprint, self.growth.seed, self.growth.run);
        anew.growth.origin = Arc::clone(&self.growth.origin);
        anew.growth.additions = Arc::new(additions);
        for order in self.growth.orders.iter() {
            anew.repeat(order)?;
        }
        anew.go_on_to(self.position())?;
        *self = anew;
        Ok(())
    }

    /// The pools that are there.
    pub(super) fn pools_there(&self) -> Vec<PoolIndex> {
        let known = self.world.blueprint().pools().take(self.growth.pools());
        let is_there = |pool: &PoolIndex| !self.store.deleted_pools.contains(pool);
        known.filter(is_there).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Span;
    use crate::scenario::Scenario;
    use appliance::public::{self, NewCluster, NewMachine, NewMachinePool};
    use appliance::{ClusterId, FleetEvent, MachineId, MachinePoolId, Text};

    const FLEET: &str = r#"
        [hardware.vm]
        update = { uniform = { min = "3m", max = "9m" } }
        fails = { update = "10%" }
        fails_yearly = 300
        repair = "20m"
        [[pools]]
        name = "w"
        machines = 8
        max_unavailable = 2
        [[machines]]
        name = "idle"
        status = "ready_unassigned"
        [[windows]]
        opens = "00:00"
        for = "5h"
        [[workloads]]
        name = "web"
        replicas = 12
        budget = { max_unavailable = 1 }
        [[steps]]
        at = "+10m"
        do = "apply"
        pool = "w"
        [[steps]]
        at = "+1d"
        do = "apply"
        pool = "w"
    "#;

    fn fleet() -> Simulation {
        let scenario = Scenario::parse(FLEET, "fleet.toml", "fleet").unwrap();
        Simulation::new(&Blueprint::new(scenario), Seed(7), 0)
    }

    fn events(fleet: &mut Simulation) -> Vec<FleetEvent> {
        let all = Request::ListEvents {
            after: 0,
            most: 100_000,
        };
        match fleet.answer(&all).unwrap() {
            Reply::Events(events) => events,
            other => panic!("{other:?}"),
        }
    }

    fn minutes(count: u64) -> Time {
        Time::from_millis(count * 60_000)
    }

    fn add_all(fleet: &mut Simulation) {
        let cluster = NewCluster::named(Text::from("second"), Some(Text::from("1.33")));
        let pool = |name: &str| NewMachinePool::named(Text::from(name), None);
        let requests = [
            public::Request::CreateCluster { new: cluster },
            public::Request::CreateMachinePool {
                cluster: ClusterId(2),
                new: pool("w"),
            },
            public::Request::CreateMachinePool {
                cluster: ClusterId(1),
                new: pool("late"),
            },
        ];
        for request in requests {
            fleet.answer(&request.into()).unwrap();
        }
    }

    fn register(fleet: &mut Simulation, uuid: &str, pool: i64) {
        let new = NewMachine {
            uuid: Text::from(uuid),
            name: None,
            machine_pool_id: Some(MachinePoolId(pool)),
            labels: None,
            network_profile_id: None,
            depot_network_profile_id: None,
        };
        let register = public::Request::CreateMachine { new };
        fleet.answer(&register.into()).unwrap();
    }

    #[test]
    fn what_is_added_changes_nothing_that_happens_without_it() {
        let mut alone = fleet();
        let mut grown = fleet();
        // In the middle of a rollout, and again later.
        for until in [23, 90, 1500] {
            alone.run_until(minutes(until));
            grown.run_until(minutes(until));
            if until == 23 {
                add_all(&mut grown);
            }
            if until == 90 {
                // Unknown to the site until it is registered, and to the appliance until it boots.
                let uuid = "4c4c4544-0042-3510-8051-b4c04f4e3332";
                grown
                    .make_known(Addition::Machine { uuid: uuid.into() })
                    .unwrap();
            }
        }
        alone.run_until(minutes(3000));
        grown.run_until(minutes(3000));
        let happened = events(&mut alone);
        assert!(happened.len() > 100, "{}", happened.len());
        for (grown, alone) in events(&mut grown).iter().zip(&happened) {
            assert_eq!(grown, alone);
        }
        assert_eq!(grown.position(), alone.position());
        assert_eq!(grown.events_told(), alone.events_told());
        let machines = |fleet: &mut Simulation| fleet.answer(&Request::ListMachines).unwrap();
        assert_eq!(machines(&mut grown), machines(&mut alone));
    }

    #[test]
    fn a_machine_that_was_added_boots_into_a_pool_that_was_added() {
        let mut fleet = fleet();
        fleet.run_until(minutes(20));
        add_all(&mut fleet);
        let uuid = "4C4C4544-0042-3510-8051-b4c04f4e3332";
        register(&mut fleet, uuid, 3);
        let enroll = Request::EnrollMachine {
            uuid: Text::from(uuid),
        };
        fleet.answer(&enroll).unwrap();
        fleet.run_until(minutes(120));
        let machine = fleet
            .answer(&Request::ListMachines)
            .map(|reply| match reply {
                Reply::Machines(machines) => machines.into_iter().last().unwrap(),
                other => panic!("{other:?}"),
            })
            .unwrap();
        assert_eq!(machine.id, MachineId(10));
        assert_eq!(machine.status.to_string(), "ready");
        assert_eq!(machine.machine_pool_id, Some(MachinePoolId(3)));
        let delete = public::Request::DeleteMachinePool {
            cluster: ClusterId(1),
            pool: MachinePoolId(3),
        };
        let refused = fleet.answer(&delete.into()).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Conflict);
    }

    #[test]
    fn the_orders_of_a_run_given_again_lead_to_the_same_state() {
        let mut first = fleet();
        first.run_until(minutes(21));
        let retry = Request::ApplyRevision {
            pool: MachinePoolId(1),
            revision: 2,
            from: None,
        };
        first.answer(&retry).unwrap();
        add_all(&mut first);
        for _ in 0..5 {
            first.step(minutes(4000));
        }
        register(&mut first, "4c4c4544-0042-3510-8051-b4c04f4e3332", 2);
        first.run_until(minutes(1441) + Span::from_millis(7));
        let mut second = fleet();
        for order in first.orders() {
            second.repeat(order).unwrap();
        }
        second.go_on_to(first.position()).unwrap();
        assert_eq!(events(&mut second), events(&mut first));
        assert_eq!(second.orders(), first.orders());
        let pools = |fleet: &mut Simulation| fleet.answer(&Request::ListMachinePools).unwrap();
        assert_eq!(pools(&mut second), pools(&mut first));
    }

    #[test]
    fn what_is_added_later_does_not_change_the_numbers_of_what_was_added_before() {
        let mut fleet = fleet();
        register(&mut fleet, "4c4c4544-0042-3510-8051-b4c04f4e3332", 1);
        add_all(&mut fleet);
        register(&mut fleet, "4c4c4544-0042-3510-8051-b4c04f4e3333", 2);
        let clusters = fleet.answer(&Request::ListClusters).unwrap();
        let Reply::Clusters(clusters) = clusters else {
            panic!("{clusters:?}");
        };
        assert_eq!(clusters.last().unwrap().id, ClusterId(2));
        let machines = fleet.answer(&Request::ListMachines).unwrap();
        let Reply::Machines(machines) = machines else {
            panic!("{machines:?}");
        };
        let added: Vec<_> = machines
            .iter()
            .filter(|machine| machine.uuid.as_str().starts_with("4c4c"))
            .map(|machine| (machine.id, machine.machine_pool_id))
            .collect();
        let expected = [(10, 1), (11, 2)];
        let expected = expected.map(|(id, pool)| (MachineId(id), Some(MachinePoolId(pool))));
        assert_eq!(added, expected);
    }

    #[test]
    fn a_refused_order_changes_nothing_and_another_run_is_told_from_this_one() {
        let mut fleet = fleet();
        fleet.run_until(minutes(21));
        let before = (fleet.position(), fleet.events_told(), fleet.orders().len());
        let unknown = Request::HoldMachine {
            machine: MachineId(99),
        };
        assert!(fleet.answer(&unknown).is_err());
        let after = (fleet.position(), fleet.events_told(), fleet.orders().len());
        assert_eq!(after, before);
        let (events, at) = fleet.position();
        for elsewhere in [
            (events, minutes(20)),
            (events + 1, at),
            (events, minutes(900)),
        ] {
            let error = fleet.clone().go_on_to(elsewhere).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Conflict, "{elsewhere:?}");
        }
    }
}
