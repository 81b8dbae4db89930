//! Small things that lowering and lifting share.

use std::fmt::{Display, Write};
use std::time::Duration;

use super::Unsupported;
use crate::Version;
use crate::wire::FixedText;

/// Remarks on what the model has no name for, one after the other.
#[derive(Debug, Default)]
pub(super) struct Words(Option<String>);

impl Words {
    pub(super) fn note(&mut self, remark: impl Display) {
        let text = self.0.get_or_insert_default();
        if !text.is_empty() {
            text.push_str(", ");
        }
        let _ = write!(text, "{remark}");
    }

    pub(super) fn into_option(self) -> Option<String> {
        self.0
    }
}

pub(super) fn lacking(version: Version, feature: impl Into<String>) -> Unsupported {
    Unsupported {
        feature: feature.into(),
        version,
    }
}

/// A name or another text in a field of fixed size, all of it.
pub(super) fn fixed_text<const N: usize>(
    version: Version,
    what: &str,
    text: &str,
) -> Result<FixedText<N>, Unsupported> {
    FixedText::whole(text).ok_or_else(|| {
        let length = text.len();
        let feature = format!("{what} of {length} bytes: {N} at most, without a NUL");
        lacking(version, feature)
    })
}

/// A switch may tell nanoseconds of more than a second; they are carried over.
pub(super) fn duration(seconds: u32, nanoseconds: u32) -> Duration {
    Duration::from_secs(seconds.into()) + Duration::from_nanos(nanoseconds.into())
}

/// [`duration`] the other way; what is too long for its 32 bits of seconds is as long as can be.
pub(super) fn wire_duration(age: Duration) -> (u32, u32) {
    match u32::try_from(age.as_secs()) {
        Ok(seconds) => (seconds, age.subsec_nanos()),
        Err(_) => (u32::MAX - 1, 999_999_999),
    }
}

/// All ones stand for a counter that is not kept (OF 1.3.5 §7.3.5.2): nothing was counted.
pub(super) fn kept(counter: u64) -> u64 {
    if counter == u64::MAX { 0 } else { counter }
}
