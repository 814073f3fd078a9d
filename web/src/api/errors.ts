/** What can go wrong with a call, and how it is said to people. */
import i18next from 'i18next';

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
		const ofPool = poolText(error);
		if (ofPool !== undefined) return ofPool;
		const details = parameterErrors(error.data);
		return details === '' ? error.message : `${error.message}: ${details}`;
	}
	return error instanceof Error ? error.message : String(error);
}

/** What a pool refused by a code of which the server has no words: ours, or what the code comes with; and the code. */
function poolText({ message, data }: ServerError): string | undefined {
	const { code, params } = Object(data) as { code?: unknown; params?: unknown };
	if (typeof code !== 'string' || !message.startsWith(`${code}(`)) return undefined;
	const key = `xapiError.${code}` as 'xapiError.SR_DEVICE_IN_USE';
	if (i18next.exists(key)) return `${i18next.t(key)} (${code})`;
	const said = (Array.isArray(params) ? params : []).filter((param) => param !== '' && !/^OpaqueRef:/.test(param));
	return said.length === 0 ? code : `${said.join(', ')} (${code})`;
}

function parameterErrors(data: unknown): string {
	if (typeof data !== 'object' || data === null || !('errors' in data) || !Array.isArray(data.errors)) return '';
	return data.errors
		.map((entry: { instancePath?: string; message?: string }) =>
			[entry.instancePath, entry.message].filter(Boolean).join(' '),
		)
		.join('; ');
}
