/** What hosts tell of an object, and what can be done about it. */
import { useTranslation } from 'react-i18next';
import { useLive } from '../live/hooks';
import { useConfirm } from '../ui/Confirm';
import { formatTime } from '../ui/format';
import { Act } from './Act';
import css from './Activity.module.css';
import type { Entry } from './entries';
import { messageInWords } from './words';

export function MessageWords({ id, name, body }: { id: string; name: string; body: string }) {
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

export function AlarmWords({ entry, users }: { entry: Entry & { kind: 'alarm' }; users: ReadonlyMap<string, string> }) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const { id, name, words, acknowledged } = entry;
	const title = messageInWords(name);
	const acknowledge = () => connection.call('alarm.acknowledge', { id });
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
					act={acknowledge}
					doing={t('activityOf.acknowledging', { name: title })}
					done={t('activityOf.done', { name: title })}
					label={t('activityOf.acknowledge')}
					name={title}
				/>
			)}
		</>
	);
}
