/** What pools refuse by a code alone. */
export default {
	xapiError: {
		DESIGNATE_NEW_MASTER_IN_PROGRESS: 'The pool is changing its master already',
		NETWORK_CONTAINS_PIF: 'Interfaces of hosts are on the network',
		NETWORK_CONTAINS_VIF: 'Interfaces of VMs are on the network',
		PIF_ALREADY_BONDED: 'An interface is part of a bond already',
		PIF_BOND_MORE_THAN_ONE_IP: 'Only one interface of a bond may have an address',
		PIF_VLAN_EXISTS: 'The interface has a VLAN of this tag already',
		SERVER_CERTIFICATE_CHAIN_INVALID: 'The certificates between it and a root cannot be read',
		SERVER_CERTIFICATE_EXPIRED: 'The certificate has ended',
		SERVER_CERTIFICATE_INVALID: 'The certificate cannot be read',
		SERVER_CERTIFICATE_KEY_INVALID: 'The private key cannot be read',
		SERVER_CERTIFICATE_KEY_MISMATCH: 'The private key is not that of the certificate',
		SERVER_CERTIFICATE_NOT_VALID_YET: 'The certificate is not good yet',
		SR_DEVICE_IN_USE: 'A storage is on the device already',
		SR_FULL: 'The storage is full',
		SR_HAS_NO_PBDS: 'No host is connected to the storage',
		SR_NOT_EMPTY: 'Disks are on the storage',
		SR_UUID_EXISTS: 'The storage is here already',
	},
};
