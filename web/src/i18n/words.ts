/**
 * Texts for what stands many times in a page, such as the cells of a list: as `useTranslation`, but one subscription
 * serves all, and each text is looked up and put together once.
 */
import i18next from 'i18next';
import { useSyncExternalStore } from 'react';
import type { Key } from '.';

export interface Words {
	/** A text without parts. */
	text: (key: Key) => string;
	/** A text with one part, which stands in it as it is. */
	naming: (key: Key, part: 'name' | 'tag', value: string) => string;
}

/** Stands for the part while the text is put together; of no text itself. */
const MARK = '\uE000';

let words = make();
let isFollowing = false;
const listeners = new Set<() => void>();

function make(): Words {
	const texts = new Map<string, string>();
	const pieces = new Map<string, string[]>();
	return {
		text: (key) => {
			const known = texts.get(key);
			if (known !== undefined) return known;
			const text = translate(key);
			texts.set(key, text);
			return text;
		},
		naming: (key, part, value) => {
			const known = pieces.get(key);
			if (known !== undefined) return known.join(value);
			const around = translate(key, { [part]: MARK }).split(MARK);
			pieces.set(key, around);
			return around.join(value);
		},
	};
}

function translate(key: Key, parts: Record<string, string> = {}): string {
	return String(i18next.t(key, parts as never));
}

function renew(): void {
	words = make();
	for (const listener of [...listeners]) listener();
}

/** Follows the language, and texts that are fetched later. */
function follow(): void {
	if (isFollowing || i18next.store === undefined) return;
	isFollowing = true;
	i18next.on('languageChanged', renew);
	i18next.store.on('added', renew);
}

function watch(listener: () => void): () => void {
	listeners.add(listener);
	return () => listeners.delete(listener);
}

function now(): Words {
	follow();
	return words;
}

export function useWords(): Words {
	return useSyncExternalStore(watch, now);
}
