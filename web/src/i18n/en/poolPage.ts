/** Texts of the pages and dialogs of pools. */
export default {
	poolPage: {
		makeDefault: 'Make it the default',
		defaultSrWhat: 'New disks go there where nobody chooses another storage.',
	},
};
