//! V-7 and V-8: drains that budgets slow down, to the second.

use super::watched::{Watched, rollout, step_through, watch};
use super::{Case, Measured, Title};
use crate::fleet::{BudgetIndex, MachineEvent, PhaseEnd};
use crate::phase::Phase;

const HEALTHY: Title = Title {
    id: "V-7",
    says: "a pool that may have more machines out than a budget has pods to spare: never fewer pods are healthy than it wants",
    source: "https://github.com/gardener/machine-controller-manager/issues/52; https://kubernetes.io/docs/tasks/run-application/configure-pdb/",
};
const LAST: Title = Title {
    id: "V-8",
    says: "the last of q pods of one machine, a at a time, is evicted at (⌈q/a⌉−1)·c; c is what a replacement takes to be Ready, up to the next retry",
    source: "https://github.com/kubernetes/kubectl/blob/master/pkg/drain/drain.go (retries); https://kubernetes.io/docs/concepts/workloads/pods/disruptions/ (who replaces a pod when)",
};
const DRAINED: Title = Title {
    id: "V-8",
    says: "the drain of that machine ends when the last pod is seen gone, at a whole second after its eviction",
    source: "https://github.com/kubernetes/kubectl/blob/master/pkg/drain/drain.go, waitForDelete",
};
const GIVEN_UP: Title = Title {
    id: "V-8",
    says: "a drain with a time-out: a refused pod is told of it at its next retry",
    source: "https://github.com/kubernetes/kubectl/blob/master/pkg/drain/drain.go, evictPods",
};
const UNTIL_THEN: Title = Title {
    id: "V-8",
    says: "a drain with a time-out: pods that were evicted before it",
    source: GIVEN_UP.source,
};

/// Machines with a pod each, how many of them may be out, and how many pods must be healthy.
const POOLS: [[u32; 3]; 5] = [[5, 3, 4], [10, 5, 8], [6, 6, 1], [9, 4, 7], [3, 3, 2]];

/// Pods of one budget on one machine that is drained. Times in seconds.
#[derive(Clone, Copy)]
struct Drain {
    pods: u32,
    allowed: u32,
    ends: f64,
    starts: f64,
    /// Of a stateful set: what the volume takes to be free. `None`: a Deployment.
    detaches: Option<f64>,
    retry: u32,
}

/// Pods, of which so many at a time, ending and starting in so many seconds, tried again so often; a volume to detach.
const fn drain(
    [pods, allowed, retry]: [u32; 3],
    [ends, starts]: [f64; 2],
    detaches: Option<f64>,
) -> Drain {
    Drain {
        pods,
        allowed,
        ends,
        starts,
        detaches,
        retry,
    }
}

const DRAINS: [Drain; 15] = [
    drain([3, 1, 5], [30.0, 40.0], None),
    drain([3, 1, 5], [30.0, 40.0], Some(0.0)),
    drain([5, 2, 5], [30.0, 40.0], None),
    drain([3, 1, 20], [30.0, 50.0], None),
    drain([3, 1, 20], [30.0, 50.0], Some(0.0)),
    drain([4, 1, 5], [10.0, 12.0], Some(25.0)),
    drain([4, 1, 7], [10.0, 12.0], Some(25.0)),
    drain([8, 3, 5], [4.25, 33.5], None),
    drain([8, 3, 5], [4.25, 33.5], Some(1.5)),
    drain([6, 1, 5], [15.0, 0.0], None),
    drain([6, 1, 5], [15.0, 0.0], Some(0.0)),
    drain([6, 1, 60], [0.5, 2.0], None),
    drain([30, 30, 5], [30.0, 40.0], None),
    drain([30, 1, 5], [5.0, 5.0], None),
    drain([2, 1, 90], [30.0, 100.0], Some(60.0)),
];

/// Drains that reach their time-out after so many seconds.
const LIMITED: [(Drain, u32); 6] = [
    (drain([3, 1, 5], [30.0, 40.0], None), 60),
    (drain([5, 1, 5], [30.0, 40.0], None), 62),
    (drain([3, 1, 20], [30.0, 50.0], None), 90),
    (drain([10, 2, 5], [30.0, 40.0], None), 99),
    (drain([3, 1, 5], [30.0, 40.0], Some(0.0)), 101),
    (drain([1, 1, 5], [30.0, 40.0], None), 21),
];

pub(super) fn cases() -> Vec<Case> {
    let mut cases: Vec<_> = POOLS.map(fewest_healthy).into();
    cases.extend(DRAINS.map(last_eviction));
    cases.extend(DRAINS.map(drained));
    cases.extend(LIMITED.map(|(drain, limit)| given_up(drain, limit)));
    cases.extend(LIMITED.map(|(drain, limit)| evicted_until(drain, limit)));
    cases
}

