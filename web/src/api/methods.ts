/** The methods of the server as the client calls them: names and parameters from the generated `schema.ts`. */
import type { Server, User } from './objects';
import type { Methods } from './schema';

/** Results whose schema says no more than "object", by what these pages know of them. */
interface Results {
	'server.getAll': Server[];
	'session.getUser': User;
}

export type Method = keyof Methods;
export type Params<M extends Method> = Methods[M]['params'];
export type Result<M extends Method> = M extends keyof Results ? Results[M] : Methods[M]['result'];
