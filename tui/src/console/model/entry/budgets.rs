//! The table of disruption budgets.

use std::borrow::Cow;

use appliance::{Budget, Text};

use super::{Cell, Column, Entry, Tone, column, natural, number, plain, toned};
use crate::console::model::fleet::Fleet;
use crate::console::model::place::{RowId, Scope};

impl Entry for Budget {
    const COLUMNS: &'static [Column<Self>] = &[
        column!(
            "BUDGET",
            18..40,
            0,
            |_, budget| plain(budget_name(budget)),
            |_, a, b| natural(&budget_name(a), &budget_name(b))
        ),
        column!(
            "STATE",
            13,
            0,
            |_, budget| budget_state(budget),
            |_, a, b| { urgency(a).cmp(&urgency(b)) }
        ),
        // What the numbers do not say stands before them, so that the details have room for it.
        column!(
            "WORKLOADS",
            9..32,
            5,
            |_, budget| plain(workloads(budget)),
            |_, a, b| natural(&workloads(a), &workloads(b))
        ),
        column!(
            "LIMIT",
            21..24,
            3,
            |_, budget| plain(budget.limit.clone()),
            |_, a, b| natural(&a.limit, &b.limit)
        ),
        column!(
            "CLUSTER",
            8..28,
            4,
            |fleet, budget| plain(cluster_of(fleet, budget)),
            |fleet, a, b| { natural(&cluster_of(fleet, a), &cluster_of(fleet, b)) }
        ),
        column!(number "DRAINS", 6, 1, |_, budget| number(budget.refuses.len()), |_, a, b| {
            a.refuses.len().cmp(&b.refuses.len())
        }),
        column!(number "EXPECTED", 8, 2, |_, budget| number(budget.expected), |_, a, b| {
            a.expected.cmp(&b.expected)
        }),
        column!(number "HEALTHY", 7, 1, |_, budget| number(budget.healthy), |_, a, b| {
            a.healthy.cmp(&b.healthy)
        }),
        column!(number "DESIRED", 7, 1, |_, budget| number(budget.desired), |_, a, b| {
            a.desired.cmp(&b.desired)
        }),
        column!(number "ALLOWED", 7, 0, |_, budget| number(budget.allowed), |_, a, b| {
            a.allowed.cmp(&b.allowed)
        }),
    ];

    fn all(fleet: &Fleet) -> &[Self] {
        &fleet.budgets
    }

    fn id(&self) -> RowId {
        RowId::Budget(self.id)
    }

    fn is_in(&self, _: &Fleet, _: Scope) -> bool {
        true
    }

    fn texts<'e>(&'e self, fleet: &'e Fleet) -> [Cow<'e, str>; 3] {
        [
            budget_name(self),
            budget_state(self).text,
            cluster_of(fleet, self),
        ]
        .map(|text| String::from(text).into())
    }
}

/// `NAMESPACE/NAME` of a budget.
pub fn budget_name(budget: &Budget) -> Text {
    Text::from(format!("{}/{}", budget.namespace, budget.name))
}

/// How much a budget needs looking at, the least for what needs it most: it refuses drains, allows nothing, allows
/// something, covers nothing.
pub fn urgency(budget: &Budget) -> (u8, std::cmp::Reverse<usize>) {
    let rank = match budget {
        _ if !budget.refuses.is_empty() => 0,
        _ if budget.expected == 0 => 3,
        _ if budget.allowed == 0 => 1,
        _ => 2,
    };
    (rank, std::cmp::Reverse(budget.refuses.len()))
}

fn budget_state(budget: &Budget) -> Cell {
    match urgency(budget).0 {
        0 => toned("refuses", Tone::Bad),
        1 => toned("allows none", Tone::Warning),
        2 => toned("allows", Tone::Good),
        _ => toned("no pods", Tone::Faint),
    }
}

fn cluster_of(fleet: &Fleet, budget: &Budget) -> Text {
    let cluster = fleet.cluster(budget.cluster_id);
    cluster
        .map(|cluster| cluster.name.clone())
        .unwrap_or_default()
}

fn workloads(budget: &Budget) -> Text {
    let names: Vec<&str> = budget.workloads.iter().map(Text::as_str).collect();
    Text::from(names.join(", "))
}
