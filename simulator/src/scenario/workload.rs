//! Workloads and their disruption budgets: what runs on the machines, and how much of it may be missing.

use std::collections::BTreeMap;
use std::fmt;

use super::machines::MachineRef;
use super::pool::Pool;
use crate::distribution::Distribution;
use crate::engine::Span;

/// A set of like pods, and who keeps them running.
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent facts of a workload, any combination of which occurs"
)]
#[derive(Clone, Debug, PartialEq)]
pub struct Workload {
    /// Its namespace.
    pub namespace: String,
    /// Its name, unique in its namespace and cluster.
    pub name: String,
    /// Its cluster's place in [`super::Scenario::clusters`].
    pub cluster: usize,
    /// Who keeps its pods running.
    pub kind: Kind,
    /// How many pods it has; of daemon sets and static pods: one on each machine that it may run on, and 0 here.
    pub replicas: u32,
    /// What each pod asks of its machine.
    pub requests: Requests,
    /// The pools that it may run on, by their places in [`super::Scenario::pools`]; `None`: all of its cluster.
    pub pools: Option<Vec<usize>>,
    /// Labels that a machine must have for it.
    pub selector: BTreeMap<String, String>,
    /// Where the scheduler puts a pod among machines that suit: where the fewest of the same workload are.
    pub spread: Option<Topology>,
    /// Where no two of its pods may be together.
    pub anti_affinity: Option<Topology>,
    /// How long a pod takes to end after its signal, before it is cut off at the grace.
    pub termination: Distribution,
    /// How long a pod may take to end before it is killed: Kubernetes' `terminationGracePeriodSeconds`, 30 s.
    pub grace: Span,
    /// The share of pods that ignore their signal and are killed at the grace.
    pub ignores_sigterm: f64,
    /// How long a pod takes from the start of its containers until it is Ready.
    pub startup: Distribution,
    /// How long its image takes to come to a machine that has not had it; a machine pulls one image at a time.
    pub image_pull: Distribution,
    /// How long the volume of a pod that has gone takes to become free for the next; only of stateful sets.
    pub volume_detach: Distribution,
    /// How long a started pod takes to catch up before it is Ready.
    pub resync: Distribution,
    /// Whether a pod's data lies on its machine, so that it can run nowhere else.
    pub local_volume: bool,
    /// Whether its pods have an `emptyDir`, which a drain deletes only where it is told to.
    pub empty_dir: bool,
    /// Whether its pods end last when the kubelet of a machine ends all of them.
    pub is_critical: bool,
    /// The machines that its pods are on at the start, in turn; where empty, the scheduler chooses.
    pub starts_on: Vec<MachineRef>,
    /// Whether its start or its end takes this project's default time.
    pub is_assumed: bool,
}

impl Workload {
    /// Whether it may run in a pool, on machines of the right labels.
    pub(crate) fn may_run_in(&self, pools: &[Pool], pool: usize) -> bool {
        let is_named = self
            .pools
            .as_ref()
            .is_none_or(|named| named.contains(&pool));
        pools[pool].cluster == self.cluster && is_named
    }

    /// Whether it may run on a machine, however full that is.
    pub fn may_run_on(&self, pools: &[Pool], machine: MachineRef) -> bool {
        self.may_run_in(pools, machine.pool)
            && pools[machine.pool].has_labels(machine.position, &self.selector)
    }
}

/// Who keeps a workload's pods running.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A Deployment: the replacement of a pod is made as soon as that begins to end.
    Deployment,
    /// A `StatefulSet`: the replacement is made when the pod is gone and its volume is free.
    StatefulSet,
    /// A `DaemonSet`: one pod on each machine, which a drain leaves alone.
    DaemonSet,
    /// Pods that nobody replaces.
    Bare,
    /// Static pods of the kubelet: one on each machine, which a drain leaves alone.
    Static,
}

/// What counts as one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topology {
    /// A machine.
    Machine,
    /// A zone; machines without a zone are one.
    Zone,
}

/// What a pod asks of its machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Requests {
    /// Thousandths of a core.
    pub cpu: u64,
    /// Bytes.
    pub memory: u64,
}

/// What a machine has for pods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capacity {
    /// Thousandths of a core; `None`: no limit.
    pub cpu: Option<u64>,
    /// Bytes; `None`: no limit.
    pub memory: Option<u64>,
    /// Pods: the kubelet's `maxPods`, 110.
    pub pods: u32,
}

impl Default for Capacity {
    fn default() -> Self {
        Self {
            cpu: None,
            memory: None,
            pods: 110,
        }
    }
}

/// How the scheduler chooses among the machines that suit a pod.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Placement {
    /// The one of which the least is asked: Kubernetes' default.
    #[default]
    LeastRequested,
    /// Any, with equal chance.
    Uniform,
    /// One that has had its turn in a rollout, if there is one; of these the one of which the least is asked.
    PreferUpdated,
}

/// A `PodDisruptionBudget`.
#[derive(Clone, Debug, PartialEq)]
pub struct Budget {
    /// Its namespace: that of its workloads.
    pub namespace: String,
    /// Its name, unique in its namespace and cluster.
    pub name: String,
    /// Its cluster's place in [`super::Scenario::clusters`].
    pub cluster: usize,
    /// The workloads whose pods it covers, by their places in [`super::Scenario::workloads`].
    pub workloads: Vec<usize>,
    /// How many must stay, or may be missing.
    pub limit: Limit,
    /// What an eviction of a pod that runs and is not Ready needs.
    pub unhealthy: UnhealthyPods,
}

/// What a budget limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// So many must be healthy: Kubernetes' `minAvailable`.
    MinAvailable(Quantity),
    /// So many may be missing: Kubernetes' `maxUnavailable`.
    MaxUnavailable(Quantity),
}

