//! `meltdeck check`: reports that were accepted, and what a scenario expects.

use std::fs;

use tests::{Folder, meltdeck};

/// A folder of scenarios.
struct Scenarios(Folder);

impl Scenarios {
    fn new(name: &str) -> Self {
        let folder = Folder::new(name);
        fs::create_dir_all(folder.path().join("deep")).unwrap();
        Self(folder)
    }

    fn write(&self, name: &str, max_unavailable: u32, expect: &str) {
        let text = format!(
            "runs = 20\n[hardware.h]\nupdate = \"5m\"\n[[pools]]\nname = \"w\"\nmachines = 6\nhardware = \"h\"\nmax_unavailable = {max_unavailable}\n[[steps]]\nat = \"+0s\"\ndo = \"apply\"\npool = \"w\"\n{expect}"
        );
        self.0.file(name, text);
    }

    /// What `check` says of the folder, with the folder's own name left out.
    fn check(&self, options: &[&str]) -> (u8, String) {
        let folder = self.0.path().to_str().unwrap();
        let said = meltdeck([&["check", folder], options].concat());
        assert_eq!(said.err, "");
        (said.code, said.out.replace(&format!("{folder}/"), ""))
    }
}

#[test]
fn a_report_is_missing_then_accepted_then_the_same_then_another() {
    let folder = Scenarios::new("check-flow");
    folder.write("a.toml", 1, "");
    folder.write("deep/b.toml", 2, "");
    let (code, said) = folder.check(&[]);
    assert_eq!(code, 1);
    assert!(
        said.contains(
            "MISSING a.toml: no report was accepted; meltdeck check --accept a.toml accepts it"
        ),
        "{said}"
    );
    assert!(
        said.ends_with("2 scenarios: 2 without an accepted report\n"),
        "{said}"
    );
    let (code, said) = folder.check(&["--accept"]);
    assert_eq!(
        (code, said.as_str()),
        (
            0,
            "accepted a.toml\naccepted deep/b.toml\n2 scenarios: 2 as accepted (2 accepted now)\n"
        )
    );
    let same = "ok a.toml\nok deep/b.toml\n2 scenarios: 2 as accepted\n";
    for jobs in ["1", "2", "5"] {
        let (code, said) = folder.check(&["--jobs", jobs]);
        assert_eq!((code, said.as_str()), (0, same));
    }
    folder.write("a.toml", 3, "");
    let (code, said) = folder.check(&[]);
    assert_eq!(code, 1);
    assert!(said.starts_with("DIFFERS a.toml\n"), "{said}");
    let line = |sign: &str, what: &str| {
        let mut lines = said.lines();
        lines.any(|line| line.starts_with(sign) && line.contains(what))
    };
    assert!(
        line("  - finish", "30m 00s") && line("  + finish", "10m 00s"),
        "{said}"
    );
    assert!(
        said.ends_with("ok deep/b.toml\n2 scenarios: 1 as accepted, 1 differ\n"),
        "{said}"
    );
}

#[test]
fn an_accepted_report_fits_a_screen_and_is_what_rehearse_prints() {
    let folder = Scenarios::new("check-report");
    folder.write("a.toml", 1, "");
    folder.check(&["--accept"]);
    let report = fs::read_to_string(folder.0.path().join("a.report.txt")).unwrap();
    assert!(report.lines().count() <= 24, "{report}");
    assert!(
        report.lines().all(|line| line.chars().count() <= 80),
        "{report}"
    );
    let file = folder.0.path().join("a.toml");
    let said = meltdeck(["rehearse", file.to_str().unwrap()]);
    assert_eq!(said.out, report);
}

#[test]
fn what_a_scenario_expects_is_checked_and_told_with_what_was_found() {
    let folder = Scenarios::new("check-expect");
    let expect = "[[expect]]\nthat = \"finished.share >= 99%\"\n[[expect]]\nthat = \"pools.w.duration_s.p90 <= 20m\"\n";
    folder.write("a.toml", 1, expect);
    let (code, said) = folder.check(&["--accept"]);
    assert_eq!(code, 1);
    assert!(
        said.starts_with("NOT AS EXPECTED a.toml: pools.w.duration_s.p90 <= 20m: found 30m 00s\n"),
        "{said}"
    );
    folder.write("a.toml", 2, expect);
    assert_eq!(folder.check(&["--accept"]).0, 0);
}

#[test]
fn what_cannot_be_checked_is_a_wrong_question() {
    let folder = Scenarios::new("check-wrong");
    let empty = folder.0.path().join("deep");
    let said = meltdeck(["check", empty.to_str().unwrap()]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("no scenario (*.toml) in"), "{}", said.err);
    folder.write(
        "a.toml",
        1,
        "[[expect]]\nthat = \"finished.share is fine\"\n",
    );
    let said = meltdeck(["check", folder.0.path().to_str().unwrap()]);
    assert_eq!(said.code, 2);
    assert!(
        said.err
            .contains("expect[0].that: found \"finished.share is fine\""),
        "{}",
        said.err
    );
}
