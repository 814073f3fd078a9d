/** Textes des disques : leurs dialogues et leurs réglages. */
import type en from '../en/disk';

const disk: typeof en = {
	disk: {
		new: 'Nouveau disque',
		create: 'Créer',
		free: '{{size}} libres',
		larger: 'Plus que les {{free}} libres',
		forVm: 'Pour une VM (facultatif)',
		forVmHelp: 'Il lui est attaché aussitôt, et connecté si la VM fonctionne',
		noVm: 'Aucune : l’attacher plus tard',
		bootable: 'La VM peut démarrer dessus',
		readOnly: 'La VM ne fait que le lire',
		attach: 'Attacher',
		attachTo: 'Attacher un disque à {{name}}',
		attachOne: 'Attacher {{name}} à une VM',
		attachedToo: '{{size}}, attaché ailleurs',
		showAttached: 'Proposer aussi les disques attachés ailleurs',
		showAttachedHelp: 'Deux VM qui écrivent sur un même disque détruisent ce qu’il contient',
		attachedTo: 'Attaché à',
		attachedToNone: 'aucune VM',
		connected: 'connecté',
		notConnected: 'non connecté',
		migrate: 'Déplacer',
		migrateHelp: 'Une VM en marche continue pendant ce temps. Les instantanés du disque restent où ils sont.',
		severalPools: 'Ces disques sont de plusieurs pools ; déplacez ceux d’un pool à la fois.',
		target: 'Vers',
		noRoom: 'La place peut manquer : {{free}} sont libres, et les disques font {{needed}}.',
		download: 'Télécharger',
		downloadHelp: 'VHD pour XCP-ng et Hyper-V, QCOW2 pour KVM, VMDK pour VMware ; brut fait la taille du disque',
		formatOf: 'Format',
		format: { vhd: 'VHD', qcow2: 'QCOW2', vmdk: 'VMDK', raw: 'Brut' },
		file: 'Fichier',
		chooseFile: 'Choisir un fichier…',
		overwrite: 'Remplacer',
		overwritten:
			'Tout ce que contient {{name}} est perdu : le contenu du fichier prend sa place. Aucune VM en marche ne doit avoir le disque.',
		insert: 'Insérer',
		insertInto: 'Insérer un CD dans le lecteur de {{name}}',
		disc: 'CD',
		discHelp: 'Un CD déjà dans le lecteur en est retiré. Une VM arrêtée sans lecteur en reçoit un.',
		noDiscs: 'Le pool n’a pas de stockage d’images de CD ; ajoutez d’abord un stockage ISO.',
		enlarge: 'Agrandir',
		newSize: 'Nouvelle taille',
		onlyGrows:
			'Plus que {{size}} : un disque ne fait que grandir, et sur la plupart des stockages seulement quand sa VM est arrêtée',
		cbtHelp: 'Les blocs qui changent sont notés, pour que les sauvegardes ne lisent que ceux-là',
	},
};

export default disk;
