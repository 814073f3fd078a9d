/** Runs an action on VMs: asks where it must, calls, and tells how it went in one toast with the server's words. */
import { notifications } from '@mantine/notifications';
import { useCallback } from 'react';
import { allowedOf } from '../api/allowed';
import { ConnectionLostError, errorText, NoAnswerError } from '../api/errors';
import type { VM } from '../api/objects';
import { useLive } from '../live/hooks';
import { useConfirm } from '../ui/Confirm';
import { count, formatNumber } from '../ui/format';
import type { VmAction } from './actions';

/** Calls under way at once: enough to keep hosts busy, few enough not to starve other calls of this page. */
const AT_ONCE = 8;
/** From so many VMs on, an action is not started by one press: their number has to be typed. */
const MANY = 50;
/** Names and failures that are listed before "and n more". */
const LISTED = 6;

export type RunVmAction = (action: VmAction, vms: readonly VM[]) => Promise<void>;

export function useRunVmAction(): RunVmAction {
	const { connection } = useLive();
	const confirm = useConfirm();
	return useCallback(
		async (action, vms) => {
			const { able, why } = allowedOf(action.verb, vms);
			if (why !== undefined) {
				notifications.show({ color: 'yellow', title: `${action.label} is not possible`, message: why });
				return;
			}
			const many = able.length >= MANY;
			if (action.confirm !== undefined || many) {
				const consequence = action.confirm?.consequence ?? '';
				const yes = await confirm({
					title: `${action.label} ${subject(able)}?`,
					body: <Consequence able={able} consequence={consequence} skipped={vms.length - able.length} />,
					action: able.length === 1 ? action.label : `${action.label} ${count(able.length, 'VM')}`,
					destroys: action.confirm?.destroys === true,
					type: many ? String(able.length) : undefined,
				});
				if (!yes) return;
			}
			const id = notifications.show({
				loading: true,
				autoClose: false,
				withCloseButton: false,
				title: `${action.doing} ${subject(able)}…`,
				message: able.length > 1 ? `0 of ${able.length} done` : '',
			});
			const failures: { vm: VM; error: unknown }[] = [];
			let done = 0;
			await eachOf(able, AT_ONCE, async (vm) => {
				try {
					await action.call(connection, vm);
				} catch (error) {
					failures.push({ vm, error });
				}
				done++;
				if (able.length > 1) {
					notifications.update({
						id,
						loading: true,
						autoClose: false,
						withCloseButton: false,
						title: `${action.doing} ${subject(able)}…`,
						message: `${done} of ${able.length} done`,
					});
				}
			});
			notifications.update(failures.length === 0 ? success(id, action, able) : failure(id, action, able, failures));
		},
		[connection, confirm],
	);
}

function subject(vms: readonly VM[]): string {
	const [only, second] = vms;
	return only !== undefined && second === undefined ? only.name_label : count(vms.length, 'VM');
}

function success(id: string, action: VmAction, vms: readonly VM[]) {
	return {
		id,
		loading: false,
		color: 'teal',
		autoClose: 4000,
		withCloseButton: true,
		title: `${action.done} ${subject(vms)}`,
		message: '',
	};
}

function failure(id: string, action: VmAction, vms: readonly VM[], failures: { vm: VM; error: unknown }[]) {
	const unknown = failures.every(({ error }) => error instanceof ConnectionLostError || error instanceof NoAnswerError);
	const failed = failures.map(({ vm }) => vm);
	const what = action.label.toLowerCase();
	const title = unknown
		? `It is not known whether “${what}” of ${subject(failed)} happened`
		: vms.length === 1
			? `“${action.label}” of ${subject(vms)} failed`
			: `“${action.label}” failed for ${failures.length} of ${count(vms.length, 'VM')}`;
	return {
		id,
		loading: false,
		color: 'red',
		autoClose: false,
		withCloseButton: true,
		title,
		message: <Failures failures={failures} single={vms.length === 1} />,
	};
}

function Failures({ failures, single }: { failures: { vm: VM; error: unknown }[]; single: boolean }) {
	const [first] = failures;
	if (single && first !== undefined) return errorText(first.error);
	return (
		<ul>
			{failures.slice(0, LISTED).map(({ vm, error }) => (
				<li key={vm.id}>
					{vm.name_label}: {errorText(error)}
				</li>
			))}
			{failures.length > LISTED && <li>and {formatNumber(failures.length - LISTED)} more</li>}
		</ul>
	);
}

function Consequence({ able, consequence, skipped }: { able: readonly VM[]; consequence: string; skipped: number }) {
	return (
		<>
			{consequence !== '' && <p>{consequence}</p>}
			{able.length > 1 && (
				<p>
					<strong>
						{able
							.slice(0, LISTED)
							.map((vm) => vm.name_label)
							.join(', ')}
					</strong>
					{able.length > LISTED && ` and ${formatNumber(able.length - LISTED)} more`}
				</p>
			)}
			{skipped > 0 && (
				<p>
					{count(skipped, 'selected VM is', 'selected VMs are')} left alone, as{' '}
					{skipped === 1 ? 'its state does' : 'their states do'} not allow this.
				</p>
			)}
		</>
	);
}

async function eachOf<T>(items: readonly T[], atOnce: number, run: (item: T) => Promise<void>): Promise<void> {
	const queue = items.values();
	const worker = async () => {
		for (const item of queue) await run(item);
	};
	await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
}
