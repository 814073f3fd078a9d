/** One thing that happened: what, when, by whom. */
import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Noun } from '../list/noun';
import { useConnectionState, useLive } from '../live/hooks';
import { useConfirm } from '../ui/Confirm';
import { formatDuration, formatPercent, formatTime } from '../ui/format';
import { AlarmIcon, EditIcon, type Icon, TaskIcon, UserIcon, WarningIcon } from '../ui/icons';
import { useTell } from '../ui/tell';
import css from './Activity.module.css';
import { type Entry, type EntryKind, valueInWords } from './entries';
import { callInWords, givenIn, messageInWords } from './words';

interface ItemProps {
	entry: Entry;
	noun: Noun;
	users: ReadonlyMap<string, string>;
}

const ICONS: Record<EntryKind, Icon> = {
	task: TaskIcon,
	alarm: WarningIcon,
	message: AlarmIcon,
	call: UserIcon,
	change: EditIcon,
};

export function Item({ entry, noun, users }: ItemProps) {
	const { t, i18n } = useTranslation();
	const KindIcon = ICONS[entry.kind];
	return (
		<li className={css.item} data-kind={entry.kind} data-tone={toneOf(entry)}>
			<KindIcon size={16} />
			<span className={css.kind}>{t(`activityOf.one.${entry.kind}`)}</span>
			<div className={css.what}>
				<What entry={entry} noun={noun} users={users} />
			</div>
			<time
				className={css.time}
				dateTime={new Date(entry.time).toISOString()}
				title={new Date(entry.time).toLocaleString(i18n.language)}
			>
				{formatTime(entry.time / 1000)}
			</time>
		</li>
	);
}

function toneOf(entry: Entry): 'bad' | 'warn' | undefined {
	if (entry.kind === 'call') return entry.call.outcome === 'failure' ? 'bad' : undefined;
	if (entry.kind === 'task') return entry.status === 'failure' ? 'bad' : undefined;
	if (entry.kind !== 'alarm' || entry.acknowledged) return undefined;
	return entry.severity === 'critical' ? 'bad' : entry.severity === 'warning' ? 'warn' : undefined;
}

function What({ entry, noun, users }: ItemProps) {
	switch (entry.kind) {
		case 'task':
			return <TaskWords entry={entry} />;
		case 'message':
			return <MessageWords body={entry.body} id={entry.id} name={entry.name} />;
		case 'alarm':
			return <AlarmWords entry={entry} users={users} />;
		case 'call':
			return <CallWords call={entry.call} noun={noun} users={users} />;
		case 'change':
			return <ChangeWords entry={entry} />;
	}
}

function TaskWords({ entry }: { entry: Entry & { kind: 'task' } }) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const { id, name } = entry;
	const isUnderWay = entry.status === 'pending' || entry.status === 'cancelling';
	const took = entry.end === undefined ? 0 : (entry.end - entry.time) / 1000;
	const state = t(`activityOf.status.${statusOf(entry.status)}`);
	return (
		<>
			<p>
				<strong>{name}</strong>{' '}
				<span className={css.dim}>
					{state}
					{isUnderWay && `, ${formatPercent(entry.progress)}`}
					{took >= 1 && `, ${formatDuration(took)}`}
				</span>
			</p>
			{isUnderWay && entry.canCancel && (
				<Act
					act={() => connection.call(entry.of === 'server' ? 'api.abortTask' : 'task.cancel', { id })}
					doing={t('task.cancel.doing', { name })}
					done={t('task.cancel.done', { name })}
					label={t('task.cancel.label')}
					name={name}
				/>
			)}
		</>
	);
}

function statusOf(status: string) {
	const known = ['pending', 'cancelling', 'success', 'failure', 'cancelled', 'interrupted'] as const;
	return known.find((one) => one === status) ?? 'pending';
}

