/** Signing in and out. Both change the cookie over HTTP, then open the WebSocket anew, which carries it. */
import type { Connection } from '../live/connection';
import { base } from './base';

export type SignedIn = { refused: string } | { goTo: string };

/** Signs in with a password: refused for a reason, or with the path that the person wanted when they were sent here. */
export async function signIn(username: string, password: string, remember: boolean): Promise<SignedIn> {
	const body = new URLSearchParams({ username, password });
	if (remember) body.set('remember-me', 'on');
	const response = await fetch(new URL('signin/local', base()), {
		method: 'POST',
		headers: { accept: 'application/json' },
		body,
		signal: AbortSignal.timeout(30_000),
	});
	const text = await response.text();
	if (!response.ok) {
		const why = read(text, 'error') ?? `the server answered ${response.status}`;
		return { refused: response.status === 429 ? `${why}; wait a moment, then try again` : why };
	}
	return { goTo: read(text, 'redirect') ?? '/' };
}

/** A text in an answer that is a JSON object, if it has it. */
function read(body: string, key: string): string | undefined {
	try {
		const value: unknown = Reflect.get(Object(JSON.parse(body)), key);
		return typeof value === 'string' ? value : undefined;
	} catch {
		return undefined;
	}
}

/** Signs out: the cookie goes, then what this connection may do. */
export async function signOut(connection: Connection): Promise<void> {
	await fetch(new URL('signout', base()), {
		method: 'GET',
		redirect: 'manual',
		signal: AbortSignal.timeout(10_000),
	}).catch(() => undefined);
	connection.leave();
}
