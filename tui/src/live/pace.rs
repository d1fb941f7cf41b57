//! How many calls a second an appliance gets at most: one question of the console may take many of them.

use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use appliance::Error;
use appliance::client::blocking::Client;
use appliance::public::{Reply, Request};

use super::public::Ask;

/// The pace of the calls to one appliance, shared by all who ask it.
#[derive(Debug)]
pub(super) struct Pace {
    /// From one call to the next.
    gap: Duration,
    /// When the next call may be made.
    next: Mutex<Instant>,
}

impl Pace {
    /// So many calls a second, and as many at once after a rest.
    pub(super) fn new(rate: f64) -> Self {
        let gap = Duration::try_from_secs_f64(1.0 / rate).unwrap_or(Duration::from_secs(1));
        let next = Mutex::new(Instant::now());
        Self { gap, next }
    }

    /// Waits until another call may be made.
    pub(super) fn wait(&self) {
        let left = self.reserve(Instant::now());
        if !left.is_zero() {
            thread::sleep(left);
        }
    }

    /// Takes the next call, and tells how long it has to wait.
    fn reserve(&self, now: Instant) -> Duration {
        let rested = Duration::from_secs(1).saturating_sub(self.gap);
        let earliest = now.checked_sub(rested).unwrap_or(now);
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let at = (*next).max(earliest);
        *next = at + self.gap;
        at.saturating_duration_since(now)
    }
}

/// A client at a pace.
pub(super) struct Paced<'a> {
    pub(super) client: &'a Client,
    pub(super) pace: &'a Pace,
}

impl Ask for Paced<'_> {
    fn ask(&self, request: Request) -> Result<Reply, Error> {
        self.pace.wait();
        Ask::ask(self.client, request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(pace: &Pace, now: Instant, calls: usize) -> Vec<u128> {
        let waits = (0..calls).map(|_| pace.reserve(now).as_millis());
        waits.collect()
    }

    #[test]
    fn after_a_second_of_calls_each_waits_for_the_one_before() {
        let pace = Pace::new(4.0);
        let start = *pace.next.lock().unwrap();
        let rested = start + Duration::from_secs(60);
        assert_eq!(waits(&pace, rested, 6), [0, 0, 0, 0, 250, 500]);
        // What was reserved is kept by whoever comes later.
        let later = rested + Duration::from_millis(500);
        assert_eq!(waits(&pace, later, 2), [250, 500]);
        // A rest is worth a second and no more.
        let later = rested + Duration::from_secs(600);
        assert_eq!(waits(&pace, later, 5), [0, 0, 0, 0, 250]);
    }

    #[test]
    fn less_than_one_a_second_is_kept_too() {
        let pace = Pace::new(0.5);
        let now = *pace.next.lock().unwrap() + Duration::from_secs(60);
        assert_eq!(waits(&pace, now, 3), [0, 2000, 4000]);
    }
}
