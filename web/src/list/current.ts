/** What the page is about now: the selection, the row that the keyboard is at, or the object of the page. */
import { useEffect, useRef } from 'react';
import type { Noun } from './noun';
import { size, type Target } from './target';

export interface Current {
	noun: Noun;
	target: Target;
}

type Tell = () => Current | undefined;

let tell: Tell = () => undefined;

/** What actions are asked of that are chosen by a key or in the palette. */
export function current(): Current | undefined {
	return tell();
}

/** Says what the page is about, as long as the component is there; asked when somebody wants to know. */
export function useTellCurrent(noun: Noun, target: () => Target | undefined): void {
	const latest = useRef(target);
	useEffect(() => {
		latest.current = target;
	});
	useEffect(() => {
		const mine: Tell = () => {
			const about = latest.current();
			return about === undefined || size(about) === 0 ? undefined : { noun, target: about };
		};
		tell = mine;
		return () => {
			if (tell === mine) tell = () => undefined;
		};
	}, [noun]);
}
