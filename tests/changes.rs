//! Changes of machines and pools: each as its scenario tells it, to the second, and as an appliance is asked for it.
//!
//! In these scenarios a machine takes 1 s to be cordoned, 30 s to be drained, 10 s to stop, 90 s to boot, 10 s to join
//! and 1 s to be uncordoned: 142 s in all; an installation takes 2 min.

use appliance::{
    ErrorKind, Label, Machine, MachineHistory, MachineId, MachinePoolId, MachineStatus, Reply,
    Request, Text,
};
use simulator::engine::{Seed, Time};
use simulator::fleet::Blueprint;
use simulator::scenario::Scenario;
use simulator::simulation::Simulation;
use tests::{meltdeck, root};

/// The story of a scenario of the folder, with what each line says of it.
fn story(name: &str) -> Vec<String> {
    let file = root().join("scenarios").join(format!("{name}.toml"));
    let said = meltdeck(["replay".into(), file.into_os_string()]);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    said.out.lines().map(str::to_owned).collect()
}

/// That the story of a scenario has these lines, in this order.
fn tells(name: &str, lines: &[&str]) {
    let story = story(name);
    let mut rest = story.iter();
    for line in lines {
        assert!(
            rest.any(|told| told == line),
            "{name} does not tell in order: {line}\n{}",
            story.join("\n")
        );
    }
}

#[test]
fn a_host_name_is_set() {
    tells(
        "changes/set-hostname",
        &[
            "00:01:00  operation 1, set-hostname workers-2 (workers): running",
            "00:01:31  workers-2: drain done after 30s",
            "00:03:11  db-2: has its host name now, it was workers-2",
            "00:03:22  operation 1, set-hostname db-2 (workers): succeeded",
            "finished after 3m 22s, failed machines: 0",
        ],
    );
}

#[test]
fn labels_are_set_and_pods_follow() {
    tells(
        "changes/set-labels",
        &[
            "00:03:11  workers-1: labels: disk=ssd",
            "00:03:22  operation 1, set-labels workers-1 (workers): succeeded",
            "00:03:22  operation 2, set-labels workers-3 (workers): running",
            "00:03:28  default/search-2-1: ready on workers-1",
            "00:05:44  operation 2, set-labels workers-3 (workers): succeeded",
        ],
    );
}

#[test]
fn a_network_profile_is_set_for_a_pool_and_for_one_machine() {
    tells(
        "changes/set-network-profile",
        &[
            "00:01:00  workers: revision 2 saved, with bond-vlan10",
            "00:08:06  operation 1, workers to revision 2: succeeded",
            "00:12:11  workers-3: network profile: storage",
            "00:12:22  operation 2, set-network-profile workers-3 (workers): succeeded",
        ],
    );
}

#[test]
fn a_pool_is_never_newer_than_its_control_plane() {
    tells(
        "changes/set-version",
        &[
            "00:01:00  step: set-version workers to 1.34.1 – refused: the version is newer than that of the control plane: a kubelet must not be",
            "00:02:00  west: its control plane runs 1.34.1",
            "00:03:00  workers: revision 3 saved, with 1.34.1",
            "00:10:06  operation 1, workers to revision 3: succeeded",
        ],
    );
}

#[test]
fn a_machine_image_is_set() {
    tells(
        "changes/set-image",
        &[
            "00:01:00  workers: revision 2 saved, with 1.33.4-melt.31",
            "00:08:06  operation 1, workers to revision 2: succeeded",
        ],
    );
}

#[test]
fn a_machine_is_assigned() {
    tells(
        "changes/assign",
        &[
            "00:01:00  spare: assigned to workers",
            "00:01:10  spare: stop done after 10s",
            "00:02:50  spare: has joined workers",
            "00:02:50  operation 1, assign spare (workers): succeeded",
        ],
    );
}

#[test]
fn a_machine_moves_to_another_cluster() {
    tells(
        "changes/move-to-another-cluster",
        &[
            "00:01:00  operation 1, move workers-2 (workers): running",
            "00:01:31  workers-2: drain done after 30s",
            "00:01:41  workers-2: assigned to batch",
            "00:01:41  operation 1, move workers-2 (workers): succeeded",
            "00:03:21  workers-2: has joined batch",
            "00:03:21  operation 2, assign workers-2 (batch): succeeded",
        ],
    );
}

