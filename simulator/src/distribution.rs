//! How long something takes: a duration, fixed or random.
//!
//! Every form turns one uniform variate into one duration by **monotone inversion**: a larger uniform never gives a
//! shorter duration. That is what lets two policies with one seed meet the same slow boots.

use crate::engine::{Span, normal};

/// A duration, fixed or random, never negative, in milliseconds.
#[derive(Clone, Debug, PartialEq)]
pub struct Distribution {
    shape: Shape,
    cap: Option<Span>,
}

/// The forms that a scenario can write.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// Always the same.
    Fixed(Span),
    /// Any duration between the two with equal density.
    Uniform {
        /// The shortest.
        min: Span,
        /// The longest.
        max: Span,
    },
    /// Density rising from `min` to `mode` and falling to `max`.
    Triangular {
        /// The shortest.
        min: Span,
        /// The most likely.
        mode: Span,
        /// The longest.
        max: Span,
    },
    /// Memoryless, with this mean.
    Exponential {
        /// The mean.
        mean: Span,
    },
    /// The logarithm of the duration in milliseconds is normal.
    Lognormal {
        /// Mean of the logarithm.
        mu: f64,
        /// Standard deviation of the logarithm.
        sigma: f64,
    },
    /// One of several forms, each with its weight; weights sum to 1.
    Mixture(Vec<(f64, Distribution)>),
    /// One of these durations with equal chance; sorted, not empty.
    Empirical(Vec<Span>),
    /// Another one, and always so much more.
    Later(Box<Distribution>, Span),
}

impl Shape {
    /// A lognormal of this mean and coefficient of variation (standard deviation over mean).
    pub fn lognormal_by_cv(mean: Span, cv: f64) -> Self {
        Self::lognormal_by_sigma(mean, libm::sqrt(libm::log1p(cv * cv)))
    }

    /// A lognormal of this mean whose logarithm has the standard deviation `sigma`.
    pub fn lognormal_by_sigma(mean: Span, sigma: f64) -> Self {
        Self::Lognormal {
            mu: libm::log(mean.as_millis_f64()) - sigma * sigma / 2.0,
            sigma,
        }
    }

    /// A lognormal of this median and 90th percentile.
    pub fn lognormal_by_quantiles(p50: Span, p90: Span) -> Self {
        let mu = libm::log(p50.as_millis_f64());
        let sigma = (libm::log(p90.as_millis_f64()) - mu) / normal::quantile(0.9);
        Self::Lognormal { mu, sigma }
    }

    fn quantile_ms(&self, u: f64) -> f64 {
        match self {
            Self::Fixed(span) => span.as_millis_f64(),
            Self::Uniform { min, max } => {
                let (min, max) = (min.as_millis_f64(), max.as_millis_f64());
                min + u * (max - min)
            }
            Self::Triangular { min, mode, max } => triangular_quantile([*min, *mode, *max], u),
            Self::Exponential { mean } => -mean.as_millis_f64() * libm::log1p(-u),
            Self::Lognormal { mu, sigma } => libm::exp(mu + sigma * normal::quantile(u)),
            Self::Mixture(parts) => mixture_quantile(parts, u),
            Self::Empirical(sorted) => chosen(sorted, u).map_or(0.0, |span| span.as_millis_f64()),
            Self::Later(part, by) => (part.quantile(u) + *by).as_millis_f64(),
        }
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "a list of durations is far shorter than 2^53"
    )]
    fn cdf(&self, ms: f64) -> f64 {
        match self {
            Self::Fixed(span) => f64::from(u8::from(span.as_millis_f64() <= ms)),
            Self::Uniform { min, max } => {
                let (min, max) = (min.as_millis_f64(), max.as_millis_f64());
                if ms >= max {
                    1.0
                } else {
                    ((ms - min) / (max - min)).max(0.0)
                }
            }
            Self::Triangular { min, mode, max } => triangular_cdf([*min, *mode, *max], ms),
            Self::Exponential { mean } => {
                if mean.is_zero() {
                    1.0
                } else {
                    -libm::expm1(-ms / mean.as_millis_f64())
                }
            }
            Self::Lognormal { mu, sigma } => {
                let distance = libm::log(ms) - mu;
                if *sigma > 0.0 {
                    normal::cdf(distance / sigma)
                } else {
                    f64::from(u8::from(distance >= 0.0))
                }
            }
            Self::Mixture(parts) => parts
                .iter()
                .map(|(weight, part)| weight * part.cdf(ms))
                .sum(),
            Self::Empirical(sorted) => {
                let within = sorted.partition_point(|span| span.as_millis_f64() <= ms);
                within as f64 / sorted.len() as f64
            }
            Self::Later(part, by) => part.cdf(ms - by.as_millis_f64()),
        }
    }
}

