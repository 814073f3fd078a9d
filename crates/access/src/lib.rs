//! Operations on users, tokens, sessions and servers.
