//! Operations on pools, hosts, VMs and what belongs to them.
