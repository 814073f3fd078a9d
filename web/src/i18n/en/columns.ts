/** Texts of the menu of a list's columns. */
export default {
	columns: {
		up: 'Move {{label}} before {{other}}',
		down: 'Move {{label}} after {{other}}',
		first: '{{label}} is the first column',
		last: '{{label}} is the last column',
		rows: 'Rows',
		comfortable: 'Comfortable',
		compact: 'Compact',
	},
};
