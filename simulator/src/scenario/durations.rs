//! How a scenario writes a duration that may be random: `"5m"`, or a table that names one form.

use super::problem::Problems;
use super::section::{Item, Section};
use super::values::{duration, positive_duration, positive_number, probability};
use crate::distribution::{Distribution, Shape};
use crate::engine::Span;

const FORMS: &str = "a duration, as \"5m\", or a table with one of fixed, uniform, triangular, exponential, lognormal, mixture, empirical";
/// How far the weights of a mixture may be from 1, for weights written with few digits.
const WEIGHT_SLACK: f64 = 1e-6;

/// A fixed duration, or the table of a random one.
pub(super) fn distribution(
    item: &Item<'_, '_>,
    problems: &mut Problems<'_>,
) -> Option<Distribution> {
    if item.as_str().is_some() {
        return duration(item, problems).map(Distribution::fixed);
    }
    if item.value.get_ref().as_table().is_none() {
        item.refuse(problems, FORMS);
        return None;
    }
    let mut section = item.section(problems)?;
    let read = form(item, &mut section, problems);
    section.finish(problems);
    read
}

/// The one form that the table names, with its cap.
fn form(
    item: &Item<'_, '_>,
    section: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
) -> Option<Distribution> {
    type Read = fn(&Item<'_, '_>, &mut Problems<'_>) -> Option<Shape>;
    const READERS: [(&str, Read); 7] = [
        ("fixed", |item, problems| {
            duration(item, problems).map(Shape::Fixed)
        }),
        ("uniform", uniform),
        ("triangular", triangular),
        ("exponential", exponential),
        ("lognormal", lognormal),
        ("mixture", mixture),
        ("empirical", empirical),
    ];
    let cap = section.get("cap", problems, positive_duration);
    let named: Vec<_> = READERS
        .into_iter()
        .filter_map(|(key, read)| Some((section.item(key)?, read)))
        .collect();
    let [(form, read)] = &named[..] else {
        item.refuse(problems, FORMS);
        return None;
    };
    read(form, problems).map(|shape| Distribution::new(shape, cap))
}

fn uniform(item: &Item<'_, '_>, problems: &mut Problems<'_>) -> Option<Shape> {
    let mut section = item.section(problems)?;
    let min = section.need("min", problems, duration);
    let max = section.need("max", problems, duration);
    section.finish(problems);
    let [min, max] = rising(item, problems, [min?, max?], "min must not exceed max")?;
    Some(if min == max {
        Shape::Fixed(min)
    } else {
        Shape::Uniform { min, max }
    })
}

fn triangular(item: &Item<'_, '_>, problems: &mut Problems<'_>) -> Option<Shape> {
    let mut section = item.section(problems)?;
    let min = section.need("min", problems, duration);
    let mode = section.need("mode", problems, duration);
    let max = section.need("max", problems, duration);
    section.finish(problems);
    let order = "min, mode and max must rise in this order";
    let [min, mode, max] = rising(item, problems, [min?, mode?, max?], order)?;
    Some(if min == max {
        Shape::Fixed(min)
    } else {
        Shape::Triangular { min, mode, max }
    })
}

fn exponential(item: &Item<'_, '_>, problems: &mut Problems<'_>) -> Option<Shape> {
    let mut section = item.section(problems)?;
    let mean = section.need("mean", problems, positive_duration);
    section.finish(problems);
    Some(Shape::Exponential { mean: mean? })
}

fn lognormal(item: &Item<'_, '_>, problems: &mut Problems<'_>) -> Option<Shape> {
    let mut section = item.section(problems)?;
    let mean = section.get("mean", problems, positive_duration);
    let cv = section.get("cv", problems, positive_number);
    let sigma = section.get("sigma", problems, positive_number);
    let p50 = section.get("p50", problems, positive_duration);
    let p90 = section.get("p90", problems, positive_duration);
    // A wrong value was noted already; a wrong combination was not.
    let read = [mean, p50, p90].iter().flatten().count() + [cv, sigma].iter().flatten().count();
    let is_clean = section.len() == read;
    section.finish(problems);
    match (mean, cv, sigma, p50, p90) {
        (Some(mean), Some(cv), None, None, None) => Some(Shape::lognormal_by_cv(mean, cv)),
        (Some(mean), None, Some(sigma), None, None) => Some(Shape::lognormal_by_sigma(mean, sigma)),
        (None, None, None, Some(p50), Some(p90)) => {
            rising(item, problems, [p50, p90], "p50 must not exceed p90")?;
            Some(Shape::lognormal_by_quantiles(p50, p90))
        }
        _ => {
            if is_clean {
                item.refuse(problems, "mean and cv, mean and sigma, or p50 and p90");
            }
            None
        }
    }
}

fn mixture(item: &Item<'_, '_>, problems: &mut Problems<'_>) -> Option<Shape> {
    let Some(elements) = item.elements().filter(|elements| !elements.is_empty()) else {
        item.refuse(
            problems,
            "an array of tables, each with a weight and one form",
        );
        return None;
    };
    let mut parts = Vec::with_capacity(elements.len());
    for element in &elements {
        let mut section = element.section(problems)?;
        let weight = section.need("weight", problems, probability);
        let part = form(element, &mut section, problems);
        section.finish(problems);
        parts.extend(weight.zip(part));
    }
    if parts.len() < elements.len() {
        return None;
    }
    let sum: f64 = parts.iter().map(|(weight, _)| weight).sum();
    if (sum - 1.0).abs() > WEIGHT_SLACK {
        item.object(
            problems,
            &format!("whose weights sum to {}%, not to 100%", sum * 100.0),
        );
        return None;
    }
    Some(Shape::Mixture(parts))
}

fn empirical(item: &Item<'_, '_>, problems: &mut Problems<'_>) -> Option<Shape> {
    let Some(elements) = item.elements().filter(|elements| !elements.is_empty()) else {
        item.refuse(problems, "an array of at least one duration");
        return None;
    };
    let read: Vec<_> = elements
        .iter()
        .filter_map(|element| duration(element, problems))
        .collect();
    if read.len() < elements.len() {
        return None;
    }
    let mut sorted = read;
    sorted.sort_unstable();
    Some(Shape::Empirical(sorted))
}

/// The durations, if each is at least as long as the one before.
fn rising<const N: usize>(
    item: &Item<'_, '_>,
    problems: &mut Problems<'_>,
    durations: [Span; N],
    rule: &str,
) -> Option<[Span; N]> {
    if durations.is_sorted() {
        return Some(durations);
    }
    item.refuse(problems, rule);
    None
}
