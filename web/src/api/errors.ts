/** What can go wrong with a call, and how it is said to people. */

/** The server answered with an error. `message` is its text. */
export class ServerError extends Error {
	override name = 'ServerError';
	readonly code: number;
	readonly data: unknown;

	constructor(code: number, message: string, data?: unknown) {
		super(message);
		this.code = code;
		this.data = data;
	}
}

/** The connection ended before the answer came; whether the call was carried out is unknown. */
export class ConnectionLostError extends Error {
	override name = 'ConnectionLostError';
}

/** No answer within the call's limit. */
export class NoAnswerError extends Error {
	override name = 'NoAnswerError';
}

/** The text of an error for people: the server's words, and for refused parameters which one and why. */
export function errorText(error: unknown): string {
	if (error instanceof ServerError) {
		const details = parameterErrors(error.data);
		return details === '' ? error.message : `${error.message}: ${details}`;
	}
	return error instanceof Error ? error.message : String(error);
}

function parameterErrors(data: unknown): string {
	if (typeof data !== 'object' || data === null || !('errors' in data) || !Array.isArray(data.errors)) return '';
	return data.errors
		.map((entry: { instancePath?: string; message?: string }) =>
			[entry.instancePath, entry.message].filter(Boolean).join(' '),
		)
		.join('; ');
}
