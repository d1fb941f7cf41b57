//! The built-in demo fleet: what the program shows to someone who has configured nothing.

use std::sync::Arc;

use simulator::engine::Time;
use simulator::fleet::Blueprint;
use simulator::scenario::Scenario;
use simulator::simulation::Simulation;

/// The scenario file of the demo fleet, which is also one of the examples.
const SCENARIO: &str = include_str!("../../scenarios/demo-fleet.toml");
/// Where in its story it is shown: one rollout under way, one failed, one revision saved and waiting.
const SHOWN_AT: Time = Time::from_millis(2 * 3_600_000 + 13 * 60_000 + 7_000);

/// The demo fleet at the instant at which it is shown.
pub(crate) fn fleet() -> (Arc<Blueprint>, Simulation) {
    let scenario = Scenario::parse(SCENARIO, "demo-fleet.toml", "demo-fleet")
        .unwrap_or_else(|error| unreachable!("a test reads the built-in scenario: {error}"));
    let blueprint = Blueprint::new(scenario);
    let mut simulation = Simulation::new(&blueprint, blueprint.scenario().seed, 0);
    simulation.run_until(SHOWN_AT);
    (blueprint, simulation)
}
