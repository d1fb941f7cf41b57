//! Reasons: a machine of an operation has exactly one at any time until it is settled, and the outcome adds them up; and
//! what else the outcome says of machines.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Checker;
use super::log::{list, millis, number, word};

impl Checker<'_> {
    pub(super) fn close_reason(&mut self, name: &str, next: Option<&str>) {
        let now = self.now;
        let machine = self.machines.get_mut(name).unwrap();
        let next = next.map(|reason| (reason.to_owned(), now));
        if let Some((reason, since)) = std::mem::replace(&mut machine.reason, next) {
            *self
                .reasons
                .entry((machine.pool.clone(), reason))
                .or_default() += now - since;
        }
    }

    /// At the end of an instant who is in an operation has a reason, and nobody else.
    pub(super) fn check_reasons(&self) {
        for (name, machine) in self
            .machines
            .iter()
            .filter(|(_, machine)| !machine.is_spare)
        {
            let is_in_operation =
                self.going_on.contains(&machine.pool) && machine.settled.is_none();
            assert_eq!(
                machine.reason.is_some(),
                is_in_operation,
                "{name} at {}: {:?}",
                self.now,
                machine.reason
            );
        }
    }

    /// The outcome has the time of each reason that the log has, the cordons, and how many machines were settled.
    pub(in crate::drains) fn check_outcome(&mut self, outcome: &Value) {
        self.now = millis(&outcome["t_s"]);
        let names: Vec<String> = self.machines.keys().cloned().collect();
        for name in &names {
            self.close_reason(name, None);
        }
        for (pool, about) in outcome["pools"].as_object().unwrap() {
            self.check_sums(pool, about);
            self.check_settled(pool, about);
            let left: BTreeSet<String> = list(&about["left_cordoned"]).iter().map(word).collect();
            let cordoned = self.machines.iter().filter(|(_, machine)| {
                machine.pool == *pool && machine.is_cordoned && (machine.is_up || !machine.is_spare)
            });
            assert_eq!(left, cordoned.map(|(name, _)| name.clone()).collect());
        }
    }

    fn check_sums(&self, pool: &str, about: &Value) {
        let mut told = BTreeMap::new();
        for reason in list(&about["reasons"]) {
            *told.entry(word(&reason["reason"])).or_default() += millis(&reason["machine_s"]);
        }
        let own: BTreeMap<String, u64> = self
            .reasons
            .iter()
            .filter(|((of, _), length)| of == pool && **length > 0)
            .map(|((_, reason), length)| (reason.clone(), *length))
            .collect();
        assert_eq!(told, own, "{about}");
    }

    /// A finished rollout leaves every machine on the revision or failed.
    fn check_settled(&self, pool: &str, about: &Value) {
        let own = self
            .machines
            .values()
            .filter(|machine| machine.pool == pool && !machine.is_spare);
        let updated = own.clone().filter(|machine| machine.settled == Some(true));
        let failed = own.clone().filter(|machine| machine.settled == Some(false));
        let rollout = &about["rollouts"][0];
        let (updated, failed) = (updated.count() as u64, failed.count() as u64);
        assert_eq!(number(&rollout["updated"]), updated, "{about}");
        assert_eq!(number(&rollout["failed"]), failed, "{about}");
        if about["ending"] == "finished" {
            assert_eq!(updated + failed, own.count() as u64, "{about}");
        }
    }
}
