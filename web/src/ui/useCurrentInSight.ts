import { type RefObject, useEffect, useRef } from 'react';

/** For a line of links that may be wider than the screen: the one to `here` is scrolled into sight. */
export function useCurrentInSight<E extends HTMLElement>(here: unknown): RefObject<E | null> {
	const line = useRef<E>(null);
	// biome-ignore lint/correctness/useExhaustiveDependencies: another link is current then
	useEffect(() => {
		const link = line.current?.querySelector<HTMLElement>('[aria-current="page"]');
		if (line.current === null || link == null) return;
		line.current.scrollLeft = link.offsetLeft - (line.current.clientWidth - link.offsetWidth) / 2;
	}, [here]);
	return line;
}
