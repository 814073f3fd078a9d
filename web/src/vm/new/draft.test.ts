import { expect, it } from 'vitest';
import { type Draft, draftOf, paramsOf, problemsOf, takenOf, wantedOf } from './draft';
import { fill, nameAfter } from './names';

const GIB = 2 ** 30;
const template = {
	id: 't',
	name_label: 'Debian Bookworm 12',
	CPUs: { number: 2, max: 2 },
	memory: { size: 2 * GIB },
	boot: { firmware: 'bios', order: 'cdn' },
	virtualizationMode: 'hvm',
	template_info: { disks: [{ size: 10 * GIB, SR: '' }], install_methods: ['cdrom'] },
	tags: [],
};
const facts = {
	template,
	pool: { id: 'p', default_SR: 'san' },
	disks: [],
	networksOfTemplate: [],
	networks: [
		{ id: 'internal', PIFs: [] },
		{ id: 'eth0', PIFs: ['pif'] },
	],
	storages: [
		{ id: 'local', size: 90 * GIB, physical_usage: 0 },
		{ id: 'san', size: 50 * GIB, physical_usage: 10 * GIB },
	],
};

function change(change: Partial<Draft>): Draft {
	return { ...draftOf(facts), ...change };
}

it('begins with what the template says, on the default storage and a network that leads somewhere', () => {
	const draft = draftOf(facts);
	expect(draft).toMatchObject({ name: 'debian-bookworm-12', cpus: 2, memory: 2 * GIB, source: 'cd', start: false });
	expect(draft.disks).toMatchObject([{ size: 10 * GIB, sr: 'san' }]);
	expect(draft.interfaces).toMatchObject([{ network: 'eth0', mac: '' }]);
	expect(problemsOf(draft)).toEqual({});
});

it('starts a system that the template has', () => {
	const vdi = { id: 'd', name_label: 'system', size: 8 * GIB, $SR: 'san' };
	const draft = draftOf({ ...facts, template: { ...template, template_info: {} }, disks: [{ position: '0', vdi }] });
	expect(draft).toMatchObject({ source: 'disk', start: true, fast: true });
	expect(takenOf(draft).get('san')).toBe(0);
	expect(takenOf({ ...draft, fast: false }).get('san')).toBe(8 * GIB);
	expect(paramsOf(draft, template, { name: 'a', index: 0 }).existingDisks).toMatchObject({ 0: { size: 8 * GIB } });
});

it('names several by a pattern, and refuses one that names two alike', () => {
	const draft = change({ name: 'web', many: true, count: 3, first: 7 });
	expect(wantedOf(draft).map(({ name }) => name)).toEqual(['web-7', 'web-8', 'web-9']);
	expect(problemsOf(change({ name: 'web', many: true, count: 3, pattern: '{name}' }))).toHaveProperty('pattern');
});

it('fills in names and numbers, but not where they are quoted', () => {
	expect(fill('hostname: {name}.lan\nnumber: %\ncomment: \\{name} 100\\%', 'web', 3)).toBe(
		'hostname: web.lan\nnumber: 3\ncomment: {name} 100%',
	);
	expect(nameAfter('Windows Server 2022 (64-bit)')).toBe('windows-server-2022');
});

it('says at the field what is wrong', () => {
	const interfaces = [{ key: 4, network: undefined, mac: '00:16' }];
	const disks = [{ key: 2, name: '', description: '', size: GIB, least: 2 * GIB, sr: 'san' }];
	const problems = problemsOf(change({ name: ' ', memory: undefined, interfaces, disks, secureBoot: true }));
	expect(Object.keys(problems).sort()).toEqual([
		'disk.2.size',
		'firmware',
		'interface.4.mac',
		'interface.4.network',
		'memory',
		'name',
	]);
});

it('asks the server for no more than what was said', () => {
	const params = paramsOf(change({ name: 'a', disc: 'iso' }), template, { name: 'a', index: 1 });
	expect(params).toMatchObject({
		template: 't',
		name_label: 'a',
		installation: { method: 'cdrom', repository: 'iso' },
		VDIs: [{ size: 10 * GIB, SR: 'san', name_label: 'a_0' }],
		VIFs: [{ network: 'eth0' }],
	});
	expect(params.createVtpm).toBeUndefined();
	expect(params.hvmBootFirmware).toBeUndefined();
});
