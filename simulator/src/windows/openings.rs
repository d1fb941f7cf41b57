//! The pieces in which a pool's windows are open, in order: the union of the windows, without what is left out.
//!
//! What is left out is cut from each window's pieces before they are joined, which gives the same instants as cutting
//! it from the union and tells of every piece which windows open and close it.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

use super::local::{DAY, FURTHEST, Interval, after, civil, civil_millis, signed};
use super::opens::PATIENCE_YEARS;
use super::{Exclusion, Opening, Window};

/// A piece is told whole up to this length, counted from its start and from the instant of the question; what is open
/// for longer is told in parts of it, so that a window that never closes comes to an end.
const LONGEST: i64 = 400 * DAY;
/// After so long without a piece nothing more is expected.
const PATIENCE: i64 = PATIENCE_YEARS as i64 * 366 * DAY;

/// The pieces in which a pool is open, in order and none touching the next, but for one of more than 400 days, which is
/// told in parts. Ends where nothing opens within 30 years, and with the calendar.
#[derive(Clone, Debug)]
pub struct Openings<'w> {
    sources: Vec<Source<'w>>,
    exclusions: Vec<&'w Exclusion>,
    /// Pieces of single windows that are known and not yet joined.
    pending: BinaryHeap<Reverse<Piece>>,
    /// Found while the start of the first piece was looked for.
    found: Option<Piece>,
    from: i64,
    /// Nothing behind this is looked for unless a piece is found before.
    patience: i64,
    /// The end of a part that was told of a longer piece.
    told_until: i64,
}

/// A window and where its next occurrence begins.
#[derive(Clone, Debug)]
struct Source<'w> {
    place: usize,
    window: &'w Window,
    next: Option<DateTime>,
}

/// A piece, ordered by its start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Piece {
    start: i64,
    opened_by: usize,
    end: i64,
    closed_by: usize,
}

