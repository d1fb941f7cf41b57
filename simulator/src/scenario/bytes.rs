//! How much is fetched, and how fast: sizes and bandwidths.
//!
//! A size is a Kubernetes quantity, or the same with a `B` behind it. A bandwidth counts bytes (`100MB/s`) or bits
//! (`500Mbit/s`, `1.5Gbps`); k, M and G are decimal, Ki, Mi and Gi binary.

use super::problem::Problems;
use super::quantities::parse;
use super::section::Item;
use toml::de::DeValue;

/// The largest image: 1Ti.
const LARGEST: u64 = 1 << 40;
/// The slowest line or disk, in bytes a second: 1 kbit/s.
const SLOWEST: u64 = 125;
/// The fastest: 1 Tbit/s.
const FASTEST: u64 = 125_000_000_000;

/// Units of a bandwidth, and how many of them are a byte.
const UNITS: [(&str, u64); 3] = [("B/s", 1), ("bit/s", 8), ("bps", 8)];

/// A size in bytes, zero included.
pub(super) fn size(item: &Item<'_, '_>, problems: &mut Problems<'_>) -> Option<u64> {
    let size = match item.value.get_ref() {
        DeValue::Integer(_) => item
            .as_integer()
            .and_then(|bytes| u64::try_from(bytes).ok()),
        _ => item.as_str().and_then(|text| parse_size(text.trim())),
    };
    let size = size.filter(|size| *size <= LARGEST);
    if size.is_none() {
        item.refuse(
            problems,
            "a size from 0 to \"1Ti\", as \"700Mi\", \"1.5GB\" or a number of bytes",
        );
    }
    size
}

/// A bandwidth in bytes a second.
pub(super) fn bandwidth(item: &Item<'_, '_>, problems: &mut Problems<'_>) -> Option<u64> {
    let bandwidth = item
        .as_str()
        .and_then(|text| parse_bandwidth(text.trim()))
        .filter(|bandwidth| (SLOWEST..=FASTEST).contains(bandwidth));
    if bandwidth.is_none() {
        item.refuse(
            problems,
            "a bandwidth from \"1kbit/s\" to \"1Tbit/s\", as \"100MB/s\", \"500Mbit/s\" or \"1.5Gbps\"",
        );
    }
    bandwidth
}

fn parse_size(text: &str) -> Option<u64> {
    let text = text.strip_suffix('B').unwrap_or(text);
    // Thousandths of a byte and less are quantities, and surely not meant.
    let is_whole = !text.ends_with(['m', 'u', 'n']);
    is_whole.then(|| parse(text, 1))?
}

fn parse_bandwidth(text: &str) -> Option<u64> {
    let (number, per_byte) = UNITS
        .iter()
        .find_map(|(unit, per_byte)| Some((text.strip_suffix(unit)?, *per_byte)))?;
    let is_whole = !number.ends_with(['m', 'u', 'n']);
    is_whole
        .then(|| parse(number, 1))?
        .map(|count| count / per_byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_quantities_or_say_that_they_count_bytes() {
        let read = [
            ("0", 0),
            ("700Mi", 734_003_200),
            ("700MB", 700_000_000),
            ("700MiB", 734_003_200),
            ("1.5GB", 1_500_000_000),
            ("512B", 512),
        ];
        for (text, expected) in read {
            assert_eq!(parse_size(text), Some(expected), "{text}");
        }
        for text in [
            "", "B", "700m", "700mB", "700 Mi", "-1", "1.2.3M", "700Mbit",
        ] {
            assert_eq!(parse_size(text), None, "{text}");
        }
    }

    #[test]
    fn bandwidths_count_bytes_or_bits() {
        let read = [
            ("100MB/s", 100_000_000),
            ("100MiB/s", 104_857_600),
            ("500Mbit/s", 62_500_000),
            ("1Gbit/s", 125_000_000),
            ("1.5Gbps", 187_500_000),
            ("64kbps", 8_000),
        ];
        for (text, expected) in read {
            assert_eq!(parse_bandwidth(text), Some(expected), "{text}");
        }
        for text in [
            "", "100", "100 MB/s", "100MB", "100Mb/s", "100mbps", "MB/s", "-1MB/s",
        ] {
            assert_eq!(parse_bandwidth(text), None, "{text}");
        }
    }
}
