//! Bundles: changes that are carried out together or not at all (OF 1.4.1 §6.8).
//!
//! 1.4 and later have them; 1.3 has them by the ONF's extension, with the same bodies.

use bitflags::bitflags;
use bytes::BytesMut;

use super::{FromSwitch, NotLifted, ToSwitch, Unsupported, direct, lacking};
use crate::experimenter::onf;
use crate::wire::{Experimenter, Message, Writer};
use crate::{Version, Xid};

/// The ONF, whose extension gives 1.3 its bundles.
const ONF: u32 = 0x4f4e_4600;
/// Type of an experimenter's message.
const EXPERIMENTER: u8 = 4;
/// Control and add: type of the message in 1.4 and later, of the extension in 1.3.
const CONTROL: (u8, u32) = (33, 2300);
const ADD_MESSAGE: (u8, u32) = (34, 2301);

/// A step of a bundle.
#[derive(Debug, Clone, PartialEq)]
pub struct BundleRequest {
    /// Which, chosen by whoever opens it.
    pub id: u32,
    /// The same in every step.
    pub flags: BundleFlags,
    /// What to do.
    pub step: BundleStep,
}

bitflags! {
    /// How a bundle is carried out (OF 1.4.1 §7.3.9.3, `ofp_bundle_flags`).
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
    pub struct BundleFlags: u16 {
        /// All or nothing, and no packet sees a part of it.
        const ATOMIC = 1 << 0;
        /// In the order in which it was added.
        const ORDERED = 1 << 1;
    }
}

/// What to do with a bundle.
#[derive(Debug, Clone, PartialEq)]
pub enum BundleStep {
    /// Begin it.
    Open,
    /// Put a change into it. It is not answered, unless it is refused.
    Add(Box<ToSwitch>),
    /// Nothing more comes.
    Close,
    /// Carry it out.
    Commit,
    /// Forget it.
    Discard,
}

/// What a switch says it has done with a bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BundleDone {
    /// Begun.
    Opened,
    /// Closed.
    Closed,
    /// Carried out.
    Committed,
    /// Forgotten.
    Discarded,
}

impl BundleDone {
    /// By the number of the reply (`ofp_bundle_ctrl_type`).
    fn from_control(number: u16) -> Option<Self> {
        match number {
            1 => Some(Self::Opened),
            3 => Some(Self::Closed),
            5 => Some(Self::Committed),
            7 => Some(Self::Discarded),
            _ => None,
        }
    }
}

impl BundleDone {
    /// Appends the reply that tells it (`ofp_bundle_ctrl_msg`), with the flags of the request.
    pub fn encode(
        self,
        id: u32,
        flags: BundleFlags,
        version: Version,
        xid: Xid,
        into: &mut BytesMut,
    ) -> Result<(), Unsupported> {
        let kind = match self {
            Self::Opened => 1,
            Self::Closed => 3,
            Self::Committed => 5,
            Self::Discarded => 7,
        };
        write(CONTROL, version, xid, into, |w| {
            w.u32(id);
            w.u16(kind);
            w.u16(flags.bits());
        })
    }
}

impl BundleStep {
    fn of_control(number: u16) -> Option<Self> {
        match number {
            0 => Some(Self::Open),
            2 => Some(Self::Close),
            4 => Some(Self::Commit),
            6 => Some(Self::Discard),
            _ => None,
        }
    }

    /// The number of a request (`ofp_bundle_ctrl_type`), or the message to add.
    fn lower(&self) -> Result<u16, &ToSwitch> {
        match self {
            Self::Open => Ok(0),
            Self::Close => Ok(2),
            Self::Commit => Ok(4),
            Self::Discard => Ok(6),
            Self::Add(message) => Err(message),
        }
    }
}

/// The reply of a switch, by its number.
pub(super) fn lift(id: u32, kind: u16) -> Option<FromSwitch> {
    let done = BundleDone::from_control(kind)?;
    Some(FromSwitch::Bundle { id, done })
}

/// The reply of a switch that speaks 1.3.
pub(super) fn lift_experimenter(message: &Experimenter) -> Option<FromSwitch> {
    let Experimenter::Onf(message) = message else {
        return None;
    };
    let onf::Message::BundleControl(control) = &**message else {
        return None;
    };
    Some(FromSwitch::Bundle {
        id: control.bundle_id,
        done: BundleDone::from_control(control.kind.into())?,
    })
}

/// A step that is not a message to add, by its number. Bits of the flags without a meaning stay.
pub(super) fn lift_control(id: u32, flags: u16, kind: u16) -> Result<ToSwitch, NotLifted> {
    let step = BundleStep::of_control(kind).ok_or(NotLifted::Other("bundle_control"))?;
    Ok(request(id, flags, step))
}

/// A message to add, with what it adds.
pub(super) fn lift_add(id: u32, flags: u16, message: Message) -> Result<ToSwitch, NotLifted> {
    let added = ToSwitch::lift(message)?;
    Ok(request(id, flags, BundleStep::Add(Box::new(added))))
}

