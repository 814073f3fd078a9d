/** Texts of what stands in the place of rows. */
export default {
	empty: {
		failed: 'The list could not be read',
		noMatch: 'Nothing matches the filter',
		notShared: 'Nothing of this kind is shared with you',
		askAdmin: 'An administrator can give you access.',
		noPool: 'No pool is connected yet',
		connectMaster: 'Connect the master of a pool to see what it holds here.',
		noneAnswers: 'No pool answers',
		allDisconnected: 'All configured pools are disconnected.',
		none: '{{title}}: there are none',
	},
	noneOf: {
		vms: 'A VM is made of a template, or comes with an import.',
		templates: 'Hosts bring templates along; any halted VM can be made one.',
		snapshots: '“Take snapshot” of a VM keeps how it is now.',
		srs: 'A host needs storage before it can hold disks.',
		vdis: 'Disks are made with a VM, or on a storage repository.',
		networks: 'Each host brings the networks of its ports; others are made in a pool.',
		vifs: 'An interface links a VM with a network.',
		pifs: 'Ports come with their host; a scan of the host finds new ones.',
		tasks: 'Nothing is being done at the moment.',
		messages: 'Pools have told of nothing.',
		vbds: 'It has no disk and no drive.',
	},
};
