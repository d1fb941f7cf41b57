//! How old the revisions are that a pool's machines run, and how often its machines boot.
//!
//! A revision is as old as the time since it was released, or else first asked for; the one that a pool runs at the
//! start as old as the scenario says. Machines are counted by their revision, so a change costs the same however many
//! there are.

use super::PoolIndex;
use super::world::World;
use crate::engine::{Span, Time};

/// Ages that are told, in days.
pub const OLD_DAYS: [u64; 3] = [30, 60, 90];

const DAY: Span = Span::from_secs(86_400);

/// What a pool's machines run, and since when there is such a revision.
#[derive(Clone, Debug, Default)]
pub(super) struct Ages {
    revisions: Vec<Age>,
    /// Boots that were begun.
    pub(super) boots: u64,
}

/// The machines of one revision.
#[derive(Clone, Copy, Debug)]
struct Age {
    revision: u32,
    /// When there was such a revision first.
    born: Time,
    /// How old it was then already.
    older_by: Span,
    machines: u32,
    /// Up to when its machines' time is counted.
    since: Time,
    /// Time of all machines together on it, while it was older than each of [`OLD_DAYS`].
    old: [Span; OLD_DAYS.len()],
    /// The same, however old it was.
    all: Span,
}

impl Age {
    /// Counts the time up to `now`.
    fn count(&mut self, now: Time) {
        for (old, days) in self.old.iter_mut().zip(OLD_DAYS) {
            let old_age = Span::from_millis(days * DAY.as_millis()) - self.older_by;
            let from = self.since.max(self.born + old_age);
            *old += now.since(from).times(u64::from(self.machines));
        }
        self.all += now.since(self.since).times(u64::from(self.machines));
        self.since = now;
    }
}

impl Ages {
    /// A pool whose machines all run `revision`, which is so old.
    pub(super) fn new(revision: u32, older_by: Span, machines: u32) -> Self {
        Self {
            revisions: vec![Age {
                revision,
                born: Time::START,
                older_by,
                machines,
                since: Time::START,
                old: [Span::ZERO; OLD_DAYS.len()],
                all: Span::ZERO,
            }],
            boots: 0,
        }
    }

    /// There is such a revision from `now` on, if there was none before.
    pub(super) fn know(&mut self, revision: u32, now: Time) {
        if self.revisions.iter().any(|age| age.revision == revision) {
            return;
        }
        self.revisions.push(Age {
            revision,
            born: now,
            older_by: Span::ZERO,
            machines: 0,
            since: now,
            old: [Span::ZERO; OLD_DAYS.len()],
            all: Span::ZERO,
        });
    }

    /// A machine that ran none of the pool's revisions runs this one from `now` on.
    fn join(&mut self, revision: u32, now: Time) {
        self.know(revision, now);
        self.count_one(revision, now, |machines| machines + 1);
    }

    /// A machine that ran this revision is no longer in the pool.
    pub(super) fn leave(&mut self, revision: u32, now: Time) {
        self.count_one(revision, now, |machines| machines - 1);
    }

    fn count_one(&mut self, revision: u32, now: Time, count: fn(u32) -> u32) {
        let mut ages = self.revisions.iter_mut();
        if let Some(age) = ages.find(|age| age.revision == revision) {
            age.count(now);
            age.machines = count(age.machines);
        }
    }

    /// A machine runs another revision from `now` on.
    fn change(&mut self, from: u32, to: u32, now: Time) {
        self.know(to, now);
        for age in &mut self.revisions {
            if age.revision == from {
                age.count(now);
                age.machines -= 1;
            } else if age.revision == to {
                age.count(now);
                age.machines += 1;
            }
        }
    }

    /// How many machines run each revision.
    #[cfg(test)]
    pub(super) fn counts(&self) -> impl Iterator<Item = (u32, u32)> {
        self.revisions
            .iter()
            .map(|age| (age.revision, age.machines))
    }

    /// How long machines ran some revision of the pool, all together, up to `until`.
    pub(super) fn all(&self, until: Time) -> Span {
        let each = self.revisions.iter().copied().map(|mut age| {
            age.count(until.max(age.since));
            age.all
        });
        each.fold(Span::ZERO, |sum, all| sum + all)
    }

    /// How long machines ran a revision older than each of [`OLD_DAYS`], all together, up to `until`.
    pub(super) fn old(&self, until: Time) -> [Span; OLD_DAYS.len()] {
        let mut sums = [Span::ZERO; OLD_DAYS.len()];
        for mut age in self.revisions.iter().copied() {
            age.count(until.max(age.since));
            for (sum, old) in sums.iter_mut().zip(age.old) {
                *sum += old;
            }
        }
        sums
    }
}

impl World {
    /// A revision of the pool was released, or asked for.
    pub(super) fn know_revision(&mut self, pool: PoolIndex, revision: u32) {
        let now = self.now();
        self.pools[pool.at()].ages.know(revision, now);
    }

    /// A machine of the pool runs another revision.
    pub(super) fn note_revision(&mut self, pool: PoolIndex, from: u32, to: u32) {
        if from != to {
            let now = self.now();
            let ages = &mut self.pools[pool.at()].ages;
            match (from, to) {
                (0, to) => ages.join(to, now),
                (from, 0) => ages.leave(from, now),
                (from, to) => ages.change(from, to, now),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(days: u64) -> Time {
        Time::START + Span::from_millis(days * DAY.as_millis())
    }

    fn days(days: u64) -> Span {
        day(days).since_start()
    }

    #[test]
    fn time_counts_from_when_a_revision_becomes_old() {
        let mut ages = Ages::new(1, days(10), 2);
        // The first is 30 days old on day 20.
        assert_eq!(ages.old(day(20)), [Span::ZERO; 3]);
        assert_eq!(ages.old(day(25)), [days(10), Span::ZERO, Span::ZERO]);
        ages.know(2, day(20));
        ages.change(1, 2, day(30));
        // One machine stays on the first; the second revision is 30 days old on day 50.
        assert_eq!(ages.old(day(55)), [days(20 + 25 + 5), days(5), Span::ZERO]);
    }
}
