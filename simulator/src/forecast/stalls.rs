//! Why a pool's rollouts stalled where only people could have helped.

use schemars::JsonSchema;
use serde::Serialize;

use super::Share;
use crate::fleet::{Ending, PoolRow, Reason};

/// Shares of all runs in which the pool stalled for want of people.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Stalls {
    /// Machines were down, and nobody repairs them.
    pub unrepaired: Share,
    /// Machines were held, and nobody unholds them.
    pub held: Share,
}

impl Stalls {
    pub(super) fn new(rows: &[&PoolRow]) -> Self {
        let of = |is: &dyn Fn(&PoolRow) -> bool| {
            let stalled = rows.iter().filter(|row| row.ending == Ending::Stalled);
            Share::new(stalled.filter(|row| is(row)).count(), rows.len())
        };
        Self {
            unrepaired: of(&|row| row.down_for_good > 0),
            held: of(&|row| row.held_at_end.contains(&Reason::Hold)),
        }
    }
}
