//! In how many runs something is in a state at an instant that the scenario asks about.

use appliance::Text;
use schemars::JsonSchema;
use serde::Serialize;

use super::Share;
use super::clock::{Clock, Date};
use crate::ensemble::Ensemble;
use crate::fleet::Blueprint;
use crate::scenario::{Object, Scenario, State};

/// The answer to one question of the scenario about an instant.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct StateShare {
    /// When.
    pub at: Date,
    /// The machine or the pool.
    #[schemars(with = "String")]
    pub of: Text,
    /// The state, as the scenario writes it.
    #[schemars(with = "String")]
    pub state: Text,
    /// The part of the runs in which it is in it.
    pub runs: Share,
}

/// Every question of the scenario, in its order.
pub(super) fn of(blueprint: &Blueprint, ensemble: &Ensemble, clock: &Clock) -> Vec<StateShare> {
    let scenario = blueprint.scenario();
    let one = |(place, about): (usize, &crate::scenario::StateAt)| {
        let found = ensemble.rows.iter().filter_map(|row| row.states[place]);
        let found: Vec<bool> = found.collect();
        let yes = found.iter().filter(|yes| **yes).count();
        StateShare {
            at: clock.date(about.at),
            of: name(scenario, about.of),
            state: match &about.state {
                State::Word(word) => Text::from(word.as_str()),
                State::Revision(number) => Text::from(format!("revision {number}")),
            },
            runs: Share::new(yes, found.len()),
        }
    };
    scenario.states().enumerate().map(one).collect()
}

fn name(scenario: &Scenario, of: Object) -> Text {
    match of {
        Object::Pool(pool) => Text::from(scenario.pools[pool].name.as_str()),
        Object::Machine(machine) => {
            let home = scenario.home(machine.pool);
            Text::from(home.machines.name(&home.name, machine.position))
        }
    }
}
