//! Tests of the whole product with foreign clients.
