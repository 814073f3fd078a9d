//! Objects made from XAPI records, and the store that keeps them.
