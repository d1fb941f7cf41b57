//! Rehearsing a fleet from where it stands.

use std::collections::BTreeMap;

use appliance::{Error, Request};

use super::Simulation;
use crate::engine::{Seed, Span, Time};
use crate::fleet::{OperationIndex, Reason, RunRow, Unobserved, World};
use crate::forecast::outlook::Scope;
use crate::forecast::{Clock, Outlook};

/// How far is looked from an instant, at least.
const AHEAD: Span = Span::from_secs(7 * 86_400);

/// A fleet at an instant, from which many runs go on, each on its own luck.
#[derive(Clone, Debug)]
pub struct Rehearsal {
    world: World,
    scope: Scope,
    horizon: Time,
    /// What the machines of each pool had waited for by then.
    before: Vec<BTreeMap<Reason, Span>>,
}

impl Simulation {
    /// A rehearsal from now on, after these orders.
    ///
    /// # Errors
    /// When one of the orders cannot be carried out now.
    pub fn rehearsal(&self, orders: &[Request]) -> Result<Rehearsal, Error> {
        let mut simulation = self.clone();
        for order in orders {
            simulation.answer(order)?;
        }
        let mut world = simulation.world;
        let pools: Vec<_> = world.blueprint().pools().collect();
        let before = pools
            .into_iter()
            .map(|pool| world.tally(pool).reasons().into_iter().collect());
        let before = before.collect();
        let operations = (0..).map(OperationIndex).zip(world.operations());
        let open = operations
            .filter(|(_, operation)| operation.ended.is_none())
            .map(|(index, _)| index);
        Ok(Rehearsal {
            scope: Scope {
                from: world.now(),
                open: open.collect(),
                known: u32::try_from(world.operations().len()).unwrap_or(u32::MAX),
            },
            horizon: world.blueprint().horizon().max(world.now() + AHEAD),
            before,
            world,
        })
    }

    /// A run of the rehearsal from now on, after these orders, as a story.
    ///
    /// # Errors
    /// As [`Simulation::rehearsal`].
    pub fn goes_on_as(&self, orders: &[Request], seed: Seed, run: u32) -> Result<Self, Error> {
        let mut simulation = self.clone();
        for order in orders {
            simulation.answer(order)?;
        }
        simulation.world.take_luck_of(seed.of_run(u64::from(run)));
        Ok(simulation)
    }
}

impl Rehearsal {
    /// Makes a run. What its machines spent their time with is counted from the instant on.
    pub fn run(&self, seed: Seed, run: u32) -> RunRow {
        let mut world = self.world.clone();
        world.take_luck_of(seed.of_run(u64::from(run)));
        let mut row = RunRow::up_to(&mut world, self.horizon, &mut Unobserved);
        for (pool, before) in row.pools.iter_mut().zip(&self.before) {
            for (reason, span) in &mut pool.reasons {
                if let Some(before) = before.get(reason) {
                    *span = *span - *before;
                }
            }
            pool.reasons.retain(|(_, span)| !span.is_zero());
        }
        row
    }

