//! Tables of numbers: open enumerations, closed enumerations, sets of flags.
//!
//! All three are written in JSON with the specification's names without prefix, in lower case,
//! and as numbers where the specification has no name.

/// An enumeration a peer may extend: an unnamed number stays what it is.
///
/// ```text
/// wire_enum! { /// Why.
///     Reason: u8 { /// No entry. NoMatch = 0 "no_match"; } }
/// ```
/// makes `enum Reason { NoMatch, Unknown(u8) }` with `From<u8>`, `Into<u8>`, `name()`, `Display`,
/// `Serialize` and [`Wire`](crate::wire::Wire). Make a value from a number with `From` only:
/// `Unknown` must not hold a number that has a name.
macro_rules! wire_enum {
    ($(#[$doc:meta])* $name:ident: $int:ident {
        $($(#[$vdoc:meta])* $variant:ident = $number:literal $text:literal;)+
    }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$vdoc])* $variant,)+
            /// A number without a name in the specification.
            Unknown($int),
        }

        impl $name {
            /// The specification's name without prefix; `None` for an unknown number.
            #[must_use]
            pub fn name(self) -> Option<&'static str> {
                match self {
                    $(Self::$variant => Some($text),)+
                    Self::Unknown(_) => None,
                }
            }
        }

        impl From<$int> for $name {
            fn from(number: $int) -> Self {
                match number {
                    $($number => Self::$variant,)+
                    other => Self::Unknown(other),
                }
            }
        }

        impl From<$name> for $int {
            fn from(value: $name) -> Self {
                match value {
                    $($name::$variant => $number,)+
                    $name::Unknown(number) => number,
                }
            }
        }

        wire_enum!(@text $name $int);

        impl crate::wire::Wire for $name {
            fn decode(r: &mut crate::wire::Reader<'_>) -> Result<Self, crate::wire::DecodeError> {
                r.$int().map(Self::from)
            }
            fn encode(&self, w: &mut crate::wire::Writer<'_>) {
                w.$int((*self).into());
            }
        }
    };
    (@text $name:ident $int:ident) => {
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                match self.name() {
                    Some(name) => f.write_str(name),
                    None => write!(f, "{}", $int::from(*self)),
                }
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                match self.name() {
                    Some(name) => s.serialize_str(name),
                    None => s.serialize_u64($int::from(*self).into()),
                }
            }
        }
    };
}

/// An enumeration where the specification has an error for a wrong number, which is refused
/// with it: commands.
///
/// `closed_enum! { Command: u8, GROUP_MOD_BAD_COMMAND { Add = 0 "add"; } }`
macro_rules! closed_enum {
    ($(#[$doc:meta])* $name:ident: $int:ident, $answer:ident {
        $($(#[$vdoc:meta])* $variant:ident = $number:literal $text:literal;)+
    }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$vdoc])* $variant,)+
        }

        impl $name {
            /// The specification's name without prefix.
            #[must_use]
            pub fn name(self) -> Option<&'static str> {
                match self {
                    $(Self::$variant => Some($text),)+
                }
            }
        }

        impl From<$name> for $int {
            fn from(value: $name) -> Self {
                match value {
                    $($name::$variant => $number,)+
                }
            }
        }

        wire_enum!(@text $name $int);

        impl crate::wire::Wire for $name {
            fn decode(r: &mut crate::wire::Reader<'_>) -> Result<Self, crate::wire::DecodeError> {
                let at = r.mark();
                match r.$int()? {
                    $($number => Ok(Self::$variant),)+
                    other => Err(at.bad_value(other.into(), crate::wire::ErrorCode::$answer)),
                }
            }
            fn encode(&self, w: &mut crate::wire::Writer<'_>) {
                w.$int((*self).into());
            }
        }
    };
}

