//! The table of maintenance windows: the next openings of each pool.

use std::borrow::Cow;

use appliance::{LocalDate, Opening, Text};

use super::{Cell, Column, Entry, Tone, column, is_pool_in, natural, plain, toned};
use crate::clock::{length, soon};
use crate::console::model::fleet::Fleet;
use crate::console::model::place::{RowId, Scope};
use crate::console::model::windows::WindowRow;

impl Entry for WindowRow {
    const COLUMNS: &'static [Column<Self>] = &[
        column!(
            "POOL",
            9..40,
            0,
            |fleet, row| plain(fleet.pool_name(row.pool())),
            |fleet, a, b| natural(&fleet.pool_name(a.pool()), &fleet.pool_name(b.pool()))
        ),
        column!(
            "STATE",
            13,
            0,
            |fleet, row| fleet.windows.state(row),
            |fleet, a, b| {
                let state = |row| fleet.windows.state(row).text;
                state(a).cmp(&state(b))
            }
        ),
        column!(number "IN", 8, 0, |fleet, row| changes_in(fleet, row), |fleet, a, b| {
            let time = |row: &Self| fleet.windows.changes_in(row.opening()?);
            time(a).cmp(&time(b))
        }),
        column!(
            "OPENS",
            20,
            0,
            |_, row| date(row, |opening| &opening.opens),
            |_, a, b| by(a, b, |opening| opening.opens_ms)
        ),
        column!(
            "CLOSES",
            20,
            1,
            |_, row| date(row, |opening| &opening.closes),
            |_, a, b| by(a, b, |opening| opening.closes_ms)
        ),
        column!(
            "SHUTS",
            20,
            3,
            |_, row| row.opening().map_or_else(nothing, shuts),
            |_, a, b| by(a, b, |opening| opening.shuts_ms)
        ),
        column!(number "LENGTH", 11, 2, |_, row| row.opening().map_or_else(nothing, lasts), |_, a, b| {
            by(a, b, |opening| opening.length_ms)
        }),
        column!(
            "RULES",
            28..34,
            4,
            |_, row| row.opening().map_or_else(nothing, rules),
            |_, a, b| {
                let rules = |row: &Self| row.opening().map(|opening| rules(opening).text);
                rules(a).cmp(&rules(b))
            }
        ),
        column!(
            "WINDOW",
            14..32,
            5,
            |_, row| plain(window(row)),
            |_, a, b| natural(&window(a), &window(b))
        ),
        column!(
            "CLUSTER",
            9..28,
            6,
            |fleet, row| plain(fleet.cluster_name(row.pool())),
            |fleet, a, b| natural(&fleet.cluster_name(a.pool()), &fleet.cluster_name(b.pool()))
        ),
    ];

    fn all(fleet: &Fleet) -> &[Self] {
        fleet.windows.rows()
    }

    fn id(&self) -> RowId {
        let opens = self.opening().map(|opening| opening.opens_ms);
        RowId::Window(self.pool(), opens)
    }

    fn is_in(&self, fleet: &Fleet, scope: Scope) -> bool {
        is_pool_in(fleet, self.pool(), scope)
    }

    fn more(&self, _: &Fleet) -> Vec<(&'static str, Cell)> {
        let offsets = self.opening().map(|opening| {
            let (opens, closes) = (&opening.opens.offset, &opening.closes.offset);
            let told = if opens == closes {
                opens.to_string()
            } else {
                format!("{opens} when it opens, {closes} when it closes")
            };
            ("OFFSET", plain(told))
        });
        offsets.into_iter().collect()
    }

    fn texts<'e>(&'e self, fleet: &'e Fleet) -> [Cow<'e, str>; 3] {
        [
            fleet.pool_name(self.pool()),
            fleet.windows.state(self).text,
            window(self),
        ]
        .map(|text| String::from(text).into())
    }
}

fn nothing() -> Cell {
    toned("-", Tone::Faint)
}

fn changes_in(fleet: &Fleet, row: &WindowRow) -> Cell {
    let time = row
        .opening()
        .and_then(|opening| fleet.windows.changes_in(opening));
    time.map_or_else(nothing, |time| plain(soon(time)))
}

fn date(row: &WindowRow, of: fn(&Opening) -> &LocalDate) -> Cell {
    row.opening()
        .map_or_else(nothing, |opening| plain(of(opening).to_string()))
}

fn by(a: &WindowRow, b: &WindowRow, of: fn(&Opening) -> u64) -> std::cmp::Ordering {
    a.opening().map(of).cmp(&b.opening().map(of))
}

/// From when on nothing new starts.
fn shuts(opening: &Opening) -> Cell {
    if opening.shuts_ms <= opening.opens_ms {
        toned("no machine fits", Tone::Warning)
    } else if opening.shuts_ms == opening.closes_ms {
        plain("when it closes")
    } else {
        plain(opening.shuts.to_string())
    }
}

fn lasts(opening: &Opening) -> Cell {
    plain(length(opening.length_ms))
}

/// What its end means, and what a clock change does to it.
fn rules(opening: &Opening) -> Cell {
    plain(format!("{}, {}", opening.end, opening.rule))
}

fn window(row: &WindowRow) -> Text {
    let name = row.opening().and_then(|opening| opening.window.clone());
    name.unwrap_or_default()
}