#[test]
fn only_what_is_unassigned_is_deleted() {
    tells(
        "changes/unassign",
        &[
            "00:01:00  step: delete workers-3 – refused: the machine is in a pool: only what is unassigned can be deleted",
            "00:01:31  workers-3: drain done after 30s",
            "00:03:11  workers-3: in no pool, ready",
            "00:10:00  workers-3: deleted",
        ],
    );
}

#[test]
fn what_was_removed_by_force_comes_back_first() {
    tells(
        "changes/force-remove",
        &[
            "00:05:00  workers-3: removed from its pool by force",
            "00:06:00  step: delete workers-3 – refused: the machine has not come back since it was removed by force: it is ready_unassigned first",
            "00:21:30  workers-3: in no pool, ready",
            "00:30:00  workers-3: deleted",
        ],
    );
}

#[test]
fn a_registered_machine_goes_right_to_its_pool() {
    tells(
        "changes/register-and-boot",
        &[
            "00:01:00  workers-4: has its host name now, it was new",
            "00:01:00  workers-4: registered for workers",
            "00:06:30  workers-4: os done after 30s",
            "00:08:30  workers-4: install done after 2m 00s",
            "00:08:30  workers-4: enrolled, reboots into its image",
            "00:10:10  workers-4: has joined workers",
        ],
    );
}

#[test]
fn a_stranger_registers_itself_and_is_assigned_then() {
    tells(
        "changes/self-register",
        &[
            "00:01:00  step: assign new to workers – refused: the appliance does not know the machine: it is registered or enrolled first",
            "00:07:00  operation 1, enroll new: succeeded",
            "00:11:50  operation 2, assign new (workers): succeeded",
        ],
    );
}

#[test]
fn what_is_saved_waits_until_it_is_applied() {
    tells(
        "changes/save-then-apply",
        &[
            "00:01:00  workers-1: its own revision 2 is saved",
            "00:02:00  workers-1: its own revision 3 is saved",
            "00:03:00  workers: revision 2 saved, with 1.33.4-melt.31",
            "00:06:22  workers-1: updated, runs revision 2",
            "00:11:06  operation 1, workers to revision 2: succeeded",
            "00:32:11  db-1: has its host name now, it was workers-1",
            "00:32:11  db-1: labels: rack=r1",
            "00:32:22  operation 2, apply db-1 (workers): succeeded",
        ],
    );
}

#[test]
fn a_revision_goes_to_one_machine_first() {
    tells(
        "changes/one-machine-first",
        &[
            "00:02:00  operation 1, apply workers-2 (workers): running",
            "00:04:22  operation 1, apply workers-2 (workers): succeeded",
            "01:00:00  operation 2, workers to revision 2: running",
            "01:02:22  workers-1: updated, runs revision 2",
            "01:04:44  workers-3: updated, runs revision 2",
            "01:04:44  operation 2, workers to revision 2: succeeded",
        ],
    );
}

/// A machine boots, installs and boots again in 4 min 50 s, 3 min and 4 min 50 s; it stops, boots and joins in 5 min 20 s.
#[test]
fn forty_machines_enrol_and_are_assigned() {
    let story = story("new-rack");
    let count = |what: &str| story.iter().filter(|line| line.contains(what)).count();
    assert_eq!(count("00:17:40  operation"), 40);
    assert_eq!(count("00:35:20  rack7-"), 40 * 3);
    assert_eq!(count("has joined workers"), 40);
    assert_eq!(
        story.last().map(String::as_str),
        Some("finished after 35m 20s, failed machines: 0")
    );
}

/// Three times 8 min 11 s, once the dead machine no longer holds the slot.
#[test]
fn old_machines_leave_one_after_the_other() {
    tells(
        "decommission",
        &[
            "00:10:00  workers-12: removed from its pool by force",
            "00:18:11  workers-9: deleted",
            "00:26:22  workers-10: deleted",
            "00:34:33  workers-11: deleted",
            "01:06:20  workers-12: in no pool, ready",
            "01:10:00  workers-12: deleted",
        ],
    );
}

