//! Chance that repeats: a number for each request, made of the seed and of nothing but the request's
//! place in the run.

/// From 0 to just below 1.
pub(super) fn draw(seed: u64, place: [u64; 4]) -> f64 {
    let drawn = place.into_iter().fold(mix(seed), |drawn, part| mix(drawn ^ mix(part)));
    // 53 bits are what the number's form holds exactly.
    (drawn >> 11) as f64 / (1_u64 << 53) as f64
}

/// One step of the generator SplitMix64: spreads every bit over all of them.
fn mix(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_has_one_number() {
        assert_eq!(draw(1, [0, 7, 0, 1]).to_bits(), draw(1, [0, 7, 0, 1]).to_bits());
        let others = [
            draw(2, [0, 7, 0, 1]),
            draw(1, [0, 8, 0, 1]),
            draw(1, [0, 7, 1, 1]),
            draw(1, [0, 7, 0, 2]),
            draw(1, [0, 7, 1, 0]),
            draw(1, [1, 7, 0, 1]),
        ];
        for (position, other) in others.iter().enumerate() {
            assert!(*other != draw(1, [0, 7, 0, 1]), "{position}");
        }
    }

    #[test]
    fn numbers_are_spread_evenly() {
        for seed in 0..5 {
            let mut tenths = [0; 10];
            for number in 0..10_000 {
                tenths[(draw(seed, [0, 7, 0, number]) * 10.0) as usize] += 1;
            }
            let even = tenths.iter().all(|count| (900..1_100).contains(count));
            assert!(even, "{tenths:?}");
        }
    }
}
