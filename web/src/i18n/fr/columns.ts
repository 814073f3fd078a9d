/** Textes du menu des colonnes d’une liste. */
import type en from '../en/columns';

const columns: typeof en = {
	columns: {
		up: 'Placer {{label}} avant {{other}}',
		down: 'Placer {{label}} après {{other}}',
		first: '{{label}} est la première colonne',
		last: '{{label}} est la dernière colonne',
		rows: 'Lignes',
		comfortable: 'Aérées',
		compact: 'Serrées',
	},
};
export default columns;
