//! What a rollout would meet if it started now, as the question before it tells it.

use appliance::{Finding, MachinePoolId, Request};

use super::{Fleet, Model};
use crate::console::command::{Command, Verb};
use crate::console::model::dialog::Stage;

/// Findings of a pool that a question tells one by one.
const TOLD: usize = 4;

/// What is known of a pool's pre-flight: its findings, or why there are none.
pub type Findings = Result<Vec<Finding>, String>;

impl Model {
    /// What the open question wants to know about the pools of its order.
    pub fn preflight(&self) -> Option<Request> {
        let dialog = self.dialog.as_ref()?;
        let is_open = dialog.stage == Stage::Prompting;
        let pools = is_open.then(|| self.fleet.pools_to_check(&dialog.command))?;
        (!pools.is_empty()).then_some(Request::Preflight { pools })
    }
}

impl Fleet {
    /// The pools that an order rolls out.
    fn pools_to_check(&self, command: &Command) -> Vec<MachinePoolId> {
        if command.verb != Verb::Apply {
            return Vec::new();
        }
        command
            .rollouts()
            .filter_map(|target| Some(self.pool_of_target(target)?.id))
            .collect()
    }

    /// Takes the findings of some pools.
    pub fn take_findings(&mut self, pools: &[MachinePoolId], found: &Findings) {
        for pool in pools {
            let own = found.as_ref().map(|found| {
                let own = found.iter().filter(|found| found.machine_pool_id == *pool);
                own.cloned().collect()
            });
            self.findings.insert(*pool, own.map_err(Clone::clone));
        }
    }

    /// What a rollout of a pool would meet, line by line: how many findings, then the first of them, each with the
    /// change against it.
    pub(super) fn findings_told(&self, pool: MachinePoolId) -> Vec<String> {
        let found = match self.findings.get(&pool) {
            None => return vec!["pre-flight: checking…".to_owned()],
            Some(Err(why)) => return vec![format!("pre-flight: not known: {why}")],
            Some(Ok(found)) if found.is_empty() => {
                return vec!["pre-flight: nothing found that would block it".to_owned()];
            }
            Some(Ok(found)) => found,
        };
        let blocking = found.iter().filter(|finding| finding.is_blocking).count();
        let risky = found.len() - blocking;
        let mut told = vec![format!("pre-flight: {blocking} blocking, {risky} risky")];
        told.extend(found.iter().take(TOLD).map(told_of));
        let more = found.len().saturating_sub(TOLD);
        if more > 0 {
            told.push(format!("- and {more} more"));
        }
        told
    }
}

fn told_of(finding: &Finding) -> String {
    let word = if finding.is_blocking {
        "blocks"
    } else {
        "risks"
    };
    let on = match finding.machines {
        0 => String::new(),
        1 => " (1 machine)".to_owned(),
        machines => format!(" ({machines} machines)"),
    };
    format!(
        "- {word} {}{on}: {}. To change: {}",
        finding.object, finding.says, finding.change
    )
}
