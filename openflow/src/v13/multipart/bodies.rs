//! The table of multipart types, for requests and for replies.

/// A table of multipart types. A row is
/// `number "name" first-version last-version Variant shape(Struct);`, where the shape of the body
/// is one of
///
/// - `empty`: none;
/// - `one(T)`, `boxed(T)`: a structure;
/// - `list(T)`: any number of them, up to the end of the message;
/// - `since_1_5(T)`: none before 1.5, a structure from then on.
///
/// It makes the enum, with an `Other` that keeps types the version does not have.
macro_rules! multipart_bodies {
    ($(#[$doc:meta])* $enum:ident;
     $($(#[$vdoc:meta])* $number:literal $text:literal $since:ident $until:ident
       $variant:ident $shape:ident $(($body:ty))?;)+) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize)]
        #[serde(untagged)]
        pub enum $enum {
            $($(#[$vdoc])* $variant $((multipart_bodies!(@type $shape $body)))?,)+
            /// A type without a meaning in this version, kept. A switch answers a request with
            /// [`BAD_MULTIPART`](crate::wire::ErrorCode::BAD_REQUEST_BAD_MULTIPART).
            Other {
                /// Which.
                #[serde(skip)]
                kind: u16,
                /// After flags and padding.
                #[serde(serialize_with = "crate::wire::json::hex")]
                data: bytes::Bytes,
            },
        }

        impl $enum {
            /// The number of the type.
            #[must_use]
            pub fn kind(&self) -> u16 {
                match self {
                    $(multipart_bodies!(@any $variant $($body)?) => $number,)+
                    Self::Other { kind, .. } => *kind,
                }
            }

            /// The specification's name of the type without prefix; `None` for an unknown number.
            #[must_use]
            pub fn name(&self) -> Option<&'static str> {
                match self {
                    $(multipart_bodies!(@any $variant $($body)?) => Some($text),)+
                    Self::Other { .. } => None,
                }
            }

            /// Reads what follows flags and padding.
            pub(super) fn decode(
                kind: u16,
                r: &mut crate::wire::Reader<'_>,
            ) -> Result<Self, crate::wire::DecodeError> {
                use crate::Version;
                let version = r.version();
                Ok(match kind {
                    $($number if (Version::$since..=Version::$until).contains(&version) => {
                        multipart_bodies!(@decode $shape r $text $variant)
                    })+
                    kind => Self::Other { kind, data: r.rest() },
                })
            }

            pub(super) fn encode(&self, w: &mut crate::wire::Writer<'_>) {
                use crate::Version;
                let version = w.version();
                match self {
                    $(multipart_bodies!(@one body $variant $($body)?) => {
                        if !(Version::$since..=Version::$until).contains(&version) {
                            w.lacks(concat!("multipart type ", $text));
                        }
                        multipart_bodies!(@encode $shape w body);
                    })+
                    Self::Other { data, .. } => w.bytes(data),
                }
            }
        }
    };
    (@type one $body:ty) => { $body };
    (@type boxed $body:ty) => { Box<$body> };
    (@type list $body:ty) => { Vec<$body> };
    (@type since_1_5 $body:ty) => { Option<$body> };
    (@any $variant:ident) => { Self::$variant };
    (@any $variant:ident $body:ty) => { Self::$variant(_) };
    (@one $name:ident $variant:ident) => { Self::$variant };
    (@one $name:ident $variant:ident $body:ty) => { Self::$variant($name) };
    (@decode empty $r:ident $text:literal $variant:ident) => { Self::$variant };
    (@decode one $r:ident $text:literal $variant:ident) => { Self::$variant($r.field($text)?) };
    (@decode boxed $r:ident $text:literal $variant:ident) => {
        Self::$variant(Box::new($r.field($text)?))
    };
    (@decode list $r:ident $text:literal $variant:ident) => { Self::$variant($r.list($text)?) };
    (@decode since_1_5 $r:ident $text:literal $variant:ident) => {
        Self::$variant(match $r.version() {
            Version::V1_5 => Some($r.field($text)?),
            _ => None,
        })
    };
    (@encode empty $w:ident $body:ident) => {};
    (@encode one $w:ident $body:ident) => { crate::wire::Wire::encode($body, $w) };
    (@encode boxed $w:ident $body:ident) => { crate::wire::Wire::encode($body.as_ref(), $w) };
    (@encode list $w:ident $body:ident) => { $w.list($body) };
    (@encode since_1_5 $w:ident $body:ident) => {
        if $body.is_some() != ($w.version() >= Version::V1_5) {
            $w.lacks("a request of this type with or without a body");
        }
        $w.list($body)
    };
}
