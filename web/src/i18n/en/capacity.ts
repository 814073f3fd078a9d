/** Texts of the map of capacity. */
export default {
	capacity: {
		open: 'Where it goes',
		estate: 'Whole estate',
		by: 'By',
		measures: { ram: 'Memory', cpu: 'vCPUs', disk: 'Storage' },
		as: 'Shown as',
		map: 'Map',
		table: 'Table',
		way: 'Place in the estate',
		up: 'Up',
		nothing: 'Nothing is used here',
		mapOf: 'Capacity of {{name}}',
		free: 'free',
		rest: 'other',
		others_one: '{{count, number}} smaller',
		others_other: '{{count, number}} smaller',
		used: 'Used',
		size: 'Size',
		fullness: 'Full',
		share: 'Share of {{name}}',
	},
};
