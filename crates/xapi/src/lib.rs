//! XAPI client: sessions, failover, calls, event watch, tasks.
