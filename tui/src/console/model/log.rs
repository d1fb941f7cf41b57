//! The fleet's log, as far back as the console keeps it. Where entries are missing, a line says how many.

use appliance::FleetEvent;

/// A line of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LogLine {
    /// Something happened.
    Event(FleetEvent),
    /// Entries that are not here: too many came at once, or they made room for newer ones.
    Gap {
        /// The number of the first missing entry.
        first: u64,
        /// The number of the last missing entry.
        last: u64,
    },
}

/// The log: lines with rising numbers, none of which is missing without a gap that says so.
#[derive(Clone, Debug, Default)]
pub struct Log {
    lines: Vec<LogLine>,
}

/// Lines that the console keeps.
pub const LINES_KEPT: usize = 20_000;

impl LogLine {
    /// The number of its entry, or of its last one.
    pub fn number(&self) -> u64 {
        match self {
            Self::Event(event) => event.number,
            Self::Gap { last, .. } => *last,
        }
    }

    /// The event, where it is one.
    pub fn event(&self) -> Option<&FleetEvent> {
        match self {
            Self::Event(event) => Some(event),
            Self::Gap { .. } => None,
        }
    }
}

impl Log {
    /// Every line, the oldest first.
    pub fn lines(&self) -> &[LogLine] {
        &self.lines
    }

    /// The number of the last entry that is known; 0 for none.
    pub fn last_number(&self) -> u64 {
        self.lines.last().map_or(0, LogLine::number)
    }

    /// The event of this number, if it is kept.
    pub fn event(&self, number: u64) -> Option<&FleetEvent> {
        let place = self
            .lines
            .binary_search_by_key(&number, LogLine::number)
            .ok()?;
        self.lines[place].event()
    }

    /// Takes events that come after those that are known. What lies between is a gap.
    pub fn take(&mut self, events: Vec<FleetEvent>) {
        for event in events {
            let (first, number) = (self.last_number() + 1, event.number);
            if number < first {
                continue;
            }
            if number > first {
                let last = number - 1;
                self.lines.push(LogLine::Gap { first, last });
            }
            self.lines.push(LogLine::Event(event));
        }
        let excess = self.lines.len().saturating_sub(LINES_KEPT);
        if excess > 0 {
            self.lines.drain(..excess);
            let last = self.lines[0].number();
            self.lines[0] = LogLine::Gap { first: 1, last };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use appliance::{Severity, Text};

    fn event(number: u64) -> FleetEvent {
        FleetEvent {
            number,
            at_ms: number,
            severity: Severity::Info,
            machine_pool_id: None,
            machine_id: None,
            operation_id: None,
            text: Text::from(number.to_string()),
        }
    }

    #[test]
    fn skipped_entries_leave_a_gap_in_their_place() {
        let mut log = Log::default();
        log.take(vec![event(1), event(2)]);
        log.take(vec![event(2), event(7)]);
        let gap = LogLine::Gap { first: 3, last: 6 };
        assert_eq!(log.lines()[1..3], [LogLine::Event(event(2)), gap]);
        assert_eq!(log.last_number(), 7);
        assert_eq!(log.event(7), Some(&event(7)));
        assert_eq!(log.event(6), None);
    }

    #[test]
    fn what_made_room_is_counted() {
        let most = LINES_KEPT as u64;
        let mut log = Log::default();
        log.take((1..=most).map(event).collect());
        assert_eq!(log.lines()[0], LogLine::Event(event(1)));
        for number in most + 2..most + 12 {
            log.take(vec![event(number)]);
        }
        assert_eq!(log.lines().len(), LINES_KEPT);
        let shown = log.lines().iter().filter(|line| line.event().is_some());
        let missing = log.lines().iter().map(|line| match line {
            LogLine::Gap { first, last } => last - first + 1,
            LogLine::Event(_) => 0,
        });
        assert_eq!(shown.count() as u64 + missing.sum::<u64>(), most + 11);
        assert!(matches!(log.lines()[0], LogLine::Gap { first: 1, .. }));
    }
}
