//! The pods of a machine: how far each has come, which budgets cover it, which of them refuses its eviction.

use std::collections::BTreeMap;

use appliance::{Budget, BudgetId, MachineHistory, Pod, PodStatus};

use super::{Layout, Line, Section, faint, plain};
use crate::console::model::cut::fitted;
use crate::console::model::entry::{Tone, budget_name};
use crate::console::model::place::RowId;

/// The tone of a pod's status.
fn pod_tone(status: &PodStatus) -> Tone {
    match status {
        PodStatus::Ready => Tone::Good,
        PodStatus::Pulling
        | PodStatus::Starting
        | PodStatus::Resyncing
        | PodStatus::Terminating => Tone::Busy,
        PodStatus::Down => Tone::Bad,
        _ => Tone::Warning,
    }
}

/// The pods on a machine, those that are refused first.
pub(super) fn pods(history: &MachineHistory, layout: Layout) -> Section<'_> {
    let mut pods: Vec<&Pod> = history.pods.iter().collect();
    pods.sort_by_key(|pod| pod.refused_by.is_none());
    let [pod, workload] = widths(layout);
    let title = if pods.is_empty() {
        "PODS  none that a drain would have to evict".to_owned()
    } else {
        format!(
            "{}  {}  {:13}  BUDGET: HEALTHY/DESIRED, ALLOWED",
            fitted("POD", pod),
            fitted("WORKLOAD", workload),
            "STATE"
        )
    };
    let ids: Vec<RowId> = pods.iter().map(|pod| RowId::Pod(pod.id)).collect();
    Section {
        title,
        rows: pods.len(),
        id: Box::new(move |row| ids[row]),
        line: Box::new(move |row| pod_line(history, pods[row], layout)),
    }
}

/// Cells for the names of pods and of their workloads: by the terminal alone, so that nothing jumps.
fn widths(layout: Layout) -> [u16; 2] {
    [
        (layout.columns / 4).clamp(16, 40),
        (layout.columns / 10).clamp(8, 20),
    ]
}

fn pod_line(history: &MachineHistory, pod: &Pod, layout: Layout) -> Line {
    let [name_width, workload_width] = widths(layout);
    let name = format!("{}/{}", pod.namespace, pod.name);
    let tone = pod_tone(&pod.status);
    // Its glyph takes two cells, where it has one.
    let room = if tone == Tone::Plain { 13 } else { 11 };
    let mut line = vec![
        plain(format!(
            "{}  {}  ",
            fitted(&name, name_width),
            fitted(pod.workload.as_str(), workload_width)
        )),
        (fitted(pod.status.as_str(), room), tone),
        plain("  "),
    ];
    line.push(match (&*pod.budgets, pod.refused_by) {
        (_, Some(budget)) => (format!("refused: {}", counted(history, budget)), Tone::Bad),
        ([], None) => faint("no budget"),
        ([budget], None) => plain(counted(history, *budget)),
        (budgets, None) => (
            format!("{} budgets: an eviction fails", budgets.len()),
            Tone::Warning,
        ),
    });
    line
}

/// A budget with its counts, shortly.
fn counted(history: &MachineHistory, id: BudgetId) -> String {
    match budget(history, id) {
        Some(budget) => format!(
            "{} {}/{}, {}",
            budget_name(budget),
            budget.healthy,
            budget.desired,
            budget.allowed
        ),
        None => format!("budget {}", id.0),
    }
}

fn budget(history: &MachineHistory, id: BudgetId) -> Option<&Budget> {
    history.budgets.iter().find(|budget| budget.id == id)
}

/// Which budgets hold the machine's drain, each with a line for its counts and the pods that it refuses below it.
pub(super) fn held_by(history: &MachineHistory) -> Vec<(String, Tone)> {
    let mut refused: BTreeMap<BudgetId, Vec<&Pod>> = BTreeMap::new();
    for pod in &history.pods {
        if let Some(budget) = pod.refused_by {
            refused.entry(budget).or_default().push(pod);
        }
    }
    let told = refused.into_iter().flat_map(|(id, pods)| {
        let pods = match &*pods {
            [pod] => pod.name.to_string(),
            _ => format!("{} pods", pods.len()),
        };
        let (name, counts) = match budget(history, id) {
            Some(budget) => (String::from(budget_name(budget)), counts(budget)),
            None => (format!("budget {}", id.0), String::new()),
        };
        [
            (name, Tone::Bad),
            (format!("{counts}it refuses {pods}"), Tone::Plain),
        ]
    });
    told.collect()
}

fn counts(budget: &Budget) -> String {
    let pending = match budget.pending {
        0 => String::new(),
        pending => format!("{pending} pending, "),
    };
    format!(
        "{} healthy, {pending}{} desired, {} allowed; ",
        budget.healthy, budget.desired, budget.allowed
    )
}
