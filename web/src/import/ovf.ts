/** What an OVA says of its VM: its description is the first file of the archive, so no more than that is read. */

export interface Ovf {
	name: string;
	description: string;
	vcpus: number | undefined;
	/** In bytes. */
	memory: number | undefined;
	/** Sizes in bytes, where they are told. */
	disks: number[];
	networks: string[];
}

const BLOCK = 512;
/** Descriptions are a few kB; what is larger is none. */
const MOST = 4 * 2 ** 20;

/** Nothing where the archive begins with something else. */
export async function readOvf(file: Blob): Promise<Ovf | undefined> {
	const header = new Uint8Array(await file.slice(0, BLOCK).arrayBuffer());
	const text = (from: number, length: number) =>
		new TextDecoder()
			.decode(header.slice(from, from + length))
			.replace(/\0.*$/s, '')
			.trim();
	const size = Number.parseInt(text(124, 12), 8);
	if (!text(0, 100).toLowerCase().endsWith('.ovf') || !(size > 0 && size <= MOST)) return undefined;
	return parseOvf(await file.slice(BLOCK, BLOCK + size).text());
}

/** Sizes of memory and of disks may be counted in `byte * 2^20`. */
function unit(text: string | null): number {
	const [, power] = /2\s*\^\s*(\d+)/.exec(text ?? '') ?? [];
	if (power !== undefined) return 2 ** Number(power);
	if (/^(mb|megabytes)$/i.test(text ?? '')) return 2 ** 20;
	return /^(gb|gigabytes)$/i.test(text ?? '') ? 2 ** 30 : 1;
}

const VCPU = '3';
const MEMORY = '4';

export function parseOvf(xml: string): Ovf | undefined {
	const document = new DOMParser().parseFromString(xml, 'text/xml');
	// Namespaces have any prefix: elements and attributes are found by their local names.
	const all = (root: ParentNode, name: string) =>
		[...root.querySelectorAll('*')].filter((one) => one.localName === name);
	const of = (root: ParentNode, name: string) => all(root, name)[0]?.textContent?.trim() ?? '';
	const attribute = (element: Element, name: string) =>
		[...element.attributes].find((one) => one.localName === name || one.name.endsWith(`:${name}`))?.value ?? null;
	const [system] = all(document, 'VirtualSystem');
	if (system === undefined) return undefined;
	const items = all(system, 'Item');
	const quantity = (type: string) => items.find((item) => of(item, 'ResourceType') === type);
	const vcpus = quantity(VCPU);
	const memory = quantity(MEMORY);
	const disks = all(document, 'Disk').map(
		(disk) => Number(attribute(disk, 'capacity')) * unit(attribute(disk, 'capacityAllocationUnits')),
	);
	const [annotation] = all(system, 'Annotation');
	return {
		name: directName(system) || (attribute(system, 'id') ?? ''),
		description: annotation?.textContent?.trim() ?? '',
		vcpus: vcpus === undefined ? undefined : Number(of(vcpus, 'VirtualQuantity')),
		memory:
			memory === undefined ? undefined : Number(of(memory, 'VirtualQuantity')) * unit(of(memory, 'AllocationUnits')),
		disks: disks.filter((size) => size > 0),
		networks: all(document, 'Network').flatMap((network) => attribute(network, 'name') ?? []),
	};
}

function directName(system: Element): string {
	return [...system.children].find((child) => child.localName === 'Name')?.textContent?.trim() ?? '';
}
