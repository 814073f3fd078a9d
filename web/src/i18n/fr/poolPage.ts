/** Textes des pages et dialogues des pools. */
import type en from '../en/poolPage';

const poolPage: typeof en = {
	poolPage: {
		makeDefault: 'En faire le stockage par défaut',
		defaultSrWhat: 'Les nouveaux disques y vont, sauf si l’on choisit un autre stockage.',
	},
};

export default poolPage;