/// Two pools of two clusters, and one machine in none.
const FLEET: &str = r#"
    [hardware.lab]
    cordon = "1s"
    drain = "30s"
    stop = "10s"
    firmware = "1m"
    os = "30s"
    join = "10s"
    uncordon = "1s"
    install = "2m"
    [[clusters]]
    name = "west"
    [[clusters]]
    name = "east"
    [[pools]]
    name = "workers"
    cluster = "west"
    hardware = "lab"
    machines = 3
    [[pools]]
    name = "batch"
    cluster = "east"
    hardware = "lab"
    machines = 2
    revision = 7
    [[machines]]
    name = "new"
    hardware = "lab"
    uuid = "4c4c4544-0042-3510-8051-b4c04f4e3332"
"#;

const WORKERS: MachinePoolId = MachinePoolId(1);
const BATCH: MachinePoolId = MachinePoolId(2);
const FIRST: MachineId = MachineId(1);
const NEW: &str = "4C4C4544-0042-3510-8051-B4C04F4E3332";

/// An appliance that is asked.
struct Asked(Simulation);

impl Asked {
    fn new() -> Self {
        let scenario = Scenario::parse(FLEET, "test", "test").unwrap();
        Self(Simulation::new(&Blueprint::new(scenario), Seed(1), 0))
    }

    fn order(&mut self, request: &Request) -> Reply {
        match self.0.answer(request) {
            Ok(reply) => reply,
            Err(error) => panic!("{request:?}: {error}"),
        }
    }

    fn refusal(&mut self, request: &Request) -> (ErrorKind, String) {
        match self.0.answer(request) {
            Ok(reply) => panic!("{request:?}: {reply:?}"),
            Err(error) => (error.kind(), error.to_string()),
        }
    }

    /// The machines after so many minutes.
    fn machines_at(&mut self, minutes: u64) -> Vec<Machine> {
        self.0.run_until(Time::from_millis(minutes * 60_000));
        match self.order(&Request::ListMachines) {
            Reply::Machines(machines) => machines,
            other => panic!("{other:?}"),
        }
    }

    fn history(&mut self, machine: MachineId) -> MachineHistory {
        match self.order(&Request::GetMachine { machine }) {
            Reply::Machine(history) => *history,
            other => panic!("{other:?}"),
        }
    }
}

fn label(key: &str, value: &str) -> Label {
    Label {
        key: Text::from(key),
        value: Text::from(value),
    }
}

#[test]
fn an_order_is_an_operation_and_a_revision_of_the_machine() {
    let mut asked = Asked::new();
    let reply = asked.order(&Request::SetHostname {
        machine: FIRST,
        hostname: Text::from("db-1"),
        apply: true,
    });
    let Reply::Operation(operation) = reply else {
        panic!("{reply:?}");
    };
    assert_eq!(operation.action.as_str(), "set-hostname");
    assert_eq!(operation.machine_id, Some(FIRST));
    let machines = asked.machines_at(10);
    assert_eq!(machines[0].name.as_str(), "db-1");
    assert_eq!(machines[0].machine_revision, Some(1));
    let history = asked.history(FIRST);
    let own: Vec<_> = history
        .own_revisions
        .iter()
        .map(|own| (own.number, own.revision, own.settings.len(), own.at_ms))
        .collect();
    assert_eq!(own, [(1, Some(1), 0, 0), (2, Some(1), 1, 131_000)]);
}

