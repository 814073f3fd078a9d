/** All of the screen for one part of the page. The document takes it, so that menus and dialogs are still above. */
import { useEffect, useState } from 'react';

export interface FullScreen {
	is: boolean;
	/** Whether the browser can; telephones often cannot. */
	can: boolean;
	toggle: () => void;
}

interface Locks {
	keyboard?: { lock?: (keys?: string[]) => Promise<void> };
}

export function useFullScreen(): FullScreen {
	const [is, setIs] = useState(false);
	useEffect(() => {
		const look = () => setIs(document.fullscreenElement !== null);
		document.addEventListener('fullscreenchange', look);
		return () => {
			document.removeEventListener('fullscreenchange', look);
			if (document.fullscreenElement !== null) void document.exitFullscreen().catch(() => undefined);
		};
	}, []);
	const toggle = async () => {
		if (document.fullscreenElement !== null) return document.exitFullscreen();
		await document.documentElement.requestFullscreen();
		// So that Escape and Alt-Tab go to the guest, where the browser lets us; Escape held long leaves.
		await (navigator as Locks).keyboard?.lock?.().catch(() => undefined);
	};
	return { is, can: document.fullscreenEnabled, toggle: () => void toggle().catch(() => undefined) };
}
