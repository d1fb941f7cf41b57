//! Whether the engine gives the same bits on this target as on every other.
//!
//! One compiler version was seen to translate a plain loop of a simulator wrongly for one processor family, off by
//! 0.06 % and invisible without a comparison; so the shipped program compares.

use super::{Case, Measured, Setting, Title, rehearse};
use crate::distribution::{Distribution, Shape};
use crate::engine::{Concern, EntityKey, Seed, Span, Time, normal};

const TITLE: Title = Title {
    id: "engine-bits",
    says: "known results, bit for bit: number of values that differ",
    source: "this program on x86-64; draws: Random123's Philox4x32-10 (Salmon et al., SC'11), quantiles: AS 241 (Wichura 1988)",
};

pub(super) fn cases() -> Vec<Case> {
    [
        ("draws", draws()),
        ("quantiles", quantiles()),
        ("runs", runs()),
    ]
    .into_iter()
    .map(|(what, comparisons)| {
        let differ = comparisons
            .iter()
            .filter(|(known, got)| known != got)
            .count();
        let samples = super::count(&comparisons);
        let measured = Measured {
            expected: 0.0,
            got: f64::from(u32::try_from(differ).unwrap_or(u32::MAX)),
            tolerance: 0.0,
            samples,
        };
        TITLE.case(what, [("of", Setting::Word(what))], measured)
    })
    .collect()
}

/// Bits of draws, known and got.
fn draws() -> Vec<(u64, u64)> {
    const KNOWN: [u64; 4] = [
        0x3fc8_7c74_5b55_5d24,
        0x3fe4_2ddc_d37c_0f6d,
        0x3fd9_7d12_9483_cb72,
        0x3fd1_2cf8_b846_7e3e,
    ];
    let run = Seed(20_260_105).of_run(7);
    let machine = EntityKey::of(&["workers", "workers-1"]);
    let draws = [
        run.draw(machine, Concern(3), 1),
        run.draw(machine, Concern(4), 2),
    ];
    let got = draws
        .iter()
        .flat_map(|draw| [draw.first.to_bits(), draw.second.to_bits()]);
    KNOWN.into_iter().zip(got).collect()
}

/// Bits of the normal quantile, and milliseconds of durations, known and got.
fn quantiles() -> Vec<(u64, u64)> {
    const KNOWN: [u64; 9] = [
        0xc002_9c5c_4630_ff0e,
        0xbfe0_c7e3_9582_c5fa,
        0xc01c_234f_ba57_a32a,
        0x3fec_9e84_5da8_ac7b,
        418_596,
        290_638,
        874_437,
        41_589,
        4267,
    ];
    let lognormal =
        |mean, cv| Distribution::new(Shape::lognormal_by_cv(Span::from_secs(mean), cv), None);
    let mixture = Distribution::new(
        Shape::Mixture(vec![
            (0.97, lognormal(300, 0.3)),
            (0.03, lognormal(900, 0.25)),
        ]),
        None,
    );
    let exponential = Distribution::new(
        Shape::Exponential {
            mean: Span::from_secs(30),
        },
        None,
    );
    let triangular = Shape::Triangular {
        min: Span::from_secs(1),
        mode: Span::from_secs(2),
        max: Span::from_secs(9),
    };
    let triangular = Distribution::new(triangular, None);
    let got = [
        normal::quantile(0.01).to_bits(),
        normal::quantile(0.3).to_bits(),
        normal::quantile(1e-12).to_bits(),
        normal::cdf(1.25).to_bits(),
        lognormal(300, 0.3).quantile(0.9).as_millis(),
        mixture.quantile(0.5).as_millis(),
        mixture.quantile(0.985).as_millis(),
        exponential.quantile(0.75).as_millis(),
        triangular.quantile(0.6).as_millis(),
    ];
    KNOWN.into_iter().zip(got).collect()
}

/// Milliseconds of whole runs of a pool with random phases, failures and retries, known and got.
fn runs() -> Vec<(u64, u64)> {
    const KNOWN: [u64; 8] = [
        5_912_802, 7_673_261, 9_624_669, 7_293_971, 7_833_510, 8_966_908, 7_239_964, 10_349_851,
    ];
    let ensemble = rehearse(
        r#"
        [[pools]]
        name = "p"
        machines = 40
        hardware = "server"
        max_unavailable = "10%"
        halt_after = "never"
        order = "random"
        on_boot_timeout = "power-cycle"
        power_cycles = 3
        retries = 1
        [hardware.server]
        hangs = { os = "5%" }
        fails = { drain = "5%" }
        [[steps]]
        at = "+0s"
        do = "apply"
        pool = "p"
        "#,
        8,
    );
    let got = ensemble
        .rows
        .iter()
        .map(|row| row.end.map_or(0, Time::as_millis));
    KNOWN.into_iter().zip(got).collect()
}
