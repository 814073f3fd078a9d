/** Textes des imports. */
import type en from '../en/import';

const imports: typeof en = {
	import: {
		help: 'Des VM à partir de XVA et d’OVA, des disques à partir de VHD, VMDK, QCOW2 et de fichiers bruts, des CD à partir d’images ISO.',
		sources: 'Fichiers',
		sourcesHelp: 'Plusieurs à la fois. Ils sont envoyés au fil de leur lecture, quelle que soit leur taille.',
		choose: 'Choisir des fichiers',
		orDrop: 'ou déposez-les n’importe où sur cette page',
		dropHere: 'Déposez les fichiers pour les importer',
		url: 'Ou une adresse que le serveur va chercher',
		noUrl: 'Commence par http:// ou https://',
		addUrl: 'Ajouter',
		chosen: 'À importer',
		remove: 'Laisser {{name}} de côté',
		vhdx: 'VHDX n’est pas pris en charge. `qemu-img convert -O qcow2` en fait un QCOW2.',
		unknown: 'On ne sait pas ce qu’est ce fichier. Dites-le si vous le savez.',
		asInFile: 'comme dans le fichier',
		ofFile: 'Le fichier dit : {{facts}}',
		format: { xva: 'XVA', ova: 'OVA', vhd: 'VHD', qcow2: 'QCOW2', vmdk: 'VMDK', raw: 'Brut', iso: 'ISO' },
		target: 'Destination',
		targetHelp: 'Les VM reçoivent les réseaux que leur fichier nomme, si le pool les a.',
		disksTo: 'Stockage des VM et des disques',
		discsTo: 'Stockage des images ISO',
		begin_one: 'Importer {{count, number}} fichier',
		begin_other: 'Importer {{count, number}} fichiers',
		uploads: 'Imports',
		clear: 'Vider la liste',
		cancel: 'Annuler {{name}}',
		again: 'Réessayer',
		againName: 'Réessayer {{name}}',
		state: {
			waiting: 'en attente',
			sending: 'en cours d’envoi',
			working: 'en cours d’achèvement',
			done: 'importé',
			failed: 'échec',
			cancelled: 'annulé',
		},
		sent: '{{sent}} sur {{size}}',
		rate: '{{rate}}/s',
		left: 'encore {{time}}',
		fetching: 'Le serveur va le chercher ; la barre du bas montre où il en est, et permet de l’annuler.',
		making: 'Tout est envoyé ; le pool termine.',
	},
};

export default imports;
