//! When pools are open: their next openings as the appliance told them, and what the clock says of them.

use appliance::{LocalDate, MachinePoolId, Opening, PoolWindows, Request, Text};

use super::entry::{Cell, Tone};
use super::{Fleet, Model};
use crate::clock::soon;

/// Openings of each pool that are asked for at once.
pub const OPENINGS: u32 = 5;

/// The windows of every pool, and the clock that they are read by.
#[derive(Clone, Debug, Default)]
pub struct Windows {
    pools: Option<Vec<PoolWindows>>,
    rows: Vec<WindowRow>,
    now_ms: u64,
}

/// A row of the table of windows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WindowRow {
    /// A pool without windows.
    Always(MachinePoolId),
    /// A pool whose windows open no more.
    Never(MachinePoolId),
    /// An opening of a pool.
    Opening(MachinePoolId, Box<Opening>),
}

/// Whether machines of a pool may start now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door<'w> {
    /// It has no windows.
    Always,
    /// Its windows open no more.
    Never,
    /// Its window is open.
    Open(&'w Opening),
    /// Its window is open, but nothing new starts in it any more; and the next one, where it is known.
    Shut(&'w Opening, Option<&'w Opening>),
    /// It is closed until this one opens.
    Closed(&'w Opening),
}

impl Windows {
    /// Takes what the appliance told.
    pub fn take(&mut self, pools: Vec<PoolWindows>) {
        self.rows = pools.iter().flat_map(rows_of).collect();
        self.pools = Some(pools);
    }

    /// Takes the time. Returns whether a window has opened, closed, or lets nothing new start since the time before.
    pub fn tell_time(&mut self, now_ms: u64) -> bool {
        let (from, to) = (self.now_ms.min(now_ms), self.now_ms.max(now_ms));
        self.now_ms = now_ms;
        let is_passed = |edge: u64| from < edge && edge <= to;
        let mut edges = self.rows.iter().filter_map(WindowRow::opening).flat_map(
            |Opening {
                 opens_ms,
                 shuts_ms,
                 closes_ms,
                 ..
             }| [*opens_ms, *shuts_ms, *closes_ms],
        );
        edges.any(is_passed)
    }

    /// The time that they are read by, in milliseconds since the start.
    pub fn now_ms(&self) -> u64 {
        self.now_ms
    }

    /// Whether they are known, as of some time.
    pub fn are_known(&self) -> bool {
        self.pools.is_some()
    }

    /// Whether they are known, and none that is told of has closed.
    pub fn are_current(&self) -> bool {
        let mut openings = self.rows.iter().filter_map(WindowRow::opening);
        self.pools.is_some() && openings.all(|opening| opening.closes_ms > self.now_ms)
    }

    /// Every row of their table.
    pub fn rows(&self) -> &[WindowRow] {
        &self.rows
    }

    /// Whether a pool is known to have windows, whatever the time is.
    pub fn are_of(&self, pool: MachinePoolId) -> bool {
        self.told_of(pool)
            .is_some_and(|told| told.openings.is_some())
    }

    fn told_of(&self, pool: MachinePoolId) -> Option<&PoolWindows> {
        let mut pools = self.pools.iter().flatten();
        pools.find(|told| told.machine_pool_id == pool)
    }

    /// Whether machines of a pool may start now; `None` where that is not known.
    pub fn door(&self, pool: MachinePoolId) -> Option<Door<'_>> {
        let Some(openings) = &self.told_of(pool)?.openings else {
            return Some(Door::Always);
        };
        if openings.is_empty() {
            return Some(Door::Never);
        }
        let mut left = openings
            .iter()
            .filter(|opening| opening.closes_ms > self.now_ms);
        let first = left.next()?;
        Some(if first.opens_ms > self.now_ms {
            Door::Closed(first)
        } else if first.shuts_ms > self.now_ms {
            Door::Open(first)
        } else {
            Door::Shut(first, left.next())
        })
    }

    /// What a row says of its pool at this time: whether it is open, and what a later opening is.
    pub fn state(&self, row: &WindowRow) -> Cell {
        let (text, tone) = match row {
            WindowRow::Always(_) => ("always open", Tone::Good),
            WindowRow::Never(_) => ("never opens", Tone::Bad),
            WindowRow::Opening(_, opening) if opening.closes_ms <= self.now_ms => {
                ("over", Tone::Faint)
            }
            WindowRow::Opening(pool, opening) => match self.door(*pool) {
                Some(Door::Open(first)) if first == &**opening => ("open", Tone::Good),
                Some(Door::Shut(first, _)) if first == &**opening => ("shut", Tone::Warning),
                Some(Door::Closed(first)) if first == &**opening => ("closed", Tone::Plain),
                _ => ("later", Tone::Faint),
            },
        };
        Cell {
            text: text.into(),
            tone,
        }
    }

    /// How long it is until an opening opens, or closes where it is open; `None` where it is over.
    pub fn changes_in(&self, opening: &Opening) -> Option<u64> {
        let edges = [opening.opens_ms, opening.closes_ms];
        let next = edges.into_iter().find(|edge| *edge > self.now_ms);
        next.map(|edge| edge - self.now_ms)
    }

    /// `Sat 2026-01-17 22:00 (in 7h 12m)`.
    fn at(&self, date: &LocalDate, at_ms: u64) -> String {
        format!("{date} (in {})", soon(at_ms.saturating_sub(self.now_ms)))
    }

    /// Whether a pool is open, and until when that stays so; `None` where it has no windows, or that is not known.
    pub fn told(&self, pool: MachinePoolId) -> Option<Cell> {
        let (text, tone) = match self.door(pool)? {
            Door::Always => return None,
            Door::Never => ("opens no more".to_owned(), Tone::Bad),
            Door::Closed(next) => {
                let told = format!("opens {}", self.at(&next.opens, next.opens_ms));
                (told, Tone::Plain)
            }
            Door::Open(now) => {
                let told = format!("closes {}", self.at(&now.closes, now.closes_ms));
                (told, Tone::Good)
            }
            Door::Shut(now, _) => {
                let closes = self.at(&now.closes, now.closes_ms);
                let told = format!("nothing new starts, closes {closes}");
                (told, Tone::Warning)
            }
        };
        Some(Cell {
            text: text.into(),
            tone,
        })
    }

    /// The same in a word and a length of time, for tables.
    pub fn told_in_short(&self, pool: MachinePoolId) -> Option<Cell> {
        let soon = |edge: u64| soon(edge.saturating_sub(self.now_ms));
        let (text, tone) = match self.door(pool)? {
            Door::Always => ("always open".to_owned(), Tone::Faint),
            Door::Never => ("never opens".to_owned(), Tone::Bad),
            Door::Closed(next) => (format!("opens in {}", soon(next.opens_ms)), Tone::Plain),
            Door::Open(now) => (format!("closes in {}", soon(now.closes_ms)), Tone::Good),
            Door::Shut(now, _) => (format!("shut, {} left", soon(now.closes_ms)), Tone::Warning),
        };
        Some(Cell {
            text: text.into(),
            tone,
        })
    }

    /// The date of what the short form tells.
    pub fn date_of_change(&self, pool: MachinePoolId) -> Option<Text> {
        match self.door(pool)? {
            Door::Closed(next) => Some(next.opens.to_string().into()),
            Door::Open(now) | Door::Shut(now, _) => Some(now.closes.to_string().into()),
            Door::Always | Door::Never => None,
        }
    }
}

