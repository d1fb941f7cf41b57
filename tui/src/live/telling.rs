//! What an appliance tells and does at all, so that nobody takes silence for an empty answer.

use appliance::{Capabilities, Request};

/// How much of what a request asks an appliance tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Telling {
    /// All of it; an order is carried out.
    Whole,
    /// With this limit, a fragment without its full stop, as "only pools with machines".
    Partly(&'static str),
    /// Nothing of it, and this is why: a sentence without its full stop.
    Not(&'static str),
}

/// How much of what `request` asks an appliance tells that says this of itself; `None`: nothing, as one that has
/// meltcloud's public API alone.
pub fn telling(capabilities: Option<&Capabilities>, request: &Request) -> Telling {
    if capabilities.is_some() {
        return Telling::Whole;
    }
    if request.is_order() {
        ordered(request)
    } else {
        asked(request)
    }
}

const SAVES_NONE: &str = "meltcloud's public API applies every change at once and saves none";
const NO_REVISIONS: &str = "this appliance does not tell its revisions, so none can be applied";
const NO_OPERATIONS: &str = "meltcloud's public API does not retry, cancel, pause or resume operations: its web console does";
const NO_HOLDING: &str =
    "meltcloud's public API cannot hold a machine back or leave it out of rollouts";
const NO_WAY_OUT: &str =
    "meltcloud's public API cannot take a machine out of its pool: its web console does";
const NO_CLOCK: &str =
    "this appliance runs in real time, and its clock can be neither asked nor moved";
const NO_PATCH: &str =
    "meltcloud's public API takes a minor version, as 1.34: the platform chooses the patch";

fn asked(request: &Request) -> Telling {
    match request {
        Request::ListMachines => {
            Telling::Partly("no reasons, failures, cordons and holds of machines")
        }
        Request::ListMachinePools => Telling::Partly("only pools with machines"),
        Request::ListOperations => Telling::Partly("only operations started from this account"),
        Request::ListNetworkProfiles => {
            Telling::Partly("only network profiles that pools or machines use")
        }
        Request::GetMachine { .. } => {
            Telling::Partly("how the machine is now, and nothing of what it went through")
        }
        Request::GetOperation { .. } => {
            Telling::Partly("where the operation stands, and none of its steps")
        }
        Request::ListRevisions => Telling::Not("this appliance does not tell its revisions"),
        Request::ListBudgets => Telling::Not("this appliance does not tell disruption budgets"),
        Request::ListWindows { .. } => {
            Telling::Not("this appliance does not tell its maintenance windows")
        }
        Request::ListEvents { .. } => Telling::Not("this appliance does not tell its log"),
        Request::ListStored { .. } => Telling::Not(
            "meltcloud's public API has no list of these: each has to be asked by itself",
        ),
        Request::Preflight { .. } => {
            Telling::Not("this appliance does not say what would block a drain")
        }
        Request::GetCapabilities => {
            Telling::Not("this appliance has nothing besides meltcloud's public API")
        }
        request if request.is_about_clock() => Telling::Not(NO_CLOCK),
        // Lists of clusters, and what is asked in the words of the public API.
        _ => Telling::Whole,
    }
}

fn ordered(request: &Request) -> Telling {
    match request {
        Request::SetHostname { apply: false, .. }
        | Request::SetLabels { apply: false, .. }
        | Request::SetMachineNetworkProfile { apply: false, .. }
        | Request::SetPoolVersion { apply: false, .. }
        | Request::SetPoolNetworkProfile { apply: false, .. } => Telling::Not(SAVES_NONE),
        Request::SetPoolVersion { version, .. }
        | Request::SetControlPlaneVersion { version, .. } => {
            let has_patch = version.as_str().split('.').count() > 2;
            if has_patch {
                Telling::Not(NO_PATCH)
            } else {
                Telling::Partly("the platform chooses the patch version")
            }
        }
        Request::SetPoolImage { .. } => Telling::Not(
            "meltcloud's public API chooses no machine image: its release channels bring them",
        ),
        Request::ApplyRevision { .. } | Request::ApplyToMachine { .. } => {
            Telling::Not(NO_REVISIONS)
        }
        Request::RetryOperation { .. }
        | Request::CancelOperation { .. }
        | Request::PauseOperation { .. }
        | Request::ResumeOperation { .. } => Telling::Not(NO_OPERATIONS),
        Request::HoldMachine { .. }
        | Request::UnholdMachine { .. }
        | Request::ExcludeMachine { .. }
        | Request::IncludeMachine { .. } => Telling::Not(NO_HOLDING),
        Request::UnassignMachine { .. }
        | Request::ForceRemoveMachine { .. }
        | Request::DecommissionMachine { .. } => Telling::Not(NO_WAY_OUT),
        Request::EnrollMachine { .. } => {
            Telling::Not("no appliance boots a machine: start it from an enrollment image")
        }
        request if request.is_about_clock() => Telling::Not(NO_CLOCK),
        _ => Telling::Whole,
    }
}

#[cfg(test)]
mod tests {
    use appliance::{MachineId, MachinePoolId, OperationId, public};

    use super::*;

    fn simulated() -> Capabilities {
        Capabilities {
            software: "meltdeck".into(),
            version: "0".into(),
            is_simulated: true,
            has_running_clock: true,
        }
    }

    #[test]
    fn an_appliance_with_the_extension_tells_everything() {
        let capabilities = simulated();
        for request in [
            Request::ListRevisions,
            Request::GetClock,
            Request::RetryOperation {
                operation: OperationId(1),
            },
        ] {
            assert_eq!(telling(Some(&capabilities), &request), Telling::Whole);
            let told = telling(None, &request);
            assert!(matches!(told, Telling::Not(_)), "{request:?}: {told:?}");
        }
    }

    #[test]
    fn the_public_api_saves_nothing_and_chooses_patches_itself() {
        let version = |version: &str, apply| {
            let request = Request::SetPoolVersion {
                pool: MachinePoolId(1),
                version: version.into(),
                apply,
            };
            telling(None, &request)
        };
        assert_eq!(version("1.34", false), Telling::Not(SAVES_NONE));
        assert_eq!(version("1.34.2", true), Telling::Not(NO_PATCH));
        assert!(matches!(version("1.34", true), Telling::Partly(_)));
        let hostname = |apply| {
            let request = Request::SetHostname {
                machine: MachineId(1),
                hostname: "w".into(),
                apply,
            };
            telling(None, &request)
        };
        assert_eq!(hostname(false), Telling::Not(SAVES_NONE));
        assert_eq!(hostname(true), Telling::Whole);
    }

    #[test]
    fn what_is_asked_in_the_words_of_the_public_api_is_told() {
        for request in [
            public::Request::ListMachines,
            public::Request::DeleteMachine {
                machine: MachineId(7),
            },
        ] {
            assert_eq!(telling(None, &request.into()), Telling::Whole);
        }
        assert_eq!(telling(None, &Request::ListClusters), Telling::Whole);
    }
}
