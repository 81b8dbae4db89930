//! Experimenter multiparts; in 1.0 vendor statistics.

use bytes::Bytes;
use serde::{Serialize, Serializer};

use super::table::Numbered;
use super::{NICIRA, ONF, nicira, onf};
use crate::Version;
use crate::wire::{DecodeError, Reader, Wire, Writer, json};

/// One direction of multiparts: an enum of the experimenters, and how it is read and written.
macro_rules! multipart {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        pub enum $name {
            /// Nicira's.
            Nicira(Box<nicira::$name>),
            /// The ONF's.
            Onf(Box<onf::$name>),
            /// Of another one than [`NICIRA`] and [`ONF`], kept.
            Other {
                /// Who defined it.
                experimenter: u32,
                /// Which of its multiparts; 1.0 leaves that to the vendor.
                exp_type: Option<u32>,
                /// The rest.
                data: Bytes,
            },
        }

        impl $name {
            /// Who defined it.
            #[must_use]
            pub fn experimenter(&self) -> u32 {
                match self {
                    Self::Nicira(_) => NICIRA,
                    Self::Onf(_) => ONF,
                    Self::Other { experimenter, .. } => *experimenter,
                }
            }
        }

        impl Wire for $name {
            fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
                let experimenter = r.field("experimenter")?;
                if experimenter == NICIRA {
                    let exp_type = r.field("exp_type")?;
                    if has_pad(nicira::$name::knows(exp_type, r.version()), r.version()) {
                        r.pad(4).map_err(|error| error.in_field("exp_type"))?;
                    }
                    let body = nicira::$name::decode(exp_type, r)?;
                    return Ok(Self::Nicira(Box::new(body)));
                }
                if r.version() == Version::V1_0 {
                    let data = r.rest();
                    return Ok(Self::Other { experimenter, exp_type: None, data });
                }
                let exp_type = r.field("exp_type")?;
                if experimenter == ONF {
                    return Ok(Self::Onf(Box::new(onf::$name::decode(exp_type, r)?)));
                }
                let data = r.rest();
                Ok(Self::Other { experimenter, exp_type: Some(exp_type), data })
            }

            fn encode(&self, w: &mut Writer<'_>) {
                w.u32(self.experimenter());
                match self {
                    Self::Nicira(body) => {
                        w.u32(body.exp_type());
                        if has_pad(body.name().is_some(), w.version()) {
                            w.pad(4);
                        }
                        body.encode(w);
                    }
                    Self::Onf(body) => {
                        if w.version() == Version::V1_0 {
                            w.lacks("multiparts of the ONF");
                        }
                        w.u32(body.exp_type());
                        body.encode(w);
                    }
                    Self::Other { exp_type, data, .. } => {
                        match (exp_type, w.version()) {
                            (None, Version::V1_0) => {}
                            (Some(exp_type), Version::V1_3 | Version::V1_4 | Version::V1_5) => {
                                w.u32(*exp_type);
                            }
                            (Some(_), Version::V1_0) => w.lacks("type of vendor statistics"),
                            (None, _) => w.lacks("experimenter multipart without a type"),
                        }
                        w.bytes(data);
                    }
                }
            }
        }

        impl $name {
            /// With the name that 1.0 has for experimenters.
            pub(crate) fn as_vendor<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                let vendor = self.experimenter();
                OfVendor { vendor, body: Body(self) }.serialize(s)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                let experimenter = self.experimenter();
                Of { experimenter, body: Body(self) }.serialize(s)
            }
        }

        impl Serialize for Body<'_, $name> {
            fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                match self.0 {
                    $name::Nicira(body) => body.serialize(s),
                    $name::Onf(body) => body.serialize(s),
                    $name::Other { exp_type: Some(exp_type), data, .. } => {
                        Numbered { exp_type: *exp_type, data }.serialize(s)
                    }
                    $name::Other { data, .. } => Untyped { data }.serialize(s),
                }
            }
        }
    };
}
multipart!(
    /// What an experimenter's multipart asks (OF 1.3.5 §7.3.5.17,
    /// `ofp_experimenter_multipart_header`).
    MultipartRequest
);
multipart!(
    /// What an experimenter's multipart tells (OF 1.3.5 §7.3.5.17,
    /// `ofp_experimenter_multipart_header`).
    MultipartReply
);

/// In 1.0 Nicira fills its header up to eight bytes: the one of statistics has twelve.
fn has_pad(known: bool, version: Version) -> bool {
    known && version == Version::V1_0
}

/// Who, and what they say.
#[derive(Serialize)]
struct Of<T: Serialize> {
    #[serde(serialize_with = "json::hex32")]
    experimenter: u32,
    #[serde(flatten)]
    body: T,
}

/// The same in the words of 1.0.
#[derive(Serialize)]
struct OfVendor<T: Serialize> {
    #[serde(serialize_with = "json::hex32")]
    vendor: u32,
    #[serde(flatten)]
    body: T,
}

/// All but who.
struct Body<'a, T>(&'a T);

#[derive(Serialize)]
struct Untyped<'a> {
    #[serde(serialize_with = "json::hex")]
    data: &'a Bytes,
}
