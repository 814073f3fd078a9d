import { type RefObject, useLayoutEffect, useState } from 'react';

/** The width of an element in px, followed as it changes; before it is there, that of the window. */
export function useWidth(element: RefObject<HTMLElement | null>): number {
	const [width, setWidth] = useState(() => innerWidth);
	useLayoutEffect(() => {
		const { current } = element;
		if (current === null) return;
		const look = () => setWidth(current.clientWidth);
		look();
		const resized = new ResizeObserver(look);
		resized.observe(current);
		return () => resized.disconnect();
	}, [element]);
	return width;
}
