//! What a simulated fleet shows of itself over meltcloud's public API, and its clock.

use appliance::public::{self, Lookup, Patch};
use appliance::{
    Clock, ClusterId, Error, ErrorKind, Label, MachineId, MachinePoolId, MachineStatus,
    OperationId, OperationStatus, Organization, Reply, Request, Text, wire,
};
use simulator::engine::{Seed, Span, Time};
use simulator::fleet::Blueprint;
use simulator::scenario::Scenario;
use simulator::simulation::Simulation;

const FLEET: &str = r#"
    [hardware.h]
    update = "1m"
    [[clusters]]
    name = "prod"
    [[clusters]]
    name = "edge"
    [[pools]]
    name = "w"
    cluster = "prod"
    machines = 2
    hardware = "h"
    [[pools]]
    name = "e"
    cluster = "edge"
    machines = 1
    hardware = "h"
    [[machines]]
    name = "spare"
    status = "ready_unassigned"
    [[machines]]
    name = "stranger"
    [[steps]]
    at = "+1m"
    do = "apply"
    pool = "w"
"#;

fn appliance() -> Simulation {
    let scenario = Scenario::parse(FLEET, "test", "test").unwrap();
    Simulation::new(&Blueprint::new(scenario), Seed(1), 0)
}

fn ask(appliance: &mut Simulation, request: public::Request) -> Result<public::Reply, Error> {
    match appliance.answer(&Request::from(request))? {
        Reply::Public(reply) => Ok(*reply),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_reads_of_the_public_api_agree_with_the_fleets_own() {
    let mut appliance = appliance();
    let Ok(Reply::Machines(own)) = appliance.answer(&Request::ListMachines) else {
        panic!("an appliance lists its machines");
    };
    let Ok(public::Reply::Machines(shown)) = ask(&mut appliance, public::Request::ListMachines)
    else {
        panic!("an appliance lists its machines");
    };
    assert_eq!((own.len(), shown.len()), (4, 4));
    for (own, shown) in own.iter().zip(&shown) {
        assert_eq!(
            (own.id, &own.uuid, &own.status),
            (shown.id, &shown.uuid, &shown.status)
        );
        assert_eq!(own.machine_pool_id, shown.machine_pool_id);
        let get = public::Request::GetMachine { machine: own.id };
        let one = ask(&mut appliance, get).unwrap();
        assert_eq!(one, public::Reply::Machine(shown.clone().into()));
    }
    assert_eq!(shown[3].status, MachineStatus::ReadyUnassigned);
    let get = public::Request::GetMachine {
        machine: MachineId(5),
    };
    assert_eq!(
        ask(&mut appliance, get).unwrap_err().kind(),
        ErrorKind::NotFound
    );
}

#[test]
fn a_pool_is_found_under_its_own_cluster_only() {
    let mut appliance = appliance();
    let get = |cluster, pool| public::Request::GetMachinePool {
        cluster: ClusterId(cluster),
        pool,
    };
    for lookup in [Lookup::Id(MachinePoolId(2)), Lookup::Name("e".into())] {
        let found = ask(&mut appliance, get(2, lookup.clone())).unwrap();
        let public::Reply::MachinePool(found) = found else {
            panic!("{found:?}");
        };
        assert_eq!(
            (found.resource.id, found.operation),
            (MachinePoolId(2), None)
        );
        let missing = ask(&mut appliance, get(1, lookup)).unwrap_err();
        assert_eq!(missing.kind(), ErrorKind::NotFound);
    }
    let by_name = public::Request::GetCluster {
        cluster: Lookup::Name("edge".into()),
    };
    let Ok(public::Reply::Cluster(edge)) = ask(&mut appliance, by_name) else {
        panic!("a cluster is found by its name");
    };
    assert_eq!(edge.resource.id, ClusterId(2));
}

#[test]
fn an_operation_is_there_once_it_has_begun_and_ends() {
    let mut appliance = appliance();
    let status = |appliance: &mut Simulation| {
        let get = public::Request::GetOperation {
            operation: OperationId(1),
        };
        match ask(appliance, get)? {
            public::Reply::Operation(operation) => Ok(operation.status),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(
        status(&mut appliance).map_err(|error: Error| error.kind()),
        Err(ErrorKind::NotFound)
    );
    appliance.run_until(Time::from_millis(61_000));
    assert_eq!(status(&mut appliance), Ok(OperationStatus::Running));
    let Ok(public::Reply::Machines(machines)) = ask(&mut appliance, public::Request::ListMachines)
    else {
        panic!("an appliance lists its machines");
    };
    let revision = |revision: &Option<public::MachineRevision>| revision.as_ref().map(|it| it.id);
    assert_eq!(revision(&machines[0].machine_revision), Some(1_000_001));
    let desired = |machine: usize| revision(&machines[machine].desired_machine_revision);
    // A machine gets its revision when its turn comes.
    assert_eq!((desired(0), desired(1)), (Some(1_000_002), None));
    assert_eq!(desired(2), None);
    appliance.run_until(Time::from_millis(600_000));
    assert_eq!(status(&mut appliance), Ok(OperationStatus::Succeeded));
}

/// Changes a machine, lets half an hour go by, and gives back what has become of it and of the operation.
fn changed(
    appliance: &mut Simulation,
    machine: i64,
    changes: public::MachineChanges,
) -> (public::Machine, OperationStatus) {
    let machine = MachineId(machine);
    let update = public::Request::UpdateMachine { machine, changes };
    let Ok(public::Reply::Machine(answer)) = ask(appliance, update) else {
        panic!("a machine is changed");
    };
    let operation = answer.operation.unwrap().id;
    appliance.run_until(appliance.now() + Span::from_secs(1800));
    let ended = ask(appliance, public::Request::GetOperation { operation });
    let Ok(public::Reply::Operation(ended)) = ended else {
        panic!("its operation is there");
    };
    let Ok(public::Reply::Machine(now)) = ask(appliance, public::Request::GetMachine { machine })
    else {
        panic!("the machine is there");
    };
    (now.resource, ended.status)
}

#[test]
fn one_boot_brings_everything_that_one_request_changes() {
    let mut appliance = appliance();
    appliance.run_until(Time::from_millis(600_000));
    let label = |key: &str| Label {
        key: key.into(),
        value: "x".into(),
    };
    // One that is in a pool, one that moves to another pool, and one that comes into its first.
    for (machine, pool) in [(1, None), (2, Some(2)), (4, Some(1))] {
        let name = Text::from(format!("renamed-{machine}"));
        // In the order in which they are given, which is not that of their keys.
        let labels = vec![label("z"), label("a")];
        let changes = public::MachineChanges {
            name: Patch::Set(name.clone()),
            labels: Patch::Set(labels.clone()),
            machine_pool_id: pool.map_or(Patch::Keep, |pool| Patch::Set(MachinePoolId(pool))),
            ..public::MachineChanges::default()
        };
        let (now, status) = changed(&mut appliance, machine, changes);
        assert_eq!(status, OperationStatus::Succeeded, "{machine}");
        assert_eq!(now.name, Some(name));
        assert_eq!(now.labels, labels, "{machine}");
        let expected = MachinePoolId(pool.unwrap_or(1));
        assert_eq!(now.machine_pool_id, Some(expected), "{machine}");
        assert_eq!(now.status, MachineStatus::Ready, "{machine}");
    }
}

#[test]
fn a_request_that_changes_nothing_leaves_what_was_saved_where_it_is() {
    let mut appliance = appliance();
    let machine = MachineId(1);
    let save = Request::SetHostname {
        machine,
        hostname: "later".into(),
        apply: false,
    };
    appliance.answer(&save).unwrap();
    let changes = public::MachineChanges::default();
    let nothing = public::Request::UpdateMachine { machine, changes };
    let Ok(public::Reply::Machine(answer)) = ask(&mut appliance, nothing) else {
        panic!("a machine is changed");
    };
    assert_eq!(answer.operation, None);
    let apply = Request::ApplyToMachine {
        machine,
        revision: None,
    };
    appliance.answer(&apply).unwrap();
    appliance.run_until(Time::from_millis(1_800_000));
    let Ok(public::Reply::Machine(now)) =
        ask(&mut appliance, public::Request::GetMachine { machine })
    else {
        panic!("the machine is there");
    };
    assert_eq!(now.resource.name, Some("later".into()));
}

fn new_cluster(name: &str) -> public::NewCluster {
    public::NewCluster {
        service_cidr: Some("10.32.0.0/16".into()),
        addon_core_dns: Some(false),
        ..public::NewCluster::named(name.into(), Some("1.33".into()))
    }
}

#[test]
fn clusters_and_pools_are_made_and_deleted_when_nothing_is_in_them() {
    let mut appliance = appliance();
    let create = public::Request::CreateCluster {
        new: new_cluster("third"),
    };
    let Ok(public::Reply::Cluster(made)) = ask(&mut appliance, create) else {
        panic!("a cluster is made");
    };
    let operation = made.operation.unwrap();
    assert_eq!(operation.status, OperationStatus::Pending);
    let asked_again = public::Request::GetOperation {
        operation: operation.id,
    };
    let Ok(public::Reply::Operation(ended)) = ask(&mut appliance, asked_again) else {
        panic!("the operation is there");
    };
    assert_eq!(ended.status, OperationStatus::Succeeded);
    let cluster = made.resource.id;
    assert_eq!(cluster, ClusterId(3));
    assert_eq!(made.resource.dns_service_ip, Some("10.32.0.10".into()));
    assert_eq!(made.resource.addon_core_dns, Some(false));
    for (name, field) in [("Third", "name"), ("third", "name"), ("-x", "name")] {
        let again = public::Request::CreateCluster {
            new: new_cluster(name),
        };
        let refused = ask(&mut appliance, again).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Rejected, "{name}");
        assert!(refused.details().contains_key(&field.into()), "{name}");
    }
    let new = public::NewMachinePool::named("w".into(), Some("1.33".into()));
    let create = public::Request::CreateMachinePool { cluster, new };
    let Ok(public::Reply::MachinePool(pool)) = ask(&mut appliance, create) else {
        panic!("a pool is made");
    };
    let (pool, version) = (pool.resource.id, pool.resource.patch_version);
    assert_eq!(version, made.resource.patch_version);
    let delete = public::Request::DeleteCluster { cluster };
    let refused = ask(&mut appliance, delete.clone()).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Conflict);
    let of_another = public::Request::DeleteMachinePool {
        cluster: ClusterId(1),
        pool,
    };
    let refused = ask(&mut appliance, of_another).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::NotFound);
    ask(
        &mut appliance,
        public::Request::DeleteMachinePool { cluster, pool },
    )
    .unwrap();
    ask(&mut appliance, delete.clone()).unwrap();
    let gone = ask(&mut appliance, delete).unwrap_err();
    assert_eq!(gone.kind(), ErrorKind::NotFound);
    let full = public::Request::DeleteMachinePool {
        cluster: ClusterId(1),
        pool: MachinePoolId(1),
    };
    let refused = ask(&mut appliance, full).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Conflict);
}

