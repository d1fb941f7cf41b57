//! What is tried again, and when: capped exponential back-off with full jitter, so that many consoles whose appliance was
//! away do not come back in step (Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015).

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::{Error, ErrorKind};

/// How often and when a question that came to nothing is asked again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retries {
    /// How often at most; 0: never.
    pub most: u32,
    /// The longest wait before the first time. It doubles with each further one …
    pub first: Duration,
    /// … up to this.
    pub cap: Duration,
    /// The longest wait that an appliance can ask for by `Retry-After`.
    pub asked_cap: Duration,
}

/// One attempt that came to nothing.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) error: Error,
    /// How long the appliance asks to wait.
    pub(super) retry_after: Option<Duration>,
}

/// What is asked, as far as that decides whether it may be asked twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Changes nothing, however often it is asked.
    Question,
    /// May change something, so it is never sent twice.
    Order,
}

impl Default for Retries {
    fn default() -> Self {
        Self {
            most: 3,
            first: Duration::from_millis(500),
            cap: Duration::from_secs(15),
            asked_cap: Duration::from_secs(30),
        }
    }
}

impl Retries {
    /// Makes attempts, each of which is told how much time is left, until one comes to something or none may follow.
    pub(super) async fn persist<T, F: Future<Output = Result<T, Failure>>>(
        &self,
        purpose: Purpose,
        until: Instant,
        mut attempt: impl FnMut(Duration) -> F,
    ) -> Result<T, Error> {
        let left = || until.saturating_duration_since(Instant::now());
        let mut failures = 0;
        loop {
            let failure = match attempt(left()).await {
                Ok(done) => return Ok(done),
                Err(failure) => failure,
            };
            failures += 1;
            match self.wait(purpose, failures, &failure, left(), random()) {
                Some(wait) => sleep(wait).await,
                None => return Err(failure.error),
            }
        }
    }

    /// The wait before the attempt after `failures` that came to nothing, at least 1; `random` is uniform over all `u64`.
    fn back_off(&self, failures: u32, random: u64) -> Duration {
        let doublings = failures.saturating_sub(1).min(31);
        let longest = self.first.saturating_mul(1 << doublings).min(self.cap);
        let longest = u64::try_from(longest.as_nanos()).unwrap_or(u64::MAX);
        let share = u128::from(longest) * u128::from(random) / u128::from(u64::MAX);
        Duration::from_nanos(u64::try_from(share).unwrap_or(u64::MAX))
    }

    /// The wait before the next attempt; `None` where there is none: it would not help, it could do something twice,
    /// it was tried often enough, or the time that is `left` is over before.
    fn wait(
        &self,
        purpose: Purpose,
        failures: u32,
        failure: &Failure,
        left: Duration,
        random: u64,
    ) -> Option<Duration> {
        if failures > self.most || !may_help(purpose, failure.error.kind()) {
            return None;
        }
        let wait = self.wait_before(failures, failure, random);
        (wait < left).then_some(wait)
    }

    /// The wait of whoever tries again in any case: back-off, or as long as the appliance asks for, within reason.
    pub(super) fn wait_before(&self, failures: u32, failure: &Failure, random: u64) -> Duration {
        let asked = failure.retry_after.unwrap_or_default();
        self.back_off(failures, random)
            .max(self.within_reason(asked))
    }

    /// What an appliance asks for, as far as it is done.
    pub(super) fn within_reason(&self, asked: Duration) -> Duration {
        asked.min(self.asked_cap)
    }
}

/// Whether another attempt may end otherwise, and can do no harm.
fn may_help(purpose: Purpose, kind: ErrorKind) -> bool {
    match purpose {
        Purpose::Order => kind == ErrorKind::Unreachable,
        Purpose::Question => matches!(
            kind,
            ErrorKind::Unreachable
                | ErrorKind::Unanswered
                | ErrorKind::Unavailable
                | ErrorKind::TimedOut
                | ErrorKind::TooManyRequests
        ),
    }
}

