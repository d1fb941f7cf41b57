//! Images that are released: how one reaches the pools, what stops it, what a newer one does to it.

use super::{HARDWARE, fault, row, step, story, times};
use crate::engine::Seed;
use crate::fleet::{Blueprint, Ending, Event, ImageEvent, World};
use crate::scenario::Scenario;

/// Pools a, b and c of one machine each, whose updates take 52 s, and these images.
fn fleet(images: &str, rest: &str) -> String {
    let pool =
        |name: &str| format!("[[pools]]\nname = \"{name}\"\nhardware = \"h\"\nmachines = 1\n");
    format!(
        "horizon = \"10d\"\n{HARDWARE}\n{}{}{}\n[images]\n{images}\n{rest}",
        pool("a"),
        pool("b"),
        pool("c")
    )
}

/// The lines about images and about the starts and ends of operations.
fn course(text: &str) -> Vec<String> {
    let story = story(text);
    let lines = story.into_iter().filter(|line| {
        line.contains("  image ") || line.contains("  operation ") && !line.ends_with("pending")
    });
    lines.collect()
}

#[test]
fn an_image_is_applied_to_all_pools_at_once() {
    let images =
        "dates = [\"+1h\"]\napply = \"autonomous\"\nkernel = \"6.12.40\"\nkubelet = \"1.33.4\"";
    insta::assert_snapshot!(course(&fleet(images, "")).join("\n"), @r"
    01:00:00  image 1 released (kernel 6.12.40, kubelet 1.33.4)
    01:00:00  operation 1, a to revision 2: running
    01:00:00  operation 2, b to revision 2: running
    01:00:00  operation 3, c to revision 2: running
    01:00:52  operation 1, a to revision 2: succeeded
    01:00:52  operation 2, b to revision 2: succeeded
    01:00:52  operation 3, c to revision 2: succeeded
    ");
}

#[test]
fn canaries_come_first_and_the_others_after_the_delay() {
    let images =
        "dates = [\"+1h\"]\napply = \"autonomous\"\ncanary = \"b\"\npromotion_delay = \"3d\"";
    insta::assert_snapshot!(course(&fleet(images, "")).join("\n"), @r"
    01:00:00  image 1 released
    01:00:00  operation 1, b to revision 2: running
    01:00:52  operation 1, b to revision 2: succeeded
    3d 01:00:52  image 1 promoted: its canaries have succeeded
    3d 01:00:52  operation 2, a to revision 2: running
    3d 01:00:52  operation 3, c to revision 2: running
    3d 01:01:44  operation 2, a to revision 2: succeeded
    3d 01:01:44  operation 3, c to revision 2: succeeded
    ");
}

#[test]
fn pool_after_pool_each_waits_for_the_success_of_the_one_before() {
    let images = "dates = [\"+1h\"]\napply = \"autonomous\"\nmode = \"pool-after-pool\"\ncanary = [\"c\"]\npools = [\"b\", \"c\", \"a\"]";
    insta::assert_snapshot!(course(&fleet(images, "")).join("\n"), @r"
    01:00:00  image 1 released
    01:00:00  operation 1, c to revision 2: running
    01:00:52  operation 1, c to revision 2: succeeded
    01:00:52  image 1 promoted: its canaries have succeeded
    01:00:52  operation 2, b to revision 2: running
    01:01:44  operation 2, b to revision 2: succeeded
    01:01:44  operation 3, a to revision 2: running
    01:02:36  operation 3, a to revision 2: succeeded
    ");
}

#[test]
fn a_canary_that_fails_stops_the_image_until_its_retry_succeeds() {
    let images = "dates = [\"+1h\"]\napply = \"autonomous\"\ncanary = \"b\"";
    let fails = fault("b-1", "drain", "do = \"fail\"");
    let stopped = course(&fleet(images, &fails));
    insta::assert_snapshot!(stopped.join("\n"), @r"
    01:00:00  image 1 released
    01:00:00  operation 1, b to revision 2: running
    01:00:11  operation 1, b to revision 2: running (halted)
    01:00:11  operation 1, b to revision 2: failed (halted)
    01:00:11  image 1 stopped: the rollout of b did not succeed
    ");
    let retry = step("+2h", "retry", "pool = \"b\"");
    let went_on = course(&fleet(images, &(fails + &retry)));
    insta::assert_snapshot!(went_on[stopped.len()..].join("\n"), @r"
    02:00:00  operation 1, b to revision 2: running
    02:00:51  operation 1, b to revision 2: succeeded
    02:00:51  image 1 promoted: its canaries have succeeded
    02:00:51  operation 2, a to revision 2: running
    02:00:51  operation 3, c to revision 2: running
    02:01:43  operation 2, a to revision 2: succeeded
    02:01:43  operation 3, c to revision 2: succeeded
    ");
}

#[test]
fn a_cancelled_canary_stops_the_image_too() {
    let images = "dates = [\"+1h\"]\napply = \"autonomous\"\ncanary = \"b\"";
    let cancel = step("+60m 5s", "cancel", "pool = \"b\"");
    let hang = fault("b-1", "drain", "takes = \"1h\"\ndo = \"fail\"");
    let story = course(&fleet(images, &(cancel + &hang)));
    assert!(
        story
            .last()
            .unwrap()
            .contains("image 1 stopped: the rollout of b"),
        "{story:?}"
    );
}

/// The drain of pool b takes two hours, and the second image comes after one.
fn superseded(rule: &str, dates: &str) -> String {
    let images = format!(
        "dates = [{dates}]\napply = \"autonomous\"\nmode = \"pool-after-pool\"\nsupersede = \"{rule}\""
    );
    let slow = fault("b-1", "drain", "takes = \"2h\"");
    course(&fleet(&images, &slow)).join("\n")
}

#[test]
fn a_newer_image_cancels_what_is_unfinished_of_the_older_one() {
    insta::assert_snapshot!(superseded("cancel", "\"+1h\", \"+2h\""), @r"
    01:00:00  image 1 released
    01:00:00  operation 1, a to revision 2: running
    01:00:52  operation 1, a to revision 2: succeeded
    01:00:52  operation 2, b to revision 2: running
    02:00:00  image 2 released
    02:00:00  image 1 superseded by image 2
    02:00:00  operation 2, b to revision 2: cancelling (cancelled)
    02:00:00  operation 3, a to revision 3: running
    02:00:52  operation 3, a to revision 3: succeeded
    03:01:34  operation 2, b to revision 2: succeeded
    03:01:34  operation 4, b to revision 3: running
    03:02:26  operation 4, b to revision 3: succeeded
    03:02:26  operation 5, c to revision 3: running
    03:03:18  operation 5, c to revision 3: succeeded
    ");
}

/// Pool b is busy with an operator's rollout, and the image's own has not begun.
#[test]
fn what_is_pending_of_an_older_image_is_never_begun() {
    let images = "dates = [\"+1h\", \"+2h\"]\napply = \"autonomous\"\npools = \"b\"";
    let slow = fault("b-1", "drain", "takes = \"2h\"");
    let by_hand = step("+30m", "apply", "pool = \"b\"\nrevision = 5");
    insta::assert_snapshot!(course(&fleet(images, &(slow + &by_hand))).join("\n"), @r"
    00:30:00  operation 1, b to revision 5: running
    01:00:00  image 1 released
    02:00:00  image 2 released
    02:00:00  image 1 superseded by image 2
    02:00:00  operation 2, b to revision 6: cancelled (cancelled)
    02:30:42  operation 1, b to revision 5: succeeded
    02:30:42  operation 3, b to revision 7: running
    02:31:34  operation 3, b to revision 7: succeeded
    ");
}

#[test]
fn a_newer_image_waits_until_the_older_one_is_everywhere_and_gives_way_to_the_newest() {
    insta::assert_snapshot!(superseded("finish", "\"+1h\", \"+2h\", \"+150m\""), @r"
    01:00:00  image 1 released
    01:00:00  operation 1, a to revision 2: running
    01:00:52  operation 1, a to revision 2: succeeded
    01:00:52  operation 2, b to revision 2: running
    02:00:00  image 2 released, waits for the one before it
    02:30:00  image 3 released, waits for the one before it
    02:30:00  image 2 superseded by image 3
    03:01:34  operation 2, b to revision 2: succeeded
    03:01:34  operation 3, c to revision 2: running
    03:02:26  operation 3, c to revision 2: succeeded
    03:02:26  operation 4, a to revision 4: running
    03:03:18  operation 4, a to revision 4: succeeded
    03:03:18  operation 5, b to revision 4: running
    03:04:10  operation 5, b to revision 4: succeeded
    03:04:10  operation 6, c to revision 4: running
    03:05:02  operation 6, c to revision 4: succeeded
    ");
}

#[test]
fn a_newer_image_that_meets_an_unfinished_one_is_only_saved() {
    insta::assert_snapshot!(superseded("skip", "\"+1h\", \"+2h\", \"+4h\""), @r"
    01:00:00  image 1 released
    01:00:00  operation 1, a to revision 2: running
    01:00:52  operation 1, a to revision 2: succeeded
    01:00:52  operation 2, b to revision 2: running
    02:00:00  image 2 released, saved
    03:01:34  operation 2, b to revision 2: succeeded
    03:01:34  operation 3, c to revision 2: running
    03:02:26  operation 3, c to revision 2: succeeded
    04:00:00  image 3 released
    04:00:00  operation 4, a to revision 4: running
    04:00:52  operation 4, a to revision 4: succeeded
    04:00:52  operation 5, b to revision 4: running
    04:01:44  operation 5, b to revision 4: succeeded
    04:01:44  operation 6, c to revision 4: running
    04:02:36  operation 6, c to revision 4: succeeded
    ");
}

/// A stopped image holds nothing up: it is over, whatever the rule, and the next one supersedes it.
#[test]
fn an_image_that_was_stopped_does_not_hold_the_next_one_up() {
    for rule in ["cancel", "finish", "skip"] {
        let images = format!(
            "dates = [\"+1h\", \"+2h\"]\napply = \"autonomous\"\ncanary = \"b\"\nsupersede = \"{rule}\""
        );
        let fails = fault("b-1", "drain", "do = \"fail\"");
        let story = course(&fleet(&images, &fails));
        let says = |what: &str| story.iter().filter(|line| line.contains(what)).count();
        assert_eq!(says("image 1 stopped"), 1, "{rule}");
        assert_eq!(says("image 1 superseded by image 2"), 1, "{rule}");
        assert_eq!(says("to revision 3: succeeded"), 3, "{rule}");
    }
}

/// Somebody was faster: pool a runs the second image before its turn comes.
#[test]
fn a_pool_that_has_nothing_to_do_has_succeeded() {
    let images = "dates = [\"+1h\", \"+2h\"]\napply = \"autonomous\"\nmode = \"pool-after-pool\"\nsupersede = \"finish\"";
    let slow = fault("b-1", "drain", "takes = \"2h\"");
    let by_hand = step("+150m", "apply", "pool = \"a\"");
    let story = course(&fleet(images, &(slow + &by_hand)));
    let of_second: Vec<_> = story
        .iter()
        .filter(|line| line.contains("to revision 3"))
        .collect();
    insta::assert_snapshot!(of_second.iter().map(|line| line.as_str()).collect::<Vec<_>>().join("\n"), @r"
    02:30:00  operation 3, a to revision 3: running
    02:30:52  operation 3, a to revision 3: succeeded
    03:02:26  operation 5, a to revision 3: running
    03:02:26  operation 5, a to revision 3: succeeded
    03:02:26  operation 6, b to revision 3: running
    03:03:18  operation 6, b to revision 3: succeeded
    03:03:18  operation 7, c to revision 3: running
    03:04:10  operation 7, c to revision 3: succeeded
    ");
}

#[test]
fn a_saved_image_waits_for_a_step_which_means_the_newest_there_is() {
    let apply = |at: &str| step(at, "apply", "pool = \"a\"");
    let rest = apply("+30m") + &apply("+3h");
    let text = fleet("dates = [\"+1h\", \"+2h\", \"+4h\"]", &rest);
    let told = story(&text);
    let steps: Vec<_> = told
        .iter()
        .filter(|line| line.contains("step") || line.contains("succeeded"))
        .cloned()
        .collect();
    assert_eq!(
        steps,
        [
            "00:30:00  step: apply the newest image to a – refused: no image has been released yet",
            "03:00:00  step: apply the newest image to a",
            "03:00:52  operation 1, a to revision 3: succeeded",
        ]
    );
    assert_eq!(times(&told, "saved"), [3600, 7200, 14_400]);
}

/// A saved revision and one that a step names come before every image.
#[test]
fn images_are_numbered_after_every_other_revision() {
    let rest = step("+2h", "apply", "pool = \"a\"")
        + &step("+3h", "apply", "pool = \"a\"")
        + &step("+4h", "apply", "pool = \"b\"\nrevision = 9")
        + &step("+5h", "apply", "pool = \"b\"");
    let text = fleet("dates = [\"+1h\"]", &rest)
        .replace("name = \"a\"", "name = \"a\"\nsaved_revision = 4");
    let ended: Vec<_> = course(&text)
        .into_iter()
        .filter(|line| line.contains("succeeded"))
        .collect();
    assert_eq!(
        ended,
        [
            "02:00:52  operation 1, a to revision 4: succeeded",
            "03:00:52  operation 2, a to revision 5: succeeded",
            "04:00:52  operation 3, b to revision 9: succeeded",
            "05:00:52  operation 4, b to revision 10: succeeded",
        ]
    );
}

#[test]
fn a_release_at_the_instant_of_a_step_comes_before_it() {
    let rest = step("+1h", "apply", "pool = \"a\"");
    let story = story(&fleet("dates = [\"+1h\"]", &rest));
    assert_eq!(times(&story, "to revision 2: succeeded"), [3652]);
}

#[test]
fn a_kubelet_that_is_newer_than_its_control_plane_is_not_applied_where_the_policy_refuses() {
    let images = "dates = [\"+1h\"]\napply = \"autonomous\"\ncanary = \"b\"\nkubelet = \"1.33.5\"";
    let text = fleet(images, "").replace("name = \"b\"", "name = \"b\"\npreflight = \"refuse\"");
    let story = course(&text);
    assert!(
        story
            .iter()
            .any(|line| line.ends_with("b to revision 2: failed (unfit)")),
        "{story:?}"
    );
    assert!(
        story
            .last()
            .unwrap()
            .contains("image 1 stopped: the rollout of b"),
        "{story:?}"
    );
    let newer = format!("[[clusters]]\nname = \"c\"\nversion = \"1.33.5\"\n{text}");
    let newer = newer.replace("horizon = \"10d\"\n", "");
    let newer = course(&format!("horizon = \"10d\"\n{newer}"));
    assert!(
        newer.iter().any(|line| line.contains("image 1 promoted")),
        "{newer:?}"
    );
}

/// Images go on coming for ever; a run in which nothing else is left to do has finished.
#[test]
fn what_is_still_to_come_does_not_keep_a_run_from_its_end() {
    let images = "every = \"3d\"\napply = \"autonomous\"\ncanary = \"a\"\npromotion_delay = \"2d\"";
    let row = row(&fleet(images, ""));
    assert_eq!(row.ending, Ending::Finished);
    // The third comes on day 9, and its promotion would after the horizon.
    let rollouts: Vec<_> = row.pools.iter().map(|pool| pool.rollouts.len()).collect();
    assert_eq!(rollouts, [3, 2, 2]);
}

/// A cancel leaves a machine in flight that never ends: no newer image frees it.
#[test]
fn a_machine_that_hangs_stalls_its_pool_whatever_is_released() {
    for rule in ["cancel", "finish", "skip"] {
        let images = format!("every = \"3d\"\napply = \"autonomous\"\nsupersede = \"{rule}\"");
        let hangs = fault("b-1", "os", "do = \"hang\"");
        let row = row(&fleet(&images, &hangs));
        let endings: Vec<_> = row.pools.iter().map(|pool| pool.ending).collect();
        assert_eq!(
            endings,
            [Ending::Finished, Ending::Stalled, Ending::Finished],
            "{rule}"
        );
    }
}

/// When the images of a run come, in milliseconds.
fn releases(text: &str, run: u64) -> Vec<u64> {
    let blueprint = Blueprint::new(Scenario::parse(text, "f", "f").unwrap());
    let mut world = World::new(&blueprint, Seed(1).of_run(run));
    let mut events = Vec::new();
    world.run(blueprint.horizon(), &mut events);
    let is_release = |event: &Event| {
        matches!(
            event,
            Event::Image {
                what: ImageEvent::Released { .. },
                ..
            }
        )
    };
    events
        .into_iter()
        .filter(|(_, event)| is_release(event))
        .map(|(at, _)| at.as_millis())
        .collect()
}

#[test]
fn no_policy_moves_a_release() {
    const DAY: u64 = 86_400_000;
    let cadence = "every = \"2d\"\njitter = \"12h\"";
    let mut seen = Vec::new();
    for run in 0..20 {
        let usual = releases(&fleet(cadence, ""), run);
        assert!(usual.len() >= 4);
        for (number, at) in (1..).zip(&usual) {
            assert!((number * 2 * DAY..=number * 2 * DAY + DAY / 2).contains(at));
        }
        for policy in [
            "apply = \"autonomous\"",
            "apply = \"autonomous\"\ncanary = \"b\"\npromotion_delay = \"7d\"",
            "apply = \"autonomous\"\nmode = \"pool-after-pool\"\nsupersede = \"finish\"",
            "pools = [\"a\"]",
        ] {
            let images = format!("{cadence}\n{policy}");
            assert_eq!(releases(&fleet(&images, ""), run), usual, "{policy}");
        }
        seen.push(usual[0]);
    }
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), 20);
}
