//! Orders that change machines, pools and control planes.

use std::collections::BTreeMap;

use appliance::{
    ClusterId, Error, ErrorKind, Label, MachineId, MachinePoolId, Reply, Request, Text,
};

use super::{Simulation, not_found, resources};
use crate::fleet::{Done, MachineIndex, PoolIndex, Refusal};
use crate::scenario::{
    Change, Enrolment, MachineRef, MachineSetting, PoolSetting, is_hostname, is_label, is_uuid,
    is_version,
};

/// Whom an order is about, for the reply where no operation carries it out.
enum Object {
    Machine(MachineIndex),
    Pool(PoolIndex),
    Cluster(ClusterId),
}

impl Simulation {
    /// Carries out an order that changes something.
    pub(super) fn change(&mut self, request: &Request) -> Result<Reply, Error> {
        let (object, change) = self.change_of(request)?;
        let profile = match request {
            Request::SetMachineNetworkProfile {
                network_profile, ..
            } => Some(network_profile),
            Request::SetPoolNetworkProfile {
                network_profile, ..
            } => network_profile.as_ref(),
            _ => None,
        };
        if let Some(profile) = profile {
            self.know_profile(profile);
        }
        if let Request::SetLabels { machine, .. } = request {
            self.store.forget_label_order(*machine);
        }
        if let Object::Machine(machine) = object
            && matches!(change, Change::Delete { .. })
        {
            // Afterwards there is none.
            let before = Box::new(self.machine(machine));
            self.ask(change)?;
            return Ok(Reply::ChangedMachine(before));
        }
        let done = self.ask(change)?;
        Ok(match (done, object) {
            (Done::Operation(operation), _) => Reply::Operation(self.operation(operation)),
            (Done::Saved(number), Object::Pool(pool)) => {
                let mut revisions = self.revisions(pool).into_iter();
                let saved = revisions.find(|revision| revision.number == number);
                Reply::SavedRevision(saved.ok_or_else(|| not_found("revision", number.into()))?)
            }
            (_, Object::Cluster(id)) => Reply::ChangedCluster(self.cluster(id)?),
            (_, Object::Machine(machine)) => Reply::ChangedMachine(Box::new(self.machine(machine))),
            (Done::AtOnce, Object::Pool(pool)) => {
                let newest = self.revisions(pool).into_iter().next_back();
                Reply::SavedRevision(newest.ok_or_else(|| not_found("revision", 0))?)
            }
        })
    }

    fn ask(&mut self, change: Change) -> Result<Done, Error> {
        let index = self.world.know_change(change, &mut self.journal);
        let done = self.world.carry_out_change(index, &mut self.journal);
        self.note_adoptions();
        done.map_err(|refusal: Refusal| Error::new(ErrorKind::Conflict, refusal.to_string()))
    }

    fn change_of(&self, request: &Request) -> Result<(Object, Change), Error> {
        match request {
            Request::SetPoolVersion { .. }
            | Request::SetPoolNetworkProfile { .. }
            | Request::SetPoolImage { .. }
            | Request::SetControlPlaneVersion { .. } => self.change_of_pool(request),
            Request::RegisterMachine { .. } | Request::EnrollMachine { .. } => {
                self.change_of_stranger(request)
            }
            _ => self.change_of_machine(request),
        }
    }

    fn change_of_pool(&self, request: &Request) -> Result<(Object, Change), Error> {
        let of_pool = |id: MachinePoolId, setting: PoolSetting, apply: bool| {
            let pool = self.pool_of(id)?;
            let change = Change::Pool {
                pool: pool.at(),
                setting,
                revision: 0,
                apply,
            };
            Ok((Object::Pool(pool), change))
        };
        match request {
            Request::SetPoolVersion {
                pool,
                version,
                apply,
            } => of_pool(*pool, PoolSetting::Version(version_in(version)?), *apply),
            Request::SetPoolNetworkProfile {
                pool,
                network_profile,
                apply,
            } => {
                let profile = network_profile.as_ref();
                let profile = profile.map(|name| name_in(name, "network profile"));
                let setting = PoolSetting::NetworkProfile(profile.transpose()?);
                of_pool(*pool, setting, *apply)
            }
            Request::SetPoolImage { pool, image, apply } => {
                let setting = PoolSetting::Image {
                    bundle: name_in(image, "image")?,
                    changes_firmware: false,
                };
                of_pool(*pool, setting, *apply)
            }
            Request::SetControlPlaneVersion { cluster, version } => {
                let known = self.cluster(*cluster)?;
                let change = Change::ControlPlane {
                    cluster: resources::place_of(known.id),
                    version: version_in(version)?,
                };
                Ok((Object::Cluster(*cluster), change))
            }
            _ => Err(not_an_order()),
        }
    }