/// A number for [`Retries::back_off`]. Where the system has none to give, the wait is the longest.
pub(super) fn random() -> u64 {
    getrandom::u64().unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RETRIES: Retries = Retries {
        most: 3,
        first: Duration::from_millis(500),
        cap: Duration::from_secs(15),
        asked_cap: Duration::from_secs(30),
    };
    const LEFT: Duration = Duration::from_secs(120);

    fn failure(kind: ErrorKind, retry_after: Option<u64>) -> Failure {
        Failure {
            error: Error::new(kind, "no"),
            retry_after: retry_after.map(Duration::from_secs),
        }
    }

    #[test]
    fn the_longest_wait_doubles_up_to_its_cap() {
        let longest = |failures| RETRIES.back_off(failures, u64::MAX).as_millis();
        let of_each: Vec<u128> = (1..=7).map(longest).collect();
        assert_eq!(of_each, [500, 1000, 2000, 4000, 8000, 15000, 15000]);
        assert_eq!(longest(u32::MAX), 15000);
    }

    #[test]
    fn the_wait_is_anything_up_to_the_longest() {
        assert_eq!(RETRIES.back_off(3, 0), Duration::ZERO);
        let half = RETRIES.back_off(3, u64::MAX / 2);
        assert!(half > Duration::from_millis(999) && half <= Duration::from_secs(1));
    }

    #[test]
    fn an_order_is_tried_again_only_where_nothing_was_sent() {
        let waits = |purpose, kind| {
            let failure = failure(kind, None);
            RETRIES.wait(purpose, 1, &failure, LEFT, u64::MAX).is_some()
        };
        for kind in [
            ErrorKind::Unanswered,
            ErrorKind::Unavailable,
            ErrorKind::TimedOut,
            ErrorKind::TooManyRequests,
        ] {
            assert!(waits(Purpose::Question, kind), "{kind:?}");
            assert!(!waits(Purpose::Order, kind), "{kind:?}");
        }
        for purpose in [Purpose::Question, Purpose::Order] {
            assert!(waits(purpose, ErrorKind::Unreachable));
            for kind in [
                ErrorKind::Unauthorized,
                ErrorKind::NotFound,
                ErrorKind::Failed,
                ErrorKind::Insecure,
                ErrorKind::Conflict,
            ] {
                assert!(!waits(purpose, kind), "{kind:?}");
            }
        }
    }

    #[test]
    fn no_attempt_is_one_too_many_or_too_late() {
        let failure = failure(ErrorKind::Unavailable, None);
        let wait = |failures, left| {
            RETRIES.wait(
                Purpose::Question,
                failures,
                &failure,
                Duration::from_millis(left),
                u64::MAX,
            )
        };
        assert_eq!(wait(3, 2001), Some(Duration::from_secs(2)));
        assert_eq!(wait(3, 2000), None);
        assert_eq!(wait(4, 9999), None);
    }

    #[test]
    fn an_appliance_is_given_the_time_that_it_asks_for_within_reason() {
        for (asked, expected) in [(0, 500), (7, 7000), (86_400, 30_000)] {
            let failure = failure(ErrorKind::TooManyRequests, Some(asked));
            let wait = RETRIES.wait(Purpose::Question, 1, &failure, LEFT, u64::MAX);
            assert_eq!(wait, Some(Duration::from_millis(expected)));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn every_wait_is_waited_for() {
        let before = Instant::now();
        let until = before + LEFT;
        let mut attempts = 0;
        let failing = |_| {
            attempts += 1;
            std::future::ready(Err::<(), _>(failure(ErrorKind::Unavailable, Some(20))))
        };
        let error = RETRIES.persist(Purpose::Question, until, failing).await;
        assert_eq!(error.unwrap_err().kind(), ErrorKind::Unavailable);
        assert_eq!((attempts, before.elapsed().as_secs()), (4, 60));
    }

    #[tokio::test(start_paused = true)]
    async fn an_attempt_is_told_how_much_time_is_left() {
        let until = Instant::now() + Duration::from_secs(50);
        let mut told = Vec::new();
        let failing = |left: Duration| {
            told.push(left.as_secs());
            std::future::ready(Err::<(), _>(failure(ErrorKind::Unavailable, Some(20))))
        };
        let error = RETRIES.persist(Purpose::Question, until, failing).await;
        assert!(error.is_err());
        assert_eq!(told, [50, 30, 10]);
    }
}
