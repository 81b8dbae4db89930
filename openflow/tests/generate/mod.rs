//! Strategies for arbitrary valid messages: what the encoder can be given, it is given.
//!
//! One file per area, each with `pub(crate) fn bodies(version)`: strategies by the name of the
//! message type they make. [`message`] unites them, for one version.

use bytes::Bytes;
use openflow::wire::{Echo, FixedText, Hello, HelloElement, Message, MessageType};
use openflow::{Version, Xid, v10, v13};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::Union;
use smallvec::{Array, SmallVec};

/// A struct from a strategy for each field.
macro_rules! fields {
    ($($name:ident)::+ { $($field:ident: $strategy:expr),+ $(,)? }) => {
        fields!(@nest $($strategy),+).prop_map(|fields!(@pattern $($field),+)| $($name)::+ { $($field),+ })
    };
    (@nest $one:expr) => { $one };
    (@nest $one:expr, $($rest:expr),+) => { ($one, fields!(@nest $($rest),+)) };
    (@pattern $one:ident) => { $one };
    (@pattern $one:ident, $($rest:ident),+) => { ($one, fields!(@pattern $($rest),+)) };
}

pub(crate) mod experimenter;
pub(crate) mod flows;
pub(crate) mod later_messages;
pub(crate) mod nicira;
pub(crate) mod oxm;
pub(crate) mod properties;
pub(crate) mod v10_messages;
pub(crate) mod v13_actions;
pub(crate) mod v13_messages;
pub(crate) mod v13_multipart;
pub(crate) mod v13_ports;
pub(crate) mod v13_tables;

/// Bodies of one message type, named.
pub(crate) type Named<Body> = (&'static str, BoxedStrategy<Body>);

/// Any message of a version, each type as often as the others.
pub(crate) fn message(version: Version) -> BoxedStrategy<Message> {
    let hello = (any::<u32>(), hello())
        .prop_map(move |(xid, hello)| Message::hello(version.wire(), Xid(xid), hello));
    match version {
        Version::V1_0 => {
            let bodies = (
                any::<u32>(),
                of_version(
                    version,
                    v10::Body::TYPES,
                    [v10_messages::bodies(), experimenter::v10_bodies()].concat(),
                ),
            );
            let messages = bodies.prop_map(|(xid, body)| Message::v10(Xid(xid), body));
            prop_oneof![1 => hello, 20 => messages].boxed()
        }
        _ => {
            let all = [
                v13_messages::bodies(version),
                later_messages::bodies(version),
                v13_multipart::bodies(version),
                experimenter::v13_bodies(version),
            ]
            .concat();
            let bodies = (any::<u32>(), of_version(version, v13::Body::TYPES, all));
            let messages = bodies.prop_map(move |(xid, mut body)| {
                later_messages::share_xid(Xid(xid), &mut body);
                Message::v13(version, Xid(xid), body)
            });
            prop_oneof![1 => hello, 20 => messages].boxed()
        }
    }
}

/// Of the named strategies those whose type the version has; each must be in the table.
fn of_version<Body: std::fmt::Debug + 'static>(
    version: Version,
    types: &[MessageType],
    all: Vec<Named<Body>>,
) -> Union<BoxedStrategy<Body>> {
    Union::new(all.into_iter().filter_map(|(name, strategy)| {
        let mut rows = types.iter().filter(|row| row.name == name).peekable();
        assert!(rows.peek().is_some(), "no message type is called {name}");
        rows.any(|row| row.is_in(version)).then_some(strategy)
    }))
}

/// A type made from a number: any, but most often one near the ends of the range, where ports,
/// reasons and flags have their meanings.
pub(crate) fn of<N: Number, T: std::fmt::Debug>(make: fn(N) -> T) -> impl Strategy<Value = T> {
    N::likely().prop_map(make)
}

/// Of which [`of`] makes types.
pub(crate) trait Number: Arbitrary {
    fn likely() -> BoxedStrategy<Self>;
}

macro_rules! numbers {
    ($($int:ident)+) => { $(
        impl Number for $int {
            fn likely() -> BoxedStrategy<Self> {
                prop_oneof![6 => 0..=4 as $int, 1 => $int::MAX - 8..=$int::MAX, 1 => any::<$int>()].boxed()
            }
        }
    )+ };
}
numbers!(u8 u16 u32 u64);

impl Number for [u8; 6] {
    fn likely() -> BoxedStrategy<Self> {
        any::<Self>().boxed()
    }
}

/// Bytes whose length is `offset` more than a multiple of eight, as in a padded element.
pub(crate) fn aligned(offset: usize) -> impl Strategy<Value = Bytes> {
    (0usize..3, any::<u8>()).prop_map(move |(n, byte)| vec![byte; n * 8 + offset].into())
}

pub(crate) fn payload() -> impl Strategy<Value = Bytes> {
    vec(any::<u8>(), 0..80).prop_map(Bytes::from)
}

pub(crate) fn text<const N: usize>() -> impl Strategy<Value = FixedText<N>> {
    vec(any::<u8>(), N).prop_map(|bytes| FixedText(bytes.try_into().unwrap()))
}

pub(crate) fn small<A: Array>(
    item: impl Strategy<Value = A::Item>,
    most: usize,
) -> impl Strategy<Value = SmallVec<A>>
where
    A::Item: std::fmt::Debug,
{
    vec(item, 0..most).prop_map(SmallVec::from_vec)
}

pub(crate) fn hello() -> impl Strategy<Value = Hello> {
    let bitmap = small(any::<u32>(), 4).prop_map(|bitmaps| HelloElement::VersionBitmap { bitmaps });
    let unknown = (2u16.., payload()).prop_map(|(kind, data)| HelloElement::Unknown { kind, data });
    small(prop_oneof![bitmap, unknown], 4).prop_map(|elements| Hello {
        elements,
        ignored: Bytes::new(),
    })
}

pub(crate) fn echo() -> impl Strategy<Value = Echo> {
    fields!(Echo { data: payload() })
}
