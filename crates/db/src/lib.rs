//! What outlives a restart: users, tokens, servers, settings, event journal.
