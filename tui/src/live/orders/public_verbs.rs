//! What an order in the words of the public API is called in the journal, and what it is for.

use appliance::public::{Operation, Reply, Request};

use super::super::journal::Target;

/// What is done, as the command line would have it.
pub(super) fn verb(request: &Request) -> &'static str {
    match request {
        Request::CreateMachine { .. }
        | Request::CreateCluster { .. }
        | Request::CreateMachinePool { .. }
        | Request::CreateNetworkProfile { .. }
        | Request::CreateEnrollmentImage { .. }
        | Request::CreateStored { .. } => "create",
        Request::UpdateMachine { .. }
        | Request::UpdateCluster { .. }
        | Request::UpdateMachinePool { .. }
        | Request::UpdateNetworkProfile { .. }
        | Request::UpdateStored { .. } => "update",
        Request::DeleteMachine { .. }
        | Request::DeleteCluster { .. }
        | Request::DeleteMachinePool { .. }
        | Request::DeleteNetworkProfile { .. }
        | Request::DeleteEnrollmentImage { .. }
        | Request::DeleteStored { .. } => "delete",
        Request::ListMachines
        | Request::GetMachine { .. }
        | Request::ListClusters
        | Request::GetCluster { .. }
        | Request::GetMachinePool { .. }
        | Request::GetOperation { .. }
        | Request::GetNetworkProfile { .. }
        | Request::ListEnrollmentImages
        | Request::GetEnrollmentImage { .. }
        | Request::GetStored { .. } => "ask",
    }
}

/// The operation that an order was answered with, and what it is for; `None` where none was.
pub(super) fn started(request: &Request, reply: &Reply) -> Option<(Operation, Target)> {
    let (operation, target) = match reply {
        Reply::Machine(of) => {
            let target = Target::new("machine", of.resource.id.0, of.resource.name.clone());
            (&of.operation, target)
        }
        Reply::Cluster(of) => {
            let name = Some(of.resource.name.clone());
            let target = Target::new("cluster", of.resource.id.0, name);
            (&of.operation, target)
        }
        Reply::MachinePool(of) => {
            let name = Some(of.resource.name.clone());
            let target = Target::new("pool", of.resource.id.0, name);
            (&of.operation, target)
        }
        Reply::NetworkProfile(of) => {
            let name = Some(of.resource.name.clone());
            let target = Target::new("network profile", of.resource.id.0, name);
            (&of.operation, target)
        }
        Reply::EnrollmentImage(of) => {
            let name = Some(of.resource.name.clone());
            let target = Target::new("enrollment image", of.resource.id.0, name);
            (&of.operation, target)
        }
        Reply::Stored(of) => {
            let kind = of.resource.kind.about().singular;
            let name = of.resource.fields.get("name");
            let name = name.and_then(|name| Some(name.as_str()?.into()));
            (&of.operation, Target::new(kind, of.resource.id, name))
        }
        Reply::Deleted(operation) => (operation, deleted(request)?),
        Reply::Machines(_)
        | Reply::Clusters(_)
        | Reply::Operation(_)
        | Reply::EnrollmentImages(_) => return None,
    };
    Some((operation.clone()?, target))
}

fn deleted(request: &Request) -> Option<Target> {
    let (kind, id) = match request {
        Request::DeleteMachine { machine } => ("machine", machine.0),
        Request::DeleteCluster { cluster } => ("cluster", cluster.0),
        Request::DeleteMachinePool { pool, .. } => ("pool", pool.0),
        Request::DeleteNetworkProfile { network_profile } => ("network profile", network_profile.0),
        Request::DeleteEnrollmentImage { enrollment_image } => {
            ("enrollment image", enrollment_image.0)
        }
        Request::DeleteStored { kind, object, .. } => (kind.about().singular, *object),
        _ => return None,
    };
    Some(Target::new(kind, id, None))
}
