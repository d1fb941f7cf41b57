//! The clock of a simulated appliance, and what an appliance with the extension says of itself.

use serde::{Deserialize, Serialize};

use crate::Text;

/// Where the clock of a simulated appliance stands, and how it goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
pub struct Clock {
    /// The instant, in milliseconds since the start of the simulated time.
    pub now_ms: u64,
    /// Whether it stands still until it is stepped or goes on.
    pub is_paused: bool,
    /// How many simulated seconds pass in one real second while it goes; `None` where it moves only by steps.
    pub speed: Option<u32>,
}

impl Clock {
    /// The most simulated seconds in one real second: a day.
    pub const FASTEST: u32 = 86_400;
}

/// What an appliance with the extension says of itself. One without it has no such answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
pub struct Capabilities {
    /// Which program answers.
    pub software: Text,
    /// The program's version.
    pub version: Text,
    /// Whether the fleet is simulated.
    pub is_simulated: bool,
    /// Whether its clock goes by itself, and can be paused and made faster; else it moves only by steps.
    pub has_running_clock: bool,
}
