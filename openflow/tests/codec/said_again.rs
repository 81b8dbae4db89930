//! What is lifted from messages of other implementations, whole and damaged, is lowered to the same
//! meaning, or refused.

use bytes::{Bytes, BytesMut};
use openflow::flow::{BundleRequest, BundleStep, FromSwitch, GroupCommand, NotLifted, ToSwitch};
use openflow::wire::Message;
use openflow::{Version, Xid};

use crate::lift::vectors;

#[test]
fn damaged_messages_lift_to_what_can_be_said_again_or_are_refused() {
    for vector in vectors() {
        let bytes = hex::decode(&vector.hex).unwrap();
        // Everywhere, in a long one at some 250 places.
        for at in (8..bytes.len()).step_by(bytes.len() / 250 + 1) {
            for damage in [0x01, 0x7f, 0xff] {
                let mut damaged = bytes.clone();
                damaged[at] ^= damage;
                means_the_same_again(damaged, &vector.name);
            }
        }
    }
}

/// What a message of others means; `None` where it is none.
fn meaning(bytes: Bytes) -> Option<(Version, FromSwitch, Result<ToSwitch, NotLifted>)> {
    let message = Message::decode(bytes).ok()?;
    let version = Version::from_wire(message.version())?;
    let told = FromSwitch::lift(message.clone());
    Some((version, told, ToSwitch::lift(message)))
}

/// Without what means nothing there, and is not said again: bits of a port outside of those to
/// change, and buckets of a group that goes.
fn meant(mut asked: ToSwitch) -> ToSwitch {
    match &mut asked {
        ToSwitch::PortMod(change) => change.config &= change.mask,
        ToSwitch::GroupMod(change) if change.command == GroupCommand::Delete => {
            change.group.buckets.clear();
        }
        ToSwitch::Bundle(BundleRequest {
            step: BundleStep::Add(added),
            ..
        }) => **added = meant((**added).clone()),
        _ => {}
    }
    asked
}

/// What was lifted from a message of others may be refused, and never becomes another thing. Whether
/// it was said again, as a switch and as a controller.
fn means_the_same_again(bytes: Vec<u8>, name: &str) -> [bool; 2] {
    let Some((version, told, asked)) = meaning(bytes.into()) else {
        return [false; 2];
    };
    let mut again = BytesMut::new();
    let was_told = told.encode(version, Xid(1), &mut again).is_ok();
    if was_told {
        let again = FromSwitch::lift(Message::decode(again.split().freeze()).unwrap());
        assert!(again == told, "{name}:\n  {told:?}\n  {again:?}");
    }
    let Ok(asked) = asked.map(meant) else {
        return [was_told, false];
    };
    let was_asked = asked.encode(version, Xid(1), &mut again).is_ok();
    if was_asked {
        let again = ToSwitch::lift(Message::decode(again.freeze()).unwrap());
        assert!(
            again.as_ref() == Ok(&asked),
            "{name}:\n  {asked:?}\n  {again:?}"
        );
    }
    [was_told, was_asked]
}

#[test]
fn what_is_lifted_is_lowered_to_the_same_or_refused() {
    let mut counts = [0; 2];
    for vector in vectors() {
        let bytes = hex::decode(&vector.hex).unwrap();
        let said = means_the_same_again(bytes, &vector.name);
        for (count, said) in counts.iter_mut().zip(said) {
            *count += usize::from(said);
        }
    }
    let [told, asked] = counts;
    assert!(told > 100 && asked > 100, "{told} and {asked}");
}
