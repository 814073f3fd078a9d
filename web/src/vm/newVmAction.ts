/** A new VM, where the object it is asked of is: a pool, a host, or made of a template. */
import type { Action } from '../list/noun';
import { AddIcon } from '../ui/icons';

export function newVm(of: 'pool' | 'host' | 'template'): Action {
	return {
		id: 'newVm',
		method: 'vm.create',
		single: true,
		page: (row) => ({ to: '/new/vm', search: { [of]: row.id } }),
		label: 'vm.new',
		doing: 'vm.new',
		done: 'vm.new',
		icon: AddIcon,
	};
}
