//! An appliance that has meltcloud's public API alone: what goes on there by whose order.

use appliance::{MachinePoolId, MachineStatus, Reply, Request, public};
use tui::console::command::Verb;
use tui::console::model::RowId;
use tui::console::model::changes::change_of;
use tui::live::Appliance;

use super::Watched;
use super::faults::{Fault, PATIENCE, Server, appliance, console_of};

/// A fleet in the middle of a rollout that somebody ordered elsewhere, and this account's way to it.
fn served() -> (Server, Appliance) {
    let server = Server::start(Watched::new(false).simulation);
    server.goes(Fault::KnowsPublicApiOnly);
    let appliance = appliance(&server.endpoint, PATIENCE * 240);
    (server, appliance)
}

fn pool(appliance: &Appliance, name: &str) -> MachinePoolId {
    let pools = appliance.ask(&Request::ListMachinePools);
    let Ok(Reply::MachinePools(pools)) = pools else {
        panic!("{pools:?}");
    };
    pools.iter().find(|pool| pool.name == *name).unwrap().id
}

#[test]
fn what_somebody_else_ordered_is_told_by_the_machines_that_update() {
    let (server, appliance) = served();
    let mut console = console_of(appliance.clone());
    console.wait(10).press("1");
    console
        .assert_shows("updates in workers      ↻ 2 of 24 updating    who ordered it is not told");
    // Into the pool, as from any other line about one.
    console.press("/updates<enter><enter>");
    console.assert_shows("workers › machines");

    // One of the two is this account's from now on.
    let machines = console.model.fleet.machines.iter();
    let updating = machines.filter(|machine| machine.status == MachineStatus::Updating);
    let first = updating.map(|machine| machine.id).next().unwrap();
    let rename = Request::SetHostname {
        machine: first,
        hostname: "renamed".into(),
        apply: true,
    };
    appliance.ask(&rename).unwrap();
    let mut console = console_of(appliance);
    console.wait(10).press("1");
    console.assert_shows("workers-17  ↻ pending");
    console.assert_shows("↻ 1 of 24 updating");

    // With the extension every rollout is told, so none is nobody's.
    server.goes(Fault::None);
    let mut console = console_of(self::appliance(&server.endpoint, PATIENCE * 240));
    console.wait(10).press("1");
    console.assert_shows("workers to revision");
    assert!(
        !console.screen().contains("updates in"),
        "{}",
        console.screen()
    );
}

#[test]
fn the_menu_says_what_the_api_does_not_do_before_what_it_does_not_tell() {
    let (_server, appliance) = served();
    let mut console = console_of(appliance);
    console.wait(10);
    let machine = &console.model.fleet.machines[0];
    assert_eq!(machine.held, None);
    let hold = change_of(Verb::Hold).unwrap();
    let why = console.model.why_not(hold, &[RowId::Machine(machine.id)]);
    let why = why.unwrap();
    assert!(why.contains("cannot hold a machine back"), "{why}");
}

#[test]
fn what_was_ordered_for_a_pool_is_told_as_that() {
    let (_server, appliance) = served();
    let new = public::NewNetworkProfile::named("fast".into());
    let create = public::Request::CreateNetworkProfile { new };
    appliance.ask(&create.into()).unwrap();
    let order = Request::SetPoolNetworkProfile {
        pool: pool(&appliance, "workers"),
        network_profile: Some("fast".into()),
        apply: true,
    };
    appliance.ask(&order).unwrap();
    let mut console = console_of(appliance);
    console.wait(10).press("1");
    console.assert_shows("set-pool-n…ile workers  ↻ pending");
    for wrong in ["updates in", "to revision"] {
        assert!(!console.screen().contains(wrong), "{}", console.screen());
    }
    console.press("/set<enter><enter>").wait(10);
    console.assert_shows("set-pool-network-profile workers");
    console.press("4").wait(10);
    console
        .assert_shows("set-p…rkers     -  ↻ pending                           -       -       -");
}
