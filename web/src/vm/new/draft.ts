/** What somebody has said of a new VM so far: what a template suggests at first, and what the server is asked for in the end. */
import type { Params } from '../../api/methods';
import type { Key } from '../../i18n';
import { list, nameLabel, number, text } from '../../list/noun';
import type { Row } from '../../live/view';
import { roomOf } from '../storage';
import { fill, MOST, type Named, nameAfter, namesOf } from './names';

/** What is known of the template and its pool when the form begins. */
export interface Facts {
	template: Row;
	pool: Row;
	/** Disks that the template has, each with its place. */
	disks: readonly { position: string; vdi: Row }[];
	/** Networks of the template's interfaces, in their order. */
	networksOfTemplate: readonly string[];
	networks: readonly Row[];
	/** Storage repositories that disks can be on. */
	storages: readonly Row[];
}

export interface NewDisk {
	key: number;
	/** Place of a disk that comes with the template. */
	position?: string;
	name: string;
	description: string;
	/** In bytes. */
	size: number | undefined;
	/** What the template's has. */
	least: number;
	/** The storage it is on in the template. */
	from?: string;
	sr: string | undefined;
}

export interface NewInterface {
	key: number;
	network: string | undefined;
	/** Empty for one of its own. */
	mac: string;
}

/** What it starts from: a disk that has a system, a disc, the network, or a PV guest's URL. */
export type Source = 'disk' | 'cd' | 'pxe' | 'url';

export interface Draft {
	name: string;
	description: string;
	tags: string[];
	cpus: number | undefined;
	cpusMax: number | undefined;
	coresPerSocket: number | undefined;
	/** In bytes. */
	memory: number | undefined;
	memoryMin: number | undefined;
	memoryMax: number | undefined;
	cpuWeight: number | undefined;
	cpuCap: number | undefined;
	source: Source;
	disc: string | undefined;
	url: string;
	/** What cloud-init does; empty for nothing. */
	cloud: string;
	cloudNetwork: string;
	removeDrive: boolean;
	disks: NewDisk[];
	interfaces: NewInterface[];
	host: string | undefined;
	start: boolean;
	autoStart: boolean;
	highAvailability: '' | 'restart' | 'best-effort';
	fast: boolean;
	copyBios: boolean;
	firmware: string;
	secureBoot: boolean;
	vtpm: boolean;
	gpuGroup: string | undefined;
	vgpuType: string | undefined;
	many: boolean;
	count: number;
	first: number;
	pattern: string;
}

interface TemplateDisk {
	size: number;
	bootable?: boolean;
	SR?: string;
}

export function isPv(template: Row): boolean {
	return template.virtualizationMode === 'pv';
}

/** Begins with what the template says. */
export function draftOf({ template, pool, disks, networksOfTemplate, networks, storages }: Facts): Draft {
	const own = disks.map(({ position, vdi }, key) => ({
		key,
		position,
		name: nameLabel(vdi),
		description: text(vdi, 'name_description'),
		size: number(vdi, 'size'),
		least: number(vdi, 'size') ?? 0,
		from: text(vdi, '$SR'),
		sr: text(vdi, '$SR'),
	}));
	const storage = bestStorage(pool, storages);
	const wanted: readonly TemplateDisk[] = Object(template.template_info).disks ?? [];
	const made = wanted.map(({ size, SR }, at) => ({
		key: own.length + at,
		name: '',
		description: '',
		size,
		least: 0,
		sr: storages.find(({ id }) => id === SR)?.id ?? storage,
	}));
	const cpus = Object(template.CPUs);
	const boot = Object(template.boot);
	return {
		name: nameAfter(nameLabel(template)),
		description: '',
		tags: [...list(template, 'tags')],
		cpus: cpus.number,
		cpusMax: undefined,
		coresPerSocket: number(template, 'coresPerSocket'),
		memory: Object(template.memory).size,
		memoryMin: undefined,
		memoryMax: undefined,
		cpuWeight: number(template, 'cpuWeight'),
		cpuCap: number(template, 'cpuCap'),
		source: own.length > 0 ? 'disk' : isPv(template) ? 'url' : 'cd',
		disc: undefined,
		url: text(Object(template.template_info), 'install_repository'),
		cloud: '',
		cloudNetwork: '',
		removeDrive: false,
		disks: [...own, ...made],
		interfaces: firstNetworks(networksOfTemplate, networks).map((network, key) => ({ key, network, mac: '' })),
		host: text(template, 'affinityHost') || undefined,
		start: own.length > 0,
		autoStart: false,
		highAvailability: '',
		fast: own.length > 0,
		copyBios: false,
		firmware: boot.firmware ?? 'bios',
		secureBoot: template.secureBoot === true,
		vtpm: template.needsVtpm === true,
		gpuGroup: undefined,
		vgpuType: undefined,
		many: false,
		count: 2,
		first: 1,
		pattern: '{name}-%',
	};
}

