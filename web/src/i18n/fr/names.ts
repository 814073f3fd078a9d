/** Noms de ce qu’il y a, que montre la première page ; tout le reste est dans `nouns.ts` et vient après. */
import type en from '../en/names';

const names: typeof en = {
	vm: {
		title: 'Machines virtuelles',
		new: 'Nouvelle VM',
		import: 'Importer',
		counted_one: '{{count, number}} VM',
		counted_other: '{{count, number}} VM',
	},
	vmDoing: {
		start: 'Démarrage',
		shutdown: 'Arrêt',
		reboot: 'Redémarrage',
		suspend: 'Suspension',
		resume: 'Reprise',
		pause: 'Mise en pause',
		unpause: 'Sortie de pause',
		snapshot: 'Prise d’instantané',
		revert: 'Retour à l’instantané',
		clone: 'Clonage',
		copy: 'Copie',
		export: 'Export',
		import: 'Import',
		destroy: 'Suppression',
		migrate: 'Migration',
	},
	template: {
		title: 'Modèles',
	},
	snapshot: {
		title: 'Instantanés',
	},
	host: {
		title: 'Hôtes',
	},
	pool: {
		title: 'Pools',
		seeWhy: 'Voir pourquoi',
	},
	sr: {
		title: 'Dépôts de stockage',
	},
	vdi: {
		title: 'Disques',
	},
	vbd: {
		title: 'Disques et lecteurs',
	},
	network: {
		title: 'Réseaux',
	},
	vif: {
		title: 'Interfaces de VM',
	},
	pif: {
		title: 'Interfaces d’hôte',
	},
	task: {
		title: 'Tâches des hôtes',
	},
	message: {
		title: 'Messages',
	},
	vmState: { Running: 'En marche', Halted: 'Arrêtée', Paused: 'En pause', Suspended: 'Suspendue' },
};

export default names;
