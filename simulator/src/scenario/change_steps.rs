//! The steps that change machines, pools and control planes, as the timeline has them.

use super::Scenario;
use super::change::{Change, MachineSetting, PoolSetting, is_hostname};
use super::depot::uuid;
use super::labels::labels;
use super::machines::{MachineRef, machine_named, machines_named};
use super::pool::{cluster, pool_named, revision, version};
use super::problem::Problems;
use super::section::{Item, Section};
use super::values::{flag, name};

/// The verbs of such steps, by what they take.
#[derive(Clone, Copy)]
pub(super) enum ChangeVerb {
    SetHostname,
    SetLabels,
    SetNetworkProfile,
    SetVersion,
    SetImage,
    Assign,
    Register,
    OnMachines(fn(MachineRef) -> Change),
}

/// The keys of all these verbs that others do not have.
pub(super) const KEYS: [&str; 9] = [
    "machines",
    "hostname",
    "labels",
    "network_profile",
    "version",
    "image",
    "changes_firmware",
    "uuid",
    "apply",
];

pub(super) const VERBS: [(&str, ChangeVerb); 12] = [
    ("set-hostname", ChangeVerb::SetHostname),
    ("set-labels", ChangeVerb::SetLabels),
    ("set-network-profile", ChangeVerb::SetNetworkProfile),
    ("set-version", ChangeVerb::SetVersion),
    ("set-image", ChangeVerb::SetImage),
    ("assign", ChangeVerb::Assign),
    (
        "unassign",
        ChangeVerb::OnMachines(|machine| Change::Unassign { machine }),
    ),
    (
        "force-remove",
        ChangeVerb::OnMachines(|machine| Change::ForceRemove { machine }),
    ),
    (
        "decommission",
        ChangeVerb::OnMachines(|machine| Change::Decommission { machine }),
    ),
    (
        "delete",
        ChangeVerb::OnMachines(|machine| Change::Delete { machine }),
    ),
    ("register", ChangeVerb::Register),
    (
        "enroll",
        ChangeVerb::OnMachines(|machine| Change::Enroll { machine }),
    ),
];

/// The changes that a step asks for: one, or one for each machine.
pub(super) fn changes(
    verb: ChangeVerb,
    table: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    scenario: &Scenario,
) -> Vec<Change> {
    match verb {
        ChangeVerb::SetHostname => {
            let machine = one_machine(table, problems, scenario);
            let hostname = table.need("hostname", problems, hostname);
            let apply = applies(table, problems);
            machine
                .zip(hostname)
                .map(|(machine, hostname)| Change::Machine {
                    machine,
                    setting: MachineSetting::Hostname(hostname),
                    apply,
                })
                .into_iter()
                .collect()
        }
        ChangeVerb::SetLabels => {
            let machines = machines_named(table, problems, scenario);
            let labels = table.need("labels", problems, labels);
            let setting = labels.map(MachineSetting::Labels);
            on_each(machines, setting, applies(table, problems))
        }
        ChangeVerb::SetNetworkProfile => set_network_profile(table, problems, scenario),
        ChangeVerb::SetVersion => set_version(table, problems, scenario),
        ChangeVerb::SetImage => set_image(table, problems, scenario),
        ChangeVerb::Assign => {
            let machines = machines_named(table, problems, scenario);
            let pool = table.need("pool", problems, |item, problems| {
                pool_named(item, problems, scenario)
            });
            let assign = |pool| move |machine| Change::Assign { machine, pool };
            pool.map(|pool| machines.into_iter().map(assign(pool)).collect())
                .unwrap_or_default()
        }
        ChangeVerb::Register => register(table, problems, scenario),
        ChangeVerb::OnMachines(change) => machines_named(table, problems, scenario)
            .into_iter()
            .map(change)
            .collect(),
    }
}

/// The change of an `apply` that names machines: the pool's revision, or what was saved for each.
pub(super) fn applies_to(
    table: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    scenario: &Scenario,
) -> Vec<Change> {
    let machines = machines_named(table, problems, scenario);
    let revision = table.get("revision", problems, revision);
    let change = |machine| Change::ApplyTo { machine, revision };
    machines.into_iter().map(change).collect()
}

fn one_machine(
    table: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    scenario: &Scenario,
) -> Option<MachineRef> {
    table.need("machine", problems, |item, problems| {
        machine_named(item, problems, scenario)
    })
}

