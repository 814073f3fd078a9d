//! Running application: pools, feed of changes, sessions, tasks, limits, config.
