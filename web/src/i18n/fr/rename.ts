/** Textes des nouveaux noms de plusieurs objets. */
import type en from '../en/rename';

const rename: typeof en = {
	rename: {
		names: 'Nouveaux noms',
		go: 'Renommer',
		again: 'Réessayer',
		stop: 'Arrêter',
		close: 'Fermer',
		pattern: 'Nouveau nom',
		patternHelp:
			'{{name}} est le nom actuel, {{n}} un numéro, {{n3}} un numéro à trois chiffres : dans l’ordre des noms.',
		noPlaceholder: 'Il n’y a pas de {{text}}',
		start: 'Premier numéro',
		find: 'Chercher dans le nom actuel',
		replace: 'Remplacer par',
		groupsHelp: '$1 est ce que le premier groupe entre parenthèses a trouvé',
		expression: 'C’est une expression régulière',
		badExpression: 'Ce n’est pas une expression régulière : {{reason}}',
		table: 'Anciens et nouveaux noms',
		old: 'Nom actuel',
		new: 'Nouveau nom',
		note: 'Remarque',
		same: 'inchangé',
		taken: 'un autre porte ce nom',
		empty: 'il ne reste pas de nom',
		doing: 'en cours…',
		done: 'renommé',
		changes_one: '{{count, number}} reçoit un nouveau nom.',
		changes_other: '{{count, number}} reçoivent un nouveau nom.',
		empties_one: '{{count, number}} n’aurait pas de nom : changez le modèle.',
		empties_other: '{{count, number}} n’auraient pas de nom : changez le modèle.',
		progress_one: '{{done, number}} sur {{count, number}} renommé.',
		progress_other: '{{done, number}} sur {{count, number}} renommés.',
		failed_one: '{{count, number}} échec.',
		failed_other: '{{count, number}} échecs.',
	},
};
export default rename;