impl Distribution {
    /// The distribution of this form; values above `cap` become `cap`.
    pub fn new(shape: Shape, cap: Option<Span>) -> Self {
        Self { shape, cap }
    }

    /// Always this duration.
    pub fn fixed(span: Span) -> Self {
        Self::new(Shape::Fixed(span), None)
    }

    /// The same, and always so much more.
    #[must_use]
    pub fn later_by(self, by: Span) -> Self {
        match self.as_fixed() {
            Some(span) => Self::fixed(span + by),
            None => Self::new(Shape::Later(Box::new(self), by), None),
        }
    }

    /// The duration of a fixed form; `None` where it is random.
    pub fn as_fixed(&self) -> Option<Span> {
        match self.shape {
            Shape::Fixed(span) => Some(self.capped(span)),
            _ => None,
        }
    }

    /// The duration that a share `u` of all durations does not exceed, 0 < u < 1, to the millisecond.
    pub fn quantile(&self, u: f64) -> Span {
        self.capped(Span::nearest(self.shape.quantile_ms(u)))
    }

    /// The share of durations of at most `ms` milliseconds.
    pub fn cdf(&self, ms: f64) -> f64 {
        match self.cap {
            Some(cap) if ms >= cap.as_millis_f64() => 1.0,
            _ => self.shape.cdf(ms),
        }
    }

    fn capped(&self, span: Span) -> Span {
        self.cap.map_or(span, |cap| span.min(cap))
    }
}

fn triangular_quantile([min, mode, max]: [Span; 3], u: f64) -> f64 {
    let [min, mode, max] = [min, mode, max].map(Span::as_millis_f64);
    let range = max - min;
    if u * range < mode - min {
        min + libm::sqrt(u * range * (mode - min))
    } else {
        max - libm::sqrt((1.0 - u) * range * (max - mode))
    }
}

fn triangular_cdf([min, mode, max]: [Span; 3], ms: f64) -> f64 {
    let [min, mode, max] = [min, mode, max].map(Span::as_millis_f64);
    if ms >= max {
        1.0
    } else if ms <= min {
        0.0
    } else if ms < mode {
        (ms - min) * (ms - min) / ((max - min) * (mode - min))
    } else {
        1.0 - (max - ms) * (max - ms) / ((max - min) * (max - mode))
    }
}

/// The smallest whole millisecond at which the mixture's distribution function reaches `u`, by bisection.
///
/// To choose a part by one range of `u` and then a value within it would be quicker and would not be monotone: a
/// larger uniform could give a shorter duration wherever the parts overlap.
fn mixture_quantile(parts: &[(f64, Distribution)], u: f64) -> f64 {
    let each = || parts.iter().map(|(_, part)| part.quantile(u));
    let mut below = each().min().unwrap_or(Span::ZERO).as_millis();
    let mut reached = each().max().unwrap_or(Span::ZERO).as_millis() + 1;
    // The share at `reached` is at least `u`, since every part's own quantile lies at or below it.
    below = below.saturating_sub(1);
    while below < reached {
        let middle = below + (reached - below) / 2;
        let at = Span::from_millis(middle).as_millis_f64();
        let share: f64 = parts
            .iter()
            .map(|(weight, part)| weight * part.cdf(at))
            .sum();
        if share >= u {
            reached = middle;
        } else {
            below = middle + 1;
        }
    }
    Span::from_millis(reached).as_millis_f64()
}

