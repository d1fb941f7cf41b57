//! Reading the values of a log.

use serde_json::Value;

/// The place of a pool that is named `p0`, `p1` and so on.
pub(super) fn position(pool: &str) -> usize {
    pool[1..].parse().unwrap()
}

pub(super) fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

pub(super) fn word(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

pub(super) fn number(value: &Value) -> u64 {
    value.as_u64().unwrap()
}

/// Seconds as whole milliseconds.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "times of a log are positive and small"
)]
pub(super) fn millis(seconds: &Value) -> u64 {
    (seconds.as_f64().unwrap() * 1000.0).round() as u64
}
