/** How much memory, storage and how many processors there are, and what is used of them: of all, and by pool. */
import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { PageLink } from '../app/PageLink';
import { useView } from '../live/hooks';
import type { Counts } from '../live/view';
import { Bar } from '../ui/Bar';
import { formatBytes, formatNumber, formatPercent } from '../ui/format';
import { Panel } from '../ui/Panel';
import css from './Capacity.module.css';
import { type PoolUse, sum, type Used } from './estate';

const RUNNING = { type: 'VM', filter: 'power_state:Running', columns: [], limit: 0, groupBy: ['CPUs.number'] };
/** Pools that are shown before somebody asks for all. */
const SHOWN = 8;

export function Capacity({ uses }: { uses: readonly PoolUse[] }) {
	const { t } = useTranslation();
	const { view } = useView(RUNNING);
	const [all, setAll] = useState(false);
	const vcpus = total(view.counts['CPUs.number']);
	const cores = uses.reduce((count, use) => count + use.cores, 0);
	const fullest = [...uses].sort((a, b) => fullness(b) - fullness(a));
	return (
		<Panel
			aside={
				<PageLink className={css.link} to="/visualization">
					{t('capacity.open')}
				</PageLink>
			}
			title={t('overview.capacity')}
		>
			<dl className={css.totals}>
				<Total label={t('column.ram')} use={sum(uses, 'memory')} />
				<Total label={t('overview.storage')} use={sum(uses, 'storage')} />
				<div>
					<dt>{t('overview.processors')}</dt>
					<dd>
						<strong>{vcpus === undefined ? '…' : formatNumber(vcpus)}</strong> {t('overview.vcpusOn', { count: cores })}
						{/* More virtual processors than cores is usual; four for one is where it is felt. */}
						{cores > 0 && vcpus !== undefined && <Bar full={1} share={vcpus / cores / 4} />}
						{cores > 0 && vcpus !== undefined && (
							<small>
								{t('overview.perCore', {
									number: formatNumber(Math.round((vcpus / cores) * 100) / 100),
								})}
							</small>
						)}
					</dd>
				</div>
			</dl>
			<table className={css.table}>
				<caption className={css.hidden}>{t('overview.byPool')}</caption>
				<thead>
					<tr>
						<th scope="col">{t('column.pool')}</th>
						<th scope="col">{t('host.title')}</th>
						<th scope="col">{t('host.cores')}</th>
						<th scope="col">{t('column.ram')}</th>
						<th scope="col">{t('overview.storage')}</th>
					</tr>
				</thead>
				<tbody>
					{(all ? uses : fullest.slice(0, SHOWN)).map((use) => (
						<tr key={use.id}>
							<th scope="row">
								<Link params={{ list: 'pools', id: use.id }} search={{}} to="/$list/$id">
									{use.name}
								</Link>
							</th>
							<td>{formatNumber(use.hosts)}</td>
							<td>{formatNumber(use.cores)}</td>
							<td>
								<Share use={use.memory} />
							</td>
							<td>
								<Share use={use.storage} />
							</td>
						</tr>
					))}
				</tbody>
			</table>
			{uses.length > SHOWN && !all && (
				<Button onClick={() => setAll(true)} size="compact-sm" variant="subtle">
					{t('overview.allPools', { count: uses.length })}
				</Button>
			)}
		</Panel>
	);
}

function Total({ label, use: { used, size } }: { label: string; use: Used }) {
	const { t } = useTranslation();
	const share = size > 0 ? used / size : 0;
	return (
		<div>
			<dt>{label}</dt>
			<dd>
				<strong>{formatPercent(share)}</strong> {t('usedOf', { used: formatBytes(used), size: formatBytes(size) })}
				<Bar share={share} />
				<small>{t('overview.free', { size: formatBytes(Math.max(0, size - used)) })}</small>
			</dd>
		</div>
	);
}

function Share({ use: { used, size } }: { use: Used }) {
	const { t } = useTranslation();
	if (size === 0) return null;
	return (
		<span className={css.share} title={t('usedOf', { used: formatBytes(used), size: formatBytes(size) })}>
			<Bar share={used / size} />
			<span>{formatPercent(used / size)}</span>
			<span className={css.of}>{formatBytes(size)}</span>
		</span>
	);
}

/** The sum of a number that is counted by value. */
export function total(counts: Counts | null | undefined): number | undefined {
	if (counts === undefined || counts === null) return undefined;
	return Object.entries(counts).reduce((sum, [value, count]) => sum + Number(value) * count, 0);
}

function fullness({ memory, storage }: PoolUse): number {
	return Math.max(memory.used / (memory.size || 1), storage.used / (storage.size || 1));
}