/// Asks as over HTTP: the request is written and read, and so is the answer.
fn over_the_wire(appliance: &mut Simulation, request: &Request) -> Result<Reply, Error> {
    let organization = Organization::parse("0b9a7c1e-0000-4000-8000-00000000000f").unwrap();
    let call = wire::write(&organization, request).unwrap();
    let body = call.body.unwrap_or_default();
    let asked = wire::read(call.method.as_str(), &call.target, body.as_bytes()).unwrap();
    assert_eq!(&asked.request, request);
    let answer = appliance.answer(&asked.request);
    let response = match answer.and_then(|reply| wire::write_reply(request, &reply)) {
        Ok(response) => response,
        Err(error) => wire::write_error(&error),
    };
    wire::read_reply(request, response.status, &response.body.unwrap_or_default())
}

#[test]
fn every_question_is_answered_over_the_wire_as_it_is_in_memory() {
    let mut appliance = appliance();
    appliance.run_until(Time::from_millis(100_000));
    let public = [
        public::Request::ListMachines,
        public::Request::ListClusters,
        public::Request::GetMachinePool {
            cluster: ClusterId(1),
            pool: Lookup::Name("w".into()),
        },
        public::Request::GetOperation {
            operation: OperationId(1),
        },
        public::Request::GetMachine {
            machine: MachineId(99),
        },
    ];
    let own = [
        Request::GetCapabilities,
        Request::GetClock,
        Request::ListClusters,
        Request::ListMachinePools,
        Request::ListMachines,
        Request::ListRevisions,
        Request::ListOperations,
        Request::ListBudgets,
        Request::ListNetworkProfiles,
        Request::ListWindows {
            timezone: "Europe/Zurich".into(),
            most: 3,
        },
        Request::ListEvents { after: 0, most: 9 },
        Request::GetMachine {
            machine: MachineId(1),
        },
        Request::GetOperation {
            operation: OperationId(1),
        },
        Request::Preflight {
            pools: vec![MachinePoolId(1)],
        },
    ];
    let mut answered = 0;
    for request in public.map(Request::from).into_iter().chain(own) {
        let in_memory = appliance.answer(&request);
        answered += usize::from(in_memory.is_ok());
        assert_eq!(
            over_the_wire(&mut appliance, &request),
            in_memory,
            "{request:?}"
        );
    }
    assert_eq!(answered, 18);
}

#[test]
fn the_clock_of_a_run_moves_by_steps() {
    let mut appliance = appliance();
    let at = |now_ms| {
        Ok(Reply::Clock(Clock {
            now_ms,
            is_paused: true,
            speed: None,
        }))
    };
    assert_eq!(appliance.answer(&Request::GetClock), at(0));
    assert_eq!(appliance.answer(&Request::StepClock), at(60_000));
    assert_eq!(appliance.answer(&Request::GetClock), at(60_000));
    let refused = appliance.answer(&Request::SetClockSpeed { speed: 60 });
    assert_eq!(refused.unwrap_err().kind(), ErrorKind::Unsupported);
    let Ok(Reply::Capabilities(told)) = appliance.answer(&Request::GetCapabilities) else {
        panic!("an appliance says what it is");
    };
    assert!(told.is_simulated && !told.has_running_clock);
}
