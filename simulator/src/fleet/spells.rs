//! How long something was so that is so from time to time.

use crate::engine::{Span, Time};

/// The spells of something up to now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Spells {
    /// Since when it is so; `None` while it is not.
    since: Option<Time>,
    /// All that are over, together.
    total: Span,
    /// The longest that is over.
    longest: Span,
}

impl Spells {
    /// From `now` on it is so, or is not.
    pub(super) fn set(&mut self, now: Time, is_so: bool) {
        match self.since {
            None if is_so => self.since = Some(now),
            Some(since) if !is_so => {
                let spell = now.since(since);
                self.total += spell;
                self.longest = self.longest.max(spell);
                self.since = None;
            }
            _ => {}
        }
    }

    /// How long it was so up to now, all together, and at the longest at once.
    pub(super) fn up_to(&self, now: Time) -> (Span, Span) {
        let last = self.since.map_or(Span::ZERO, |since| now.since(since));
        (self.total + last, self.longest.max(last))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spells_add_up_and_one_that_lasts_counts_so_far() {
        let at = |seconds: u64| Time::from_millis(1000 * seconds);
        let mut spells = Spells::default();
        for (second, is_so) in [(1, true), (2, true), (4, false), (5, false), (7, true)] {
            spells.set(at(second), is_so);
        }
        let secs = Span::from_secs;
        assert_eq!(spells.up_to(at(8)), (secs(4), secs(3)));
        assert_eq!(spells.up_to(at(12)), (secs(8), secs(5)));
    }
}
