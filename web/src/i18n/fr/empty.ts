/** Texts of what stands in the place of rows. */
export default {
	empty: {
		failed: 'La liste n’a pas pu être lue',
		noMatch: 'Rien ne correspond au filtre',
		notShared: 'Rien de ce type n’est partagé avec vous',
		askAdmin: 'Un administrateur peut vous donner accès.',
		noPool: 'Aucun pool n’est encore connecté',
		connectMaster: 'Connectez le maître d’un pool pour voir ici ce qu’il contient.',
		noneAnswers: 'Aucun pool ne répond',
		allDisconnected: 'Tous les pools configurés sont déconnectés.',
		none: '{{title}} : il n’y en a aucun',
	},
	noneOf: {
		vms: 'Une VM se crée à partir d’un modèle, ou vient d’un import.',
		templates: 'Les hôtes apportent des modèles ; toute VM arrêtée peut en devenir un.',
		snapshots: '« Prendre un instantané » d’une VM garde son état actuel.',
		srs: 'Un hôte a besoin d’un stockage pour contenir des disques.',
		vdis: 'Un disque se crée avec une VM, ou sur un stockage.',
		networks: 'Chaque hôte apporte les réseaux de ses ports ; les autres se créent dans un pool.',
		vifs: 'Une interface relie une VM à un réseau.',
		pifs: 'Les ports viennent avec leur hôte ; une analyse de l’hôte trouve les nouveaux.',
		tasks: 'Rien n’est en cours pour le moment.',
		messages: 'Les pools n’ont rien signalé.',
		vbds: 'Elle n’a ni disque ni lecteur.',
	},
};
