/** Texts that forms share. */
export default {
	form: {
		save: 'Save',
		choose: 'Choose…',
		search: 'Type to search',
		nothing: 'Nothing found',
		looking: 'Looking…',
		optional: 'optional',
		more: '{{count, number}} more; type to narrow them',
		unit: 'Unit of {{label}}',
		set: '{{name}}: {{label}} changed',
	},
};
