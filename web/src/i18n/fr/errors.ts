/** Ce que les pools refusent par un simple code. */
export default {
	xapiError: {
		DESIGNATE_NEW_MASTER_IN_PROGRESS: 'Le pool change déjà de maître',
		NETWORK_CONTAINS_PIF: 'Des interfaces d’hôtes sont sur le réseau',
		NETWORK_CONTAINS_VIF: 'Des interfaces de VM sont sur le réseau',
		PIF_ALREADY_BONDED: 'Une interface fait déjà partie d’un agrégat',
		PIF_BOND_MORE_THAN_ONE_IP: 'Une seule interface d’un agrégat peut avoir une adresse',
		PIF_VLAN_EXISTS: 'L’interface a déjà un VLAN de cette étiquette',
		SERVER_CERTIFICATE_CHAIN_INVALID: 'Les certificats intermédiaires sont illisibles',
		SERVER_CERTIFICATE_EXPIRED: 'Le certificat a expiré',
		SERVER_CERTIFICATE_INVALID: 'Le certificat est illisible',
		SERVER_CERTIFICATE_KEY_INVALID: 'La clé privée est illisible',
		SERVER_CERTIFICATE_KEY_MISMATCH: 'La clé privée n’est pas celle du certificat',
		SERVER_CERTIFICATE_NOT_VALID_YET: 'Le certificat n’est pas encore valable',
		SR_DEVICE_IN_USE: 'Un stockage est déjà sur ce périphérique',
		SR_FULL: 'Le stockage est plein',
		SR_HAS_NO_PBDS: 'Aucun hôte n’est connecté au stockage',
		SR_NOT_EMPTY: 'Des disques sont sur le stockage',
		SR_UUID_EXISTS: 'Le stockage est déjà là',
	},
};
