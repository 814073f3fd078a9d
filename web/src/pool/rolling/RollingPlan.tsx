/** A rolling update or reboot as it goes on: each host with what is done to it, and how to stop, go on or give up. */
import { Button, Loader, Progress } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { errorText, ServerError } from '../../api/errors';
import { useConnectionState, useLive } from '../../live/hooks';
import type { Phase, PlannedHost, XoTask } from '../../live/tasks';
import { useConfirm } from '../../ui/Confirm';
import { formatDuration, formatPercent } from '../../ui/format';
import { DoneIcon, WarningIcon } from '../../ui/icons';
import { useNow } from '../../ui/now';
import { Panel } from '../../ui/Panel';
import { useTell } from '../../ui/tell';
import css from './RollingPlan.module.css';
import { tellEnd } from './untilBegun';
import { doneOf, useRolling } from './useRolling';

export function RollingPlan({ pool, name }: { pool: string; name: string }) {
	const { running, ended, kept, look } = useRolling(pool);
	if (running !== undefined) return <GoesOn task={running} />;
	if (kept !== null && !kept.running) return <Interrupted kept={kept} name={name} onEnd={look} pool={pool} />;
	return ended === undefined ? null : <Ended task={ended} />;
}

const WORKING: readonly Phase[] = ['emptying', 'installing', 'restarting'];

function titleOf(task: XoTask) {
	return task.properties.type === 'rollingPoolReboot' ? 'rolling.reboot' : 'rolling.update';
}

function GoesOn({ task }: { task: XoTask }) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const confirm = useConfirm();
	const tell = useTell();
	const isLost = useConnectionState().is === 'lost';
	const now = useNow();
	const { plan = [], progress = 0 } = task.properties;
	const stops = task.abortionRequestedAt !== undefined;
	const title = t(titleOf(task));
	const cancel = async () => {
		const sure = await confirm({
			title: t('rolling.askCancel'),
			body: <p>{t('rolling.cancelWhat')}</p>,
			action: t('rolling.cancel'),
			destroys: false,
		});
		if (!sure) return;
		const words = { action: t('rolling.cancel'), doing: t('rolling.cancel'), done: t('rolling.stops'), name: title };
		await tell(words, () => connection.call('api.abortTask', { id: task.id }));
	};
	return (
		<Panel
			aside={
				<Button disabled={isLost || stops} onClick={() => void cancel()} size="compact-sm" variant="default">
					{t(stops ? 'rolling.stops' : 'rolling.cancel')}
				</Button>
			}
			title={title}
		>
			<div className={css.progress}>
				<Progress aria-label={t('activity.progress', { name: title })} className={css.bar} value={progress} />
				<span role="status">
					{t('rolling.through', { done: doneOf(plan), all: plan.length })}, {formatPercent(progress / 100)},{' '}
					{formatDuration((now - task.start) / 1000)}
				</span>
			</div>
			<Plan plan={plan} task={task} />
		</Panel>
	);
}

function Plan({ plan, task }: { plan: readonly PlannedHost[]; task?: XoTask }) {
	const { t } = useTranslation();
	return (
		<ol aria-label={t('rolling.plan')} className={css.plan}>
			{plan.map(({ host, name, phase }) => {
				const part = task?.tasks?.find(({ properties }) => properties?.objectId === host);
				const took = part?.start !== undefined && part.end !== undefined ? (part.end - part.start) / 1000 : undefined;
				return (
					<li className={css.host} data-phase={phase} key={host}>
						<span aria-hidden="true" className={css.mark}>
							{WORKING.includes(phase) && <Loader size={15} />}
							{phase === 'done' && <DoneIcon size={17} />}
							{phase === 'failed' && <WarningIcon size={17} />}
						</span>
						<Link params={{ list: 'hosts', id: host }} search={{}} to="/$list/$id">
							{name}
						</Link>
						<span className={css.phase}>
							{t(`rolling.phase.${phase}`)}
							{took !== undefined && ` (${formatDuration(took)})`}
						</span>
						{part?.status === 'failure' && <p className={css.why}>{failureOf(part.result)}</p>}
					</li>
				);
			})}
		</ol>
	);
}

type Kept = NonNullable<ReturnType<typeof useRolling>['kept']>;

interface InterruptedProps {
	kept: Kept;
	pool: string;
	name: string;
	onEnd: () => void;
}

function Interrupted({ kept, pool, name, onEnd }: InterruptedProps) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const confirm = useConfirm();
	const tell = useTell();
	const isLost = useConnectionState().is === 'lost';
	const [isBusy, setBusy] = useState(false);
	const plan = kept.hosts.map(({ id, name, phase }) => ({ host: id, name, phase }));
	const go = async (method: 'pool.resumeRolling' | 'pool.abandonRolling', verb: 'resume' | 'abandon') => {
		const action = t(`rolling.${verb}`);
		const body = <p>{t(`rolling.${verb}What`)}</p>;
		if (!(await confirm({ title: t('action.ask', { action, name }), body, action, destroys: false }))) return;
		setBusy(true);
		const words = {
			action,
			doing: t(`rolling.${verb}Doing`, { name }),
			done: t(`rolling.${verb}Done`, { name }),
			name,
		};
		const running = connection.call(method, { pool }, HOURS);
		tellEnd(running, () => tell(words, () => running));
		await running.catch(() => undefined);
		setBusy(false);
		onEnd();
	};
	return (
		<Panel
			aside={
				<span className={css.buttons}>
					<Button disabled={isLost || isBusy} onClick={() => void go('pool.resumeRolling', 'resume')} size="compact-sm">
						{t('rolling.resume')}
					</Button>
					<Button
						disabled={isLost || isBusy}
						onClick={() => void go('pool.abandonRolling', 'abandon')}
						size="compact-sm"
						variant="default"
					>
						{t('rolling.abandon')}
					</Button>
				</span>
			}
			title={t(kept.kind === 'reboot' ? 'rolling.reboot' : 'rolling.update')}
		>
			<p className={css.interrupted} role="alert">
				<WarningIcon size={17} /> {t('rolling.interrupted', { done: doneOf(plan), all: plan.length })}
			</p>
			<Plan plan={plan} />
		</Panel>
	);
}

/** Longer than any of it takes, in ms. */
export const HOURS = 48 * 3_600_000;

function Ended({ task }: { task: XoTask }) {
	const { t } = useTranslation();
	const isWell = task.status === 'success';
	return (
		<Panel title={t(titleOf(task))}>
			<p className={isWell ? css.well : css.failed} role={isWell ? 'status' : 'alert'}>
				{isWell ? <DoneIcon size={17} /> : <WarningIcon size={17} />}
				{isWell ? t('rolling.ended') : failureOf(task.result)}
			</p>
			<Plan plan={task.properties.plan ?? []} task={task} />
		</Panel>
	);
}

function failureOf(result: unknown): string {
	const { message, code, data } = Object(result) as { message?: string; code?: number; data?: unknown };
	return errorText(new ServerError(code ?? 0, message ?? '', data));
}
