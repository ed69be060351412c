//! Enums that stand as words in the database, in settings and on the wire.

/// What an enum of words tells of itself.
pub trait Words {
    /// Each word with what it means, in order; the meaning begins with a space.
    const TOLD: &'static [(&'static str, &'static str)];
}

/// Makes an enum of words: `ALL` in order, `as_str`, `FromStr` (a wrong word is `Invalid` and told the right ones), `Display`
/// and serde's two. The text names it in errors.
#[macro_export]
macro_rules! words {
    (
        $(#[$meta:meta])*
        $name:ident, $what:literal { $( $(#[doc = $about:literal])+ $variant:ident = $word:literal ),+ $(,)? }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name { $( $(#[doc = $about])+ $variant ),+ }

        impl $crate::base::words::Words for $name {
            const TOLD: &'static [(&'static str, &'static str)] = &[$( ($word, concat!($($about),+)) ),+];
        }

        impl $name {
            /// All of them, in order.
            pub const ALL: &[Self] = &[$( Self::$variant ),+];

            /// The word.
            pub const fn as_str(self) -> &'static str {
                match self { $( Self::$variant => $word ),+ }
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::base::error::Error;

            fn from_str(word: &str) -> $crate::base::error::Result<Self> {
                match word {
                    $( $word => Ok(Self::$variant), )+
                    _ => Err($crate::base::error::Error::invalid(format!(
                        concat!("'{}' is no ", $what, "; there are {}"),
                        word,
                        [$( $word ),+].join(", ")
                    ))),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> std::result::Result<S::Ok, S::Error> {
                to.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> std::result::Result<Self, D::Error> {
                <std::borrow::Cow<'_, str> as serde::Deserialize>::deserialize(from)?
                    .parse()
                    .map_err(serde::de::Error::custom)
            }
        }
    };
}
