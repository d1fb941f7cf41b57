use std::fmt::Write;
use std::sync::atomic::AtomicBool;

use appliance::public::{Patch, Reply, Request};
use appliance::{MachineId, MachinePoolStatus};

use super::super::tests::Fleet;
use super::*;

/// So many clusters, each with a pool of one machine that has the cluster's number.
fn fleet(clusters: usize) -> Fleet {
    let mut scenario = String::from("[hardware.h]\nupdate = \"1m\"\n");
    for number in 1..=clusters {
        write!(
            scenario,
            "[[clusters]]\nname = \"c{number}\"\n[[pools]]\nname = \"p{number}\"\ncluster = \"c{number}\"\n\
             hardware = \"h\"\nmachines = 1\n"
        )
        .unwrap();
    }
    Fleet::new(&scenario)
}

fn numbers(pools: &[MachinePool]) -> Vec<(i64, i64)> {
    let numbers = pools.iter().map(|pool| (pool.cluster_id.0, pool.id.0));
    numbers.collect()
}

#[test]
fn pools_are_found_once_and_read_again_after() {
    let fleet = fleet(4);
    let pools = Pools::default();
    let list = pools.list(&fleet).unwrap();
    assert_eq!(numbers(&list), [(1, 1), (2, 2), (3, 3), (4, 4)]);
    assert_eq!(list[1].name, "p2");
    assert_eq!(list[1].status, MachinePoolStatus::Ready);
    assert_eq!(list[1].revision, None);
    // The n-th pool is in the n-th cluster that is looked into.
    assert_eq!(fleet.looks(), 1 + 2 + 3 + 4);
    assert_eq!(numbers(&pools.list(&fleet).unwrap()).len(), 4);
    assert_eq!(fleet.looks(), 4);
    assert_eq!(pools.left(), 0);
}

#[test]
fn a_large_fleet_is_looked_through_in_several_questions_of_bounded_size() {
    let fleet = fleet(30);
    let pools = Pools::default();
    let all = 30 * 31 / 2;
    let mut asked = 0;
    let mut rounds = 0;
    loop {
        let known = pools.known().found.len();
        let list = pools.list(&fleet).unwrap();
        let looks = fleet.looks();
        assert!(looks <= known + LOOKS, "{looks}");
        asked += looks - known;
        rounds += 1;
        if pools.left() == 0 {
            assert_eq!(list.len(), 30);
            break;
        }
        assert!(list.len() < 30);
    }
    // No look is made twice.
    assert_eq!(asked, all);
    assert_eq!(rounds, all.div_ceil(LOOKS));
}

/// An appliance whose only machine is in a pool that is nowhere.
struct Nowhere {
    fleet: Fleet,
    pool: i64,
}

impl Ask for Nowhere {
    fn ask(&self, request: Request) -> Result<Reply, Error> {
        let reply = self.fleet.ask(request)?;
        let Reply::Machines(mut machines) = reply else {
            return Ok(reply);
        };
        machines[0].machine_pool_id = Some(MachinePoolId(self.pool));
        Ok(Reply::Machines(machines))
    }
}

#[test]
fn a_pool_that_is_nowhere_is_looked_for_ever_more_rarely_until_there_are_other_clusters() {
    let asked = Nowhere {
        fleet: fleet(3),
        pool: 77,
    };
    let pools = Pools::default();
    let list = pools.list(&asked).unwrap();
    assert_eq!(numbers(&list), [(2, 2), (3, 3)]);
    assert_eq!(asked.fleet.looks(), 3 + 2 + 3);
    assert_eq!(pools.left(), 0);
    let looks: Vec<_> = (0..20)
        .map(|_| {
            pools.list(&asked).unwrap();
            asked.fleet.looks() - 2
        })
        .collect();
    assert_eq!(
        looks,
        [0, 3, 0, 0, 3, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0]
    );
    let new = public::NewCluster::named("c4".into(), Some("1.33".into()));
    asked.ask(Request::CreateCluster { new }).unwrap();
    pools.list(&asked).unwrap();
    assert_eq!(asked.fleet.looks(), 2 + 4);
}

