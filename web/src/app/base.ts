/**
 * Where the pages are mounted: any path. The part of the address after `#` is ours, so a server needs to serve
 * nothing but the files. A gate may send people to `/signin`; the same pages are there, and go back up when they start.
 */

/** The address of the folder that the pages are in, with a slash at its end. */
export function base(): string {
	return new URL('./', location.href).href;
}

export function leaveSignInAddress(): void {
	if (!location.pathname.endsWith('/signin')) return;
	history.replaceState(null, '', `${new URL('./', location.href).pathname}${location.hash}`);
}
