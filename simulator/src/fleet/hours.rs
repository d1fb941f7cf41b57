//! Working hours on the clock of a run: work goes on while somebody is there, and the rest of it waits for the next
//! opening.

use crate::engine::{Span, Time};
use crate::scenario::Calendar;
use crate::windows::Window;

/// The most openings that are worked out beforehand; what lies behind them is when it is asked for.
const KNOWN: usize = 100_000;

/// When people are there.
#[derive(Debug)]
pub(super) struct Hours {
    /// `None`: always.
    opens: Option<Opens>,
}

#[derive(Debug)]
struct Opens {
    window: Window,
    calendar: Calendar,
    /// From when until when, in order, up to the first opening after the horizon.
    known: Vec<(Time, Time)>,
}

impl Hours {
    /// The hours of a window, or always.
    pub(super) fn new(window: Option<&Window>, calendar: &Calendar, horizon: Time) -> Self {
        let opens = window.map(|window| {
            let mut opens = Opens {
                window: window.clone(),
                calendar: calendar.clone(),
                known: Vec::new(),
            };
            let mut known = Vec::new();
            for opening in opens.behind(Time::START).take(KNOWN) {
                known.push(opening);
                if opening.0 > horizon {
                    break;
                }
            }
            opens.known = known;
            opens
        });
        Self { opens }
    }

    /// The first instant from `now` on at which somebody is there; `None`: nobody will be.
    pub(super) fn open_from(&self, now: Time) -> Option<Time> {
        match &self.opens {
            None => Some(now),
            Some(opens) => opens.from(now).next().map(|(from, _)| from.max(now)),
        }
    }

    /// When work that begins at `now` is done; `None`: never, since nobody will be there.
    pub(super) fn done_after(&self, now: Time, work: Span) -> Option<Time> {
        let Some(opens) = &self.opens else {
            return Some(now + work);
        };
        let mut left = work;
        for (from, until) in opens.from(now) {
            let from = from.max(now);
            let there = until.since(from);
            if left <= there {
                return Some(from + left);
            }
            left = left - there;
        }
        None
    }
}

impl Opens {
    /// The openings that close after `now`, in order.
    fn from(&self, now: Time) -> impl Iterator<Item = (Time, Time)> {
        let next = self.known.partition_point(|(_, until)| *until <= now);
        let last = self.known.last().map_or(Time::START, |(_, until)| *until);
        let behind = std::iter::once(last.max(now)).flat_map(|from| self.behind(from));
        self.known[next..].iter().copied().chain(behind)
    }

    /// The openings that close after `now`, worked out one by one.
    fn behind(&self, now: Time) -> impl Iterator<Item = (Time, Time)> {
        let openings = self
            .window
            .openings(0, std::iter::empty(), self.calendar.timestamp(now));
        openings.filter_map(|opening| {
            let until = self.calendar.time(opening.end)?;
            let from = self.calendar.time(opening.start).unwrap_or(Time::START);
            Some((from, until))
        })
    }
}
