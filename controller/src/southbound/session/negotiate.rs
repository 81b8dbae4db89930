//! Which version to speak (OF 1.3.5 §6.3.1).

use openflow::Version;
use openflow::wire::{Hello, HelloElement};
use smallvec::smallvec;

/// What we speak, best first.
const SPOKEN: [Version; 2] = [Version::V1_3, Version::V1_0];

/// Version byte of our hello and of errors before a version is agreed on: the highest we speak.
pub(super) const HIGHEST: u8 = 0x04;

/// No version in common. Shown to people on both ends.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this controller speaks OpenFlow 1.0 and 1.3, the switch offers {offered}")]
pub(crate) struct NothingInCommon {
    offered: String,
}

/// Our hello: the bitmap says exactly what we speak; a peer that does not read it goes by the
/// version byte.
pub(super) fn offer() -> Hello {
    let bitmap = SPOKEN
        .into_iter()
        .fold(0, |bits, version| bits | 1 << version.wire());
    Hello {
        elements: smallvec![HelloElement::VersionBitmap {
            bitmaps: smallvec![bitmap],
        }],
        ..Hello::default()
    }
}

/// The highest version both bitmaps have; without a bitmap from the switch, the lower of the two
/// version bytes.
pub(super) fn choose(version_byte: u8, hello: &Hello) -> Result<Version, NothingInCommon> {
    match bitmap(hello) {
        Some(bits) => SPOKEN
            .into_iter()
            .find(|version| bits & 1 << version.wire() != 0)
            .ok_or_else(|| NothingInCommon {
                offered: names((0..32).filter(|bit| bits & 1 << bit != 0)),
            }),
        None => SPOKEN
            .into_iter()
            .find(|version| version.wire() == version_byte.min(HIGHEST))
            .ok_or_else(|| NothingInCommon {
                offered: names([version_byte]),
            }),
    }
}

/// First word of the bitmap: versions above 31 are not for us to know.
fn bitmap(hello: &Hello) -> Option<u32> {
    hello.elements.iter().find_map(|element| match element {
        HelloElement::VersionBitmap { bitmaps } => bitmaps.first().copied(),
        HelloElement::Unknown { .. } => None,
    })
}

fn names(wire_versions: impl IntoIterator<Item = u8>) -> String {
    let names: Vec<String> = wire_versions
        .into_iter()
        .map(|byte| match byte {
            0x01..=0x06 => format!("1.{}", byte - 1),
            other => format!("version {other:#04x}"),
        })
        .collect();
    match names.split_last() {
        None => "none".to_owned(),
        Some((only, [])) => only.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_bitmap(bits: u32) -> Hello {
        Hello {
            elements: smallvec![HelloElement::VersionBitmap {
                bitmaps: smallvec![bits],
            }],
            ..Hello::default()
        }
    }

    #[test]
    fn chooses_the_highest_version_both_have() {
        for (byte, hello, chosen) in [
            (0x01, Hello::default(), Version::V1_0),
            (0x04, Hello::default(), Version::V1_3),
            (0x06, Hello::default(), Version::V1_3),
            (0x06, with_bitmap(0b1111110), Version::V1_3),
            (0x06, with_bitmap(0b1100010), Version::V1_0),
            (0x04, with_bitmap(0b0010000), Version::V1_3),
            (0x01, with_bitmap(0b0000010), Version::V1_0),
        ] {
            assert_eq!(choose(byte, &hello), Ok(chosen), "{byte:#x} {hello:?}");
        }
        assert_eq!(choose(HIGHEST, &offer()), Ok(Version::V1_3));
    }

    #[test]
    fn says_plainly_when_nothing_fits() {
        for (byte, hello, offered) in [
            (0x02, Hello::default(), "1.1"),
            (0x03, with_bitmap(0b1100), "1.1 and 1.2"),
            (0x06, with_bitmap(0b1101100), "1.1, 1.2, 1.4 and 1.5"),
            (0x06, with_bitmap(0), "none"),
            (0x00, Hello::default(), "version 0x00"),
        ] {
            let refused = choose(byte, &hello).unwrap_err();
            assert_eq!(
                refused.to_string(),
                format!("this controller speaks OpenFlow 1.0 and 1.3, the switch offers {offered}")
            );
        }
    }
}