/// A request in 1.3.
pub(super) fn lift_experimenter_request(message: Experimenter) -> Result<ToSwitch, NotLifted> {
    let other = NotLifted::Experimenter(message.experimenter());
    let Experimenter::Onf(message) = message else {
        return Err(other);
    };
    match *message {
        onf::Message::BundleControl(control) => {
            lift_control(control.bundle_id, control.flags.bits(), control.kind.into())
        }
        onf::Message::BundleAddMessage(add) => {
            lift_add(add.bundle_id, add.flags.bits(), *add.message)
        }
        _ => Err(other),
    }
}

fn request(id: u32, flags: u16, step: BundleStep) -> ToSwitch {
    ToSwitch::Bundle(BundleRequest {
        id,
        flags: BundleFlags::from_bits_retain(flags),
        step,
    })
}

/// `ofp_bundle_ctrl_msg` or `ofp_bundle_add_msg` (OF 1.4.1 §7.3.9). What is added carries the xid of
/// the message that adds it.
pub(super) fn encode(
    request: &BundleRequest,
    version: Version,
    xid: Xid,
    into: &mut BytesMut,
) -> Result<(), Unsupported> {
    let lowered = request.step.lower();
    let kind = if lowered.is_ok() {
        CONTROL
    } else {
        ADD_MESSAGE
    };
    let mut added = BytesMut::new();
    if let Err(message) = lowered {
        if matches!(message, ToSwitch::Bundle(_)) {
            return Err(lacking(version, "bundles in a bundle"));
        }
        message.encode(version, xid, &mut added)?;
    }
    write(kind, version, xid, into, |w| {
        w.u32(request.id);
        // Padding, where a message is added.
        w.u16(lowered.unwrap_or(0));
        w.u16(request.flags.bits());
        w.bytes(&added);
    })
}

/// A message of 1.4 and later, or the extension of 1.3 with the same body.
fn write(
    (kind, exp_type): (u8, u32),
    version: Version,
    xid: Xid,
    into: &mut BytesMut,
    body: impl FnOnce(&mut Writer<'_>),
) -> Result<(), Unsupported> {
    match version {
        Version::V1_0 => Err(lacking(version, "bundles")),
        Version::V1_3 => direct::message(into, version, xid, EXPERIMENTER, |w| {
            w.u32(ONF);
            w.u32(exp_type);
            body(w);
            Ok(())
        }),
        Version::V1_4 | Version::V1_5 => direct::message(into, version, xid, kind, |w| {
            body(w);
            Ok(())
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::{FlowMod, FromSwitch};
    use crate::wire::Message;

    fn bytes(step: BundleStep, version: Version) -> Result<BytesMut, Unsupported> {
        let request = BundleRequest {
            id: 9,
            flags: BundleFlags::ATOMIC,
            step,
        };
        let mut bytes = BytesMut::new();
        ToSwitch::Bundle(request).encode(version, Xid(7), &mut bytes)?;
        Ok(bytes)
    }

    #[test]
    fn a_bundle_of_1_3_is_the_onfs() {
        let open = bytes(BundleStep::Open, Version::V1_3).unwrap();
        assert_eq!(
            open[..],
            [
                4, 4, 0, 24, 0, 0, 0, 7, 0x4f, 0x4e, 0x46, 0, 0, 0, 0x08, 0xfc, 0, 0, 0, 9, 0, 0,
                0, 1
            ]
        );
        let mut reply = open.to_vec();
        reply[21] = 1;
        let lifted = FromSwitch::lift(Message::decode(reply.into()).unwrap());
        let opened = FromSwitch::Bundle {
            id: 9,
            done: BundleDone::Opened,
        };
        assert_eq!(lifted, opened);
    }

    #[test]
    fn what_is_added_is_a_message_of_the_same_transaction() {
        let flow: FlowMod = "priority=5,actions=output:1".parse().unwrap();
        let flow = ToSwitch::FlowMod(flow);
        let mut alone = BytesMut::new();
        flow.encode(Version::V1_4, Xid(7), &mut alone).unwrap();
        let added = bytes(BundleStep::Add(Box::new(flow)), Version::V1_4).unwrap();
        assert_eq!(added[..2], [5, 34]);
        assert_eq!(added[8..16], [0, 0, 0, 9, 0, 0, 0, 1]);
        assert_eq!(added[16..], alone[..]);
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let words = bytes(BundleStep::Open, Version::V1_0).unwrap_err();
        assert_eq!(words.to_string(), "OpenFlow 1.0 has no bundles");
        let inner = ToSwitch::Bundle(BundleRequest {
            id: 1,
            flags: BundleFlags::empty(),
            step: BundleStep::Open,
        });
        let words = bytes(BundleStep::Add(Box::new(inner)), Version::V1_5).unwrap_err();
        assert_eq!(words.feature, "bundles in a bundle");
    }
}
