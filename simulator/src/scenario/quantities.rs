//! Kubernetes quantities: CPU in cores and memory in bytes, with the suffixes of a pod's manifest.
//!
//! They are read in whole numbers, so that `"0.1"` is exactly 100 thousandths of a core. What is left of one is rounded
//! up, as Kubernetes does (<https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/>).

use toml::de::DeValue;

use super::problem::Problems;
use super::section::{Item, Section};
use super::values::bounded;
use super::workload::{Capacity, Requests};

/// Thousandths of a core in a core.
const MILLICORES: u128 = 1000;
/// The most CPU of a machine or pod, in thousandths of a core: a million cores.
const MOST_CPU: u64 = 1_000_000_000;
/// The most memory of a machine or pod, in bytes: 1Pi.
const MOST_MEMORY: u64 = 1 << 50;
/// The most pods of a machine: with the most memory each, their sum is still a number of 64 bits.
const MOST_PODS: u32 = 10_000;

/// Suffixes, and the fraction that each stands for.
const SUFFIXES: [(&str, u128, u128); 16] = [
    ("", 1, 1),
    ("n", 1, 1_000_000_000),
    ("u", 1, 1_000_000),
    ("m", 1, 1000),
    ("k", 1000, 1),
    ("M", 1_000_000, 1),
    ("G", 1_000_000_000, 1),
    ("T", 1_000_000_000_000, 1),
    ("P", 1_000_000_000_000_000, 1),
    ("E", 1_000_000_000_000_000_000, 1),
    ("Ki", 1 << 10, 1),
    ("Mi", 1 << 20, 1),
    ("Gi", 1 << 30, 1),
    ("Ti", 1 << 40, 1),
    ("Pi", 1 << 50, 1),
    ("Ei", 1 << 60, 1),
];

/// CPU in thousandths of a core.
pub(super) fn cpu(item: &Item<'_, '_>, problems: &mut Problems<'_>) -> Option<u64> {
    let allowed = "CPU from 0 to a million cores, as \"500m\", \"2\" or 1.5";
    quantity(item, problems, MILLICORES, MOST_CPU, allowed)
}

/// Memory in bytes.
pub(super) fn memory(item: &Item<'_, '_>, problems: &mut Problems<'_>) -> Option<u64> {
    let allowed = "memory from 0 to \"1Pi\", as \"512Mi\", \"64Gi\" or a number of bytes";
    quantity(item, problems, 1, MOST_MEMORY, allowed)
}

/// What each pod of a workload's table asks for.
pub(super) fn requests(table: &mut Section<'_, '_>, problems: &mut Problems<'_>) -> Requests {
    Requests {
        cpu: table.get("cpu", problems, cpu).unwrap_or_default(),
        memory: table.get("memory", problems, memory).unwrap_or_default(),
    }
}

/// What a machine has for pods: a table with cpu, memory and pods, each of which may be left out.
pub(super) fn capacity(item: &Item<'_, '_>, problems: &mut Problems<'_>) -> Option<Capacity> {
    let mut table = item.section(problems)?;
    let capacity = Capacity {
        cpu: table.get("cpu", problems, cpu),
        memory: table.get("memory", problems, memory),
        pods: table
            .get("pods", problems, bounded(1, MOST_PODS))
            .unwrap_or(Capacity::default().pods),
    };
    table.finish(problems);
    Some(capacity)
}

fn quantity(
    item: &Item<'_, '_>,
    problems: &mut Problems<'_>,
    per_unit: u128,
    most: u64,
    allowed: &str,
) -> Option<u64> {
    let written = match item.value.get_ref() {
        DeValue::String(text) => text.trim().to_owned(),
        DeValue::Integer(_) => item.as_integer().unwrap_or(-1).to_string(),
        DeValue::Float(float) => float.as_str().replace('_', ""),
        _ => String::new(),
    };
    let read = parse(&written, per_unit).filter(|amount| *amount <= most);
    if read.is_none() {
        // "64GB" is what people say and no quantity.
        let meant = written.strip_suffix(['B', 'b']);
        let meant = meant.filter(|meant| parse(meant, per_unit).is_some());
        let hint = meant.map(|meant| format!("; did you mean \"{meant}\"?"));
        item.refuse_with_hint(problems, allowed, &hint.unwrap_or_default());
    }
    read
}

/// A quantity in units of which there are `per_unit` in 1, rounded up; `None` when it is none, or beyond measure.
pub(super) fn parse(text: &str, per_unit: u128) -> Option<u64> {
    let end = text
        .find(|letter: char| !letter.is_ascii_digit() && letter != '.')
        .unwrap_or(text.len());
    let (number, suffix) = text.split_at(end);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = format!("{whole}{fraction}");
    let digits: u128 = digits.parse().ok()?;
    let (times, parts) = scale(suffix)?;
    let below = 10_u128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let amount = digits
        .checked_mul(times)?
        .checked_mul(per_unit)?
        .div_ceil(parts.checked_mul(below)?);
    u64::try_from(amount).ok()
}

/// The fraction that a suffix or an exponent, as `e3`, stands for.
fn scale(suffix: &str) -> Option<(u128, u128)> {
    if let Some((_, times, parts)) = SUFFIXES.iter().find(|(known, ..)| *known == suffix) {
        return Some((*times, *parts));
    }
    let exponent: i32 = suffix.strip_prefix(['e', 'E'])?.parse().ok()?;
    let power = 10_u128.checked_pow(exponent.unsigned_abs())?;
    Some(if exponent < 0 { (1, power) } else { (power, 1) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cpu_is_read_to_the_thousandth_of_a_core() {
        let read = [
            ("500m", 500),
            ("2", 2000),
            ("1.5", 1500),
            ("0.1", 100),
            (".5", 500),
            ("1.", 1000),
            ("0.0001", 1),
            ("100u", 1),
            ("1001u", 2),
            ("1k", 1_000_000),
            ("2e1", 20_000),
            ("5E-1", 500),
            ("0", 0),
        ];
        for (text, expected) in read {
            assert_eq!(parse(text, MILLICORES), Some(expected), "{text}");
        }
    }

    #[test]
    fn memory_is_read_to_the_byte() {
        let read = [
            ("512Mi", 536_870_912),
            ("64Gi", 68_719_476_736),
            ("1G", 1_000_000_000),
            ("1.5Gi", 1_610_612_736),
            ("0.1Ki", 103),
            ("1500m", 2),
            ("129e6", 129_000_000),
            ("1E", 1_000_000_000_000_000_000),
            ("1Ei", 1_152_921_504_606_846_976),
        ];
        for (text, expected) in read {
            assert_eq!(parse(text, 1), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_quantity_is_refused() {
        for text in [
            "",
            ".",
            "m",
            "-1",
            "+1",
            "1 Gi",
            "1.2.3",
            "64GB",
            "1gi",
            "1ki",
            "1K",
            "nan",
            "inf",
            "1e",
            "1e99",
            "99999999999999999999999999999999999999999",
            "17Ei",
        ] {
            assert_eq!(parse(text, 1), None, "{text}");
        }
    }
}
