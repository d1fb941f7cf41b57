//! Randomness that is keyed, not consumed in order.
//!
//! A draw is a pure function of (seed, run, entity, concern, occurrence): to add a machine, a draw or an event changes
//! no other draw. Two policies rehearsed with one seed therefore meet the same boots and the same faults, and their
//! difference is measured with far fewer runs (common random numbers; Law, *Simulation Modeling and Analysis*,
//! section 11.2). The generator is Philox4x32-10 (Salmon et al., *Parallel random numbers: as easy as 1, 2, 3*, SC'11),
//! a bijection of a 128-bit counter under a 64-bit key, whose values no release of any library can change.

use rand_philox::philox4x32_10;

/// What fixes every random choice of an ensemble.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seed(pub u64);

/// What fixes every random choice of one run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunSeed([u32; 2]);

/// Who a draw is for: a stable hash of names, never a position in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntityKey(u64);

/// What a draw is for. The model gives each kind of draw its own number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Concern(pub u32);

/// Two independent uniform variates of one entity, concern and occurrence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Draw {
    /// The first, in the open interval (0, 1).
    pub first: f64,
    /// The second, in the open interval (0, 1).
    pub second: f64,
}

impl Seed {
    /// The seed of run `run`, counted from 0.
    pub fn of_run(self, run: u64) -> RunSeed {
        let [low, high] = halves(run);
        let block = philox4x32_10([low, high, 0, 0], halves(self.0));
        RunSeed([block[0], block[1]])
    }
}

impl EntityKey {
    /// The key of the entity that these names lead to, the outermost first.
    ///
    /// 64-bit FNV-1a over the names, each closed by a byte that UTF-8 never contains, so that `["ab", "c"]` and
    /// `["a", "bc"]` differ (<https://datatracker.ietf.org/doc/html/rfc9923>).
    pub fn of(names: &[&str]) -> Self {
        const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
        let bytes = names.iter().flat_map(|name| name.bytes().chain([0xff]));
        Self(bytes.fold(OFFSET, fold))
    }

    /// The key of the `number`-th of several like entities that share `key`.
    pub fn numbered(key: Self, number: u32) -> Self {
        Self(
            number
                .to_le_bytes()
                .iter()
                .fold(key.0, |hash, byte| fold(hash, *byte)),
        )
    }

    /// The hash itself.
    pub const fn number(self) -> u64 {
        self.0
    }
}

/// One step of FNV-1a.
const fn fold(hash: u64, byte: u8) -> u64 {
    const PRIME: u64 = 0x0000_0100_0000_01b3;
    (hash ^ byte as u64).wrapping_mul(PRIME)
}

impl RunSeed {
    /// The draw of this run for an entity's concern, at its `occurrence`-th time.
    pub fn draw(self, entity: EntityKey, concern: Concern, occurrence: u32) -> Draw {
        let [low, high] = halves(entity.0);
        let [a, b, c, d] = philox4x32_10([low, high, concern.0, occurrence], self.0);
        Draw {
            first: open_unit(a, b),
            second: open_unit(c, d),
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "splits a word into its halves"
)]
fn halves(word: u64) -> [u32; 2] {
    [word as u32, (word >> 32) as u32]
}

/// 52 random bits at the middles of 2^52 equal cells of (0, 1): never 0 and never 1, so every inversion is finite.
#[expect(clippy::cast_precision_loss, reason = "52 bits fit an f64 exactly")]
fn open_unit(low: u32, high: u32) -> f64 {
    const CELL: f64 = 1.0 / (1_u64 << 52) as f64;
    let bits = (u64::from(high) << 32 | u64::from(low)) >> 12;
    (bits as f64 + 0.5) * CELL
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The known answers that come with Random123, the authors' own implementation.
    #[test]
    fn the_generator_gives_its_published_answers() {
        let answers: [([u32; 4], [u32; 2], [u32; 4]); 3] = [
            (
                [0; 4],
                [0; 2],
                [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8],
            ),
            (
                [u32::MAX; 4],
                [u32::MAX; 2],
                [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd],
            ),
            (
                [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344],
                [0xa409_3822, 0x299f_31d0],
                [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1],
            ),
        ];
        for (counter, key, answer) in answers {
            assert_eq!(philox4x32_10(counter, key), answer);
        }
    }

    #[test]
    fn a_uniform_is_never_zero_and_never_one() {
        assert!(open_unit(0, 0) > 0.0);
        assert!(open_unit(u32::MAX, u32::MAX) < 1.0);
    }

    #[test]
    fn names_are_kept_apart() {
        assert_ne!(EntityKey::of(&["ab", "c"]), EntityKey::of(&["a", "bc"]));
        assert_ne!(EntityKey::of(&["a"]), EntityKey::of(&["a", ""]));
    }

    #[test]
    fn every_part_of_a_key_changes_the_draw() {
        let machine = EntityKey::of(&["workers", "workers-1"]);
        let other = EntityKey::of(&["workers", "workers-2"]);
        let run = Seed(1).of_run(0);
        let draw = run.draw(machine, Concern(1), 1);
        assert_eq!(draw, run.draw(machine, Concern(1), 1));
        let different = [
            run.draw(other, Concern(1), 1),
            run.draw(machine, Concern(2), 1),
            run.draw(machine, Concern(1), 2),
            Seed(1).of_run(1).draw(machine, Concern(1), 1),
            Seed(2).of_run(0).draw(machine, Concern(1), 1),
        ];
        assert!(different.iter().all(|different| *different != draw));
    }

    #[test]
    fn uniforms_have_the_mean_and_the_variance_of_a_uniform() {
        let run = Seed(7).of_run(0);
        let machine = EntityKey::of(&["a"]);
        let count = 100_000_u32;
        let draws = (0..count).map(|occurrence| run.draw(machine, Concern(0), occurrence));
        let (mut sum, mut squares) = (0.0, 0.0);
        for draw in draws {
            sum += draw.first + draw.second;
            squares += draw.first * draw.first + draw.second * draw.second;
        }
        let samples = 2.0 * f64::from(count);
        assert!((sum / samples - 0.5).abs() < 4.0 * (1.0 / 12.0 / samples).sqrt());
        assert!((squares / samples - 1.0 / 3.0).abs() < 4.0 * (4.0 / 45.0 / samples).sqrt());
    }
}
