/** A small choice that this browser remembers. Storage may be full or forbidden; it then lasts as long as the page. */
import { useCallback, useState } from 'react';

export function useKept(key: string, initial: string): [string, (value: string) => void] {
	const [value, setValue] = useState(() => {
		try {
			return localStorage.getItem(key) ?? initial;
		} catch {
			return initial;
		}
	});
	const keep = useCallback(
		(next: string) => {
			setValue(next);
			try {
				localStorage.setItem(key, next);
			} catch {}
		},
		[key],
	);
	return [value, keep];
}
