/** What is being dragged from a list or from the tree, until it is dropped. */
import { type DragEvent, useSyncExternalStore } from 'react';
import type { Target } from './target';

let held: Target | undefined;
const listeners = new Set<() => void>();

function hold(target: Target | undefined): void {
	held = target;
	for (const listener of listeners) listener();
}

/** The objects that are dragged. */
export function useHeld(): Target | undefined {
	return useSyncExternalStore(watch, isHeld);
}

export function isHeld(): Target | undefined {
	return held;
}

function watch(listener: () => void): () => void {
	listeners.add(listener);
	return () => listeners.delete(listener);
}

/** Begins to drag objects, called `label` beside the pointer. What else takes the link still gets it. */
export function take(event: DragEvent, target: Target, label: string): void {
	event.dataTransfer.effectAllowed = 'all';
	const face = document.createElement('div');
	face.textContent = label;
	face.style.cssText =
		'position:fixed;top:-99px;padding:4px 10px;border-radius:6px;background:var(--accent);color:var(--surface);font-weight:600';
	document.body.append(face);
	event.dataTransfer.setDragImage(face, -12, 0);
	// The browser has its picture of it then. In Chromium, what changes the page while this event runs ends the drag.
	setTimeout(() => {
		face.remove();
		hold(target);
	});
	const listening = new AbortController();
	const end = () => {
		listening.abort();
		hold(undefined);
	};
	const { signal } = listening;
	// A row that scrolled away does not tell of its end; the next press does.
	for (const name of ['dragend', 'pointerdown']) document.addEventListener(name, end, { signal, capture: true });
}