#[test]
fn what_is_saved_is_listed_and_applied_to_the_machine_only() {
    let mut asked = Asked::new();
    let saved = asked.order(&Request::SetLabels {
        machine: FIRST,
        labels: vec![label("rack", "r1")],
        apply: false,
    });
    assert!(matches!(saved, Reply::ChangedMachine(_)), "{saved:?}");
    let pending = asked.history(FIRST).own_revisions.pop().unwrap();
    assert!(pending.is_pending && pending.number == 2, "{pending:?}");
    let saved = asked.order(&Request::SetPoolImage {
        pool: WORKERS,
        image: Text::from("1.33.4-melt.31"),
        apply: false,
    });
    let Reply::SavedRevision(revision) = saved else {
        panic!("{saved:?}");
    };
    assert_eq!((revision.number, revision.is_pending), (2, true));
    assert_eq!(revision.components[0].version.as_str(), "1.33.4-melt.31");
    asked.order(&Request::ApplyToMachine {
        machine: FIRST,
        revision: Some(2),
    });
    let machines = asked.machines_at(10);
    let runs: Vec<_> = machines.iter().map(|one| one.machine_revision).collect();
    assert_eq!(runs, [Some(2), Some(1), Some(1), Some(7), Some(7)]);
    assert_eq!(machines[0].labels, []);
    asked.order(&Request::ApplyToMachine {
        machine: FIRST,
        revision: None,
    });
    assert_eq!(asked.machines_at(20)[0].labels, [label("rack", "r1")]);
    let missing = Request::ApplyToMachine {
        machine: FIRST,
        revision: Some(9),
    };
    assert_eq!(asked.refusal(&missing).0, ErrorKind::NotFound);
}

#[test]
fn a_machine_goes_from_pool_to_pool_and_out_of_the_fleet() {
    let mut asked = Asked::new();
    asked.order(&Request::AssignMachine {
        machine: FIRST,
        pool: BATCH,
    });
    let machines = asked.machines_at(10);
    assert_eq!(machines[0].machine_pool_id, Some(BATCH));
    assert_eq!(machines[0].machine_revision, Some(7));
    assert_eq!(machines[0].status, MachineStatus::Ready);
    let in_pool = asked.refusal(&Request::DeleteMachine { machine: FIRST });
    assert_eq!(in_pool.0, ErrorKind::Conflict);
    asked.order(&Request::UnassignMachine { machine: FIRST });
    let machines = asked.machines_at(20);
    assert_eq!(machines[0].status, MachineStatus::ReadyUnassigned);
    assert_eq!(
        (machines[0].machine_pool_id, machines[0].machine_revision),
        (None, None)
    );
    asked.order(&Request::DeleteMachine { machine: FIRST });
    assert_eq!(asked.machines_at(21).len(), 4);
    let gone = asked.refusal(&Request::UnassignMachine { machine: FIRST });
    assert_eq!(gone.0, ErrorKind::NotFound);
}

#[test]
fn a_machine_is_registered_by_its_uuid_and_enrolled() {
    let mut asked = Asked::new();
    assert_eq!(asked.machines_at(1).len(), 5);
    asked.order(&Request::RegisterMachine {
        uuid: Text::from(NEW),
        hostname: Some(Text::from("batch-3")),
        pool: Some(BATCH),
        labels: None,
    });
    let machines = asked.machines_at(2);
    assert_eq!(machines[5].status, MachineStatus::Preregistered);
    assert_eq!(machines[5].machine_pool_id, Some(BATCH));
    let uuid = Text::from(NEW);
    asked.order(&Request::EnrollMachine { uuid });
    let machines = asked.machines_at(10);
    assert_eq!(machines[5].name.as_str(), "batch-3");
    assert_eq!(machines[5].status, MachineStatus::Ready);
    assert_eq!(machines[5].machine_revision, Some(7));
    let again = asked.refusal(&Request::RegisterMachine {
        uuid: Text::from(NEW),
        hostname: None,
        pool: None,
        labels: None,
    });
    assert_eq!(again.0, ErrorKind::Conflict);
}

#[test]
fn a_machine_that_is_removed_by_force_comes_back_by_itself() {
    let mut asked = Asked::new();
    let reply = asked.order(&Request::ForceRemoveMachine { machine: FIRST });
    let Reply::ChangedMachine(machine) = reply else {
        panic!("{reply:?}");
    };
    assert_eq!(machine.status, MachineStatus::ForceUnassigned);
    assert_eq!(machine.machine_pool_id, None);
    let status = |machines: Vec<Machine>| machines[0].status.clone();
    assert_eq!(status(asked.machines_at(1)), MachineStatus::ForceUnassigned);
    assert_eq!(status(asked.machines_at(2)), MachineStatus::ReadyUnassigned);
    asked.order(&Request::DecommissionMachine { machine: FIRST });
    assert_eq!(asked.machines_at(3).len(), 4);
}

