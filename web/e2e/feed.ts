/** The public list of updates of XenServer 7.1 and their archives, in the way that the simulator knows updates. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { crc32, deflateRawSync } from 'node:zlib';

interface Update {
	name: string;
	guidance?: string;
}

export interface Feed {
	/** Where the list is. */
	url: string;
	/** Answers what is asked for an archive with 404, or with the archive again. */
	lose: (isLost: boolean) => void;
	stop: () => Promise<void>;
}

const SECTOR = 2048;
const SIZE = 64 * SECTOR;
/** Sector in which an image says what it is. */
const ABOUT = 20;

function uuidOf(name: string): string {
	return `${crc32(name).toString(16).padStart(8, '0')}-0000-4000-8000-000000000000`;
}

function image({ name, guidance = '' }: Update): Buffer {
	const bytes = Buffer.alloc(SIZE);
	bytes.write('\x01CD001', 16 * SECTOR, 'latin1');
	const crc = crc32(bytes.subarray((ABOUT + 1) * SECTOR));
	bytes.write(JSON.stringify({ uuid: uuidOf(name), name, guidance, size: SIZE, crc }), ABOUT * SECTOR);
	return bytes;
}

/** A zip of one file. */
function zip(name: string, content: Buffer): Buffer {
	const packed = deflateRawSync(content);
	const common = Buffer.alloc(26);
	common.writeUInt16LE(20, 0);
	common.writeUInt16LE(8, 4);
	common.writeUInt32LE(crc32(content), 10);
	common.writeUInt32LE(packed.length, 14);
	common.writeUInt32LE(content.length, 18);
	common.writeUInt16LE(name.length, 22);
	const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, Buffer.from(name), packed]);
	const entry = Buffer.concat([Buffer.from('PK\x01\x02\x14\0', 'latin1'), common, Buffer.alloc(14), Buffer.from(name)]);
	const end = Buffer.alloc(22);
	end.write('PK\x05\x06', 'latin1');
	end.writeUInt16LE(1, 8);
	end.writeUInt16LE(1, 10);
	end.writeUInt32LE(entry.length, 12);
	end.writeUInt32LE(local.length, 16);
	return Buffer.concat([local, entry, end]);
}

function list(updates: readonly Update[], at: string): string {
	const patches = updates.map(({ name, guidance = '' }) => {
		return `<patch uuid="${uuidOf(name)}" name-label="${name}" name-description="What ${name} mends"
			timestamp="2017-03-01T00:00:00Z" url="https://support.example.org/${name}" patch-url="${at}/${name}.zip"
			after-apply-guidance="${guidance}" update-stream="cu" installation-size="${SIZE}"><conflictingpatches/><requiredpatches/></patch>`;
	});
	const ids = updates.map(({ name }) => `<patch uuid="${uuidOf(name)}"/>`).join('');
	return `<?xml version="1.0" encoding="utf-8"?>
		<patchdata><patches>${patches.join('')}</patches><serverversions><version value="7.1.2" name="XenServer 7.1.2"
		timestamp="2017-02-08T00:00:00Z">${ids}</version></serverversions><xencenterversions/></patchdata>`;
}

/** Starts to serve a list of updates. */
export async function startFeed(updates: readonly Update[]): Promise<Feed> {
	let lost = false;
	const server = createServer((request, response) => {
		const found = updates.find(({ name }) => request.url === `/${name}.zip`);
		if (request.url === '/updates.xml') response.end(list(updates, at));
		else if (found === undefined || lost) response.writeHead(404).end();
		else response.end(zip(`${found.name}.iso`, image(found)));
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	return {
		url: `${at}/updates.xml`,
		lose: (isLost) => {
			lost = isLost;
		},
		stop: () => new Promise((resolve) => server.close(() => resolve())),
	};
}
