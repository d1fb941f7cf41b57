//! Simulated time in words.

use simulator::engine::{Span, Time};

/// The clock at an instant: `02:13:07`.
pub(crate) fn clock(at_ms: u64) -> String {
    Time::from_millis(at_ms).to_string()
}

/// A length of time: `2h 13m 07s`.
pub(crate) fn length(ms: u64) -> String {
    Span::from_millis(ms).to_string()
}
