//! A table: its header, and of its rows only those in the window.

use ratatui::layout::Rect;

use super::columns::{self, Columns, MARGIN};
use super::pen::Pen;
use super::theme;
use crate::console::model::entry::{Entry, Shape};
use crate::console::model::listing::with_entries;
use crate::console::model::{Model, Scope, View};

pub(super) fn draw(model: &Model, pen: &mut Pen<'_>, area: Rect) {
    with_entries!(model.place.view, _scope => rows::<Row>(model, pen, area), ());
}

fn rows<E: Entry>(model: &Model, pen: &mut Pen<'_>, area: Rect) {
    let columns = Columns::fit(shapes::<E>(model), area.width);
    let mut line = Rect { height: 1, ..area };
    columns.put_titles(pen, line);
    let needle = model.place.filter.to_lowercase();
    let entries = E::all(&model.fleet);
    let page = usize::from(area.height.saturating_sub(1));
    let window = model
        .listing
        .rows
        .iter()
        .enumerate()
        .skip(model.place.offset)
        .take(page);
    for (position, number) in window {
        line.y += 1;
        let Some(entry) = entries.get(*number as usize) else {
            continue;
        };
        if model.place.marks.contains(&entry.id()) {
            pen.put(line, 0, "*", theme::KEY);
        }
        let doubt = pen.doubt;
        let cell = |column: usize| ((E::COLUMNS[column].cell)(&model.fleet, entry), doubt);
        columns.put(pen, line, cell, &needle);
        if position == model.listing.cursor {
            pen.tint(line, theme::SELECTED);
        }
    }
    if model.listing.rows.is_empty() {
        line.y += 1;
        pen.put(line, MARGIN, &empty(model), theme::FAINT);
    }
}

/// Why there are no rows.
fn empty(model: &Model) -> String {
    if model.listing.unfiltered == 0
        && let Some(why) = model.not_told().or_else(|| model.awaited())
    {
        return why;
    }
    let why = match model.place.view {
        _ if model.live.is_none()
            && (model.asked_at.is_none() || model.fleet.clusters.is_empty()) =>
        {
            "asking the appliance …"
        }
        _ if model.listing.unfiltered > 0 => "no row holds the text of the filter; esc clears it",
        View::Operations(_) => "no operation yet",
        View::Log => "nothing has happened yet",
        View::Budgets => "no disruption budget: no workload of this fleet has one",
        View::Machines(Scope::Budget(_)) => "it refuses no drain now",
        _ => "none",
    };
    why.to_owned()
}

/// What the columns of a table are like.
fn shapes<E: Entry>(model: &Model) -> impl Iterator<Item = Shape> {
    let are_long = model.applies_at_once();
    let columns = E::COLUMNS.iter();
    columns.map(move |column| column.shape.with_numbers(are_long))
}

/// The width beyond which the present view's table has no use for more.
pub(super) fn most_width(model: &Model) -> u16 {
    with_entries!(model.place.view, _scope => columns::most_width(shapes::<Row>(model)), MARGIN)
}
