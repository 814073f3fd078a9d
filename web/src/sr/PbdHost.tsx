import { ObjectLink } from '../app/ObjectLink';
import { text } from '../list/noun';
import type { Row } from '../live/view';

/** The host that a connection to a storage is of. */
export function PbdHost({ row }: { row: Row }) {
	return <ObjectLink id={text(row, 'host')} list="hosts" sort="place" />;
}

/** What is not for everybody's eyes. */
const SECRET = /password|secret/i;

/** How a host reaches a storage, as its driver calls it: `server=nas serverpath=/xen`. */
export function pathsOf(row: Row): string {
	return Object.entries(Object(row.device_config))
		.filter(([key]) => !SECRET.test(key))
		.map(([key, value]) => `${key}=${String(value)}`)
		.join(' ');
}