fn on_each(machines: Vec<MachineRef>, setting: Option<MachineSetting>, apply: bool) -> Vec<Change> {
    let change = |(machine, setting)| Change::Machine {
        machine,
        setting,
        apply,
    };
    let settings = std::iter::repeat(setting).flatten();
    machines.into_iter().zip(settings).map(change).collect()
}

/// Whether the step also rolls out what it changes.
fn applies(table: &mut Section<'_, '_>, problems: &mut Problems<'_>) -> bool {
    table.get("apply", problems, flag).unwrap_or(true)
}

fn hostname(item: &Item<'_, '_>, problems: &mut Problems<'_>) -> Option<String> {
    let found = item.as_str().filter(|text| is_hostname(text));
    if found.is_none() {
        let allowed = "a host name of lower-case letters, digits, \"-\" and \".\", as \"w-7\"";
        item.refuse(problems, allowed);
    }
    found.map(str::to_owned)
}

/// Notes machines beside the pool that a step names; whether it names one.
fn names_pool(table: &mut Section<'_, '_>, problems: &mut Problems<'_>) -> bool {
    if table.item("pool").is_none() {
        return false;
    }
    for key in ["machine", "machines"] {
        if let Some(item) = table.item(key) {
            item.object(problems, "beside \"pool\": allowed is one of the two");
        }
    }
    true
}

fn set_network_profile(
    table: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    scenario: &Scenario,
) -> Vec<Change> {
    let profile = table.need("network_profile", problems, name);
    let apply = applies(table, problems);
    if names_pool(table, problems) {
        let pool = table.need("pool", problems, |item, problems| {
            pool_named(item, problems, scenario)
        });
        let setting = profile.map(|name| PoolSetting::NetworkProfile(Some(name)));
        return of_pool(pool, setting, apply);
    }
    let machines = machines_named(table, problems, scenario);
    on_each(machines, profile.map(MachineSetting::NetworkProfile), apply)
}

fn of_pool(pool: Option<usize>, setting: Option<PoolSetting>, apply: bool) -> Vec<Change> {
    let change = |(pool, setting)| Change::Pool {
        pool,
        setting,
        revision: 0,
        apply,
    };
    pool.zip(setting).map(change).into_iter().collect()
}

fn set_version(
    table: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    scenario: &Scenario,
) -> Vec<Change> {
    let version = table.need("version", problems, version);
    if table.item("pool").is_none() && table.item("cluster").is_some() {
        let cluster = cluster(table, problems, &scenario.clusters);
        let change = |(cluster, version)| Change::ControlPlane { cluster, version };
        return cluster.zip(version).map(change).into_iter().collect();
    }
    if let Some(item) = table.item("cluster") {
        item.object(problems, "beside \"pool\": allowed is one of the two");
    }
    let apply = applies(table, problems);
    let pool = table.need("pool", problems, |item, problems| {
        pool_named(item, problems, scenario)
    });
    of_pool(pool, version.map(PoolSetting::Version), apply)
}

fn set_image(
    table: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    scenario: &Scenario,
) -> Vec<Change> {
    let bundle = table.need("image", problems, name);
    let changes_firmware = table.get("changes_firmware", problems, flag);
    let apply = applies(table, problems);
    let pool = table.need("pool", problems, |item, problems| {
        pool_named(item, problems, scenario)
    });
    let setting = bundle.map(|bundle| PoolSetting::Image {
        bundle,
        changes_firmware: changes_firmware.unwrap_or_default(),
    });
    of_pool(pool, setting, apply)
}

fn register(
    table: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    scenario: &Scenario,
) -> Vec<Change> {
    let uuid = table.get("uuid", problems, uuid);
    let hostname = table.get("hostname", problems, hostname);
    let machines = if uuid.is_some() || hostname.is_some() {
        one_machine(table, problems, scenario).into_iter().collect()
    } else {
        machines_named(table, problems, scenario)
    };
    let pool = table.get("pool", problems, |item, problems| {
        pool_named(item, problems, scenario)
    });
    let labels = table.get("labels", problems, labels);
    machines
        .into_iter()
        .map(|machine| Change::Register {
            machine,
            uuid: uuid.clone(),
            pool,
            hostname: hostname.clone(),
            labels: labels.clone(),
        })
        .collect()
}
