//! Which version to speak (OF 1.3.5 §6.3.1).

use openflow::Version;
use openflow::wire::Hello;

/// What we speak, lowest first.
const SPOKEN: [Version; 4] = [Version::V1_0, Version::V1_3, Version::V1_4, Version::V1_5];

/// Version of our hello and of errors before a version is agreed on: the highest we speak.
pub(in crate::southbound) const HIGHEST: Version = SPOKEN[SPOKEN.len() - 1];

/// No version in common. Shown to people on both ends.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this controller speaks OpenFlow {spoken}, the switch offers {offered}")]
pub(crate) struct NothingInCommon {
    spoken: String,
    offered: String,
}

/// Our hello: the bitmap says exactly what we speak; a peer that does not read it goes by the
/// version byte.
pub(super) fn offer() -> Hello {
    Hello::offering(&SPOKEN)
}

/// The highest version both bitmaps have; without a bitmap from the switch, the lower of the two
/// version bytes.
pub(super) fn choose(version_byte: u8, hello: &Hello) -> Result<Version, NothingInCommon> {
    hello
        .common_version(version_byte, &SPOKEN)
        .ok_or_else(|| NothingInCommon {
            spoken: list(&SPOKEN.map(|version| version.to_string())),
            offered: match hello.offered() {
                Some(offered) => list(&offered.map(name).collect::<Vec<_>>()),
                None => name(version_byte.into()),
            },
        })
}

/// The version to refuse a switch in whose hello carries this byte, so that it can read why.
pub(super) fn readable(version_byte: u8) -> Version {
    let up_to = |version: &Version| version.wire() <= version_byte;
    SPOKEN.into_iter().rfind(up_to).unwrap_or(SPOKEN[0])
}

fn name(wire_version: usize) -> String {
    match wire_version {
        0x01..=0x06 => format!("1.{}", wire_version - 1),
        other => format!("version {other:#04x}"),
    }
}

fn list(names: &[String]) -> String {
    match names.split_last() {
        None => "none".to_owned(),
        Some((only, [])) => only.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use openflow::wire::HelloElement;
    use smallvec::{SmallVec, smallvec};

    use super::*;

    fn with_bitmap(bits: u32) -> Hello {
        with_bitmaps(smallvec![bits])
    }

    fn with_bitmaps(bitmaps: SmallVec<[u32; 1]>) -> Hello {
        Hello {
            elements: smallvec![HelloElement::VersionBitmap { bitmaps }],
            ..Hello::default()
        }
    }

    #[test]
    fn chooses_the_highest_version_both_have() {
        for (byte, hello, chosen) in [
            (0x01, Hello::default(), Version::V1_0),
            (0x04, Hello::default(), Version::V1_3),
            (0x05, Hello::default(), Version::V1_4),
            (0x06, Hello::default(), Version::V1_5),
            (0x07, Hello::default(), Version::V1_5),
            (0x06, with_bitmap(0b1111110), Version::V1_5),
            (0x07, with_bitmap(0b10101110), Version::V1_4),
            (0x06, with_bitmap(0b0001110), Version::V1_0),
            (0x04, with_bitmaps(smallvec![0b0010000, 1]), Version::V1_3),
            (0x04, with_bitmaps(smallvec![]), Version::V1_3),
            (0x04, with_bitmap(0b0010000), Version::V1_3),
            (0x01, with_bitmap(0b0000010), Version::V1_0),
        ] {
            assert_eq!(choose(byte, &hello), Ok(chosen), "{byte:#x} {hello:?}");
        }
        assert_eq!(choose(HIGHEST.wire(), &offer()), Ok(Version::V1_5));
    }

    #[test]
    fn says_plainly_when_nothing_fits() {
        for (byte, hello, offered) in [
            (0x02, Hello::default(), "1.1"),
            (0x03, with_bitmap(0b1100), "1.1 and 1.2"),
            (0x07, with_bitmap(0b10001100), "1.1, 1.2 and version 0x07"),
            (0x06, with_bitmap(0), "none"),
            (0x04, with_bitmaps(smallvec![0, 1]), "version 0x20"),
            (0x00, Hello::default(), "version 0x00"),
        ] {
            let refused = choose(byte, &hello).unwrap_err();
            assert_eq!(
                refused.to_string(),
                format!(
                    "this controller speaks OpenFlow 1.0, 1.3, 1.4 and 1.5, \
                     the switch offers {offered}"
                )
            );
        }
    }
}
