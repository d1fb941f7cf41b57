//! The table of the contexts themselves.

use appliance::MachineStatus;

use super::super::attention::Attention;
use super::super::entry::{Cell, Entry, Shape};
use super::super::live::Access;
use super::super::polling::{Connection, Freshness};
use super::super::resource::Resource;
use super::super::{Model, Tone};

/// A column of the table of contexts.
pub struct Column {
    /// What it is like.
    pub shape: Shape,
    /// Whether it says something of its fleet, which may be old by now, and not of the context itself.
    pub is_of_fleet: bool,
    /// What it says of a context.
    pub cell: fn(&Model) -> Cell,
}

/// A column that says something of the context itself.
const fn column(
    title: &'static str,
    least: u16,
    most: u16,
    rank: u8,
    cell: fn(&Model) -> Cell,
) -> Column {
    let shape = Shape {
        title,
        least,
        most,
        is_number: false,
        rank,
    };
    Column {
        shape,
        is_of_fleet: false,
        cell,
    }
}

/// A column of numbers.
const fn number(title: &'static str, width: u16, rank: u8, cell: fn(&Model) -> Cell) -> Column {
    let shape = Shape {
        title,
        least: width,
        most: width,
        is_number: true,
        rank,
    };
    Column {
        shape,
        is_of_fleet: true,
        cell,
    }
}

/// The columns.
pub const COLUMNS: &[Column] = &[
    column("CONTEXT", 12, 32, 0, |model| plain(model.context.as_str())),
    column("STATE", 30, 40, 0, state),
    column("MODE", 4, 4, 2, |model| plain(mode(model))),
    number("CLUSTERS", 8, 4, |model| {
        count(model, Resource::Clusters, |model| {
            model.fleet.clusters.len()
        })
    }),
    number("POOLS", 5, 3, |model| {
        count(model, Resource::Pools, |model| model.fleet.pools.len())
    }),
    number("MACHINES", 8, 1, |model| {
        count(model, Resource::Machines, |model| {
            model.fleet.machines.len()
        })
    }),
    number("READY", 6, 0, |model| {
        count(model, Resource::Machines, |model| {
            let machines = model.fleet.machines.iter();
            machines
                .filter(|machine| machine.status == MachineStatus::Ready)
                .count()
        })
    }),
    number("RUNNING", 7, 1, |model| {
        count(model, Resource::Operations, |model| {
            let operations = model.fleet.operations.iter();
            operations
                .filter(|operation| !operation.status.is_final())
                .count()
        })
    }),
    Column {
        is_of_fleet: true,
        ..column("MOST URGENT", 18, 60, 5, urgent)
    },
];

fn plain(text: impl Into<appliance::Text>) -> Cell {
    Cell {
        text: text.into(),
        tone: Tone::Plain,
    }
}

/// Whether it answered what it was asked last.
pub fn answers(model: &Model) -> bool {
    let live = model.live.as_ref();
    live.is_some_and(|live| {
        live.access == Access::Open && live.polling.connection == Connection::Up
    })
}

/// How old what is known of it is, or why it is not known.
fn state(model: &Model) -> Cell {
    let liveness = model.liveness_of(Resource::COUNTED, false);
    let Some(live) = &model.live else {
        return plain("SIM");
    };
    let tone = match (&live.access, &live.polling.connection) {
        (Access::Impossible(_), _) | (Access::Open, Connection::Away(_)) => Tone::Bad,
        (Access::Unwanted | Access::Awaited, _) | (_, Connection::Opening) => Tone::Faint,
        (Access::Open, Connection::Up) => match live.polling.oldest(Resource::COUNTED) {
            Some((Freshness::Delayed(_) | Freshness::Stale(_), _)) => Tone::Warning,
            _ => Tone::Good,
        },
    };
    Cell {
        text: liveness.unwrap_or_default().into(),
        tone,
    }
}

/// Why it cannot be asked, or does not answer; `None` of one that does.
pub fn why_not(model: &Model) -> Option<String> {
    let live = model.live.as_ref()?;
    match (&live.access, &live.polling.connection) {
        (Access::Impossible(why), _) => Some(why.to_string()),
        (Access::Open, Connection::Away(away)) => Some(away.why.to_string()),
        _ => None,
    }
}

/// Whether orders are given.
fn mode(model: &Model) -> &'static str {
    let is_writable = model.live.as_ref().is_some_and(|live| live.is_writable);
    if is_writable { "RW" } else { "RO" }
}

/// A number of something, where it was told.
fn count(model: &Model, of: Resource, number: fn(&Model) -> usize) -> Cell {
    let polling = model.live.as_ref().map(|live| &live.polling);
    let is_told = polling.is_none_or(|polling| {
        polling.freshness(of) != Freshness::Unknown && !polling.is_not_told(of)
    });
    if is_told {
        return plain(number(model).to_string());
    }
    Cell {
        text: "?".into(),
        tone: Tone::Faint,
    }
}

/// The first of what the overview lists, where that is something to look at.
fn urgent(model: &Model) -> Cell {
    let first = model.fleet.attention.first().filter(|first| {
        let is_at_rest = matches!(first, Attention::Cluster(_) | Attention::Unassigned);
        !is_at_rest
    });
    let Some(first) = first else {
        return plain("");
    };
    let [what, state, ..] = Attention::COLUMNS else {
        return plain("");
    };
    let (what, state) = (
        (what.cell)(&model.fleet, first),
        (state.cell)(&model.fleet, first),
    );
    Cell {
        text: format!("{}: {}", what.text, state.text).into(),
        tone: state.tone,
    }
}
