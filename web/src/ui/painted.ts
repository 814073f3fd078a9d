/** When the first page is there for the reader: what can wait is fetched then, and not beside what they wait for. */
import { useEffect, useState } from 'react';
import { onNextFrame } from '../live/frame';

/** A page that never says so is taken for painted after so long, in ms. */
const LATEST = 4000;

let tell: () => void;
const isPainted = new Promise<void>((resolve) => {
	tell = resolve;
	setTimeout(resolve, LATEST);
});

/** Says that the page shows what was asked for. */
export function tellPainted(): void {
	tell();
}

function nextFrame(): Promise<void> {
	return new Promise((resolve) => onNextFrame(resolve));
}

/** Resolves when the page is painted and the browser has nothing else to do. */
export async function afterPaint(): Promise<void> {
	await isPainted;
	await nextFrame();
	// Its next frame begins when this one is on the screen.
	await nextFrame();
	await new Promise<void>((resolve) => {
		if (typeof requestIdleCallback === 'function') requestIdleCallback(() => resolve(), { timeout: 1000 });
		else setTimeout(resolve, 200);
	});
}

export function useAfterPaint(): boolean {
	const [is, setIs] = useState(false);
	useEffect(() => {
		let left = false;
		void afterPaint().then(() => !left && setIs(true));
		return () => {
			left = true;
		};
	}, []);
	return is;
}