impl WindowRow {
    /// The pool.
    pub fn pool(&self) -> MachinePoolId {
        match self {
            Self::Always(pool) | Self::Never(pool) | Self::Opening(pool, _) => *pool,
        }
    }

    /// The opening, where the row is one.
    pub fn opening(&self) -> Option<&Opening> {
        match self {
            Self::Opening(_, opening) => Some(opening),
            Self::Always(_) | Self::Never(_) => None,
        }
    }
}

fn rows_of(pool: &PoolWindows) -> Vec<WindowRow> {
    let id = pool.machine_pool_id;
    match pool.openings.as_deref() {
        None => vec![WindowRow::Always(id)],
        Some([]) => vec![WindowRow::Never(id)],
        Some(openings) => {
            let openings = openings.iter().cloned().map(Box::new);
            openings
                .map(|opening| WindowRow::Opening(id, opening))
                .collect()
        }
    }
}

impl Fleet {
    /// What a pool's windows mean for a rollout that begins now, or `waits` for another; `None` where it has none, or that is not known.
    pub(super) fn start_told(&self, pool: MachinePoolId, waits: bool) -> Option<String> {
        Some(match self.windows.door(pool)? {
            Door::Always => return None,
            Door::Never => "No window opens any more: it would never start.".to_owned(),
            Door::Closed(next) if waits => format!("Its window opens {}.", next.opens),
            Door::Closed(next) => format!("It starts when its window opens: {}.", next.opens),
            Door::Open(now) => format!("Its window is open until {}.", now.closes),
            Door::Shut(now, next) => {
                let then = next.map_or_else(
                    || "no other opens any more".to_owned(),
                    |next| format!("it starts when the next opens: {}", next.opens),
                );
                format!(
                    "Its window is open until {}, but nothing new starts in it: {then}.",
                    now.closes
                )
            }
        })
    }
}

impl Model {
    /// What to ask for the windows to be known; `None` where nothing is, or was at this time already.
    pub fn asks_for_windows(&mut self) -> Option<Request> {
        let now_ms = self.clock.now_ms;
        if self.fleet.windows.are_current() || self.windows_asked_at == Some(now_ms) {
            return None;
        }
        self.windows_asked_at = Some(now_ms);
        Some(Request::ListWindows {
            timezone: self.timezone.clone(),
            most: OPENINGS,
        })
    }
}
