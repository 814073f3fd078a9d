/** The methods these pages call: name → parameters and result. */

export interface Methods {
	'server.add': {
		params: {
			host: string;
			username: string;
			password: string;
			label?: string;
			allowUnauthorized?: boolean;
			readOnly?: boolean;
			httpProxy?: string;
		};
		result: string;
	};
	'server.disable': { params: { id: string }; result: boolean };
	'server.enable': { params: { id: string }; result: boolean };
	'server.getAll': { params: Record<string, never>; result: Record<string, unknown>[] };
	'server.remove': { params: { id: string }; result: boolean };
	'session.getUser': { params: Record<string, never>; result: Record<string, unknown> };
	'session.signOut': { params: Record<string, never>; result: boolean };
	'system.getServerVersion': { params: Record<string, never>; result: string };
	'tag.add': { params: { id: string; tag: string }; result: boolean };
	'tag.remove': { params: { id: string; tag: string }; result: boolean };
	'task.cancel': { params: { id: string }; result: boolean };
	'vm.pause': { params: { id: string }; result: boolean };
	'vm.restart': { params: { id: string; force?: boolean; bypassBlockedOperation?: boolean }; result: boolean };
	'vm.resume': { params: { id: string }; result: boolean };
	'vm.snapshot': {
		params: { id: string; name?: string; description?: string; saveMemory?: boolean };
		result: string;
	};
	'vm.start': { params: { id: string; host?: string; force?: boolean }; result: boolean };
	'vm.stop': {
		params: { id: string; force?: boolean; forceShutdownDelay?: number; bypassBlockedOperation?: boolean };
		result: boolean;
	};
	'vm.suspend': { params: { id: string }; result: boolean };
	'vm.unpause': { params: { id: string }; result: boolean };
	'xo.getAllObjects': {
		params: { filter?: string | Record<string, unknown>; limit?: number };
		result: Record<string, unknown>;
	};
}
