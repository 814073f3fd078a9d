/** One thing that happened: what, when, by whom. */
import { useTranslation } from 'react-i18next';
import type { Noun } from '../list/noun';
import { useLive } from '../live/hooks';
import { formatDuration, formatPercent, formatTime } from '../ui/format';
import { AlarmIcon, EditIcon, type Icon, TaskIcon, UserIcon, WarningIcon } from '../ui/icons';
import { Act } from './Act';
import css from './Activity.module.css';
import type { Entry, EntryKind } from './entries';
import { CallWords, ChangeWords } from './Journal';
import { AlarmWords, MessageWords } from './Notices';

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
