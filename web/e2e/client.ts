/** Another client of the same server, to change things behind the page's back. */
import { WebSocket } from 'ws';
import { DEMO } from './server';

/** Signs in on a connection of its own and makes one call. */
export async function call(url: string, method: string, params: object, who = DEMO): Promise<unknown> {
	const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/api/`);
	const ask = (id: number, name: string, args: object) =>
		new Promise<unknown>((resolve, reject) => {
			socket.on('message', (data) => {
				const answer = JSON.parse(String(data));
				if (answer.id !== id) return;
				if (answer.error === undefined) resolve(answer.result);
				else reject(new Error(answer.error.message));
			});
			socket.once('close', () => reject(new Error(`the connection ended before ${name} was answered`)));
			socket.send(JSON.stringify({ jsonrpc: '2.0', id, method: name, params: args }));
		});
	try {
		await new Promise((resolve, reject) => {
			socket.once('open', resolve);
			socket.once('error', reject);
		});
		await ask(1, 'session.signIn', who);
		return await ask(2, method, params);
	} finally {
		socket.close();
	}
}

/** The id of the VM of a name. */
export async function vmId(url: string, name: string): Promise<string> {
	const filter = { type: 'VM', name_label: name };
	const [id] = Object.keys(Object(await call(url, 'xo.getAllObjects', { filter })));
	if (id === undefined) throw new Error(`there is no VM ${name}`);
	return id;
}

/** The id of the object of a type and a name. */
export async function idOf(url: string, type: string, name: string): Promise<string> {
	const found = Object(await call(url, 'xo.getAllObjects', { filter: { type, name_label: name } }));
	const [id] = Object.keys(found);
	if (id === undefined) throw new Error(`there is no ${type} ${name}`);
	return id;
}

/** What the server knows of the objects that a filter finds. */
export async function objects(url: string, filter: object | string, who = DEMO): Promise<Record<string, unknown>[]> {
	return Object.values(Object(await call(url, 'xo.getAllObjects', { filter }, who)));
}

/** What the server knows of the first object that a filter finds. */
export async function object(url: string, filter: object | string, who = DEMO): Promise<Record<string, unknown>> {
	const [found] = await objects(url, filter, who);
	if (found === undefined) throw new Error(`there is nothing like ${JSON.stringify(filter)}`);
	return found;
}
