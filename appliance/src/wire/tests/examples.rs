//! Random requests, of each variant.

use proptest::prelude::*;

use super::public_examples;
use crate::public::StoredKind;
use crate::{ClusterId, Label, MachineId, MachinePoolId, OperationId, Request, Text};

pub(super) fn any_text() -> impl Strategy<Value = Text> + Clone {
    prop_oneof![
        "[a-z0-9.-]{1,12}",
        any::<String>(),
        "[ %/?#&=+\u{e9}\u{1b}.]{0,4}"
    ]
    .prop_map(Text::from)
}

/// A name by which something can be looked up.
pub(super) fn any_name() -> impl Strategy<Value = Text> + Clone {
    any_text().prop_filter("no path can hold it", |name| {
        !matches!(name.as_str(), "" | "." | "..")
    })
}

pub(super) fn labels() -> impl Strategy<Value = Vec<Label>> + Clone {
    prop::collection::vec(
        (any_text(), any_text()).prop_map(|(key, value)| Label { key, value }),
        0..3,
    )
}

fn machine() -> impl Strategy<Value = MachineId> + Clone {
    any::<i64>().prop_map(MachineId)
}

pub(super) fn pool() -> impl Strategy<Value = MachinePoolId> + Clone {
    any::<i64>().prop_map(MachinePoolId)
}

pub(super) fn operation() -> impl Strategy<Value = OperationId> + Clone {
    any::<i64>().prop_map(OperationId)
}

/// A kind, and what an object of it belongs to.
pub(super) fn kind() -> impl Strategy<Value = (StoredKind, Option<i64>)> + Clone {
    let kinds = prop::sample::select(StoredKind::ALL.as_slice());
    (kinds, any::<i64>()).prop_map(|(kind, parent)| (kind, kind.about().parent.map(|_| parent)))
}

fn just(request: Request) -> BoxedStrategy<Request> {
    Just(request).boxed()
}

fn of_machine(make: fn(MachineId) -> Request) -> BoxedStrategy<Request> {
    machine().prop_map(make).boxed()
}

fn of_operation(make: fn(OperationId) -> Request) -> BoxedStrategy<Request> {
    operation().prop_map(make).boxed()
}

fn of_pool(make: fn(MachinePoolId, Text, bool) -> Request) -> BoxedStrategy<Request> {
    (pool(), any_text(), any::<bool>())
        .prop_map(move |(pool, text, apply)| make(pool, text, apply))
        .boxed()
}

/// A strategy for each variant of a request.
pub(crate) fn requests() -> Vec<BoxedStrategy<Request>> {
    let mut all = questions();
    all.extend(orders_to_machines());
    all.extend(other_orders());
    let public = public_examples::requests().into_iter();
    all.extend(public.map(|request| request.prop_map(Request::from).boxed()));
    all
}

fn questions() -> Vec<BoxedStrategy<Request>> {
    vec![
        just(Request::GetCapabilities),
        just(Request::ListClusters),
        just(Request::ListMachinePools),
        just(Request::ListMachines),
        just(Request::ListRevisions),
        just(Request::ListOperations),
        just(Request::ListBudgets),
        just(Request::ListNetworkProfiles),
        just(Request::GetClock),
        (any_text(), any::<u32>())
            .prop_map(|(timezone, most)| Request::ListWindows { timezone, most })
            .boxed(),
        // A log has fewer entries than that: its numbers fit a signed integer.
        (0..=i64::MAX as u64, any::<u32>())
            .prop_map(|(after, most)| Request::ListEvents { after, most })
            .boxed(),
        kind()
            .prop_map(|(kind, parent)| Request::ListStored { kind, parent })
            .boxed(),
        of_machine(|machine| Request::GetMachine { machine }),
        of_operation(|operation| Request::GetOperation { operation }),
        prop::collection::vec(pool(), 0..4)
            .prop_map(|pools| Request::Preflight { pools })
            .boxed(),
    ]
}

fn orders_to_machines() -> Vec<BoxedStrategy<Request>> {
    vec![
        of_machine(|machine| Request::HoldMachine { machine }),
        of_machine(|machine| Request::UnholdMachine { machine }),
        of_machine(|machine| Request::ExcludeMachine { machine }),
        of_machine(|machine| Request::IncludeMachine { machine }),
        of_machine(|machine| Request::UnassignMachine { machine }),
        of_machine(|machine| Request::ForceRemoveMachine { machine }),
        of_machine(|machine| Request::DecommissionMachine { machine }),
        of_machine(|machine| Request::DeleteMachine { machine }),
        (machine(), any_text(), any::<bool>())
            .prop_map(|(machine, hostname, apply)| Request::SetHostname {
                machine,
                hostname,
                apply,
            })
            .boxed(),
        (machine(), labels(), any::<bool>())
            .prop_map(|(machine, labels, apply)| Request::SetLabels {
                machine,
                labels,
                apply,
            })
            .boxed(),
        (machine(), any_text(), any::<bool>())
            .prop_map(
                |(machine, network_profile, apply)| Request::SetMachineNetworkProfile {
                    machine,
                    network_profile,
                    apply,
                },
            )
            .boxed(),
        (machine(), any::<Option<u32>>())
            .prop_map(|(machine, revision)| Request::ApplyToMachine { machine, revision })
            .boxed(),
        (machine(), pool())
            .prop_map(|(machine, pool)| Request::AssignMachine { machine, pool })
            .boxed(),
        (
            any_text(),
            prop::option::of(any_text()),
            prop::option::of(pool()),
            prop::option::of(labels()),
        )
            .prop_map(|(uuid, hostname, pool, labels)| Request::RegisterMachine {
                uuid,
                hostname,
                pool,
                labels,
            })
            .boxed(),
        any_text()
            .prop_map(|uuid| Request::EnrollMachine { uuid })
            .boxed(),
    ]
}

fn other_orders() -> Vec<BoxedStrategy<Request>> {
    vec![
        (pool(), any::<u32>(), any::<Option<u32>>())
            .prop_map(|(pool, revision, from)| Request::ApplyRevision {
                pool,
                revision,
                from,
            })
            .boxed(),
        of_operation(|operation| Request::RetryOperation { operation }),
        of_operation(|operation| Request::CancelOperation { operation }),
        of_operation(|operation| Request::PauseOperation { operation }),
        of_operation(|operation| Request::ResumeOperation { operation }),
        of_pool(|pool, version, apply| Request::SetPoolVersion {
            pool,
            version,
            apply,
        }),
        (pool(), any::<bool>(), proptest::option::of(any_text()))
            .prop_map(
                |(pool, apply, network_profile)| Request::SetPoolNetworkProfile {
                    pool,
                    network_profile,
                    apply,
                },
            )
            .boxed(),
        of_pool(|pool, image, apply| Request::SetPoolImage { pool, image, apply }),
        (any::<i64>(), any_text())
            .prop_map(|(cluster, version)| Request::SetControlPlaneVersion {
                cluster: ClusterId(cluster),
                version,
            })
            .boxed(),
        just(Request::PauseClock),
        just(Request::ResumeClock),
        just(Request::StepClock),
        any::<u32>()
            .prop_map(|speed| Request::SetClockSpeed { speed })
            .boxed(),
    ]
}
