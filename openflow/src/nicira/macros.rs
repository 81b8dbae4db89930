//! The table of actions, and structs that are their fields one after the other.

/// Makes `enum Action<A>` with decode, encode and the map to other inner actions from rows
/// `subtype "name" Variant(Struct);`, without `(Struct)` for an action that has no arguments. Each
/// struct reads and writes what follows the subtype; padding at the end is the table's.
macro_rules! nicira_actions {
    ($($(#[$doc:meta])* $number:literal $text:literal $variant:ident $(($($body:tt)+))?;)+) => {
        /// One action of Nicira's.
        #[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
        #[serde(tag = "type")]
        pub enum Action<A> {
            $($(#[$doc])* #[serde(rename = $text)] $variant$(($($body)+))?,)+
        }

        impl<A> Action<A> {
            /// Number among Nicira's actions.
            #[must_use]
            pub fn subtype(&self) -> u16 {
                match self {
                    $(nicira_actions!(@any $variant $($($body)+)?) => $number,)+
                }
            }

            /// The name it has in JSON.
            #[must_use]
            pub fn name(&self) -> &'static str {
                match self {
                    $(nicira_actions!(@any $variant $($($body)+)?) => $text,)+
                }
            }

            /// One that has no actions inside, as one that could have others.
            fn without_inner<B>(self) -> Action<B> {
                match self {
                    $(nicira_actions!(@one body $variant $($($body)+)?) =>
                        nicira_actions!(@same body $variant $($($body)+)?),)+
                }
            }
        }

        impl<A: Wire> Action<A> {
            /// What follows the experimenter in an action that began at `start`; `None`, with
            /// nothing read, for a subtype that is not in the table.
            pub(crate) fn decode(
                r: &mut Reader<'_>,
                start: usize,
            ) -> Result<Option<Self>, DecodeError> {
                let Some(subtype) = r.peek().first_chunk() else {
                    return Ok(None);
                };
                let action = match u16::from_be_bytes(*subtype) {
                    $($number => {
                        r.pad(2)?;
                        nicira_actions!(@decode r $text $variant $($($body)+)?)
                    })+
                    _ => return Ok(None),
                };
                r.pad_to_8(start)?;
                Ok(Some(action))
            }

            /// What follows the experimenter, without the padding at the end.
            pub(crate) fn encode(&self, w: &mut Writer<'_>) {
                w.u16(self.subtype());
                match self {
                    $(nicira_actions!(@one body $variant $($($body)+)?) => {
                        nicira_actions!(@encode w body $($($body)+)?);
                    })+
                }
            }
        }
    };
    (@any $variant:ident) => { Self::$variant };
    (@any $variant:ident $($body:tt)+) => { Self::$variant(_) };
    (@one $name:ident $variant:ident) => { Self::$variant };
    (@one $name:ident $variant:ident $($body:tt)+) => { Self::$variant($name) };
    (@same $name:ident $variant:ident) => { Action::$variant };
    (@same $name:ident $variant:ident Ct<A>) => { unreachable!("has actions inside: {}", $name.recirc_table) };
    (@same $name:ident $variant:ident Clone<A>) => { unreachable!("has actions inside: {}", $name.actions.len()) };
    (@same $name:ident $variant:ident $body:ident) => { Action::$variant($name) };
    (@decode $r:ident $text:literal $variant:ident) => {{ $r.pad(6)?; Self::$variant }};
    (@decode $r:ident $text:literal $variant:ident $($body:tt)+) => { Self::$variant($r.field($text)?) };
    (@encode $w:ident $name:ident) => {};
    (@encode $w:ident $name:ident $($body:tt)+) => { Wire::encode($name, $w) };
}

/// A struct whose encoding is its fields in their order: `Name { field: Type; ... }`, with
/// `[n]` where so many bytes of padding come before a field.
macro_rules! wire_fields {
    ($($(#[$doc:meta])* $name:ident {
        $($(#[$fdoc:meta])* $([$pad:literal])? $field:ident: $ty:ty;)+
    })+) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize)]
        pub struct $name {
            $($(#[$fdoc])* pub $field: $ty,)+
        }

        impl crate::wire::Wire for $name {
            fn decode(r: &mut crate::wire::Reader<'_>) -> Result<Self, crate::wire::DecodeError> {
                $(
                    $(r.pad($pad)?;)?
                    let $field = r.field(stringify!($field))?;
                )+
                Ok(Self { $($field,)+ })
            }

            fn encode(&self, w: &mut crate::wire::Writer<'_>) {
                $(
                    $(w.pad($pad);)?
                    crate::wire::Wire::encode(&self.$field, w);
                )+
            }
        }
    )+ };
}
