/** Files, which go over HTTP: an operation answers a one-time URL, and the browser fetches from it or sends to it. */
import { base } from '../app/base';
import { ConnectionLostError, ServerError } from './errors';

function address(path: string): string {
	return new URL(path.replace(/^\//, ''), base()).href;
}

/** Lets the browser save what an operation offers, under the name that the server gives it. */
export function download({ $getFrom }: { $getFrom: string }): void {
	const link = document.createElement('a');
	link.href = address($getFrom);
	link.download = '';
	link.click();
}

export interface Sending {
	/** The answer of the operation. */
	answer: Promise<unknown>;
	cancel: () => void;
}

/** Sends a file piece by piece, as the browser reads it; `onSent` is told the bytes that have gone. */
export function send({ $sendTo }: { $sendTo: string }, file: Blob, onSent: (bytes: number) => void): Sending {
	const request = new XMLHttpRequest();
	const answer = new Promise<unknown>((resolve, reject) => {
		request.open('POST', address($sendTo));
		request.upload.onprogress = (event) => onSent(event.loaded);
		request.onload = () => {
			try {
				resolve(read(request));
			} catch (error) {
				reject(error);
			}
		};
		request.onerror = () => reject(new ConnectionLostError('the connection ended before the file was sent'));
		request.onabort = () => reject(new Cancelled('cancelled'));
		request.send(file);
	});
	return { answer, cancel: () => request.abort() };
}

/** Somebody here took it back. */
export class Cancelled extends Error {
	override name = 'Cancelled';
}

function read(request: XMLHttpRequest): unknown {
	let answer: unknown;
	try {
		answer = JSON.parse(request.responseText);
	} catch {
		if (request.status < 400) return request.responseText;
		throw new ServerError(request.status, request.responseText || `the server answered ${request.status}`);
	}
	const { error, result } = Object(answer) as {
		error?: { code: number; message: string; data?: unknown };
		result?: unknown;
	};
	if (error !== undefined) throw new ServerError(error.code, error.message, error.data);
	return result;
}