    fn change_of_machine(&self, request: &Request) -> Result<(Object, Change), Error> {
        let set = |id: MachineId, setting: MachineSetting, apply: bool| {
            self.on_machine(id, |machine| Change::Machine {
                machine,
                setting,
                apply,
            })
        };
        match request {
            Request::SetHostname {
                machine,
                hostname,
                apply,
            } => {
                let setting = MachineSetting::Hostname(hostname_in(hostname)?);
                set(*machine, setting, *apply)
            }
            Request::SetLabels {
                machine,
                labels,
                apply,
            } => set(*machine, MachineSetting::Labels(labels_in(labels)?), *apply),
            Request::SetMachineNetworkProfile {
                machine,
                network_profile,
                apply,
            } => {
                let profile = name_in(network_profile, "network profile")?;
                set(*machine, MachineSetting::NetworkProfile(profile), *apply)
            }
            Request::ApplyToMachine { machine, revision } => {
                self.check_revision(*machine, *revision)?;
                let revision = *revision;
                self.on_machine(*machine, |machine| Change::ApplyTo { machine, revision })
            }
            Request::AssignMachine { machine, pool } => {
                let pool = self.pool_of(*pool)?.at();
                self.on_machine(*machine, |machine| Change::Assign { machine, pool })
            }
            Request::UnassignMachine { machine } => {
                self.on_machine(*machine, |machine| Change::Unassign { machine })
            }
            Request::ForceRemoveMachine { machine } => {
                self.on_machine(*machine, |machine| Change::ForceRemove { machine })
            }
            Request::DecommissionMachine { machine } => {
                self.on_machine(*machine, |machine| Change::Decommission { machine })
            }
            Request::DeleteMachine { machine } => {
                self.on_machine(*machine, |machine| Change::Delete { machine })
            }
            _ => Err(not_an_order()),
        }
    }

    /// An order about a machine that the appliance need not know.
    fn change_of_stranger(&self, request: &Request) -> Result<(Object, Change), Error> {
        match request {
            Request::RegisterMachine {
                uuid,
                hostname,
                pool,
                labels,
            } => {
                let index = self.by_uuid(uuid)?;
                let pool = pool.map(|pool| self.pool_of(pool)).transpose()?;
                let change = Change::Register {
                    machine: self.reference(index),
                    uuid: None,
                    pool: pool.map(PoolIndex::at),
                    hostname: hostname.as_ref().map(hostname_in).transpose()?,
                    labels: labels.as_deref().map(labels_in).transpose()?,
                };
                Ok((Object::Machine(index), change))
            }
            Request::EnrollMachine { uuid } => {
                let index = self.by_uuid(uuid)?;
                let machine = self.reference(index);
                Ok((Object::Machine(index), Change::Enroll { machine }))
            }
            _ => Err(not_an_order()),
        }
    }

    fn on_machine(
        &self,
        id: MachineId,
        change: impl FnOnce(MachineRef) -> Change,
    ) -> Result<(Object, Change), Error> {
        let index = self.known_machine(id)?;
        Ok((Object::Machine(index), change(self.reference(index))))
    }

    /// The machine of this number, which the appliance knows.
    pub(super) fn known_machine(&self, id: MachineId) -> Result<MachineIndex, Error> {
        let index = self.machine_of(id)?;
        if self.world.machine(index).enrolment == Enrolment::Unknown {
            return Err(not_found("machine", id.0));
        }
        Ok(index)
    }

    /// That the pool of a machine has a revision.
    fn check_revision(&self, id: MachineId, revision: Option<u32>) -> Result<(), Error> {
        let index = self.machine_of(id)?;
        let pool = self.world.blueprint().pool_of(index);
        let (Some(number), Some(pool)) = (revision, pool) else {
            return Ok(());
        };
        let mut known = self.revisions(pool).into_iter();
        if known.any(|known| known.number == number) {
            return Ok(());
        }
        let name = self.world.blueprint().pool_name(pool);
        let why = format!("pool {name} has no revision {number}");
        Err(Error::new(ErrorKind::NotFound, why))
    }

    fn reference(&self, index: MachineIndex) -> MachineRef {
        self.world.blueprint().reference(index)
    }

    /// The machine of the simulated site that has a UUID.
    pub(super) fn by_uuid(&self, uuid: &Text) -> Result<MachineIndex, Error> {
        if !is_uuid(uuid.as_str()) {
            let why = format!("{uuid} is no UUID, as 4c4c4544-0042-3510-8051-b4c04f4e3332");
            return Err(Error::new(ErrorKind::Rejected, why));
        }
        let wanted = uuid.as_str().to_ascii_lowercase();
        let mut machines = self.world.blueprint().machines();
        let found = machines.find(|index| self.uuid_of(*index).as_str() == wanted);
        let found = found.filter(|_| !self.growth.is_to_come(&wanted));
        found.ok_or_else(|| {
            let why = format!("the simulated site has no machine with the UUID {uuid}");
            Error::new(ErrorKind::NotFound, why)
        })
    }
}

fn not_an_order() -> Error {
    Error::new(ErrorKind::Rejected, "this is no change".to_owned())
}

fn unprocessable(found: &Text, allowed: &str) -> Error {
    Error::new(
        ErrorKind::Rejected,
        format!("{found}: allowed is {allowed}"),
    )
}

fn hostname_in(text: &Text) -> Result<String, Error> {
    if is_hostname(text.as_str()) {
        return Ok(text.as_str().to_owned());
    }
    let allowed = "a host name of lower-case letters, digits, \"-\" and \".\", as \"w-7\"";
    Err(unprocessable(text, allowed))
}

fn version_in(text: &Text) -> Result<String, Error> {
    if is_version(text.as_str()) {
        return Ok(text.as_str().to_owned());
    }
    Err(unprocessable(text, "a version, as \"1.33.4\""))
}

fn name_in(text: &Text, what: &str) -> Result<String, Error> {
    if crate::scenario::is_name(text.as_str()) {
        return Ok(text.as_str().to_owned());
    }
    Err(unprocessable(text, &format!("the name of a {what}")))
}

fn labels_in(labels: &[Label]) -> Result<BTreeMap<String, String>, Error> {
    let mut all = BTreeMap::new();
    for label in labels {
        if !is_label(label.key.as_str(), label.value.as_str()) {
            let allowed = "a label, as \"disk=ssd\"";
            return Err(unprocessable(&label.key, allowed));
        }
        let key = label.key.as_str().to_owned();
        all.insert(key, label.value.as_str().to_owned());
    }
    Ok(all)
}