impl<'w> Openings<'w> {
    /// The pieces of these windows, each with its place, that end after `from`.
    pub fn new(
        windows: impl Iterator<Item = (usize, &'w Window)>,
        exclusions: impl Iterator<Item = &'w Exclusion>,
        from: Timestamp,
    ) -> Self {
        let windows: Vec<_> = windows.collect();
        let exclusions: Vec<_> = exclusions.collect();
        let from = from.as_millisecond();
        let lasts = windows.iter().map(|(_, window)| signed(window.lasts)).max();
        // A piece begins as far back as the openings that it is joined from, so one that may have begun before what
        // was looked at asks for a longer look back.
        let blind = lasts.unwrap_or(0) + FURTHEST;
        let mut back = blind + DAY;
        loop {
            let mut openings = Self::looking_back(&windows, &exclusions, from, back);
            openings.found = openings.next_piece();
            let is_whole = |piece: Piece| piece.start > from - back + blind;
            if openings.found.is_none_or(is_whole) || back > LONGEST + blind {
                return openings;
            }
            back = (3 * back).min(LONGEST + blind + DAY);
        }
    }

    fn looking_back(
        windows: &[(usize, &'w Window)],
        exclusions: &[&'w Exclusion],
        from: i64,
        back: i64,
    ) -> Self {
        let sources = windows.iter().map(|(place, window)| Source {
            place: *place,
            window,
            next: window.schedule.next(civil(from - back)),
        });
        Self {
            sources: sources.collect(),
            exclusions: exclusions.to_vec(),
            pending: BinaryHeap::new(),
            found: None,
            from,
            patience: from + PATIENCE,
            told_until: i64::MIN,
        }
    }

    /// The next joined piece that ends after `from`.
    fn next_piece(&mut self) -> Option<Piece> {
        loop {
            let piece = self.joined()?;
            if piece.end > self.from {
                self.patience = piece.end + PATIENCE;
                return Some(piece);
            }
        }
    }

    /// The next piece, with everything that overlaps or touches it.
    fn joined(&mut self) -> Option<Piece> {
        let mut piece = self.single()?;
        while piece.end <= self.told_until {
            piece = self.single()?;
        }
        piece.start = piece.start.max(self.told_until);
        let longest = piece.start.max(self.from) + LONGEST;
        while let Some(next) = self.single() {
            if next.start > piece.end {
                self.pending.push(Reverse(next));
                break;
            }
            if next.end > piece.end {
                piece.end = next.end;
                piece.closed_by = next.closed_by;
            }
            if piece.end > longest {
                let rest = Piece {
                    start: longest,
                    opened_by: piece.closed_by,
                    ..piece
                };
                self.pending.push(Reverse(rest));
                piece.end = longest;
                self.told_until = longest;
                break;
            }
        }
        Some(piece)
    }

    /// The next piece of a single window.
    fn single(&mut self) -> Option<Piece> {
        loop {
            let waiting = self.sources.iter().enumerate();
            let earliest = waiting
                .filter_map(|(index, source)| source.next.map(|next| (next, index)))
                .min();
            let Some((next, index)) = earliest else {
                return self.pending.pop().map(|Reverse(piece)| piece);
            };
            let not_before = civil_millis(next) - FURTHEST;
            match self.pending.peek() {
                Some(Reverse(piece)) if piece.start < not_before => {
                    return self.pending.pop().map(|Reverse(piece)| piece);
                }
                None if not_before > self.patience => return None,
                _ => self.advance(index),
            }
        }
    }

    /// Takes the next occurrence of a window.
    fn advance(&mut self, index: usize) {
        let Source {
            place,
            window,
            next: Some(starts),
        } = self.sources[index]
        else {
            return;
        };
        let mut skipped_to = None;
        for interval in window.intervals(starts) {
            let left = self.left_of(window, interval);
            if left.is_empty() {
                skipped_to = self.last_excluded(window, interval);
            }
            let pieces = left.into_iter().map(|Interval { start, end }| Piece {
                start,
                opened_by: place,
                end,
                closed_by: place,
            });
            self.pending.extend(pieces.map(Reverse));
        }
        let mut from = after(starts);
        // Inside a long exclusion nothing needs to be looked at before its end comes near.
        if let Some(last) = skipped_to {
            let near = civil(civil_millis(last.into()) - signed(window.lasts) - 4 * DAY);
            from = from.map(|from| from.max(near));
        }
        self.sources[index].next = from.and_then(|from| window.schedule.next(from));
    }

    /// What of a window's interval nothing excludes.
    fn left_of(&self, window: &Window, interval: Interval) -> Vec<Interval> {
        let own = window.except.iter().map(|dates| (dates, &window.zone));
        let general = self
            .exclusions
            .iter()
            .flat_map(|exclusion| exclusion.dates.iter().map(|dates| (dates, &exclusion.zone)));
        let mut left = vec![interval];
        for (dates, zone) in own.chain(general) {
            left = left
                .into_iter()
                .flat_map(|part| dates.cut(zone, part))
                .collect();
        }
        left
    }

    /// The last date of the longest range that holds the whole interval.
    fn last_excluded(&self, window: &Window, interval: Interval) -> Option<Date> {
        let general = self
            .exclusions
            .iter()
            .flat_map(|exclusion| &exclusion.dates);
        let all = window.except.iter().chain(general);
        all.filter_map(|dates| dates.last_around(interval)).max()
    }
}

/// What is open for so long is listed as open until then.
const LONGEST_LISTED: i64 = 3653 * DAY;

impl Openings<'_> {
    /// The first `count` pieces, each whole even where it is told in parts. One that goes on for ten years, counted
    /// from its start and from the instant of the question, is the last, and listed up to there.
    pub fn listed(self, count: usize) -> Vec<Opening> {
        let from = self.from;
        let mut found: Vec<Opening> = Vec::new();
        for opening in self {
            let is_full = found.len() == count;
            match found.last_mut() {
                Some(last) if last.end == opening.start => {
                    last.end = opening.end;
                    last.closed_by = opening.closed_by;
                    let since = last.start.as_millisecond().max(from);
                    if last.end.as_millisecond() - since > LONGEST_LISTED {
                        break;
                    }
                }
                _ if is_full => break,
                _ => found.push(opening),
            }
        }
        found
    }
}

impl Iterator for Openings<'_> {
    type Item = Opening;

    fn next(&mut self) -> Option<Opening> {
        let piece = self.found.take().or_else(|| self.next_piece())?;
        let interval = Interval {
            start: piece.start,
            end: piece.end,
        };
        let (start, end) = interval.timestamps()?;
        Some(Opening {
            start,
            end,
            opened_by: piece.opened_by,
            closed_by: piece.closed_by,
        })
    }
}
