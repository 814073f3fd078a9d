/** What has been chosen for an import, and the job that makes something of it. */
import { PATIENCE } from '../list/Actions';
import type { Connection } from '../live/connection';
import { type Format, isVm, nameOf, type Sniffed } from './sniff';
import type { Job, Made } from './uploads';

export interface Item {
	key: number;
	/** What is sent, or where the server fetches it. */
	source: { file: File } | { url: string };
	format: Sniffed;
	/** Of a VM, empty for that in the file. */
	name: string;
	description: string;
}

let next = 1;

export function fileItem(file: File, format: Sniffed): Item {
	return { key: next++, source: { file }, format, name: firstName(file.name, format), description: '' };
}

export function urlItem(url: string, format: Sniffed): Item {
	const path = decodeURIComponent(new URL(url).pathname);
	const file = path.slice(path.lastIndexOf('/') + 1) || path;
	return { key: next++, source: { url }, format, name: firstName(file, format), description: '' };
}

function firstName(file: string, format: Sniffed): string {
	return format === 'xva' || format === 'ova' ? '' : nameOf(file);
}

export function sourceName({ source }: Item): string {
	return 'file' in source ? source.file.name : source.url;
}

export function isReady(item: Item): item is Item & { format: Format } {
	const { format, name } = item;
	if (format === 'unknown' || format === 'vhdx') return false;
	return isVm(format) || name.trim() !== '';
}

/** Where things go: disks and VMs, and images of discs. */
export interface Goal {
	sr: string | undefined;
	discs: string | undefined;
}

export function goalOf({ format }: Item, { sr, discs }: Goal): string | undefined {
	return format === 'iso' ? discs : sr;
}

export function jobOf(connection: Connection, item: Item & { format: Format }, sr: string): Job {
	const { format, source } = item;
	const name = item.name.trim();
	const description = item.description.trim();
	const url = 'url' in source ? { url: source.url } : {};
	const begin = () =>
		isVm(format)
			? connection.call('vm.import', { sr, type: format, ...url }, PATIENCE)
			: connection.call('disk.import', { sr, type: format, name, description, ...url }, PATIENCE);
	const end = async (answer: unknown): Promise<Made> => {
		const id = String(answer);
		if (!isVm(format)) return { list: 'vdis', id };
		const change = {
			...(name !== '' && { name_label: name }),
			...(description !== '' && { name_description: description }),
		};
		if (Object.keys(change).length > 0) await connection.call('vm.set', { id, ...change });
		return { list: 'vms', id };
	};
	return { name: sourceName(item), file: 'file' in source ? source.file : undefined, begin, end };
}
