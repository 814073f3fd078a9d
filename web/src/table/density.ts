/** How high the rows of all lists are, as this browser's user likes them. */
import { useSyncExternalStore } from 'react';
import { readKept, writeKept } from '../ui/kept';

export const DENSITIES = ['comfortable', 'compact'] as const;
export type Density = (typeof DENSITIES)[number];

/** Heights of a row in px; on narrow screens, where it has three lines, it is always of one height. */
export const ROW_HEIGHT: Record<Density | 'narrow', number> = { comfortable: 36, compact: 28, narrow: 84 };

const KEPT = 'density';
const listeners = new Set<() => void>();
let density: Density | undefined;

function now(): Density {
	density ??= readKept(KEPT) === 'compact' ? 'compact' : 'comfortable';
	return density;
}

function watch(listener: () => void): () => void {
	listeners.add(listener);
	return () => listeners.delete(listener);
}

export function setDensity(next: Density): void {
	density = next;
	writeKept(KEPT, next);
	for (const listener of [...listeners]) listener();
}

export function useDensity(): Density {
	return useSyncExternalStore(watch, now);
}
