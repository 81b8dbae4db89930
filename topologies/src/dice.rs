//! Random numbers from a seed.

/// Random numbers that are the same for a seed for ever, which no crate promises across versions.
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    /// The numbers of a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below the limit, which is at least 1.
    ///
    /// The bias of the remainder is far below what a handful of switches could show.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 = crate::paths::mix(self.0);
        self.0 % limit.max(1)
    }

    /// From 0, which is possible, to 1, which is not.
    #[cfg(feature = "emulate")]
    pub(crate) fn share(&mut self) -> f64 {
        self.0 = crate::paths::mix(self.0);
        // The 53 bits a double holds exactly.
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }
}
