//! The tables of an experimenter's messages and multiparts.

/// The table of one experimenter's numbers. A row is
/// `number "name" first-version last-version Variant(Struct);`, without `(Struct)` where nothing
/// follows the number. It makes an enum with one variant a row and `Unknown` for every number that
/// is not in the table, or not in the version, with `exp_type()`, `name()`, decode, encode and
/// `Serialize`, which writes the name beside the fields of the struct.
///
/// `Unknown` must not hold a number that has a row in the version it is sent in.
macro_rules! experimenter_types {
    ($(#[$doc:meta])* $name:ident {
        $($(#[$vdoc:meta])* $number:literal $text:literal $since:ident $until:ident
          $variant:ident $(($body:ty))?;)+
    }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq)]
        pub enum $name {
            $($(#[$vdoc])* $variant$(($body))?,)+
            /// A number without a row in this version, kept.
            Unknown {
                /// The number.
                exp_type: u32,
                /// What follows it.
                data: bytes::Bytes,
            },
        }

        impl $name {
            /// Which of the experimenter's.
            #[must_use]
            pub fn exp_type(&self) -> u32 {
                match self {
                    $(experimenter_types!(@any $variant $($body)?) => $number,)+
                    Self::Unknown { exp_type, .. } => *exp_type,
                }
            }

            /// Its name; `None` for an unknown number.
            #[must_use]
            pub fn name(&self) -> Option<&'static str> {
                match self {
                    $(experimenter_types!(@any $variant $($body)?) => Some($text),)+
                    Self::Unknown { .. } => None,
                }
            }

            /// Whether a version has a row for a number.
            pub(crate) fn knows(exp_type: u32, version: crate::Version) -> bool {
                use crate::Version;
                match exp_type {
                    $($number => (Version::$since..=Version::$until).contains(&version),)+
                    _ => false,
                }
            }

            /// Reads all that follows the number.
            pub(crate) fn decode(
                exp_type: u32,
                r: &mut crate::wire::Reader<'_>,
            ) -> Result<Self, crate::wire::DecodeError> {
                if !Self::knows(exp_type, r.version()) {
                    return Ok(Self::Unknown { exp_type, data: r.rest() });
                }
                match exp_type {
                    $($number => {
                        let body = experimenter_types!(@decode r $text $variant $($body)?);
                        r.finish().map_err(|error| error.in_field($text))?;
                        Ok(body)
                    })+
                    exp_type => Ok(Self::Unknown { exp_type, data: r.rest() }),
                }
            }

            /// Appends what follows the number.
            pub(crate) fn encode(&self, w: &mut crate::wire::Writer<'_>) {
                match self {
                    $(experimenter_types!(@one body $variant $($body)?) => {
                        if !Self::knows($number, w.version()) {
                            w.lacks($text);
                        }
                        experimenter_types!(@encode w body $($body)?);
                    })+
                    Self::Unknown { data, .. } => w.bytes(data),
                }
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                use crate::experimenter::table::{Named, Numbered};
                match self {
                    $(experimenter_types!(@one body $variant $($body)?) => {
                        let body = experimenter_types!(@serialize body $($body)?);
                        Named { exp_type: $text, body }.serialize(s)
                    })+
                    Self::Unknown { exp_type, data } => {
                        Numbered { exp_type: *exp_type, data }.serialize(s)
                    }
                }
            }
        }
    };
    (@any $variant:ident) => { Self::$variant };
    (@any $variant:ident $body:ty) => { Self::$variant(_) };
    (@one $name:ident $variant:ident) => { Self::$variant };
    (@one $name:ident $variant:ident $body:ty) => { Self::$variant($name) };
    (@decode $r:ident $text:literal $variant:ident) => { Self::$variant };
    (@decode $r:ident $text:literal $variant:ident $body:ty) => {
        Self::$variant($r.field::<$body>($text)?)
    };
    (@encode $w:ident $name:ident) => {};
    (@encode $w:ident $name:ident $body:ty) => { crate::wire::Wire::encode($name, $w) };
    (@serialize $name:ident) => { &crate::experimenter::table::Nothing {} };
    (@serialize $name:ident $body:ty) => { $name };
}

use bytes::Bytes;
use serde::Serialize;

use crate::wire::json;

/// A known number in JSON: its name beside the fields of its body.
#[derive(Serialize)]
pub(super) struct Named<'a, T: Serialize> {
    pub(super) exp_type: &'static str,
    #[serde(flatten)]
    pub(super) body: &'a T,
}

/// An unknown number in JSON.
#[derive(Serialize)]
pub(super) struct Numbered<'a> {
    pub(super) exp_type: u32,
    #[serde(serialize_with = "json::hex")]
    pub(super) data: &'a Bytes,
}

/// The fields of a body without any.
#[derive(Serialize)]
pub(super) struct Nothing {}
