//! Who owns a flow entry: its cookie says so, across restarts of the controller.
//!
//! ```text
//! 63        48 47        32 31                          0
//! |  0x504d   |  app tag   |  set, or ffffffff: reactive |
//! ```
//!
//! Tags and set numbers are hashes of names, the same in every run. The set is for people who read
//! a table; what belongs together is decided by the app tag alone, so that an app may move a rule
//! from one set to another without the switch hearing of it.
//!
//! Groups have no cookie: their number says it, `app tag << 16 | the app's own number`. A group
//! whose upper half is no app's tag is somebody else's, as are the small numbers that people choose.

use openflow::{Cookie, GroupId};

const MAGIC: u64 = 0x504d;
const REACTIVE: u32 = 0xffff_ffff;

/// Stands for an app in cookies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct AppTag(u16);

/// What a cookie of ours says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mark {
    /// Whose the entry is.
    pub(crate) app: AppTag,
    /// Put there because of a packet: it belongs to the switch until its timeout.
    pub(crate) reactive: bool,
}

impl AppTag {
    /// The controller itself.
    pub(crate) const CORE: Self = Self(0);

    /// Of an app's name; never [`Self::CORE`], nor 0xffff, where group numbers are reserved. Two
    /// names may have the same tag: the registry refuses the second.
    pub(crate) fn of(app: &str) -> Self {
        let hash = fnv1a(app);
        let folded = hash ^ (hash >> 16) ^ (hash >> 32) ^ (hash >> 48);
        Self(low_16(folded).clamp(1, 0xfffe))
    }

    /// What wanted entries of a set carry.
    pub(crate) fn wanted(self, set: &str) -> Cookie {
        let hash = fnv1a(set);
        let low = (hash ^ (hash >> 32)) & u64::from(u32::MAX);
        self.cookie(low.min(u64::from(REACTIVE - 1)))
    }

    /// What reactive entries carry.
    pub(crate) fn reactive(self) -> Cookie {
        self.cookie(REACTIVE.into())
    }

    /// What switches call the app's group of this number.
    pub(crate) fn group(self, number: u16) -> GroupId {
        GroupId(u32::from(self.0) << 16 | u32::from(number))
    }

    /// The tag in a group's number, and the app's own number for it.
    pub(crate) fn of_group(id: GroupId) -> (Self, u16) {
        let bits = u64::from(id.0);
        (Self(low_16(bits >> 16)), low_16(bits))
    }

    fn cookie(self, low: u64) -> Cookie {
        Cookie(MAGIC << 48 | u64::from(self.0) << 32 | low)
    }
}

/// What a cookie says; `None`: it is not ours.
pub(crate) fn read(cookie: Cookie) -> Option<Mark> {
    (cookie.0 >> 48 == MAGIC).then(|| Mark {
        app: AppTag(low_16(cookie.0 >> 32)),
        reactive: cookie.0 & u64::from(u32::MAX) == u64::from(REACTIVE),
    })
}

fn low_16(bits: u64) -> u16 {
    let [.., high, low] = bits.to_be_bytes();
    u16::from_be_bytes([high, low])
}

/// FNV-1a, 64 bits: small, and the same on every machine and in every release, which
/// `std::hash` does not promise.
fn fnv1a(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_says_whose_entry_it_is() {
        let app = AppTag::of("routing");
        let wanted = read(app.wanted("hosts")).unwrap();
        assert_eq!((wanted.app, wanted.reactive), (app, false));
        let reactive = read(app.reactive()).unwrap();
        assert_eq!((reactive.app, reactive.reactive), (app, true));
        assert_eq!(read(AppTag::CORE.wanted("core")).unwrap().app, AppTag::CORE);
        for foreign in [0, 0x504d, 0x504e << 48, u64::MAX] {
            assert_eq!(read(Cookie(foreign)), None, "{foreign:#x}");
        }
    }

    #[test]
    fn a_groups_number_says_whose_it_is() {
        let app = AppTag::of("routing");
        assert_eq!(AppTag::of_group(app.group(7)), (app, 7));
        assert_eq!(app.group(7), GroupId(0x6b9e_0007), "in every release");
        assert_eq!(AppTag::of_group(GroupId(7)).0, AppTag::CORE);
        assert!(AppTag(0xfffe).group(u16::MAX) < GroupId::MAX);
    }

    #[test]
    fn cookies_are_the_same_in_every_release() {
        // Entries outlive the controller: a changed hash would orphan all of them.
        assert_eq!(
            AppTag::of("routing").wanted("hosts"),
            Cookie(0x504d_6b9e_78c8_d9ef)
        );
        assert_eq!(
            AppTag::of("load-balancer").reactive(),
            Cookie(0x504d_fd5b_ffff_ffff)
        );
    }
}