/** The pool's default, else that with the most room. */
function bestStorage(pool: Row, storages: readonly Row[]): string | undefined {
	const byDefault = storages.find(({ id }) => id === pool.default_SR);
	const roomiest = [...storages].sort((a, b) => roomOf(b) - roomOf(a))[0];
	return (byDefault ?? roomiest)?.id;
}

/** The networks that new VMs of the pool get by themselves, else those of the template, else one that leads somewhere. */
function firstNetworks(ofTemplate: readonly string[], networks: readonly Row[]): string[] {
	const automatic = networks.filter((network) => network.automatic === true).map(({ id }) => id);
	if (automatic.length > 0) return automatic;
	const known = ofTemplate.filter((network) => networks.some(({ id }) => id === network));
	if (known.length > 0) return known;
	return networks
		.filter((network) => list(network, 'PIFs').length > 0)
		.slice(0, 1)
		.map(({ id }) => id);
}

/** The VMs that are to be made. */
export function wantedOf(draft: Draft): Named[] {
	if (!draft.many) return [{ name: draft.name.trim(), index: draft.first }];
	return namesOf(draft.name.trim(), draft.pattern, Math.min(MOST, draft.count), draft.first);
}

const MAC = /^([\da-f]{2}[:-]){5}[\da-f]{2}$/i;

/** What is missing or wrong, by the field it is to be said at. */
export function problemsOf(draft: Draft): Readonly<Record<string, Key>> {
	const problems: Record<string, Key> = {};
	if (draft.name.trim() === '') problems.name = 'newVm.problem.name';
	if (draft.cpus === undefined || draft.cpus < 1) problems.cpus = 'newVm.problem.cpus';
	if (draft.cpusMax !== undefined && draft.cpusMax < (draft.cpus ?? 1)) problems.cpusMax = 'newVm.problem.cpusMax';
	if (draft.coresPerSocket !== undefined && (draft.cpusMax ?? draft.cpus ?? 1) % draft.coresPerSocket !== 0) {
		problems.coresPerSocket = 'newVm.problem.topology';
	}
	if (draft.memory === undefined || draft.memory < 2 ** 24) problems.memory = 'newVm.problem.memory';
	if (draft.memoryMin !== undefined && draft.memoryMin > (draft.memoryMax ?? draft.memory ?? 0)) {
		problems.memoryMin = 'newVm.problem.memoryMin';
	}
	for (const { key, size, least, sr } of draft.disks) {
		if (size === undefined || size <= 0) problems[`disk.${key}.size`] = 'newVm.problem.size';
		else if (size < least) problems[`disk.${key}.size`] = 'newVm.problem.smaller';
		if (sr === undefined) problems[`disk.${key}.sr`] = 'newVm.problem.sr';
	}
	const macs = new Set<string>();
	for (const { key, network, mac } of draft.interfaces) {
		if (network === undefined) problems[`interface.${key}.network`] = 'newVm.problem.network';
		const address = mac.trim().toLowerCase();
		if (address === '') continue;
		if (!MAC.test(address)) problems[`interface.${key}.mac`] = 'newVm.problem.mac';
		else if (macs.has(address)) problems[`interface.${key}.mac`] = 'newVm.problem.sameMac';
		else if (draft.many) problems[`interface.${key}.mac`] = 'newVm.problem.macOfMany';
		macs.add(address);
	}
	if ((draft.secureBoot || draft.vtpm) && draft.firmware !== 'uefi') problems.firmware = 'newVm.problem.firmware';
	if (draft.cloudNetwork.trim() !== '' && draft.cloud.trim() === '') problems.cloud = 'newVm.problem.cloud';
	if (draft.gpuGroup !== undefined && draft.vgpuType === undefined) problems.vgpuType = 'newVm.problem.vgpu';
	if (draft.many) {
		if (!Number.isInteger(draft.count) || draft.count < 1 || draft.count > MOST) problems.count = 'newVm.problem.count';
		const names = new Set(wantedOf(draft).map(({ name }) => name));
		if (draft.count > 1 && names.size < Math.min(MOST, draft.count)) problems.pattern = 'newVm.problem.pattern';
	}
	return problems;
}

