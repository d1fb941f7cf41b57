//! The requests that carry changes out.

use std::collections::BTreeMap;

use appliance::{Label, Machine, MachinePool, Request, Text};

use super::plan::cannot;
use crate::console::command::{Command, MachineTarget, PoolTarget, Target, Verb};
use crate::console::model::{Fleet, RowId};

impl Fleet {
    /// The machine of each target of an order, from one look at all machines; `None` where there is none of its name,
    /// or more than one, or the target is none.
    pub(in crate::console::model) fn machines_of(
        &self,
        command: &Command,
    ) -> Vec<Option<&Machine>> {
        let mut known: BTreeMap<&str, Option<Option<&Machine>>> = command
            .machines()
            .map(|target| (target.machine.as_str(), None))
            .collect();
        if !known.is_empty() {
            for machine in &self.machines {
                if let Some(place) = known.get_mut(machine.name.as_str()) {
                    *place = Some(if place.is_none() { Some(machine) } else { None });
                }
            }
        }
        let of_target = |target: &Target| match target {
            Target::Machine(target) => known.get(target.machine.as_str()).copied()??,
            Target::Rollout(_) | Target::Pool(_) => None,
        };
        command.targets.iter().map(of_target).collect()
    }

    /// Every pool, as a change is told of it.
    pub fn pools_to_choose(&self) -> Vec<Text> {
        let name = |pool: &MachinePool| {
            let cluster = self.cluster_name(pool.id);
            Text::from(format!("{cluster}/{}", pool.name))
        };
        self.pools.iter().map(name).collect()
    }

    /// The request that carries a change of one machine out.
    ///
    /// # Errors
    /// When it does not fit the machine any more: why.
    pub(in crate::console::model) fn request_of_machine(
        &self,
        command: &Command,
        target: &MachineTarget,
        known: Option<&Machine>,
    ) -> Result<Request, String> {
        let Some(known) = known else {
            return Err(format!("there is no one machine {}", target.machine));
        };
        match cannot(command.verb, known) {
            Some(why) => Err(why),
            None => self.request_for(command, known),
        }
    }

    fn request_for(&self, command: &Command, known: &Machine) -> Result<Request, String> {
        let (machine, apply) = (known.id, !command.saves);
        let value = || command.to.clone().unwrap_or_default();
        Ok(match command.verb {
            Verb::Hold => Request::HoldMachine { machine },
            Verb::Unhold => Request::UnholdMachine { machine },
            Verb::Exclude => Request::ExcludeMachine { machine },
            Verb::Include => Request::IncludeMachine { machine },
            Verb::SetHostname => Request::SetHostname {
                machine,
                hostname: value(),
                apply,
            },
            Verb::SetLabels => Request::SetLabels {
                machine,
                labels: labels(value().as_str())?,
                apply,
            },
            Verb::SetNetworkProfile => Request::SetMachineNetworkProfile {
                machine,
                network_profile: value(),
                apply,
            },
            Verb::ApplyTo => Request::ApplyToMachine {
                machine,
                revision: None,
            },
            Verb::Assign => self.request_to_assign(known, &value())?,
            Verb::Unassign => Request::UnassignMachine { machine },
            Verb::ForceRemove => Request::ForceRemoveMachine { machine },
            Verb::Decommission => Request::DecommissionMachine { machine },
            Verb::Delete => Request::DeleteMachine { machine },
            Verb::Enroll => Request::EnrollMachine {
                uuid: known.uuid.clone(),
            },
            verb => return Err(format!("{} is not of machines", verb.word())),
        })
    }

    /// The request that a change of one row would be, whether it can be now or not and before it is told what it needs; `None`
    /// where that decides.
    pub(super) fn request_of_row(&self, verb: Verb, row: RowId) -> Option<Request> {
        let command = Command {
            verb,
            context: Text::default(),
            targets: Vec::new(),
            to: None,
            saves: false,
        };
        let request = match (row, self.target_of_row(row)?) {
            (RowId::Machine(machine), _) => self.request_for(&command, self.machine(machine)?),
            (_, Target::Pool(target)) => self.request_of_pool(&command, &target),
            _ => return None,
        };
        request.ok()
    }

    fn request_to_assign(&self, machine: &Machine, to: &Text) -> Result<Request, String> {
        let names = self.pools_to_choose();
        let mut fitting = self.pools.iter().zip(names).filter(|(_, name)| name == to);
        let (Some((pool, _)), None) = (fitting.next(), fitting.next()) else {
            return Err(format!("there is no one pool {to}"));
        };
        if machine.machine_pool_id == Some(pool.id) {
            return Err(format!("{} is in {to} already", machine.name));
        }
        Ok(Request::AssignMachine {
            machine: machine.id,
            pool: pool.id,
        })
    }

    /// The request that carries a change of one pool out.
    ///
    /// # Errors
    /// When there is no one pool of its name.
    pub(in crate::console::model) fn request_of_pool(
        &self,
        command: &Command,
        target: &PoolTarget,
    ) -> Result<Request, String> {
        let PoolTarget { cluster, pool } = target;
        let Some(pool) = self.pool_named(cluster, pool).map(|pool| pool.id) else {
            return Err(format!("there is no one pool {pool} in {cluster}"));
        };
        let value = command.to.clone().unwrap_or_default();
        let apply = !command.saves;
        Ok(match command.verb {
            Verb::SetPoolVersion => Request::SetPoolVersion {
                pool,
                version: value,
                apply,
            },
            Verb::SetPoolImage => Request::SetPoolImage {
                pool,
                image: value,
                apply,
            },
            Verb::SetPoolNetworkProfile => Request::SetPoolNetworkProfile {
                pool,
                network_profile: Some(value),
                apply,
            },
            verb => return Err(format!("{} is not of pools", verb.word())),
        })
    }
}

/// Labels as they are typed: `KEY=VALUE`, with commas between.
fn labels(text: &str) -> Result<Vec<Label>, String> {
    let parts = text
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty());
    parts
        .map(|part| match part.split_once('=') {
            Some((key, value)) => Ok(Label {
                key: key.trim().into(),
                value: value.trim().into(),
            }),
            None => Err(format!("{part} is no label, as disk=ssd")),
        })
        .collect()
}
