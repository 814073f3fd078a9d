//! Numbers in headers, read and written at their offsets. Headers have a fixed length, so every offset is within them.

/// All bits set: what formats write where an offset is not used.
pub(crate) const NONE: u64 = u64::MAX;

/// Makes the functions of one byte order.
macro_rules! numbers {
    ($order:ident, $from:ident, $to:ident, $($int:ident $get:ident $put:ident),+) => {
        #[allow(dead_code, reason = "a format needs some of them")]
        pub(crate) mod $order {
            $(
                pub(crate) fn $get(bytes: &[u8], at: usize) -> $int {
                    $int::$from(bytes[at..at + size_of::<$int>()].try_into().expect("as long as the number"))
                }

                pub(crate) fn $put(bytes: &mut [u8], at: usize, value: $int) {
                    bytes[at..at + size_of::<$int>()].copy_from_slice(&value.$to());
                }
            )+
        }
    };
}

numbers!(be, from_be_bytes, to_be_bytes, u16 get_u16 put_u16, u32 get_u32 put_u32, u64 get_u64 put_u64);
numbers!(le, from_le_bytes, to_le_bytes, u16 get_u16 put_u16, u32 get_u32 put_u32, u64 get_u64 put_u64);
