//! The built-in demo fleet: what the program shows to someone who has configured nothing.

use std::sync::Arc;

use simulator::engine::Time;
use simulator::fleet::Blueprint;
use simulator::scenario::Scenario;

/// The scenario file of the demo fleet, which is also one of the examples.
const SCENARIO: &str = include_str!("../../scenarios/demo-fleet.toml");
/// Where in its story it is shown: one rollout under way, one failed, one revision saved and waiting.
pub(crate) const SHOWN_AT: Time = Time::from_millis(2 * 3_600_000 + 13 * 60_000 + 7_000);

/// The demo fleet, ready to run.
pub(crate) fn blueprint() -> Arc<Blueprint> {
    let scenario = Scenario::parse(SCENARIO, "demo-fleet.toml", "demo-fleet")
        .unwrap_or_else(|error| unreachable!("a test reads the built-in scenario: {error}"));
    Blueprint::new(scenario)
}
