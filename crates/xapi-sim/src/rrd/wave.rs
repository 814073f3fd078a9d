//! Values that move as real ones do: days, hours, and noise.

use std::f64::consts::TAU;

/// How a value moves.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Wave {
    /// Not at all.
    Still(f64),
    /// About `base`, never above `most`.
    Moving {
        /// What it moves about.
        base: f64,
        /// What it never exceeds.
        most: f64,
    },
}

impl Wave {
    /// Makes a wave about `base` that knows no limit.
    pub(crate) fn about(base: f64) -> Self {
        Self::Moving { base, most: f64::MAX }
    }

    /// Returns the average of the `step` seconds that end at `time`; `seed` tells waves apart.
    pub(crate) fn at(self, seed: u64, time: i64, step: i64) -> f64 {
        let (base, most) = match self {
            Self::Still(value) => return value,
            Self::Moving { base, most } => (base, most),
        };
        let swing = |period: f64, seed: u64| {
            let phase = unit(mix(seed)) * period;
            let turn = TAU * step as f64 / period / 2.0;
            // What is left of a wave in an average over a part of it.
            let left = if turn < 1e-6 { 1.0 } else { turn.sin() / turn };
            left * (TAU * (time as f64 - step as f64 / 2.0 + phase) / period).sin()
        };
        let short = 600.0 + 3000.0 * unit(mix(seed ^ 1));
        let noise = 2.0 * unit(mix(seed ^ time.cast_unsigned().rotate_left(17) ^ step.cast_unsigned())) - 1.0;
        let noise = noise / (step as f64 / 5.0).sqrt();
        let value = base * (1.0 + 0.35 * swing(86_400.0, seed ^ 2) + 0.25 * swing(short, seed ^ 3) + 0.3 * noise);
        // Six digits behind the point: more would only make answers longer.
        (value.clamp(0.0, most) * 1e6).round() / 1e6
    }
}

/// Returns a number that a text always gives.
pub(crate) fn seed(texts: [&str; 2]) -> u64 {
    // FNV-1a, 64 bits.
    let bytes = texts.iter().flat_map(|text| text.bytes().chain([0]));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Returns a part between 0 and 1 that a seed always gives.
pub(crate) fn unit(seed: u64) -> f64 {
    (seed >> 11) as f64 / (1_u64 << 53) as f64
}

/// Spreads the bits of a number (the last step of SplitMix64).
pub(crate) fn mix(mut bits: u64) -> u64 {
    bits = bits.wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::{Wave, seed};

    #[test]
    fn values_move_within_their_bounds_and_repeat() {
        let wave = Wave::Moving { base: 0.8, most: 1.0 };
        let seed = seed(["vm", "cpu0"]);
        let values = || (0..1000).map(|row| wave.at(seed, row * 5, 5)).collect::<Vec<f64>>();
        assert!(values().iter().all(|value| (0.0..=1.0).contains(value)));
        assert!(values().windows(2).any(|pair| (pair[0] - pair[1]).abs() > 0.01), "they move");
        assert_eq!(values(), values());
    }
}
