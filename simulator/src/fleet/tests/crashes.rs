//! Machines that crash, and are dead until they are repaired.

use super::{pool, step, story, times};

#[test]
fn a_machine_that_crashes_in_its_update_goes_on_with_a_boot_when_it_is_repaired() {
    let rest =
        step("+5s", "crash", "machine = \"w-1\"") + &step("+100s", "repair", "machine = \"w-1\"");
    let story = story(&pool(1, "", &rest));
    assert_eq!(times(&story, "w-1: crashed"), [5]);
    assert_eq!(times(&story, "w-1: down"), [5]);
    assert_eq!(times(&story, "w-1: repaired"), [100]);
    assert_eq!(times(&story, "w-1: updated, runs revision 2"), [136]);
}

#[test]
fn a_dead_machine_boots_neither_with_its_power_nor_by_a_power_cycle() {
    let policy = "on_boot_timeout = \"power-cycle\"\npower_cycles = 5";
    let rest = "[hardware.h.timeouts]\nboot = \"60s\"\n".to_owned()
        + &step("+20s", "crash", "machine = \"w-1\"")
        + &step("+30s", "power-loss", "machine = \"w-1\"")
        + &step("+40s", "power-on", "machine = \"w-1\"")
        + &step("+41s", "crash", "machine = \"w-1\"")
        + &step("+50s", "retry", "pool = \"w\"");
    let story = story(&pool(1, policy, &rest));
    assert_eq!(times(&story, "refused: the machine is dead already"), [41]);
    assert_eq!(times(&story, "power-cycled"), [0_u32; 0]);
    assert_eq!(times(&story, "w-1: FAILED in firmware"), [76]);
}

#[test]
fn only_a_dead_machine_is_repaired_and_only_one_that_runs_crashes() {
    let rest = step("+60s", "repair", "machine = \"w-1\"")
        + &step("+61s", "power-loss", "machine = \"w-1\"")
        + &step("+62s", "crash", "machine = \"w-1\"");
    let story = story(&pool(1, "", &rest));
    assert_eq!(times(&story, "refused: the machine is not dead"), [60]);
    assert_eq!(times(&story, "refused: the machine has no power"), [62]);
}
