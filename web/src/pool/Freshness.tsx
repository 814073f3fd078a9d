import { Link } from '@tanstack/react-router';
import type { Server } from '../api/objects';
import { useAll, useConnectionState } from '../live/hooks';
import { count, formatDuration } from '../ui/format';
import { useNow } from '../ui/now';
import css from './Freshness.module.css';
import { serverError, serverName, useServers } from './servers';

/** Pools whose names fit beside each other; more are counted. */
const NAMED = 4;

interface Sign {
	key: string;
	name: string;
	tone: 'live' | 'busy' | 'bad';
	says: string;
}

/** One sign a pool: whether what the pages show of it is up to date. */
export function Freshness() {
	const state = useConnectionState();
	const pools = useAll('pool');
	const { data: servers } = useServers();
	const now = useNow(servers?.some(({ staleSince }) => typeof staleSince === 'number'));

	if (state.is === 'lost')
		return <Signs signs={[{ key: 'lost', name: 'Server', tone: 'bad', says: 'connection lost' }]} />;
	if (state.is === 'loading')
		return <Signs signs={[{ key: 'load', name: 'Server', tone: 'busy', says: 'reading the list' }]} />;
	const signs: Sign[] =
		servers === undefined
			? [...pools.values()].map((pool) => ({ key: pool.id, name: pool.name_label, tone: 'live', says: 'live' }))
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
	const all: Sign[] = [{ key: 'live', name: count(live, 'pool'), tone: 'live', says: 'live' }];
	if (rest > 0) all.push({ key: 'rest', name: count(rest, 'pool'), tone: 'bad', says: 'not connected' });
	return <Signs signs={all} />;
}

function said(server: Server, now: number): string {
	if (server.status === 'connected') return 'live';
	const why = serverError(server) ?? server.status;
	if (typeof server.staleSince !== 'number') return why;
	return `as it was ${formatDuration((now - server.staleSince) / 1000)} ago: ${why}`;
}

function Signs({ signs }: { signs: Sign[] }) {
	return (
		<ul aria-label="Freshness" className={css.signs}>
			{signs.map(({ key, name, tone, says }) => (
				<li key={key}>
					<Link className={css.sign} data-tone={tone} title={`${name}: ${says}`} to="/pools">
						<span aria-hidden="true" className={css.dot} />
						<span className={css.name}>{name}</span>
						<span className={css.says}>{says}</span>
					</Link>
				</li>
			))}
		</ul>
	);
}
