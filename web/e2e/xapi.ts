/** The simulated pool of a demo itself, for what only it tells. */
import { call } from './client';

async function ask(url: string, method: string, params: unknown[]): Promise<unknown> {
	const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
	const response = await fetch(`${url}/jsonrpc`, { method: 'POST', body });
	const { result, error } = (await response.json()) as { result?: unknown; error?: { message: string } };
	if (error !== undefined) throw new Error(`${method}: ${error.message}`);
	return result;
}

/** The records of a class in the first pool of a demo. */
export async function records(url: string, name: string): Promise<Record<string, unknown>[]> {
	const [server] = (await call(url, 'server.getAll', {})) as { host: string }[];
	if (server === undefined) throw new Error('there is no pool');
	const session = await ask(server.host, 'session.login_with_password', ['root', 'password', '1.0', 'e2e']);
	try {
		return Object.values(Object(await ask(server.host, `${name}.get_all_records`, [session])));
	} finally {
		await ask(server.host, 'session.logout', [session]);
	}
}
