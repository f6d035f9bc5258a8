//! A plugin's memory as bytes: `save` writes a tuple, `load` reads the same one back.
//!
//! ```
//! use callbox_sdk::saved;
//!
//! let bytes = saved::to_bytes(&(0.25_f64, 3_u32));
//! let (best, bad): (f64, u32) = saved::from_bytes(&bytes).unwrap();
//! assert_eq!((best, bad), (0.25, 3));
//! ```
//!
//! Little-endian, without names: whoever changes the tuple raises `state_version`.

/// What can be written and read back: numbers, flags, texts, options, lists, and tuples of them.
pub trait Saved: Sized {
    /// Appends this value.
    fn write(&self, bytes: &mut Vec<u8>);
    /// Takes this value off the front; `None` where it is not there.
    fn read(bytes: &mut &[u8]) -> Option<Self>;
}

/// A value as bytes.
#[must_use]
pub fn to_bytes<T: Saved>(value: &T) -> Vec<u8> {
    let mut bytes = Vec::new();
    value.write(&mut bytes);
    bytes
}

/// The value that [`to_bytes`] wrote.
///
/// # Errors
/// A sentence, where the bytes are too few, too many, or not such a value.
pub fn from_bytes<T: Saved>(mut bytes: &[u8]) -> Result<T, String> {
    let length = bytes.len();
    match T::read(&mut bytes) {
        Some(value) if bytes.is_empty() => Ok(value),
        _ => Err(format!("these {length} saved bytes are not what this plugin writes")),
    }
}

macro_rules! numbers {
    ($($number:ty)+) => {$(
        impl Saved for $number {
            fn write(&self, bytes: &mut Vec<u8>) {
                bytes.extend(self.to_le_bytes());
            }

            fn read(bytes: &mut &[u8]) -> Option<Self> {
                bytes.split_off(..size_of::<Self>())?.try_into().ok().map(Self::from_le_bytes)
            }
        }
    )+};
}
numbers!(u8 u32 u64 i64 f64);

impl Saved for bool {
    fn write(&self, bytes: &mut Vec<u8>) {
        bytes.push(u8::from(*self));
    }

    fn read(bytes: &mut &[u8]) -> Option<Self> {
        match u8::read(bytes)? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}

impl Saved for String {
    fn write(&self, bytes: &mut Vec<u8>) {
        (self.len() as u64).write(bytes);
        bytes.extend(self.bytes());
    }

    fn read(bytes: &mut &[u8]) -> Option<Self> {
        let length = usize::try_from(u64::read(bytes)?).ok()?;
        Self::from_utf8(bytes.split_off(..length)?.to_vec()).ok()
    }
}

impl<T: Saved> Saved for Option<T> {
    fn write(&self, bytes: &mut Vec<u8>) {
        self.is_some().write(bytes);
        if let Some(value) = self {
            value.write(bytes);
        }
    }

    fn read(bytes: &mut &[u8]) -> Option<Self> {
        if bool::read(bytes)? { T::read(bytes).map(Some) } else { Some(None) }
    }
}

impl<T: Saved> Saved for Vec<T> {
    fn write(&self, bytes: &mut Vec<u8>) {
        (self.len() as u64).write(bytes);
        self.iter().for_each(|value| value.write(bytes));
    }

    fn read(bytes: &mut &[u8]) -> Option<Self> {
        // Grown as it is read: a wrong length must not reserve what is not there.
        let length = u64::read(bytes)?;
        (0..length).map(|_| T::read(bytes)).collect()
    }
}

macro_rules! tuples {
    ($($name:ident)+) => {
        #[allow(non_snake_case, reason = "a tuple's parts are named after their types")]
        impl<$($name: Saved),+> Saved for ($($name,)+) {
            fn write(&self, bytes: &mut Vec<u8>) {
                let ($($name,)+) = self;
                $($name.write(bytes);)+
            }

            fn read(bytes: &mut &[u8]) -> Option<Self> {
                Some(($($name::read(bytes)?,)+))
            }
        }
    };
}
tuples!(A);
tuples!(A B);
tuples!(A B C);
tuples!(A B C D);
tuples!(A B C D E);
tuples!(A B C D E F);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_comes_back() {
        let memory = (
            0.1_f64,
            7_u32,
            String::from("best"),
            Some(true),
            vec![(1_u64, -1_i64), (2, -2)],
            None::<f64>,
        );

        assert_eq!(from_bytes(&to_bytes(&memory)), Ok(memory));
    }

    #[test]
    fn other_bytes_are_refused() {
        let bytes = to_bytes(&(1_u32, 2_u32));

        assert!(from_bytes::<(u32, u32)>(&bytes[..7]).is_err());
        assert!(from_bytes::<u32>(&bytes).is_err());
        assert!(from_bytes::<bool>(&[2]).is_err());
        assert!(from_bytes::<Vec<u64>>(&u64::MAX.to_le_bytes()).is_err());
    }
}
