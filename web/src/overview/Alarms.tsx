/** The newest alarms of hosts. */
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { text } from '../list/noun';
import { useView } from '../live/hooks';
import { formatNumber, formatTime } from '../ui/format';
import { Panel } from '../ui/Panel';
import css from './Alarms.module.css';

const FILTER = 'name:ALARM';
const ALARMS = {
	type: 'message',
	filter: FILTER,
	sort: ['-time'],
	columns: ['name', 'body', 'time', '$object'],
	limit: 5,
};

export function Alarms() {
	const { t } = useTranslation();
	const { rows, view } = useView(ALARMS);
	const total = view.total ?? 0;
	return (
		<Panel
			aside={
				<Link className={css.link} params={{ list: 'messages' }} search={{ s: FILTER }} to="/$list">
					{t('overview.allAlarms', { count: total })}
				</Link>
			}
			title={t('overview.alarms')}
		>
			{total === 0 && view.isSettled && <p className={css.none}>{t('overview.noAlarms')}</p>}
			<ul>
				{rows.map((alarm) => (
					<li className={css.alarm} key={alarm.id}>
						<Link params={{ list: 'messages' }} search={{ s: FILTER, id: alarm.id }} to="/$list">
							{summary(text(alarm, 'body'))}
						</Link>
						<time>{formatTime(Number(alarm.time))}</time>
					</li>
				))}
			</ul>
			{total > rows.length && (
				<p className={css.none}>{t('overview.moreAlarms', { number: formatNumber(total - rows.length) })}</p>
			)}
		</Panel>
	);
}

/** Bodies of alarms are XML after a line with the value; the first line says what was measured. */
function summary(body: string): string {
	const name = /name value="([^"]+)"/.exec(body)?.[1];
	const value = /^value:\s*([\d.e+-]+)/m.exec(body)?.[1];
	if (name === undefined) return body.split('\n')[0]?.slice(0, 160) ?? '';
	return value === undefined ? name : `${name}: ${formatNumber(Math.round(Number(value) * 100) / 100)}`;
}
