//! Orders in the words of meltcloud's public API, which carries out at once what it accepts.

mod public_verbs;

use appliance::public::{
    self, ClusterChanges, Lookup, MachineChanges, MachinePoolChanges, NetworkProfileId, NewMachine,
    Patch, WithOperation,
};
use appliance::{
    ClusterId, Error, ErrorKind, Machine, MachineId, MachinePoolId, Reply, Request, Text,
};

use super::documented::{Documented, cluster, network_profile};
use super::journal::Target;
use super::public::{self as api, Ask};

/// Carries out an order, or passes on what is asked in the words of the public API already.
pub(super) fn answer(
    known: &Documented,
    asking: &dyn Ask,
    request: &Request,
) -> Result<Reply, Error> {
    let teller = Teller { known, asking };
    if let Some((verb, machine, changes)) = change_of_machine(request) {
        return teller.change_machine(verb, machine, changes);
    }
    match request {
        Request::SetMachineNetworkProfile {
            machine,
            network_profile,
            ..
        } => teller.set_profile_of_machine(*machine, network_profile),
        Request::SetPoolVersion { pool, version, .. } => teller.set_version(*pool, version),
        Request::SetPoolNetworkProfile {
            pool,
            network_profile,
            ..
        } => teller.set_profile_of_pool(*pool, network_profile.as_ref()),
        Request::SetControlPlaneVersion { cluster, version } => {
            teller.set_control_plane_version(*cluster, version)
        }
        Request::RegisterMachine {
            uuid,
            hostname,
            pool,
            labels,
        } => teller.register(NewMachine {
            uuid: uuid.clone(),
            name: hostname.clone(),
            machine_pool_id: *pool,
            labels: labels.clone(),
            network_profile_id: None,
            depot_network_profile_id: None,
        }),
        Request::DeleteMachine { machine } => teller.delete(*machine),
        Request::Public(request) => teller.pass_on(request),
        // `telling` says of all others that they cannot be done.
        _ => Err(Error::new(
            ErrorKind::Unsupported,
            "meltcloud's public API has no words for this",
        )),
    }
}

/// What an order changes about a machine, where that is all it does: what it is called, and the fields.
fn change_of_machine(request: &Request) -> Option<(&'static str, MachineId, MachineChanges)> {
    let mut changes = MachineChanges::default();
    let (verb, machine) = match request {
        Request::SetHostname {
            machine, hostname, ..
        } => {
            changes.name = Patch::Set(hostname.clone());
            ("set-hostname", machine)
        }
        Request::SetLabels {
            machine, labels, ..
        } => {
            changes.labels = Patch::Set(labels.clone());
            ("set-labels", machine)
        }
        Request::AssignMachine { machine, pool } => {
            changes.machine_pool_id = Patch::Set(*pool);
            ("assign", machine)
        }
        _ => return None,
    };
    Some((verb, *machine, changes))
}

struct Teller<'a> {
    known: &'a Documented,
    asking: &'a dyn Ask,
}

/// A pool after a change, and the operation that was started for it.
type ChangedPool = (
    WithOperation<public::MachinePool>,
    Option<appliance::Operation>,
);

