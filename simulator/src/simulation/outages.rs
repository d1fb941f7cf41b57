//! When the appliance does not answer as it should.

use super::Simulation;
use crate::engine::EntityKey;
use crate::scenario::Trouble;

impl Simulation {
    /// Whether it ever does not answer as it should.
    pub fn has_outages(&self) -> bool {
        !self.world.blueprint().scenario().outages.is_empty()
    }

    /// What comes of a request that arrives now, as the outages that go on have it, in the order of the scenario. `number`
    /// tells the request from others: of equal ones in equal runs comes the same.
    pub fn troubles(&self, number: u64) -> Vec<Trouble> {
        let outages = (0u32..).zip(&self.world.blueprint().scenario().outages);
        let now = self.now();
        outages
            .filter(|(_, outage)| (outage.from..outage.until).contains(&now))
            .filter(|(place, outage)| self.luck(number, *place) < outage.share)
            .map(|(_, outage)| outage.trouble)
            .collect()
    }

    /// A number from 0 up to 1, for a request and an outage.
    #[expect(clippy::cast_precision_loss, reason = "as many bits as a float holds")]
    fn luck(&self, number: u64, outage: u32) -> f64 {
        let words = [
            self.growth.seed().0.to_string(),
            number.to_string(),
            outage.to_string(),
        ];
        let [seed, number, outage] = &words;
        let key = EntityKey::of(&["request", seed, number, outage]).number();
        (key >> 11) as f64 / (1u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Seed, Time};
    use crate::fleet::Blueprint;
    use crate::scenario::Scenario;

    #[test]
    fn requests_meet_the_outages_that_go_on_and_only_their_share() {
        let text = r#"
            [[pools]]
            name = "w"
            machines = 1
            [[steps]]
            at = "+1m"
            do = "appliance-outage"
            for = "1m"
            [[steps]]
            at = "+5m"
            do = "appliance-errors"
            for = "1m"
            share = "30%"
        "#;
        let scenario = Scenario::parse(text, "test", "test").unwrap();
        let mut fleet = Simulation::new(&Blueprint::new(scenario), Seed(1), 0);
        let mut met = Vec::new();
        for at in [59_999, 60_000, 119_999, 120_000, 300_000, 360_000] {
            fleet.run_until(Time::from_millis(at));
            let hit = (0..1000).filter(|number| !fleet.troubles(*number).is_empty());
            met.push(hit.count());
        }
        assert_eq!(met[..4], [0, 1000, 1000, 0]);
        assert!((250..350).contains(&met[4]), "{met:?}");
        assert_eq!(met[5], 0);
    }
}
