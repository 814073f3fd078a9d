/** Texts of the pages and dialogs of hosts. */
export default {
	hostPage: {
		cannotLeave: 'These keep the host from being emptied:',
		blocked: {
			VM_LACKS_FEATURE: 'its guest tools are missing or cannot move it; install them, or shut it down',
			VM_LACKS_FEATURE_SUSPEND: 'its guest tools cannot suspend it; install them, or shut it down',
			VM_MISSING_PV_DRIVERS: 'its guest tools are missing; install them, or shut it down',
			VM_OLD_PV_DRIVERS: 'its guest tools are too old; renew them, or shut it down',
			VM_REQUIRES_SR: 'another host does not reach the storage of its disks',
			VM_REQUIRES_NETWORK: 'another host does not have its network',
			VM_REQUIRES_GPU: 'it needs a graphics card that no other host has free',
			VM_HAS_PCI_ATTACHED: 'it holds a PCI device of its host; shut it down',
			VM_HAS_VGPU: 'it holds a virtual graphics card of its host; shut it down',
			VM_HAS_SRIOV_VIF: 'it holds a part of a network card of its host; shut it down',
			VM_INCOMPATIBLE_WITH_THIS_HOST: 'the processor of another host is too different',
			HOST_NOT_ENOUGH_FREE_MEMORY: 'the other hosts have not enough free memory for it',
			NO_HOSTS_AVAILABLE: 'there is no other host that takes VMs',
			OPERATION_BLOCKED: 'somebody has blocked moving it',
			OPERATION_NOT_ALLOWED: 'it cannot move in its state',
		},
	},
};