/// An appliance that says for a while that there are no pools.
struct Forgetful {
    fleet: Fleet,
    has_forgotten: AtomicBool,
}

impl Ask for Forgetful {
    fn ask(&self, request: Request) -> Result<Reply, Error> {
        let is_of_pool = matches!(request, Request::GetMachinePool { .. });
        if is_of_pool && self.has_forgotten.load(Ordering::Relaxed) {
            return Err(Error::new(ErrorKind::NotFound, "nowhere"));
        }
        self.fleet.ask(request)
    }
}

#[test]
fn pools_that_were_not_there_for_a_while_are_found_again() {
    let asked = Forgetful {
        fleet: fleet(3),
        has_forgotten: AtomicBool::new(false),
    };
    let pools = Pools::default();
    let all = pools.list(&asked).unwrap();
    assert_eq!(all.len(), 3);
    asked.has_forgotten.store(true, Ordering::Relaxed);
    // Machines are in pools that nobody has: that is no empty list.
    for _ in 0..2 {
        let error = pools.list(&asked).unwrap_err();
        assert_eq!(
            error.to_string(),
            "machines are in 3 pools, and no cluster has any of these"
        );
    }
    asked.has_forgotten.store(false, Ordering::Relaxed);
    assert_eq!(pools.list(&asked).unwrap(), all);
}

#[test]
fn a_pool_that_lost_its_machines_is_still_known_and_one_that_is_gone_is_not() {
    let fleet = fleet(2);
    let pools = Pools::default();
    pools.list(&fleet).unwrap();
    let changes = public::MachineChanges {
        machine_pool_id: Patch::Set(MachinePoolId(2)),
        ..public::MachineChanges::default()
    };
    let machine = MachineId(1);
    fleet
        .ask(Request::UpdateMachine { machine, changes })
        .unwrap();
    fleet.finish();
    assert_eq!(
        numbers(&pools.list(&fleet).unwrap()),
        [(1, 1), (2, 2)],
        "it was seen with a machine"
    );
    fleet
        .ask(Request::DeleteMachinePool {
            cluster: ClusterId(1),
            pool: MachinePoolId(1),
        })
        .unwrap();
    fleet.asked();
    assert_eq!(numbers(&pools.list(&fleet).unwrap()), [(2, 2)]);
    pools.list(&fleet).unwrap();
    assert_eq!(
        fleet.looks(),
        2 + 1,
        "nobody asks for a pool that is gone and has no machines"
    );
}

#[test]
fn trouble_is_told_and_costs_nothing_that_was_found() {
    let fleet = fleet(3);
    let pools = Pools::default();
    *fleet.trouble.lock().unwrap() = Some(ErrorKind::Forbidden);
    let error = pools.list(&fleet).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Forbidden);
    *fleet.trouble.lock().unwrap() = None;
    pools.list(&fleet).unwrap();
    *fleet.trouble.lock().unwrap() = Some(ErrorKind::Unavailable);
    assert!(pools.list(&fleet).is_err());
    *fleet.trouble.lock().unwrap() = None;
    fleet.asked();
    assert_eq!(pools.list(&fleet).unwrap().len(), 3);
    assert_eq!(fleet.looks(), 3);
}

#[test]
fn one_pool_is_found_although_no_machine_is_in_it() {
    let fleet = fleet(2);
    let new = public::NewMachinePool::named("empty".into(), Some("1.33".into()));
    let cluster = ClusterId(2);
    let made = fleet.ask(Request::CreateMachinePool { cluster, new });
    let Ok(Reply::MachinePool(made)) = made else {
        panic!("{made:?}");
    };
    let pools = Pools::default();
    let id = made.resource.id;
    assert_eq!(pools.cluster_of(&fleet, id), Ok(cluster));
    fleet.asked();
    assert_eq!(pools.cluster_of(&fleet, id), Ok(cluster));
    assert_eq!(fleet.asked().len(), 0);
    // From then on it is listed too.
    assert_eq!(pools.list(&fleet).unwrap().len(), 3);
    let nowhere = pools.cluster_of(&fleet, MachinePoolId(77)).unwrap_err();
    assert_eq!(nowhere.kind(), ErrorKind::NotFound);
}