fn fewest_healthy([machines, out, healthy]: [u32; 3]) -> Case {
    let workload = format!(
        r#"
        [[workloads]]
        name = "w"
        replicas = {machines}
        anti_affinity = "machine"
        termination = "30s"
        startup = "40s"
        budget = {{ min_available = {healthy} }}
        "#
    );
    let text = rollout(machines, &format!("max_unavailable = {out}")) + &workload;
    let mut fewest = machines;
    step_through(&text, |world| {
        fewest = fewest.min(world.budget_counts(BudgetIndex(0)).healthy);
    });
    HEALTHY.case(
        &format!("machines={machines} out={out} min={healthy}"),
        [
            ("machines", machines.into()),
            ("max_unavailable", out.into()),
            ("min_available", healthy.into()),
        ],
        Measured::exact(healthy.into(), fewest.into()),
    )
}

impl Drain {
    /// The drain by hand of a machine with its pods, beside one that has room for all of them.
    fn run(self, limit: Option<u32>) -> Watched {
        let Self {
            pods,
            allowed,
            ends,
            starts,
            retry,
            ..
        } = self;
        let kind = self
            .detaches
            .map_or("kind = \"deployment\"".to_owned(), |detaches| {
                format!(
                    "kind = \"stateful-set\"\nvolume_detach = \"{}ms\"",
                    1000.0 * detaches
                )
            });
        let time_out = limit.map_or(String::new(), |limit| {
            format!("drain_timeout = \"{limit}s\"")
        });
        watch(&format!(
            r#"
            [[pools]]
            name = "p"
            machines = 2
            evict_retry = "{retry}s"
            {time_out}
            [[workloads]]
            name = "w"
            {kind}
            replicas = {pods}
            starts_on = ["p-1"]
            termination = "{}ms"
            startup = "{}ms"
            budget = {{ max_unavailable = {allowed} }}
            [[steps]]
            at = "+0s"
            do = "drain"
            machine = "p-1"
            "#,
            1000.0 * ends,
            1000.0 * starts,
        ))
    }

    /// From one round of evictions to the next.
    fn round_s(self) -> f64 {
        let until_replaced = self.detaches.map_or(0.0, |detaches| self.ends + detaches);
        self.at_retry((until_replaced + self.starts).max(0.0))
    }

    /// The first retry at this instant or later.
    fn at_retry(self, at: f64) -> f64 {
        let retry = f64::from(self.retry);
        retry * (at / retry).ceil()
    }

    fn last_s(self) -> f64 {
        f64::from(self.pods.div_ceil(self.allowed) - 1) * self.round_s()
    }

    fn case(self, title: Title, limit: Option<u32>, measured: Measured) -> Case {
        let Self {
            pods,
            allowed,
            ends,
            starts,
            retry,
            ..
        } = self;
        let kind = match self.detaches {
            None => "d".to_owned(),
            Some(detaches) => format!("s+{detaches}"),
        };
        let limited = limit.map_or(String::new(), |limit| format!(" limit={limit}"));
        let is_stateful = self.detaches.is_some();
        title.case(
            &format!("{kind} q={pods} a={allowed} {ends}+{starts}s/{retry}{limited}"),
            [
                ("pods", pods.into()),
                ("allowed", allowed.into()),
                ("termination_s", ends.into()),
                ("startup_s", starts.into()),
                ("volume_detach_s", self.detaches.unwrap_or(0.0).into()),
                (
                    "kind",
                    if is_stateful {
                        "stateful-set"
                    } else {
                        "deployment"
                    }
                    .into(),
                ),
                ("evict_retry_s", retry.into()),
                ("drain_timeout_s", limit.map_or("none".into(), Into::into)),
            ],
            measured,
        )
    }
}

fn last_eviction(drain: Drain) -> Case {
    let measured = Measured::exact(drain.last_s(), drain.run(None).last_eviction_s());
    drain.case(LAST, None, measured)
}

fn drained(drain: Drain) -> Case {
    let ended = end_of_drain(&drain.run(None), PhaseEnd::Done);
    let measured = Measured::exact(drain.last_s() + drain.ends.ceil(), ended);
    drain.case(DRAINED, None, measured)
}

/// When the drain of the run ended in this way.
fn end_of_drain(watched: &Watched, how: PhaseEnd) -> f64 {
    let ended = watched.of_machines().find(|(_, _, what)| {
        matches!(what, MachineEvent::PhaseEnded { phase: Phase::Drain, how: ended, .. } if *ended == how)
    });
    ended.map_or(f64::NAN, |(at, ..)| at)
}

fn given_up(drain: Drain, limit: u32) -> Case {
    let ended = end_of_drain(&drain.run(Some(limit)), PhaseEnd::TimedOut);
    let is_refused = drain.last_s() > f64::from(limit);
    let expected = if is_refused {
        drain.at_retry(limit.into())
    } else {
        limit.into()
    };
    drain.case(GIVEN_UP, Some(limit), Measured::exact(expected, ended))
}

fn evicted_until(drain: Drain, limit: u32) -> Case {
    let evicted = super::number(drain.run(Some(limit)).evictions().count());
    let rounds = (f64::from(limit) / drain.round_s()).floor() + 1.0;
    let expected = (rounds * f64::from(drain.allowed)).min(drain.pods.into());
    drain.case(
        UNTIL_THEN,
        Some(limit),
        Measured::exact(expected, evicted.into()),
    )
}
