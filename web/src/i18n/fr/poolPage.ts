/** Textes des pages et dialogues des pools. */
import type en from '../en/poolPage';

const poolPage: typeof en = {
	poolPage: {
		makeDefault: 'En faire le stockage par défaut',
		defaultSrWhat: 'Les nouveaux disques y vont, sauf si l’on choisit un autre stockage.',
		addHostWhat:
			'L’hôte devient membre de ce pool, avec ses réglages et son stockage partagé. Ses VM et disques restent sur son stockage local, mais il ne doit en faire fonctionner aucune.',
		mergeWhat:
			'Le seul hôte de ce pool en rejoint un autre, dont il prend les réglages et le stockage partagé. Ce pool n’est plus.',
		aloneOnly: 'Les hôtes qui sont un pool à eux seuls ; ceux de pools plus grands ne peuvent être choisis',
		mergeTarget: 'Pool à rejoindre',
		force: 'Les processeurs peuvent différer',
		forceWhat: 'Versions, licences et mises à jour doivent être les mêmes malgré tout',
		notConnected: 'Un hôte qui n’est pas encore ici doit d’abord être connecté :',
		masterWhat:
			'Les VM continuent. Les piles d’outils de tous les hôtes redémarrent ; cette page perd le pool un instant.',
		newMaster: 'Nouveau maître',
		haWhat: 'Quand un hôte tombe, les VM protégées redémarrent sur un autre.',
		heartbeat: 'Stockages par lesquels les hôtes se savent en vie',
		noShared: 'Le pool n’a pas de stockage partagé pour des disques, dont la haute disponibilité a besoin.',
		timeout: 'Délai, en secondes',
		timeoutWhat: 'Le temps qu’un hôte peut rester muet avant de compter comme tombé',
		general: 'Général',
		storage: 'Stockage',
		autoStartWhat: 'Celles qui le demandent',
		compression: 'Compresser les migrations',
		compressionWhat: 'Prend moins de réseau et plus de processeur',
		suspendSr: 'Stockage des VM suspendues',
		suspendSrWhat: 'Où va la mémoire des VM quand elles sont suspendues',
		crashSr: 'Stockage des vidages après plantage',
		ofHost: 'Ce qu’a chaque hôte',
		management: 'Réseau de gestion',
		managementHelp: 'Par lequel les hôtes sont joints',
		managementWhat:
			'Les hôtes seront joints par un autre réseau. Si ce serveur ne peut les y joindre, il perd le pool.',
		manage: 'Changer de réseau',
		migrationNetwork: 'Réseau de migration',
		backupNetwork: 'Réseau de sauvegarde',
		ofManagement: 'Le réseau de gestion',
		allHosts: 'Tous les hôtes',
		differs: 'Les hôtes diffèrent :',
		syslog: 'Journaux aussi envoyés à',
		syslogWhat: 'Nom ou adresse d’un serveur syslog',
		multipath: 'Chemins multiples',
		multipathWhat:
			'Atteint le stockage par plusieurs chemins. Le stockage est débranché un instant, ce que des VM en marche empêchent.',
		onHosts: 'sur {{count, number}} hôtes de {{all, number}}',
		onAll: 'Activer partout',
		offAll: 'Désactiver partout',
		product: 'Produit',
		edition: 'Édition',
		licenceUntil: 'Licence jusqu’au',
		never: 'sans fin',
		platform: 'Plateforme',
		secureBoot: 'Démarrage sécurisé des VM',
		boot: { ready: 'prêt', ready_no_dbx: 'prêt, sans liste de révocation', not_ready: 'pas prêt' },
	},
};

export default poolPage;
