/** Textes des pages et dialogues des hôtes. */
import type en from '../en/hostPage';

const hostPage: typeof en = {
	hostPage: {
		maintenanceWhat:
			'Ses VM partent vers d’autres hôtes du pool et continuent ; aucune ne démarre ici avant que vous l’autorisiez à nouveau.',
		room_one: 'Ses VM demandent {{needed}} de mémoire ; {{free}} sont libres sur {{count, number}} autre hôte.',
		room_other: 'Ses VM demandent {{needed}} de mémoire ; {{free}} sont libres sur {{count, number}} autres hôtes.',
		noVms: 'Aucune VM n’y fonctionne.',
		wouldMove: 'Seraient déplacées',
		couldGo: 'Pourrait aller sur',
		canEmpty: 'L’hôte peut être vidé.',
		moveAnyway: 'La déplacer est interdit ; la déplacer quand même',
		runsHere_one: '{{count, number}} VM y fonctionne.',
		runsHere_other: '{{count, number}} VM y fonctionnent.',
		itsVms: 'Ses VM',
		vms: {
			move: 'partent vers d’autres hôtes',
			suspend: 'sont suspendues, et reprises quand il est de nouveau en marche',
			leave: 'restent ; on ne continue que s’il n’y en a plus',
		},
		suspendBlocked: 'Suspendre aussi celles dont la suspension est interdite',
		anyway: 'Même si une sauvegarde est en cours',
		anywayWhat: 'et même si le maître du pool devrait être redémarré d’abord',
		packWhat: 'Le pack est installé sur l’hôte pendant l’envoi ; il peut demander un redémarrage ensuite.',
		packFile: 'Image ISO',
		files: {
			logs: 'Journaux',
			status: 'Journaux et réglages, comme pour un rapport d’anomalie',
			audit: 'Registre de qui a été autorisé à quoi',
			statuses: 'Journaux et réglages de tous les hôtes, comme pour un rapport d’anomalie',
		},
		cannotLeave: 'Ce qui empêche de vider l’hôte :',
		blocked: {
			VM_LACKS_FEATURE: 'ses outils invités manquent ou ne savent la déplacer ; installez-les, ou arrêtez-la',
			VM_LACKS_FEATURE_SUSPEND: 'ses outils invités ne savent la suspendre ; installez-les, ou arrêtez-la',
			VM_MISSING_PV_DRIVERS: 'ses outils invités manquent ; installez-les, ou arrêtez-la',
			VM_OLD_PV_DRIVERS: 'ses outils invités sont trop anciens ; renouvelez-les, ou arrêtez-la',
			VM_REQUIRES_SR: 'un autre hôte n’atteint pas le stockage de ses disques',
			VM_REQUIRES_NETWORK: 'un autre hôte n’a pas son réseau',
			VM_REQUIRES_GPU: 'elle demande une carte graphique qu’aucun autre hôte n’a de libre',
			VM_HAS_PCI_ATTACHED: 'elle tient un périphérique PCI de son hôte ; arrêtez-la',
			VM_HAS_VGPU: 'elle tient une carte graphique virtuelle de son hôte ; arrêtez-la',
			VM_HAS_SRIOV_VIF: 'elle tient une partie d’une carte réseau de son hôte ; arrêtez-la',
			VM_INCOMPATIBLE_WITH_THIS_HOST: 'le processeur d’un autre hôte est trop différent',
			HOST_NOT_ENOUGH_FREE_MEMORY: 'les autres hôtes n’ont pas assez de mémoire libre pour elle',
			NO_HOSTS_AVAILABLE: 'aucun autre hôte n’accepte de VM',
			OPERATION_BLOCKED: 'quelqu’un a interdit de la déplacer',
			OPERATION_NOT_ALLOWED: 'son état ne permet pas de la déplacer',
		},
	},
};

export default hostPage;
