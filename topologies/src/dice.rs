//! Random numbers from a seed.

/// Random numbers that are the same for a seed for ever, which no crate promises across versions.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    /// The bias of the remainder is far below what a handful of switches could show.
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.0 = crate::paths::mix(self.0);
        self.0 % limit
    }
}
