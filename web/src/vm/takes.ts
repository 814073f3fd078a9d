import type { Row } from '../live/view';

/** Properties of a host that `takes` reads. */
export const TAKES_COLUMNS = ['$pool', 'enabled', 'power_state'];

/** Whether VMs can be moved to a host: it takes VMs, and they do not all run there already. */
export function takes(host: Row, vms: readonly Row[]): boolean {
	const areThere = vms.length > 0 && vms.every((vm) => vm.$container === host.id && vm.power_state !== 'Halted');
	return host.enabled === true && host.power_state === 'Running' && !areThere;
}
