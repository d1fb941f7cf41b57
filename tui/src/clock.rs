//! Simulated time in words.

use simulator::engine::{Span, Time};

/// The clock at an instant: `02:13:07`.
pub(crate) fn clock(at_ms: u64) -> String {
    Time::from_millis(at_ms).to_string()
}

/// The time until something, in its two largest units: `7h 12m`.
pub(crate) fn soon(ms: u64) -> String {
    let seconds = ms.div_ceil(1000);
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    if days > 0 {
        format!("{days}d {}h", hours % 24)
    } else if hours > 0 {
        format!("{hours}h {:02}m", minutes % 60)
    } else if minutes > 0 {
        format!("{minutes}m {:02}s", seconds % 60)
    } else {
        format!("{seconds}s")
    }
}

/// A length of time: `2h 13m 07s`.
pub(crate) fn length(ms: u64) -> String {
    Span::from_millis(ms).to_string()
}

/// A length of time in whole minutes, for what is watched for long: `1h 02m`.
pub(crate) fn in_minutes(ms: u64) -> String {
    let minutes = ms / 60_000;
    let (hours, days) = (minutes / 60, minutes / 1440);
    if days > 0 {
        format!("{days}d {}h", hours % 24)
    } else if hours > 0 {
        format!("{hours}h {:02}m", minutes % 60)
    } else {
        format!("{minutes}m")
    }
}
