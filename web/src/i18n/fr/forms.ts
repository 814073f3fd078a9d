/** Textes que les formulaires partagent. */
export default {
	form: {
		save: 'Enregistrer',
		choose: 'Choisir…',
		search: 'Tapez pour chercher',
		nothing: 'Rien trouvé',
		looking: 'Recherche…',
		optional: 'facultatif',
		more: '{{count, number}} de plus ; tapez pour en réduire le nombre',
		unit: 'Unité de {{label}}',
		set: '{{name}} : {{label}} modifié',
	},
};
