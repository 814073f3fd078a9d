//! Operation table: one declaration gives call, access check, schema and listing.