/** What the server is asked for, for one of the VMs. */
export function paramsOf(draft: Draft, template: Row, { name, index }: Named): Params<'vm.create'> {
	const own = draft.disks.filter(({ position }) => position !== undefined);
	const made = draft.disks.filter(({ position }) => position === undefined);
	const cloud = draft.cloud.trim() === '' ? undefined : fill(draft.cloud, name, index);
	const network = cloud === undefined || draft.cloudNetwork.trim() === '' ? undefined : draft.cloudNetwork;
	const hvm = !isPv(template);
	return {
		template: template.id,
		name_label: name,
		name_description: draft.description,
		tags: draft.tags,
		clone: draft.fast,
		CPUs: draft.cpus,
		cpusMax: draft.cpusMax,
		coresPerSocket: draft.coresPerSocket,
		memory: draft.memory,
		memoryMin: draft.memoryMin,
		memoryMax: draft.memoryMax,
		cpuWeight: draft.cpuWeight,
		cpuCap: draft.cpuCap,
		installation: installationOf(draft),
		cloudConfig: cloud,
		networkConfig: network === undefined ? undefined : fill(network, name, index),
		destroyCloudConfigVdiAfterBoot: cloud !== undefined && draft.removeDrive && draft.start ? true : undefined,
		existingDisks: Object.fromEntries(
			own.map(({ position, size, sr, from, name, description }) => [
				position,
				{ name_label: name, name_description: description, size: size ?? 0, ...(sr !== from && { $SR: sr }) },
			]),
		),
		VDIs: made.map(({ size, sr, name: label, description }, at) => ({
			size: size ?? 0,
			SR: sr,
			name_label: label === '' ? `${name}_${own.length + at}` : fill(label, name, index),
			name_description: description,
		})),
		VIFs: draft.interfaces.map(({ network, mac }) => ({
			network: network ?? '',
			...(mac.trim() !== '' && { mac: mac.trim() }),
		})),
		affinityHost: draft.host,
		auto_poweron: draft.autoStart || undefined,
		high_availability: draft.highAvailability === '' ? undefined : draft.highAvailability,
		copyHostBiosStrings: draft.copyBios || undefined,
		...(hvm && draft.firmware !== (Object(template.boot).firmware ?? 'bios') && { hvmBootFirmware: draft.firmware }),
		...(draft.secureBoot !== (template.secureBoot === true) && { secureBoot: draft.secureBoot }),
		createVtpm: (draft.vtpm && list(template, 'VTPMs').length === 0) || undefined,
		gpuGroup: draft.gpuGroup,
		vgpuType: draft.vgpuType,
		bootAfterCreate: draft.start,
	};
}

function installationOf({ source, disc, url }: Draft): Params<'vm.create'>['installation'] {
	if (source === 'cd' && disc !== undefined) return { method: 'cdrom', repository: disc };
	if (source === 'pxe') return { method: 'network', repository: 'pxe' };
	if (source === 'url' && url.trim() !== '') return { method: 'network', repository: url.trim() };
	return undefined;
}

/** What it takes of each storage repository, in bytes; what a fast clone shares costs nothing. */
export function takenOf(draft: Draft): ReadonlyMap<string, number> {
	const taken = new Map<string, number>();
	for (const { sr, from, size = 0, least, position } of draft.disks) {
		if (sr === undefined) continue;
		const shared = position !== undefined && draft.fast && sr === from ? least : 0;
		taken.set(sr, (taken.get(sr) ?? 0) + Math.max(0, size - shared));
	}
	return taken;
}
