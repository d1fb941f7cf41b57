//! How the machines of a pool are drained: the keys of its table that say so.

use super::problem::Problems;
use super::section::{Item, Section};
use super::values::{amount, duration, flag, positive_duration, quoted, time_out, word};
use super::workload::{BarePods, DrainPolicy, DrainTimeOut, OnDrainTimeOut};
use crate::engine::Span;
/// The drain policy of a pool's table; what it does not say is the default. `machines` is how many the pool has.
pub(super) fn drain(
    table: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    machines: u32,
) -> DrainPolicy {
    use OnDrainTimeOut::{Quarantine, Release, Retry};
    let default = DrainPolicy::default();
    let time_out = table.get("drain_timeout", problems, time_out);
    let policies = OnDrainTimeOut::ALL.map(|policy| (policy.as_str(), policy));
    let on_time_out = table.get("on_drain_timeout", problems, word(&policies));
    let pause = table.get("drain_retry", problems, positive_duration);
    check_goes_with(table, problems, "drain_retry", &[Retry, Release]);
    let evict_retry = table.get("evict_retry", problems, positive_duration);
    let deletes_empty_dir = table.get("delete_emptydir_data", problems, flag);
    let bare = table.get("evict_unmanaged", problems, bare_pods);
    let grace = table.get("evict_grace", problems, positive_duration);
    let poll = table.get("drain_poll", problems, positive_duration);
    let force_grace = table.get("force_grace", problems, duration);
    check_goes_with(table, problems, "force_grace", &[OnDrainTimeOut::Force]);
    let slow_pause = slow_pause(table, problems);
    let alert = table.get("drain_alert", problems, positive_duration);
    check_goes_with(table, problems, "drain_alert", &[Retry]);
    let waits_for_volumes = table.get("wait_for_volumes", problems, flag);
    let max_quarantined = table.get("max_quarantined", problems, amount);
    check_goes_with(table, problems, "max_quarantined", &[Quarantine]);
    DrainPolicy {
        time_out: time_out.map_or(default.time_out, |limit| {
            limit.on().map_or(DrainTimeOut::Never, DrainTimeOut::After)
        }),
        on_time_out: on_time_out.unwrap_or(default.on_time_out),
        pause: pause.unwrap_or(default.pause),
        evict_retry: evict_retry.unwrap_or(default.evict_retry),
        deletes_empty_dir: deletes_empty_dir.unwrap_or(default.deletes_empty_dir),
        poll: poll.unwrap_or(default.poll),
        force_grace,
        bare: bare.unwrap_or(default.bare),
        grace,
        slow_pause,
        alert,
        waits_for_volumes: waits_for_volumes.unwrap_or(default.waits_for_volumes),
        max_quarantined: max_quarantined
            .map_or(default.max_quarantined, |amount| amount.of(machines, false)),
    }
}

/// `true`, `false`, or `"skip"`.
fn bare_pods(item: &Item<'_, '_>, problems: &mut Problems<'_>) -> Option<BarePods> {
    match (item.value.get_ref().as_bool(), item.as_str()) {
        (Some(true), _) => Some(BarePods::Evict),
        (Some(false), _) => Some(BarePods::Refuse),
        (None, Some("skip")) => Some(BarePods::Skip),
        _ => {
            item.refuse(problems, "true, false or \"skip\"");
            None
        }
    }
}

/// When a drain that is tried again for ever slows down, and to which pause.
fn slow_pause(table: &mut Section<'_, '_>, problems: &mut Problems<'_>) -> Option<(Span, Span)> {
    let pause = table.get("drain_retry_slow", problems, positive_duration);
    let after = table.get("drain_retry_slow_after", problems, positive_duration);
    for (key, other) in [
        ("drain_retry_slow", "drain_retry_slow_after"),
        ("drain_retry_slow_after", "drain_retry_slow"),
    ] {
        check_goes_with(table, problems, key, &[OnDrainTimeOut::Retry]);
        if table.item(other).is_none()
            && let Some(item) = table.own_item(key)
        {
            item.object(problems, &format!("which needs {other} beside it"));
        }
    }
    after.zip(pause)
}

