//! Images in the console: a release is a revision that waits, with what it brings.

use std::time::Duration;

use tests::Console;

/// A second of a test is a minute of the fleet.
const IMAGES: &str = r#"
    horizon = "30d"
    [[pools]]
    name = "p"
    machines = 2
    version = "1.33.4"
    revision = 7
    [images]
    dates = ["+1m", "+2m"]
    kernel = "6.12.40"
    systemd = "257.5"
    containerd = "2.1.3"
    kubelet = "1.33.5"
    [[steps]]
    at = "+3m"
    do = "apply"
    pool = "p"
"#;

fn revisions(console: &Console) -> Vec<(u32, bool, usize)> {
    let revisions = console.model.fleet.revisions.iter();
    revisions
        .map(|revision| {
            (
                revision.number,
                revision.is_pending,
                revision.components.len(),
            )
        })
        .collect()
}

#[test]
fn a_release_is_a_revision_that_waits_until_it_is_applied() {
    let mut console = Console::new(IMAGES, 0, (120, 40));
    assert_eq!(revisions(&console), [(7, false, 0)]);
    console.press(" ").wait(Duration::from_millis(1020));
    assert_eq!(revisions(&console), [(7, false, 0), (8, true, 4)]);
    let kubelet = |console: &Console| console.model.fleet.pools[0].patch_version.to_string();
    assert_eq!(kubelet(&console), "1.33.4");
    console.wait(Duration::from_secs(2));
    assert_eq!(
        revisions(&console),
        [(7, false, 0), (8, true, 4), (9, false, 4)]
    );
    assert_eq!(kubelet(&console), "1.33.6");
}

#[test]
fn what_an_image_brings_stands_in_its_details_and_in_the_log() {
    let mut console = Console::new(IMAGES, 0, (120, 40));
    console.press(" ").wait(Duration::from_millis(2020));
    console.press("5Gi");
    let screen = console.screen();
    for version in [
        "kernel 6.12.41",
        "systemd 257.6",
        "containerd 2.1.4",
        "kubelet 1.33.6",
    ] {
        assert!(screen.contains(version), "no {version} on\n{screen}");
    }
    console.press("6");
    let screen = console.screen();
    assert!(
        screen.contains("image 2 released (kernel 6.12.41, systemd 257.6, containerd 2.1.4, kubelet 1.33.6), saved"),
        "{screen}"
    );
}

#[test]
fn the_next_milestone_may_be_a_release() {
    let mut console = Console::new(IMAGES, 0, (80, 24));
    console.press("}").wait(Duration::from_secs(9));
    assert_eq!(revisions(&console).len(), 2);
    console.press("}").wait(Duration::from_secs(9));
    assert_eq!(revisions(&console).len(), 3);
}

#[test]
fn images_go_on_coming_beyond_the_horizon_where_somebody_plays_on() {
    let text = IMAGES.replace("dates = [\"+1m\", \"+2m\"]", "every = \"10d\"");
    let day = 86_400_000;
    let released = |days: u64| {
        let console = Console::new(&text, days * day, (80, 24));
        let pending = console.model.fleet.revisions.iter();
        pending.filter(|revision| revision.is_pending).count()
    };
    assert_eq!([released(9), released(30), released(101)], [0, 3, 10]);
}