function MessageWords({ id, name, body }: { id: string; name: string; body: string }) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const confirm = useConfirm();
	const words = messageInWords(name);
	const remove = {
		ask: () =>
			confirm({
				title: t('action.ask', { action: t('common.remove.label'), name: words }),
				body: <p>{t('message.askRemove')}</p>,
				action: t('common.remove.label'),
				destroys: true,
			}),
		act: () => connection.call('message.delete', { id }),
	};
	return (
		<>
			<p>
				<strong title={name}>{words}</strong>
			</p>
			{body !== '' && <p className={css.body}>{body}</p>}
			<Act
				act={remove.act}
				ask={remove.ask}
				doing={t('common.remove.doing', { name: words })}
				done={t('common.remove.done', { name: words })}
				label={t('common.remove.label')}
				name={words}
			/>
		</>
	);
}

function AlarmWords({ entry, users }: { entry: Entry & { kind: 'alarm' }; users: ItemProps['users'] }) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const { id, name, words, acknowledged } = entry;
	const title = messageInWords(name);
	return (
		<>
			<p>
				<strong title={name}>{title}</strong>
			</p>
			<p className={css.body}>{words}</p>
			{acknowledged ? (
				<p className={css.dim}>
					{t('activityOf.acknowledged', {
						user: users.get(acknowledged.user) ?? t('activityOf.somebody'),
						time: formatTime(acknowledged.time / 1000),
					})}
					{acknowledged.note ? ` “${acknowledged.note}”` : ''}
				</p>
			) : (
				<Act
					act={() => connection.call('alarm.acknowledge', { id })}
					doing={t('activityOf.acknowledging', { name: title })}
					done={t('activityOf.done', { name: title })}
					label={t('activityOf.acknowledge')}
					name={title}
				/>
			)}
		</>
	);
}

interface ActProps {
	label: string;
	doing: string;
	done: string;
	name: string;
	ask?: () => Promise<boolean>;
	act: () => Promise<unknown>;
}

function Act({ label, doing, done, name, ask, act }: ActProps) {
	const { is } = useConnectionState();
	const tell = useTell();
	const press = async () => {
		if (ask !== undefined && !(await ask())) return;
		await tell({ action: label, doing, done, name }, act);
	};
	return (
		<Button
			aria-label={`${label}: ${name}`}
			className={css.act}
			disabled={is !== 'live'}
			onClick={() => void press()}
			size="compact-xs"
			variant="default"
		>
			{label}
		</Button>
	);
}

function CallWords({ call, noun, users }: { call: (Entry & { kind: 'call' })['call'] } & Omit<ItemProps, 'entry'>) {
	const { t } = useTranslation();
	const given = givenIn(call);
	const why = String(Object(call.error).message ?? '');
	return (
		<>
			<p>
				<strong title={call.method}>{callInWords(call, noun)}</strong>{' '}
				<span className={css.dim}>
					{t('activityOf.by', { user: users.get(call.user) ?? t('activityOf.somebody') })}
					{call.time - call.start >= 1000 && `, ${formatDuration((call.time - call.start) / 1000)}`}
				</span>
			</p>
			{call.outcome === 'failure' && <p className={css.why}>{t('activityOf.refused', { why })}</p>}
			{given.length > 0 && <Pairs pairs={given.map(([name, value]) => [name, valueInWords(value)])} />}
		</>
	);
}

function ChangeWords({ entry }: { entry: Entry & { kind: 'change' } }) {
	const { t } = useTranslation();
	const { operation, type, changes } = entry;
	if (operation !== 'mod') {
		const what = operation === 'add' ? 'appeared' : operation === 'del' ? 'gone' : 'listed';
		return <p>{t(`activityOf.${what}`, { type })}</p>;
	}
	return (
		<Pairs
			pairs={changes.map(([field, from, to]) => [
				field,
				<>
					<del>{valueInWords(from)}</del> → <ins>{valueInWords(to)}</ins>
				</>,
			])}
		/>
	);
}

function Pairs({ pairs }: { pairs: readonly (readonly [string, ReactNode])[] }) {
	return (
		<ul className={css.pairs}>
			{pairs.map(([name, value]) => (
				<li key={name}>
					<code>{name}</code> {value}
				</li>
			))}
		</ul>
	);
}
