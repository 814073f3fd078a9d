import { expect, it } from 'vitest';
import { configOf, EMPTY, planOf } from './plan';

const base = { host: 'h', name: 'n', description: '' };

it('makes nothing while something is missing', () => {
	expect(planOf('nfs', { ...EMPTY, server: 'nas' }, base)).toBeUndefined();
	expect(planOf('nfs', { ...EMPTY, server: 'nas', path: '/x' }, { ...base, name: '' })).toBeUndefined();
});

it('says what is lost, unless what is there is attached', () => {
	const draft = { ...EMPTY, target: 't', iqn: 'i', lun: 'l', port: '3261' };
	expect(planOf('iscsi', draft, base)).toEqual({
		method: 'sr.createIscsi',
		params: { host: 'h', nameLabel: 'n', nameDescription: '', target: 't', port: 3261, targetIqn: 'i', scsiId: 'l' },
		destroys: 'l',
	});
	const plan = planOf('iscsi', { ...draft, existing: 'u' }, base);
	expect(plan?.destroys).toBeUndefined();
	expect(plan?.params).toMatchObject({ srUuid: 'u' });
});

it('reads lines of a configuration', () => {
	expect(configOf('server = nas\n\npath=/a=b')).toEqual({ server: 'nas', path: '/a=b' });
});