/// A set of flags; bits without a name are kept.
macro_rules! wire_flags {
    ($(#[$doc:meta])* $name:ident: $int:ident {
        $($(#[$fdoc:ident $($fargs:tt)*])* $flag:ident = $bits:expr;)+
    }) => {
        bitflags::bitflags! {
            $(#[$doc])*
            #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
            pub struct $name: $int {
                $($(#[$fdoc $($fargs)*])* const $flag = $bits;)+
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                let named = self.iter_names().map(|(name, _)| name);
                let rest = self.bits() & !Self::all().bits();
                crate::wire::json::flags(named, rest.into(), s)
            }
        }

        impl crate::wire::Wire for $name {
            fn decode(r: &mut crate::wire::Reader<'_>) -> Result<Self, crate::wire::DecodeError> {
                r.$int().map(Self::from_bits_retain)
            }
            fn encode(&self, w: &mut crate::wire::Writer<'_>) {
                w.$int(self.bits());
            }
        }
    };
}

/// The table of a version's message types, `of` the variant of [`crate::wire::Body`]. A row is
/// `number "name" first-version last-version Variant(Struct);`, without `(Struct)` for a message
/// that is its header only. It makes `enum Body` with `type_name()`, `kind()`, decode and encode.
///
/// The versions of a row are those whose layout the struct has: a message of a later version that
/// is laid out differently is refused, never read in part.
macro_rules! message_types {
    (of $level:ident; $($(#[$vdoc:meta])* $number:literal $text:literal $since:ident $until:ident
       $variant:ident $(($body:ty))?;)+) => {
        /// What a message says, by its type.
        #[derive(Debug, Clone, PartialEq)]
        #[allow(clippy::large_enum_variant, reason = "a box would cost an allocation per flow-mod")]
        pub enum Body {
            $($(#[$vdoc])* $variant$(($body))?,)+
        }

        impl Body {
            /// The rows of the table, in the order of their numbers.
            pub const TYPES: &'static [crate::wire::MessageType] = &[
                $(crate::wire::MessageType {
                    number: $number,
                    name: $text,
                    since: crate::Version::$since,
                    until: crate::Version::$until,
                },)+
            ];

            /// The specification's name without prefix.
            #[must_use]
            pub fn type_name(&self) -> &'static str {
                match self {
                    $(message_types!(@any $variant $($body)?) => $text,)+
                }
            }

            /// The number of the type in the header.
            #[must_use]
            pub fn kind(&self) -> u8 {
                match self {
                    $(message_types!(@any $variant $($body)?) => $number,)+
                }
            }

            /// Reads what follows the header in a frame. Each type makes its message in place: a value of
            /// this enum is as large as its largest variant, so moving one is what costs.
            pub(crate) fn decode(
                header: crate::wire::Header,
                version: crate::Version,
                mut frame: bytes::Bytes,
            ) -> Result<crate::wire::Message, crate::wire::DecodeError> {
                use crate::Version;
                use crate::wire::{DecodeError, Header, Message, Reader, Wire};

                let mut r = Reader::deferring_payload(&frame, version);
                r.pad(Header::LEN)?;
                match header.kind {
                    $($number if (Version::$since..=Version::$until).contains(&version) => {
                        message_types!(@decode header frame r $level $text $variant $($body)?)
                    })+
                    $($number => Err(DecodeError::other_layout($text, version)),)+
                    kind => Err(DecodeError::no_such_type(kind)),
                }
            }

            pub(crate) fn encode(&self, w: &mut crate::wire::Writer<'_>) {
                match self {
                    $(message_types!(@one body $variant $($body)?) => {
                        message_types!(@encode w body $($body)?);
                    })+
                }
            }
        }

        impl serde::Serialize for Body {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                match self {
                    $(message_types!(@one body $variant $($body)?) => {
                        message_types!(@serialize s body $($body)?)
                    })+
                }
            }
        }
    };
    (@serialize $s:ident $name:ident) => { serde::ser::SerializeMap::end($s.serialize_map(Some(0))?) };
    (@serialize $s:ident $name:ident $body:ty) => { serde::Serialize::serialize($name, $s) };
    (@any $variant:ident) => { Self::$variant };
    (@any $variant:ident $body:ty) => { Self::$variant(_) };
    (@one $name:ident $variant:ident) => { Self::$variant };
    (@one $name:ident $variant:ident $body:ty) => { Self::$variant($name) };
    (@decode $header:ident $frame:ident $r:ident $level:ident $text:literal $variant:ident) => {{
        $r.finish().map_err(|error| error.in_field($text))?;
        Ok(Message::of($header, crate::wire::Body::$level(Self::$variant)))
    }};
    (@decode $header:ident $frame:ident $r:ident $level:ident $text:literal $variant:ident
     $body:ty) => {{
        let mut body = $r.field::<$body>($text)?;
        $r.finish().map_err(|error| error.in_field($text))?;
        let start = $r.payload_start();
        if let (Some(payload), Some(start)) = (Wire::payload_mut(&mut body), start) {
            bytes::Buf::advance(&mut $frame, start);
            *payload = $frame;
        }
        Ok(Message::of($header, crate::wire::Body::$level(Self::$variant(body))))
    }};
    (@encode $w:ident $name:ident) => {};
    (@encode $w:ident $name:ident $body:ty) => { crate::wire::Wire::encode($name, $w) };
}
