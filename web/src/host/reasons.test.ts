import { expect, it } from 'vitest';
import { reasonsOf } from './reasons';

it('reads each VM that stays and why', () => {
	const params = ['VM_LACKS_FEATURE,OpaqueRef:a|VM_HAS_PCI_ATTACHED,OpaqueRef:b'];
	expect(reasonsOf({ code: 'CANNOT_EVACUATE_HOST', params })).toEqual([
		{ code: 'VM_LACKS_FEATURE', vm: 'OpaqueRef:a' },
		{ code: 'VM_HAS_PCI_ATTACHED', vm: 'OpaqueRef:b' },
	]);
});

it('reads a reason that is of no VM', () => {
	expect(reasonsOf({ code: 'CANNOT_EVACUATE_HOST', params: ['NO_HOSTS_AVAILABLE'] })).toEqual([
		{ code: 'NO_HOSTS_AVAILABLE', vm: undefined },
	]);
});

it('leaves other errors alone', () => {
	expect(reasonsOf({ code: 'HOST_OFFLINE', params: ['x'] })).toEqual([]);
	expect(reasonsOf(undefined)).toEqual([]);
});
