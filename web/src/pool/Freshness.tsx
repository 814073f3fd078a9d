import i18next from 'i18next';
import { useTranslation } from 'react-i18next';
import type { Server } from '../api/objects';
import { PageLink } from '../app/PageLink';
import { text } from '../list/noun';
import { useConnectionState, useView } from '../live/hooks';
import { formatDuration } from '../ui/format';
import { useNow } from '../ui/now';
import css from './Freshness.module.css';
import { serverError, serverName, useServers } from './servers';

/** Pools whose names fit beside each other; more are counted. */
const NAMED = 4;
/** For whom servers are none of their business. */
const POOLS = { type: 'pool', columns: ['name_label'], sort: ['name_label'], limit: NAMED + 1 };

interface Sign {
	key: string;
	name: string;
	tone: 'live' | 'busy' | 'bad';
	says: string;
}

/** One sign a pool: whether what the pages show of it is up to date. */
export function Freshness() {
	const { t } = useTranslation();
	const state = useConnectionState();
	const { rows: pools } = useView(POOLS);
	const { data: servers } = useServers();
	const now = useNow(servers?.some(({ staleSince }) => typeof staleSince === 'number'));

	if (state.is === 'lost') {
		return <Signs signs={[{ key: 'lost', name: t('freshness.server'), tone: 'bad', says: t('freshness.lost') }]} />;
	}
	const signs: Sign[] =
		servers === undefined
			? pools.map((pool) => ({ key: pool.id, name: text(pool, 'name_label'), tone: 'live', says: t('freshness.live') }))
			: servers
					.filter((server) => server.enabled)
					.map((server) => ({
						key: server.id,
						name: serverName(server),
						tone: server.status === 'connected' ? 'live' : server.status === 'connecting' ? 'busy' : 'bad',
						says: said(server, now),
					}));
	if (signs.length <= NAMED) return <Signs signs={signs} />;
	const live = signs.filter(({ tone }) => tone === 'live').length;
	const rest = signs.length - live;
	const counted = (count: number) => t('freshness.pools', { count });
	const all: Sign[] = [{ key: 'live', name: counted(live), tone: 'live', says: t('freshness.live') }];
	if (rest > 0) all.push({ key: 'rest', name: counted(rest), tone: 'bad', says: t('freshness.notConnected') });
	return <Signs signs={all} />;
}

function said(server: Server, now: number): string {
	if (server.status === 'connected') return i18next.t('freshness.live');
	const why = serverError(server) ?? i18next.t(`freshness.${server.status}`);
	if (typeof server.staleSince !== 'number') return why;
	return i18next.t('freshness.stale', { ago: formatDuration((now - server.staleSince) / 1000), why });
}

function Signs({ signs }: { signs: Sign[] }) {
	const { t } = useTranslation();
	return (
		<ul aria-label={t('freshness.title')} className={css.signs}>
			{signs.map(({ key, name, tone, says }) => (
				<li key={key}>
					<PageLink className={css.sign} data-tone={tone} title={`${name}: ${says}`} to="/servers">
						<span aria-hidden="true" className={css.dot} />
						<span className={css.name}>{name}</span>
						<span className={css.says}>{says}</span>
					</PageLink>
				</li>
			))}
		</ul>
	);
}
