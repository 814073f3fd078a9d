/** Names of what there is, which the first page shows; all else of them is in `nouns.ts`, and comes later. */
export default {
	vm: {
		title: 'Virtual machines',
		new: 'New VM',
		import: 'Import',
		counted_one: '{{count, number}} VM',
		counted_other: '{{count, number}} VMs',
	},
	vmDoing: {
		start: 'Starting',
		shutdown: 'Shutting down',
		reboot: 'Rebooting',
		suspend: 'Suspending',
		resume: 'Resuming',
		pause: 'Pausing',
		unpause: 'Unpausing',
		snapshot: 'Snapshotting',
		revert: 'Reverting',
		clone: 'Cloning',
		copy: 'Copying',
		export: 'Exporting',
		import: 'Importing',
		destroy: 'Deleting',
		migrate: 'Migrating',
	},
	template: {
		title: 'Templates',
	},
	snapshot: {
		title: 'Snapshots',
	},
	host: {
		title: 'Hosts',
	},
	pool: {
		title: 'Pools',
		seeWhy: 'See why',
	},
	sr: {
		title: 'Storage repositories',
	},
	vdi: {
		title: 'Disks',
	},
	vbd: {
		title: 'Disks and drives',
	},
	network: {
		title: 'Networks',
	},
	vif: {
		title: 'VM interfaces',
	},
	pif: {
		title: 'Host interfaces',
	},
	task: {
		title: 'Tasks of hosts',
	},
	message: {
		title: 'Messages',
	},
	vmState: { Running: 'Running', Halted: 'Halted', Paused: 'Paused', Suspended: 'Suspended' },
};