#[test]
fn what_makes_no_sense_is_refused_with_its_reason() {
    let mut asked = Asked::new();
    let name = |hostname: &str| Request::SetHostname {
        machine: FIRST,
        hostname: Text::from(hostname),
        apply: true,
    };
    let rows = [
        (name("workers-2"), ErrorKind::Conflict),
        (name("No Name"), ErrorKind::Rejected),
        (
            Request::SetPoolVersion {
                pool: WORKERS,
                version: Text::from("1.99.0"),
                apply: true,
            },
            ErrorKind::Conflict,
        ),
        (
            Request::SetPoolVersion {
                pool: WORKERS,
                version: Text::from("newest"),
                apply: true,
            },
            ErrorKind::Rejected,
        ),
        (
            Request::SetLabels {
                machine: FIRST,
                labels: vec![label("a b", "c")],
                apply: true,
            },
            ErrorKind::Rejected,
        ),
        (
            Request::AssignMachine {
                machine: FIRST,
                pool: WORKERS,
            },
            ErrorKind::Conflict,
        ),
        (
            Request::EnrollMachine {
                uuid: Text::from("00000000-0000-4000-8000-000000000000"),
            },
            ErrorKind::NotFound,
        ),
        (
            Request::DeleteMachine {
                machine: MachineId(6),
            },
            ErrorKind::NotFound,
        ),
    ];
    for (request, kind) in rows {
        let told = format!("{request:?}");
        let (found, why) = asked.refusal(&request);
        assert_eq!(found, kind, "{told}: {why}");
    }
}

/// The first boot of the machine fails, and the one after it too, since it is down for good then; a retry boots it once more.
#[test]
fn a_machine_that_does_not_come_up_in_its_pool_is_tried_again() {
    let fault = "[[faults]]\nmachine = \"new\"\nphase = \"join\"\noccurrence = 1\ndo = \"fail\"\n";
    let scenario = Scenario::parse(&format!("{FLEET}{fault}"), "test", "test").unwrap();
    let mut asked = Asked(Simulation::new(&Blueprint::new(scenario), Seed(1), 0));
    asked.order(&Request::RegisterMachine {
        uuid: Text::from(NEW),
        hostname: None,
        pool: Some(WORKERS),
        labels: None,
    });
    let uuid = Text::from(NEW);
    let reply = asked.order(&Request::EnrollMachine { uuid });
    let Reply::Operation(operation) = reply else {
        panic!("{reply:?}");
    };
    let machines = asked.machines_at(10);
    assert_eq!(machines[5].status, MachineStatus::Unreachable);
    let operation = operation.id;
    asked.order(&Request::RetryOperation { operation });
    let machines = asked.machines_at(20);
    assert_eq!(machines[5].status, MachineStatus::Ready);
    let again = asked.refusal(&Request::RetryOperation { operation });
    assert_eq!(again.0, ErrorKind::Conflict);
}

#[test]
fn a_preregistered_machine_is_assigned_before_it_boots() {
    let mut asked = Asked::new();
    asked.order(&Request::RegisterMachine {
        uuid: Text::from(NEW),
        hostname: None,
        pool: None,
        labels: None,
    });
    assert_eq!(asked.machines_at(1)[5].machine_pool_id, None);
    let machine = MachineId(6);
    let pool = WORKERS;
    let reply = asked.order(&Request::AssignMachine { machine, pool });
    assert!(matches!(reply, Reply::ChangedMachine(_)), "{reply:?}");
    let prepared = asked.machines_at(2);
    assert_eq!(prepared[5].machine_pool_id, Some(WORKERS));
    assert_eq!(prepared[5].status, MachineStatus::Preregistered);
    let uuid = Text::from(NEW);
    asked.order(&Request::EnrollMachine { uuid });
    let machines = asked.machines_at(10);
    assert_eq!(machines[5].status, MachineStatus::Ready);
    assert_eq!(machines[5].machine_revision, Some(1));
    asked.order(&Request::UnassignMachine { machine });
    let machines = asked.machines_at(20);
    assert_eq!(machines[5].status, MachineStatus::ReadyUnassigned);
}
