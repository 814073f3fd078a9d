/** Does an action on one object or on many, for dialogs that ask for parameters first. */
import type { Params } from '../api/methods';
import type { Connection } from '../live/connection';
import { PATIENCE } from './Actions';
import type { Action } from './noun';
import { selection, size, type Target } from './target';

interface Report {
	objects: { id: string; name?: string; outcome: string; error?: { message?: string } }[];
}

/** One call for one, and one for all of many. What failed of many is thrown as one error that names them. */
export async function act(connection: Connection, action: Action, target: Target, params: object): Promise<unknown> {
	const call = (whom: object) =>
		connection.call(
			action.method,
			{ ...action.params, ...params, ...whom } as never as Params<typeof action.method>,
			PATIENCE,
		);
	const [row] = target.is === 'rows' ? target.rows : [];
	if (row !== undefined && size(target) === 1) return call({ [action.principal ?? 'id']: action.of?.(row) ?? row.id });
	const report = (await call({ selection: selection(target, action) })) as unknown as Report;
	const failed = report.objects.filter(({ outcome }) => outcome === 'failed' || outcome === 'refused');
	if (failed.length > 0) {
		throw new Error(failed.map(({ id, name, error }) => `${name ?? id}: ${error?.message ?? ''}`).join('; '));
	}
	return report;
}
