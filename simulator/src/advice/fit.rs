//! Windows in which not one machine fits.

use crate::engine::{Span, Time};
use crate::fleet::Door;
use crate::fleet::doors::doors;
use crate::scenario::Scenario;
use crate::update_time::shortest_update;

/// What to say of the windows of a pool, if none of them up to the horizon has room for a machine.
pub(super) fn without_room(scenario: &Scenario, pool: usize) -> Option<String> {
    let horizon = scenario.horizon();
    let doors = doors(scenario, pool, horizon)?;
    let before_horizon = |door: &&Door| door.opens <= horizon && door.closes > Time::START;
    let doors: Vec<&Door> = doors.iter().filter(before_horizon).collect();
    let name = &scenario.pools[pool].name;
    let longest = doors
        .iter()
        .map(|door| door.closes.since(door.opens))
        .max()?;
    if doors.iter().all(|door| door.shuts <= door.opens) {
        return Some(format!(
            "pool {name}: its windows, the longest of {longest}, are too short for their end rule: no machine ever starts"
        ));
    }
    let shortest = shortest_update(scenario, pool);
    let is_too_short = longest < shortest && longest > Span::ZERO;
    is_too_short.then(|| {
        format!(
            "pool {name}: an update takes at least {shortest}, and its longest window {longest}: each is overrun"
        )
    })
}

/// Exclusions of pools that have no windows from which anything could be taken: their machines start at any time.
pub(super) fn exclusions_of_nothing(scenario: &Scenario) -> impl Iterator<Item = String> {
    let has_windows = |pool: usize| {
        let mut windows = scenario.windows.iter();
        windows.any(|window| window.pools.contains(&pool))
    };
    let exclusions = (1..).zip(&scenario.exclusions);
    exclusions.flat_map(move |(place, exclusion)| {
        let pools = exclusion.pools.iter().copied();
        pools
            .filter(move |pool| !has_windows(*pool))
            .map(move |pool| {
                let name = &scenario.pools[pool].name;
                format!("exclusion {place} keeps nothing from pool {name}, which has no windows and is always open")
            })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(window: &str) -> Option<String> {
        let text = format!(
            "[hardware.h]\nupdate = \"20m\"\n[[pools]]\nname = \"p\"\nmachines = 2\nhardware = \"h\"\n[[windows]]\nopens = \"Tue 22:00\"\n{window}\n"
        );
        without_room(&Scenario::parse(&text, "test", "test").unwrap(), 0)
    }

    #[test]
    fn an_exclusion_without_windows_is_said_to_do_nothing() {
        let text =
            "[[pools]]\nname = \"p\"\nmachines = 2\n[[exclusions]]\ndates = [\"12-20..01-05\"]\n";
        let scenario = Scenario::parse(text, "test", "test").unwrap();
        assert_eq!(exclusions_of_nothing(&scenario).count(), 1);
        let windows = format!("{text}[[windows]]\nopens = \"22:00\"\nfor = \"1h\"\n");
        let scenario = Scenario::parse(&windows, "test", "test").unwrap();
        assert_eq!(exclusions_of_nothing(&scenario).count(), 0);
    }

    #[test]
    fn a_window_has_room_for_a_machine_or_it_is_said() {
        assert_eq!(said("for = \"20m\"\nend = \"must-fit\""), None);
        assert_eq!(said("for = \"1h\""), None);
        let told = said("for = \"19m\"\nend = \"must-fit\"").unwrap();
        assert!(told.ends_with("no machine ever starts"), "{told}");
        let told = said("for = \"2h\"\nend = \"must-fit\"\nruntime = \"3h\"").unwrap();
        assert!(told.ends_with("no machine ever starts"), "{told}");
        let told = said("for = \"19m\"").unwrap();
        assert!(told.ends_with("each is overrun"), "{told}");
    }
}