/// The one of several things that `u` chooses, 0 < u < 1, each with the same chance; `None` where there is none.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a product of a uniform and a list's length, clamped to the list"
)]
pub(crate) fn chosen<T>(of: &[T], u: f64) -> Option<&T> {
    let last = of.len().checked_sub(1)?;
    of.get(((u * of.len() as f64) as usize).min(last))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn secs(seconds: u64) -> Span {
        Span::from_secs(seconds)
    }

    fn plain(shape: Shape) -> Distribution {
        Distribution::new(shape, None)
    }

    fn server_firmware() -> Distribution {
        plain(Shape::Mixture(vec![
            (0.97, plain(Shape::lognormal_by_cv(secs(300), 0.3))),
            (0.03, plain(Shape::lognormal_by_cv(secs(900), 0.25))),
        ]))
    }

    fn every_form() -> Vec<Distribution> {
        vec![
            plain(Shape::Fixed(secs(5))),
            plain(Shape::Uniform {
                min: secs(10),
                max: secs(30),
            }),
            plain(Shape::Triangular {
                min: secs(1),
                mode: secs(2),
                max: secs(9),
            }),
            plain(Shape::Triangular {
                min: secs(1),
                mode: secs(1),
                max: secs(9),
            }),
            plain(Shape::Triangular {
                min: secs(1),
                mode: secs(9),
                max: secs(9),
            }),
            plain(Shape::Exponential { mean: secs(30) }),
            plain(Shape::lognormal_by_cv(secs(300), 0.3)),
            plain(Shape::lognormal_by_sigma(secs(120), 0.8)),
            plain(Shape::lognormal_by_quantiles(secs(60), secs(180))),
            server_firmware(),
            plain(Shape::Mixture(vec![
                (0.65, plain(Shape::Fixed(secs(30)))),
                (
                    0.35,
                    plain(Shape::lognormal_by_quantiles(secs(10), secs(20))),
                ),
            ])),
            plain(Shape::Empirical(vec![secs(1), secs(1), secs(4), secs(7)])),
            Distribution::new(Shape::Exponential { mean: secs(30) }, Some(secs(45))),
        ]
    }

    /// Mean by the midpoint rule over the quantile function.
    fn mean_s(of: &Distribution) -> f64 {
        let cells = 200_000;
        let sum: f64 = (0..cells)
            .map(|cell| {
                of.quantile((f64::from(cell) + 0.5) / f64::from(cells))
                    .as_millis_f64()
            })
            .sum();
        sum / f64::from(cells) / 1000.0
    }

    #[test]
    fn means_are_what_the_parameters_say() {
        let means = [
            (
                plain(Shape::Uniform {
                    min: secs(10),
                    max: secs(30),
                }),
                20.0,
            ),
            (
                plain(Shape::Triangular {
                    min: secs(1),
                    mode: secs(2),
                    max: secs(9),
                }),
                4.0,
            ),
            (plain(Shape::Exponential { mean: secs(30) }), 30.0),
            (plain(Shape::lognormal_by_cv(secs(300), 0.3)), 300.0),
            (plain(Shape::lognormal_by_sigma(secs(120), 0.8)), 120.0),
            (server_firmware(), 0.97 * 300.0 + 0.03 * 900.0),
            (
                plain(Shape::Empirical(vec![secs(1), secs(1), secs(4), secs(7)])),
                3.25,
            ),
        ];
        for (of, mean) in means {
            let got = mean_s(&of);
            assert!((got / mean - 1.0).abs() < 2e-3, "{of:?}: {got} for {mean}");
        }
    }

    #[test]
    fn a_lognormal_by_quantiles_has_those_quantiles() {
        let of = plain(Shape::lognormal_by_quantiles(secs(60), secs(180)));
        assert_eq!(of.quantile(0.5), secs(60));
        assert_eq!(of.quantile(0.9), secs(180));
    }

    /// P90 and P99 of one server's firmware phase are published assumptions: 419 s and 569 s for the normal mode.
    #[test]
    fn a_lognormal_by_mean_and_cv_has_the_expected_tail() {
        let of = plain(Shape::lognormal_by_cv(secs(300), 0.3));
        assert_eq!(of.quantile(0.9).as_millis() / 1000, 418);
        assert_eq!(of.quantile(0.99).as_millis() / 1000, 568);
    }

    #[test]
    fn a_cap_becomes_a_point_mass() {
        let of = Distribution::new(Shape::Exponential { mean: secs(30) }, Some(secs(45)));
        assert_eq!(of.quantile(0.999), secs(45));
        assert!(of.quantile(0.5) < secs(45));
        assert!((of.cdf(45_000.0) - 1.0).abs() < 1e-15);
    }

    proptest! {
        #![proptest_config(ProptestConfig { rng_seed: proptest::test_runner::RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn inversion_is_monotone(a in 1e-9..1.0_f64, b in 1e-9..1.0_f64) {
            let (low, high) = if a < b { (a, b) } else { (b, a) };
            prop_assume!(high < 1.0);
            for of in every_form() {
                prop_assert!(of.quantile(low) <= of.quantile(high), "{:?}", of);
            }
        }

        #[test]
        fn a_quantile_is_where_the_distribution_function_reaches_it(u in 1e-6..0.999_999_f64) {
            for of in every_form() {
                let at = of.quantile(u).as_millis_f64();
                prop_assert!(of.cdf(at + 1.0) >= u - 1e-9, "{:?}: {} at {}", of, u, at);
                prop_assert!(at < 1.0 || of.cdf(at - 1.0) <= u + 1e-9, "{:?}: {} at {}", of, u, at);
            }
        }
    }
}