/// Notes a key that is there without one of the policies that it belongs to.
fn check_goes_with(
    table: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    key: &'static str,
    policies: &[OnDrainTimeOut],
) {
    let words = || policies.iter().map(|policy| policy.as_str());
    let policy = table.item("on_drain_timeout");
    let named = policy
        .as_ref()
        .map_or("fail", |item| item.as_str().unwrap_or_default());
    let is_other = OnDrainTimeOut::ALL
        .iter()
        .any(|policy| policy.as_str() == named && !policies.contains(policy));
    if is_other && let Some(item) = table.own_item(key) {
        let why = format!("which needs on_drain_timeout = {}", quoted(words()));
        item.object(problems, &why);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Amount, Pool, Scenario};

    fn pool(keys: &str) -> Result<Pool, String> {
        let text = format!("[[pools]]\nname = \"w\"\nmachines = 9\n{keys}");
        let scenario = Scenario::parse(&text, "f", "f").map_err(|error| error.to_string())?;
        Ok(scenario.pools[0].clone())
    }

    #[test]
    fn a_pool_says_how_it_is_drained() {
        assert_eq!(pool("").unwrap().drain, DrainPolicy::default());
        let keys = r#"
            drain_timeout = "10m"
            on_drain_timeout = "quarantine"
            evict_retry = "2s"
            delete_emptydir_data = true
            evict_unmanaged = true
            evict_grace = "60s"
            drain_poll = "3s"
            wait_for_volumes = true
            max_quarantined = "25%"
        "#;
        let expected = DrainPolicy {
            time_out: DrainTimeOut::After(Span::from_secs(600)),
            on_time_out: OnDrainTimeOut::Quarantine,
            pause: Span::from_secs(60),
            evict_retry: Span::from_secs(2),
            deletes_empty_dir: true,
            poll: Span::from_secs(3),
            force_grace: None,
            bare: BarePods::Evict,
            grace: Some(Span::from_secs(60)),
            slow_pause: None,
            alert: None,
            waits_for_volumes: true,
            max_quarantined: 2,
        };
        assert_eq!(pool(keys).unwrap().drain, expected);
    }

    #[test]
    fn a_pools_limit_stands_for_that_of_its_hardware() {
        let limit = |keys: &str| {
            pool(keys)
                .unwrap()
                .drain
                .time_out
                .or(Some(Span::from_secs(1)))
        };
        assert_eq!(limit(""), Some(Span::from_secs(1)));
        assert_eq!(limit("drain_timeout = \"none\""), None);
        assert_eq!(limit("drain_timeout = \"5s\""), Some(Span::from_secs(5)));
    }

    #[test]
    fn keys_of_one_policy_are_refused_beside_another() {
        for policy in OnDrainTimeOut::ALL {
            let takes = |key: &str| {
                pool(&format!(
                    "on_drain_timeout = \"{}\"\n{key}",
                    policy.as_str()
                ))
                .is_ok()
            };
            let pauses = matches!(policy, OnDrainTimeOut::Retry | OnDrainTimeOut::Release);
            assert_eq!(takes("drain_retry = \"2m\""), pauses, "{policy:?}");
            let quarantines = policy == OnDrainTimeOut::Quarantine;
            assert_eq!(takes("max_quarantined = 3"), quarantines, "{policy:?}");
        }
        assert!(pool("drain_retry = \"2m\"").is_err());
    }

    #[test]
    fn spare_machines_let_a_pool_do_without_slots() {
        let spare = |keys: &str| pool(keys).map(|pool| pool.policy.surge);
        assert_eq!(spare("surge = 0"), Ok(0));
        assert_eq!(spare("surge = 3"), Ok(3));
        assert_eq!(spare("surge = \"25%\""), Ok(3));
        let none = pool("surge = 1\nmax_unavailable = 0").unwrap();
        assert_eq!(none.policy.max_unavailable, Amount::Count(0));
        assert_eq!(none.policy.slots(9), 0);
        assert!(pool("max_unavailable = 0").is_err());
        assert!(pool("surge = 0\nmax_unavailable = 0").is_err());
    }
}
