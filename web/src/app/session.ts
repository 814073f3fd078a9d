/** Signing in and out. Both change the cookie over HTTP, then open the WebSocket anew, which carries it. */
import type { Connection } from '../live/connection';
import { base } from './base';

/** Signs in with a password; resolves to why it was refused, or to nothing. */
export async function signIn(username: string, password: string, remember: boolean): Promise<string | undefined> {
	const body = new URLSearchParams({ username, password });
	if (remember) body.set('remember-me', 'on');
	const response = await fetch(new URL('signin/local', base()), {
		method: 'POST',
		headers: { accept: 'application/json' },
		body,
		signal: AbortSignal.timeout(30_000),
	});
	// A server that knows forms only sends the refused back to the sign-in page.
	if (response.redirected && new URL(response.url).pathname.endsWith('/signin')) return 'invalid credentials';
	if (response.ok) return undefined;
	return refusal(await response.text(), response.status);
}

/** The server's reason: an error as JSON, or a text. */
function refusal(body: string, status: number): string {
	try {
		const parsed: unknown = JSON.parse(body);
		if (typeof parsed === 'object' && parsed !== null) {
			if ('error' in parsed && typeof parsed.error === 'string') return parsed.error;
			if ('message' in parsed && typeof parsed.message === 'string') return parsed.message;
		}
	} catch {
		if (body !== '' && body.length < 200 && !body.startsWith('<')) return body;
	}
	return `the server answered ${status}`;
}

/** Signs out: the cookie goes, then what this connection may do. */
export async function signOut(connection: Connection): Promise<void> {
	await fetch(new URL('signout', base()), {
		method: 'GET',
		redirect: 'manual',
		signal: AbortSignal.timeout(10_000),
	}).catch(() => undefined);
	connection.reconnect();
}
