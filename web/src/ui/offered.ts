/** Files that the server offers for once, and takes for once. */

/** Saves what an operation offers at a one-time address, `/api/…`, as the browser saves what it downloads. */
export function saveOffered(path: string): void {
	const link = document.createElement('a');
	link.href = here(path);
	link.download = '';
	document.body.append(link);
	link.click();
	link.remove();
}

/** Sends a file to a one-time address; tells how much is there, 0 to 1. Fails with what the server says. */
export function sendFile(path: string, file: Blob, onProgress: (share: number) => void): Promise<string> {
	return new Promise((resolve, reject) => {
		const request = new XMLHttpRequest();
		request.open('POST', here(path));
		request.upload.addEventListener('progress', ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0));
		request.addEventListener('load', () => {
			if (request.status >= 200 && request.status < 300) resolve(request.responseText);
			else reject(new Error(request.responseText || request.statusText));
		});
		request.addEventListener('error', () => reject(new Error('the connection to the server was lost')));
		request.send(file);
	});
}

/** The pages may stand under a path of a proxy. */
function here(path: string): string {
	return new URL(path.replace(/^\//, ''), document.baseURI).href;
}
