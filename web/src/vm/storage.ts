/** Filters of storage repositories that disks can be on, and how much room there is. */
import { number } from '../list/noun';
import { within } from '../live/listing';
import type { Row } from '../live/view';

/** All that can hold disks, of every pool: drives of hosts and libraries of discs are none. */
export const STORAGE = '!SR_type:|(iso udev) size:>0';
/** What `roomOf` reads. */
export const ROOM_COLUMNS: readonly string[] = ['size', 'physical_usage'];

export function storageOfPool(pool: string): string {
	return `${within('', '$pool', pool)} ${STORAGE}`;
}

/** Those that a host of a pool reaches: what is shared there, and its own. */
export function storageOfHost(pool: string, host: string): string {
	return `${storageOfPool(pool)} |(shared? ${within('', '$container', host)})`;
}

/** What is free, in bytes. */
export function roomOf(sr: Row): number {
	return (number(sr, 'size') ?? 0) - (number(sr, 'physical_usage') ?? 0);
}
