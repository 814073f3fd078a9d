/** What a file is, by what it begins with; its name decides where that says nothing. */

export type ImageFormat = 'raw' | 'iso' | 'vhd' | 'qcow2' | 'vmdk';
export type Format = ImageFormat | 'xva' | 'ova';
/** A file that nothing can be made of says so. */
export type Sniffed = Format | 'vhdx' | 'unknown';

/** Bytes of the beginning that are looked at: the mark of an ISO 9660 file system stands at 32 769. */
const START = 33_000;

export async function sniff(file: Blob & { name: string }): Promise<Sniffed> {
	const start = new Uint8Array(await file.slice(0, START).arrayBuffer());
	const has = (at: number, mark: string) => [...mark].every((letter, i) => start[at + i] === letter.charCodeAt(0));
	if (has(0, 'QFI\xfb')) return 'qcow2';
	if (has(0, 'vhdxfile')) return 'vhdx';
	if (has(0, 'conectix')) return 'vhd';
	if (has(0, 'KDMV') || has(0, '# Disk DescriptorFile')) return 'vmdk';
	if (has(32_769, 'CD001')) return 'iso';
	const isTar = has(257, 'ustar');
	if (has(0, 'ova.xml')) return 'xva';
	if (isTar) return 'ova';
	const byName = formatOfName(file.name);
	// Compressed: gzip, zstd.
	if (has(0, '\x1f\x8b') || has(0, '\x28\xb5\x2f\xfd')) return byName === 'ova' ? 'ova' : 'xva';
	if (byName === undefined && file.size >= 512) {
		// A VHD of fixed size has its mark at the end only.
		const end = new Uint8Array(await file.slice(file.size - 512, file.size - 504).arrayBuffer());
		if (String.fromCharCode(...end) === 'conectix') return 'vhd';
	}
	return byName ?? 'unknown';
}

const ENDINGS: Record<string, Format> = {
	xva: 'xva',
	ova: 'ova',
	iso: 'iso',
	raw: 'raw',
	img: 'raw',
	bin: 'raw',
	vhd: 'vhd',
	qcow2: 'qcow2',
	qcow: 'qcow2',
	vmdk: 'vmdk',
};

export function formatOfName(name: string): Format | undefined {
	const [, ending = ''] = /\.(\w+)(?:\.(?:gz|zst))?$/.exec(name.toLowerCase()) ?? [];
	return ENDINGS[ending];
}

export function isVm(format: Format): format is 'xva' | 'ova' {
	return format === 'xva' || format === 'ova';
}

/** A name for what is made of a file: that of the file without its ending. */
export function nameOf(file: string): string {
	return file.replace(/(?:\.(?:xva|ova|raw|img|bin|vhd|qcow2?|vmdk))?(?:\.(?:gz|zst))?$/i, '') || file;
}
