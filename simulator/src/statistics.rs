//! How sure a number from a sample is: intervals that contain the truth in at least 95 samples of 100, or nearly so.
//!
//! | file | holds |
//! |---|---|
//! | `ranks` | of a quantile: which of the sorted values bound it, whatever they are distributed like |
//! | `wilson` | of a share |
//! | `sketch` | no interval: the distribution of so many numbers that they cannot be kept |
//! | `paired` | of a difference between two shares, or two lengths, measured on the same luck |
//!
//! Only additions, multiplications, square roots and a portable library: bits agree on every target.

mod paired;
mod ranks;
mod sketch;
#[cfg(test)]
mod tests;
mod wilson;

pub use paired::{difference_of_shares, mean};
pub use ranks::{Ranks, rank};
pub use sketch::{Packed, Sketch};
pub use wilson::{effective_size, wilson, wilson_of};

/// What each interval leaves out on either side: together 5 %.
const TAIL: f64 = 0.025;
/// The standard normal quantile of 97.5 %.
const Z: f64 = 1.959_963_984_540_054;

/// A count as a number to calculate with.
#[expect(
    clippy::cast_precision_loss,
    reason = "sizes of samples lie far below 2^53"
)]
const fn to_float(count: usize) -> f64 {
    count as f64
}
