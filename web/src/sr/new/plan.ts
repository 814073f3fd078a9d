/** What has been said of a new storage, and the call that makes it of that. */
import type { Method, Params } from '../../api/methods';

export const KINDS = [
	'nfs',
	'iscsi',
	'hba',
	'smb',
	'ext',
	'lvm',
	'zfs',
	'iso-nfs',
	'iso-smb',
	'iso-local',
	'other',
] as const;
export type Kind = (typeof KINDS)[number];

/** Each a text that was typed or chosen; what a kind does not ask for is left empty. */
export interface Draft {
	server: string;
	path: string;
	version: string;
	options: string;
	/** SMB. */
	user: string;
	password: string;
	/** iSCSI. */
	target: string;
	port: string;
	chapUser: string;
	chapPassword: string;
	iqn: string;
	/** SCSI id of a LUN. */
	lun: string;
	/** Disk of a host, such as `/dev/sdb`. */
	device: string;
	/** Where a ZFS pool is mounted. */
	location: string;
	/** Uuid of the repository that is there and is to be attached. */
	existing: string;
	/** Formats of disks, the preferred one first; empty for what the driver likes. */
	formats: '' | 'vhd' | 'qcow2' | 'vhd, qcow2' | 'qcow2, vhd';
	/** Any driver: its name, and lines `key=value`. */
	driver: string;
	config: string;
}

export const EMPTY: Draft = {
	server: '',
	path: '',
	version: '',
	options: '',
	user: '',
	password: '',
	target: '',
	port: '',
	chapUser: '',
	chapPassword: '',
	iqn: '',
	lun: '',
	device: '',
	location: '',
	existing: '',
	formats: '',
	driver: '',
	config: '',
};

export interface Plan<M extends Method = Method> {
	method: M;
	params: Params<M>;
	/** What is written over, and lost. */
	destroys?: string;
}

function plan<M extends Method>(method: M, params: Params<M>, destroys?: string): Plan {
	return { method, params, destroys } as unknown as Plan;
}

/** Only what has been said. */
function said<T extends Record<string, string | undefined>>(texts: T): { [K in keyof T]?: string } {
	const entries = Object.entries(texts).filter(([, text]) => text !== undefined && text !== '');
	return Object.fromEntries(entries) as { [K in keyof T]?: string };
}

export interface Base {
	host: string;
	name: string;
	description: string;
}

/** Nothing while something is missing. */
export function planOf(kind: Kind, draft: Draft, { host, name, description }: Base): Plan | undefined {
	if (host === '' || name === '') return undefined;
	const base = { host, nameLabel: name, nameDescription: description };
	const reuse = said({ srUuid: draft.existing });
	const formats = draft.formats === '' ? {} : { preferredImageFormat: draft.formats };
	const isNew = draft.existing === '';
	switch (kind) {
		case 'nfs':
			if (draft.server === '' || draft.path === '') return undefined;
			return plan('sr.createNfs', {
				...base,
				server: draft.server,
				serverPath: draft.path,
				...said({ nfsVersion: draft.version, nfsOptions: draft.options }),
				...reuse,
				...formats,
			});
		case 'iscsi':
			if (draft.target === '' || draft.iqn === '' || draft.lun === '') return undefined;
			return plan(
				'sr.createIscsi',
				{ ...base, ...iscsi(draft), targetIqn: draft.iqn, scsiId: draft.lun, ...reuse, ...formats },
				isNew ? draft.lun : undefined,
			);
		case 'hba':
			if (draft.lun === '') return undefined;
			return plan('sr.createHba', { ...base, scsiId: draft.lun, ...reuse, ...formats }, isNew ? draft.lun : undefined);
		case 'smb':
			if (draft.server === '') return undefined;
			return plan('sr.createSmb', {
				...base,
				server: draft.server,
				...said({ user: draft.user, password: draft.password }),
				...reuse,
				...formats,
			});
		case 'ext':
		case 'lvm':
			if (draft.device === '') return undefined;
			return plan(
				kind === 'ext' ? 'sr.createExt' : 'sr.createLvm',
				{ ...base, device: draft.device, ...formats },
				draft.device,
			);
		case 'zfs':
			return draft.location === ''
				? undefined
				: plan('sr.createZfs', { ...base, location: draft.location, ...formats });
		case 'iso-nfs':
			if (draft.server === '' || draft.path === '') return undefined;
			return plan('sr.createIso', {
				...base,
				path: `${draft.server}:${draft.path}`,
				type: 'nfs',
				...said({ nfsVersion: draft.version, nfsOptions: draft.options }),
				...reuse,
			});
		case 'iso-smb':
			if (draft.server === '') return undefined;
			return plan('sr.createIso', {
				...base,
				path: draft.server,
				type: 'smb',
				...said({ user: draft.user, password: draft.password }),
				...reuse,
			});
		case 'iso-local':
			return draft.path === ''
				? undefined
				: plan('sr.createIso', { ...base, path: draft.path, type: 'local', ...reuse });
		case 'other': {
			if (draft.driver === '') return undefined;
			const params = {
				hostId: host,
				SR_type: draft.driver as Params<'sr.create'>['SR_type'],
				name_label: name,
				name_description: description,
				device_config: configOf(draft.config),
				size: 0,
			};
			return plan('sr.create', params, draft.driver);
		}
	}
}

/** How a target is reached, as all calls about it take it. */
export function iscsi({ target, port, chapUser, chapPassword }: Draft) {
	return { target, ...(port !== '' && { port: Number(port) }), ...said({ chapUser, chapPassword }) };
}

/** Lines `key=value`. */
export function configOf(text: string): Record<string, string> {
	const lines = text.split('\n').filter((line) => line.includes('='));
	return Object.fromEntries(
		lines.map((line) => [line.slice(0, line.indexOf('=')).trim(), line.slice(line.indexOf('=') + 1).trim()]),
	);
}
