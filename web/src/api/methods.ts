/** The methods of the server as the client calls them: names and parameters from the generated `schema.ts`. */
import type { Server, User } from './objects';
import type { AclPrivilege, AclRole, Group } from './records';
import type { Called, Event, Methods } from './schema';

/** Results whose schema says no more than "object", by what these pages know of them. */
interface Results {
	'aclPrivilege.list': AclPrivilege[];
	'aclRole.list': AclRole[];
	'group.getAll': Group[];
	'journal.query': { entries: (({ type: 'event' } & Event) | ({ type: 'call' } & Called))[]; next?: string | null };
	'server.getAll': Server[];
	'session.getUser': User;
}

export type Method = keyof Methods;
export type Params<M extends Method> = Methods[M]['params'];
export type Result<M extends Method> = M extends keyof Results ? Results[M] : Methods[M]['result'];
