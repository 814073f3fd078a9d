/** A small choice that this browser remembers. Storage may be full or forbidden; it then lasts as long as the page. */
import { useCallback, useState } from 'react';

export function readKept(key: string): string | null {
	try {
		return localStorage.getItem(key);
	} catch {
		return null;
	}
}

export function writeKept(key: string, value: string): void {
	try {
		localStorage.setItem(key, value);
	} catch {}
}

export function useKept(key: string, initial: string): [string, (value: string) => void] {
	const [value, setValue] = useState(() => readKept(key) ?? initial);
	const keep = useCallback(
		(next: string) => {
			setValue(next);
			writeKept(key, next);
		},
		[key],
	);
	return [value, keep];
}