    /// What runs say, of which the first is run 0, out of so many that were asked for. `None` where in none of them anything is
    /// rolled out.
    pub fn outlook(&self, seed: Seed, rows: &[RunRow], of: u32, clock: &Clock) -> Option<Outlook> {
        Outlook::new(
            self.world.blueprint(),
            &self.scope,
            (seed.0, of),
            rows,
            clock,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ensemble::{Course, Ensemble};
    use crate::fleet::Blueprint;
    use crate::scenario::Scenario;
    use appliance::MachinePoolId;
    use std::num::NonZeroUsize;
    use std::sync::Arc;

    const TEXT: &str = r#"
        horizon = "9d"
        [hardware.h]
        update = { exponential = { mean = "5m" } }
        fails = { update = "2%" }
        fails_yearly = 40
        repair = "30m"
        [[pools]]
        name = "p"
        machines = 12
        hardware = "h"
        saved_revision = 2
        max_unavailable = 2
        halt_after = 2
        [[steps]]
        at = "+10m"
        do = "apply"
        pool = "p"
        [[bad_revisions]]
        chance = "20%"
        share = "10%"
        do = "fail"
    "#;

    fn simulation(text: &str) -> (Arc<Blueprint>, Simulation) {
        let blueprint = Blueprint::new(Scenario::parse(text, "test", "test").unwrap());
        let simulation = Simulation::new(&blueprint, Seed(3), 0);
        (blueprint, simulation)
    }

    #[test]
    fn from_the_start_it_is_the_ensemble() {
        let (blueprint, simulation) = simulation(TEXT);
        let rehearsal = simulation.rehearsal(&[]).unwrap();
        let ensemble = Ensemble::run(&blueprint, Seed(1), 50, None).unwrap();
        for threads in [1, 2] {
            let course = Course::unwatched(NonZeroUsize::new(threads));
            let rows = course
                .runs(0..50, |run| rehearsal.run(Seed(1), run))
                .unwrap();
            assert!(rows == ensemble.rows, "{threads} threads");
        }
    }

    #[test]
    fn all_runs_share_the_past_and_each_has_its_own_future() {
        let (blueprint, mut simulation) = simulation(TEXT);
        simulation.run_until(Time::from_millis(25 * 60_000));
        let before = simulation.world.operation(OperationIndex(0)).updated;
        assert!((1..12).contains(&before), "{before}");
        let rehearsal = simulation.rehearsal(&[]).unwrap();
        let rows: Vec<RunRow> = (0..60).map(|run| rehearsal.run(Seed(1), run)).collect();
        for row in &rows {
            assert!(row.pools[0].rollouts[0].updated >= before);
            assert!(row.end.is_none_or(|end| end > simulation.now()));
        }
        assert!(rows.iter().any(|row| row.end != rows[0].end));
        let clock = Clock::new(&blueprint.scenario().calendar, None);
        let outlook = rehearsal.outlook(Seed(1), &rows, 60, &clock).unwrap();
        assert_eq!(outlook.from_ms, 25 * 60_000);
        let finished: u32 = outlook.bars.iter().map(|bar| bar.runs).sum();
        assert_eq!(finished + outlook.unfinished.iter().sum::<u32>(), 60);
        // Any run can be opened, and ends as its row says.
        let median = outlook.notable[0].unwrap();
        let mut opened = simulation.goes_on_as(&[], Seed(1), median.run).unwrap();
        opened.run_until(rehearsal.horizon);
        let ended = opened.world.operation(OperationIndex(0)).ended;
        assert_eq!(
            ended.map(|at| at.since(simulation.now()).as_millis()),
            median.after_ms
        );
    }

    #[test]
    fn it_can_be_asked_what_an_order_would_come_to() {
        let (blueprint, simulation) = simulation(&TEXT.replace("+10m", "+1d"));
        let clock = Clock::new(&blueprint.scenario().calendar, None);
        let apply = Request::ApplyRevision {
            pool: MachinePoolId(1),
            revision: 2,
            from: None,
        };
        let with = |orders: &[Request]| {
            let rehearsal = simulation.rehearsal(orders).unwrap();
            let rows: Vec<RunRow> = (0..20).map(|run| rehearsal.run(Seed(1), run)).collect();
            rehearsal.outlook(Seed(1), &rows, 20, &clock).unwrap()
        };
        let finish = |outlook: &Outlook| outlook.finish[0].after_ms.unwrap();
        assert!(finish(&with(&[])) > 86_400_000);
        let unknown = Request::CancelOperation {
            operation: appliance::OperationId(9),
        };
        assert!(simulation.rehearsal(&[unknown]).is_err());
        assert_eq!(with(&[apply]).from_ms, 0);
    }

    #[test]
    fn where_nothing_is_rolled_out_there_is_nothing_to_tell() {
        let text = "[[pools]]\nname = \"p\"\nmachines = 2\n";
        let (blueprint, simulation) = simulation(text);
        let rehearsal = simulation.rehearsal(&[]).unwrap();
        let rows = [rehearsal.run(Seed(1), 0)];
        let clock = Clock::new(&blueprint.scenario().calendar, None);
        assert_eq!(rehearsal.outlook(Seed(1), &rows, 1, &clock), None);
    }
}