impl Teller<'_> {
    fn change_machine(
        &self,
        verb: &str,
        id: MachineId,
        changes: MachineChanges,
    ) -> Result<Reply, Error> {
        let request = public::Request::UpdateMachine {
            machine: id,
            changes,
        };
        match self.asking.ask(request)? {
            public::Reply::Machine(after) => Ok(self.machine_reply(verb, after)),
            _ => Err(Error::other_answer()),
        }
    }

    fn register(&self, new: NewMachine) -> Result<Reply, Error> {
        match self.asking.ask(public::Request::CreateMachine { new })? {
            public::Reply::Machine(made) => Ok(self.machine_reply("register", made)),
            _ => Err(Error::other_answer()),
        }
    }

    fn machine_reply(&self, verb: &str, changed: WithOperation<public::Machine>) -> Reply {
        let machine = Machine::from(changed.resource);
        match changed.operation {
            Some(operation) => {
                let target = Target::new("machine", machine.id.0, Some(machine.name));
                Reply::Operation(self.known.started(operation, verb, target))
            }
            None => Reply::ChangedMachine(Box::new(machine)),
        }
    }

    /// Answers with the machine as it was.
    fn delete(&self, id: MachineId) -> Result<Reply, Error> {
        let before = api::machine(self.asking, id)?;
        match self
            .asking
            .ask(public::Request::DeleteMachine { machine: id })?
        {
            public::Reply::Deleted(operation) => {
                let resource = before;
                Ok(self.machine_reply(
                    "delete",
                    WithOperation {
                        resource,
                        operation,
                    },
                ))
            }
            _ => Err(Error::other_answer()),
        }
    }

    fn change_pool(
        &self,
        verb: &str,
        pool: MachinePoolId,
        changes: MachinePoolChanges,
    ) -> Result<ChangedPool, Error> {
        let cluster = self.known.pools.cluster_of(self.asking, pool)?;
        let request = public::Request::UpdateMachinePool {
            cluster,
            pool,
            changes,
        };
        let after = match self.asking.ask(request) {
            Ok(public::Reply::MachinePool(after)) => after,
            Ok(_) => return Err(Error::other_answer()),
            Err(error) => {
                if error.kind() == ErrorKind::NotFound {
                    self.known.pools.forget(pool);
                }
                return Err(error);
            }
        };
        let operation = after.operation.clone().map(|operation| {
            let target = Target::new("pool", pool.0, Some(after.resource.name.clone()));
            self.known.started(operation, verb, target)
        });
        Ok((after, operation))
    }

    fn set_version(&self, pool: MachinePoolId, version: &Text) -> Result<Reply, Error> {
        let changes = MachinePoolChanges {
            user_version: Some(version.clone()),
            ..MachinePoolChanges::default()
        };
        let after = self.change_pool("set-version", pool, changes)?;
        Ok(pool_reply(after))
    }

    fn set_profile_of_pool(
        &self,
        pool: MachinePoolId,
        profile: Option<&Text>,
    ) -> Result<Reply, Error> {
        let profile = profile.map(|told| self.profile(told)).transpose()?;
        let changes = MachinePoolChanges {
            network_profile_id: profile.map_or(Patch::Clear, Patch::Set),
            ..MachinePoolChanges::default()
        };
        let after = self.change_pool("set-pool-network-profile", pool, changes)?;
        // In the newer form of the API pools have no profile, and an appliance leaves out what it does not know.
        if after.1.is_none() && after.0.resource.network_profile_id != profile {
            let why = "the appliance took no notice: its pools have no network profile, their machines do";
            return Err(Error::new(ErrorKind::Unsupported, why));
        }
        Ok(pool_reply(after))
    }

    fn set_profile_of_machine(&self, id: MachineId, profile: &Text) -> Result<Reply, Error> {
        // In the released form of the API machines have no profile, and an appliance leaves out what it does not know.
        if api::machine(self.asking, id)?.machine_revision.is_none() {
            let why = "the machines of this appliance have no network profile of their own, their pools do";
            return Err(Error::new(ErrorKind::Unsupported, why));
        }
        let changes = MachineChanges {
            network_profile_id: Patch::Set(self.profile(profile)?),
            ..MachineChanges::default()
        };
        self.change_machine("set-network-profile", id, changes)
    }

    /// The number of a network profile, which is told by its name, as far as the appliance can be asked by names, or by its
    /// number.
    fn profile(&self, told: &Text) -> Result<NetworkProfileId, Error> {
        let by_name = Lookup::Name(told.clone());
        if let Some(found) = network_profile(self.asking, by_name)? {
            return Ok(found.id);
        }
        let used = self.known.network_profiles(self.asking)?;
        if let Some(found) = used.iter().find(|profile| profile.name == *told) {
            return Ok(found.id);
        }
        if let Ok(number) = told.as_str().parse() {
            let by_number = Lookup::Id(NetworkProfileId(number));
            if let Some(found) = network_profile(self.asking, by_number)? {
                return Ok(found.id);
            }
        }
        let why = format!(
            "no network profile {told} is found: where nothing uses it yet, the appliance may know it by its number only"
        );
        Err(Error::new(ErrorKind::NotFound, why))
    }

    fn set_control_plane_version(&self, id: ClusterId, version: &Text) -> Result<Reply, Error> {
        let changes = ClusterChanges {
            user_version: Some(version.clone()),
            ..ClusterChanges::default()
        };
        let request = public::Request::UpdateCluster {
            cluster: id,
            changes,
        };
        let public::Reply::Cluster(after) = self.asking.ask(request)? else {
            return Err(Error::other_answer());
        };
        let cluster = cluster(after.resource);
        if let Some(operation) = after.operation {
            let target = Target::new("cluster", id.0, Some(cluster.name.clone()));
            self.known
                .started(operation, "set-control-plane-version", target);
        }
        Ok(Reply::ChangedCluster(cluster))
    }

    /// Asks as it is. An operation that comes of it is written down like that of any other order.
    fn pass_on(&self, request: &public::Request) -> Result<Reply, Error> {
        let reply = self.asking.ask(request.clone())?;
        if let Some((operation, target)) = public_verbs::started(request, &reply) {
            let verb = public_verbs::verb(request);
            self.known.started(operation, verb, target);
        }
        Ok(reply.into())
    }
}

/// The operation; where none had to be started, the pool in the words of the public API: the console has no other.
fn pool_reply((after, operation): ChangedPool) -> Reply {
    match operation {
        Some(operation) => Reply::Operation(operation),
        None => public::Reply::MachinePool(after).into(),
    }
}
