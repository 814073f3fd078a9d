/** Objects that were open lately in this browser, the last first. */
import { useEffect } from 'react';

const KEY = 'recent';
const MOST = 8;

export function recentIds(): readonly string[] {
	try {
		const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
		return Array.isArray(kept) ? kept.filter((id) => typeof id === 'string').slice(0, MOST) : [];
	} catch {
		return [];
	}
}

/** Keeps that an object is open, once it is known to be there. */
export function useRecentObject(id: string | undefined): void {
	useEffect(() => {
		if (id === undefined) return;
		try {
			localStorage.setItem(KEY, JSON.stringify([id, ...recentIds().filter((one) => one !== id)].slice(0, MOST)));
		} catch {}
	}, [id]);
}
