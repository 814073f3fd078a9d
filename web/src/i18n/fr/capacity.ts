/** Textes de la carte de la capacité. */
import type en from '../en/capacity';

const capacity: typeof en = {
	capacity: {
		title: 'Capacité',
		open: 'Où elle va',
		estate: 'Tout le parc',
		by: 'Par',
		measures: { ram: 'Mémoire', cpu: 'vCPU', disk: 'Stockage' },
		as: 'Sous forme de',
		map: 'Carte',
		table: 'Tableau',
		way: 'Place dans le parc',
		up: 'Remonter',
		nothing: 'Rien n’est utilisé ici',
		mapOf: 'Capacité de {{name}}',
		free: 'libre',
		rest: 'autre',
		others_one: '{{count, number}} plus petite',
		others_other: '{{count, number}} plus petites',
		used: 'Utilisé',
		size: 'Taille',
		fullness: 'Remplissage',
		share: 'Part de {{name}}',
	},
};

export default capacity;