/// A count of pods, zero included, or a share of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// So many.
    Count(u32),
    /// A share in parts per million, from 0 to 1,000,000.
    Share(u32),
}

/// Kubernetes' `unhealthyPodEvictionPolicy`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UnhealthyPods {
    /// Evicted without using budget while enough others are healthy: `IfHealthyBudget`, the default.
    #[default]
    IfHealthyBudget,
    /// Always evicted, without using budget: `AlwaysAllow`.
    AlwaysAllow,
}

/// How a machine is drained, and what happens when that takes too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DrainPolicy {
    /// How long the pods of a machine are waited for.
    pub time_out: DrainTimeOut,
    /// What a drain leads to that reached its time-out, or of which an eviction failed.
    pub on_time_out: OnDrainTimeOut,
    /// The wait before another attempt: of the drain where that is tried again, of the machine where it was released.
    pub pause: Span,
    /// The wait between a refused eviction and the next attempt: `kubectl drain` waits 5 s.
    pub evict_retry: Span,
    /// Whether pods with an `emptyDir` are evicted; else one refuses the whole drain.
    pub deletes_empty_dir: bool,
    /// How often a drain looks whether pods are gone, from their evictions on: `kubectl drain` every second.
    pub poll: Span,
    /// What a pod gets that is deleted although its budget holds it; `None`: its own grace.
    pub force_grace: Option<Span>,
    /// What becomes of bare pods.
    pub bare: BarePods,
    /// How long a pod may take to end at most, whatever its own grace; `None`: its own grace.
    pub grace: Option<Span>,
    /// The pause of a drain that is tried again for ever, once it has gone on for long: after how long, and the pause then.
    pub slow_pause: Option<(Span, Span)>,
    /// After how long it is told that a drain does not come to its end, which ends nothing; `None`: never.
    pub alert: Option<Span>,
    /// Whether a drain also waits until the volumes of its pods are free.
    pub waits_for_volumes: bool,
    /// How many machines of a pool may be quarantined; a further one fails instead.
    pub max_quarantined: u32,
}

impl Default for DrainPolicy {
    fn default() -> Self {
        Self {
            time_out: DrainTimeOut::OfHardware,
            on_time_out: OnDrainTimeOut::Fail,
            pause: Span::from_secs(60),
            evict_retry: Span::from_secs(5),
            deletes_empty_dir: false,
            poll: Span::from_secs(1),
            force_grace: None,
            bare: BarePods::Refuse,
            grace: None,
            slow_pause: None,
            alert: None,
            waits_for_volumes: false,
            max_quarantined: 1,
        }
    }
}

/// What a drain does with pods that nobody makes again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BarePods {
    /// One refuses the whole drain, as `kubectl drain` without `--force`.
    Refuse,
    /// They are evicted, and lost.
    Evict,
    /// They are left on the machine, as Talos does.
    Skip,
}

/// How long a drain is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DrainTimeOut {
    /// As long as the hardware class says.
    OfHardware,
    /// For ever.
    Never,
    /// So long.
    After(Span),
}

impl DrainTimeOut {
    /// How long a drain is waited for on hardware whose own limit is `of_hardware`; `None`: for ever.
    pub const fn or(self, of_hardware: Option<Span>) -> Option<Span> {
        match self {
            Self::OfHardware => of_hardware,
            Self::Never => None,
            Self::After(span) => Some(span),
        }
    }
}

/// What a drain leads to that reached its time-out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnDrainTimeOut {
    /// The update has failed; the machine stays cordoned and keeps its slot. `kubectl`, AKS, EKS.
    Fail,
    /// The machine is rebooted with the pods that are left. FLUO, Talos.
    Proceed,
    /// The pods that are left are deleted, budgets or not. Gardener, EKS with `force`.
    Force,
    /// The drain is tried again after a pause, for ever. OpenShift's machine-config operator.
    Retry,
    /// The machine is uncordoned and gives up its slot; its turn comes again after a pause. kured.
    Release,
    /// The machine stays cordoned without a slot, and the rollout goes on. AKS with `Cordon`.
    Quarantine,
}

impl Kind {
    /// The word in scenarios and logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Deployment => "deployment",
            Self::StatefulSet => "stateful-set",
            Self::DaemonSet => "daemon-set",
            Self::Bare => "bare",
            Self::Static => "static",
        }
    }

    /// Whether it has one pod on each machine, which no drain touches.
    pub const fn is_per_machine(self) -> bool {
        matches!(self, Self::DaemonSet | Self::Static)
    }
}

impl Topology {
    /// The word in scenarios and logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Machine => "machine",
            Self::Zone => "zone",
        }
    }
}

/// As in a scenario: `2`, `30%`.
impl fmt::Display for Quantity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(count) => write!(formatter, "{count}"),
            Self::Share(parts) => write!(formatter, "{}%", f64::from(*parts) / 10_000.0),
        }
    }
}

/// As in a scenario: `min_available = 2`.
impl fmt::Display for Limit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MinAvailable(quantity) => write!(formatter, "min_available = {quantity}"),
            Self::MaxUnavailable(quantity) => write!(formatter, "max_unavailable = {quantity}"),
        }
    }
}

impl OnDrainTimeOut {
    /// Every policy.
    pub const ALL: [Self; 6] = [
        Self::Fail,
        Self::Proceed,
        Self::Force,
        Self::Retry,
        Self::Release,
        Self::Quarantine,
    ];

    /// The word in scenarios and logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fail => "fail",
            Self::Proceed => "proceed",
            Self::Force => "force",
            Self::Retry => "retry",
            Self::Release => "release",
            Self::Quarantine => "quarantine",
        }
    }
}
