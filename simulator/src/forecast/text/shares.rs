//! Shares and their intervals as text.

use crate::forecast::Share;

/// `88.4 % (86.2–90.3)`: the ends rounded outwards, so that the interval is not narrower than it is.
pub(in crate::forecast) fn of_share(of: Share) -> String {
    let (low, high) = (thousandths(of.low).floor(), thousandths(of.high).ceil());
    format!(
        "{} ({:.1}–{:.1})",
        percent(of.share),
        low / 10.0,
        high / 10.0
    )
}

/// What a double misses a whole number by counts for nothing.
fn thousandths(share: f64) -> f64 {
    let scaled = share * 1000.0;
    let whole = scaled.round();
    if (scaled - whole).abs() < 1e-9 {
        whole
    } else {
        scaled
    }
}

/// One decimal, and never "100.0 %" or "0.0 %" for a share that is not all or nothing.
pub(super) fn percent(share: f64) -> String {
    let percent = share * 100.0;
    if percent > 0.0 && percent < 0.1 {
        "<0.1 %".to_owned()
    } else if percent < 100.0 && percent > 99.9 {
        ">99.9 %".to_owned()
    } else {
        format!("{percent:.1} %")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_not_rounded_to_all_or_nothing() {
        let said = [0.0, 0.0001, 0.366, 0.9999, 1.0].map(percent);
        assert_eq!(said, ["0.0 %", "<0.1 %", "36.6 %", ">99.9 %", "100.0 %"]);
    }

    #[test]
    fn the_ends_of_an_interval_are_rounded_outwards() {
        assert_eq!(of_share(Share::new(884, 1000)), "88.4 % (86.2–90.3)");
        assert_eq!(of_share(Share::new(1000, 1000)), "100.0 % (99.6–100.0)");
        assert_eq!(of_share(Share::new(0, 1000)), "0.0 % (0.0–0.4)");
        assert_eq!(of_share(Share::new(0, 0)), "0.0 % (0.0–100.0)");
    }
}
