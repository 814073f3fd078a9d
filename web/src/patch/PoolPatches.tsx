/** What the hosts of a pool lack, and the ways to update them: one after the other, or all at once. */
import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { use, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { loadNoun } from '../app/loadNoun';
import { useRun } from '../list/Actions';
import { nameLabel, text } from '../list/noun';
import { rowsTarget } from '../list/target';
import { useConnectionState, useView } from '../live/hooks';
import type { Row } from '../live/view';
import { RollingPlan } from '../pool/rolling/RollingPlan';
import { useRollingTask } from '../pool/rolling/useRolling';
import { Panel } from '../ui/Panel';
import { Difference } from './Difference';
import { State } from './HostPatches';
import { useInstall } from './install';
import { useMissing } from './missing';
import css from './Patches.module.css';
import { PatchTable } from './PatchTable';
import { XenServerHint } from './XenServerHint';

const POOL = ['name_label', 'master', '$pool'];
const HOSTS = ['name_label', 'version', 'productBrand', 'rebootRequired', 'power_state'];

export default function PoolPatches({ id }: { id: string }) {
	const { t } = useTranslation();
	const [pool] = useView(useMemo(() => ({ type: 'pool', filter: `id:${id}`, columns: POOL, limit: 1 }), [id])).rows;
	const hosts = useView(
		useMemo(() => ({ type: 'host', filter: `$pool:${id}`, sort: ['name_label'], columns: HOSTS, limit: 100 }), [id]),
	).rows;
	const { data, error, isFetching, refetch } = useMissing('pool', id);
	const isLost = useConnectionState().is === 'lost';
	const rolls = useRollingTask(id) !== undefined;
	const install = useInstall();
	const run = useRun();
	const noun = use(loadNoun('pools'));
	if (pool === undefined) return null;
	const name = nameLabel(pool);
	const act = (id: string) => {
		const action = noun.actions.find((candidate) => candidate.id === id);
		if (action !== undefined) run(noun, action, rowsTarget([pool]));
	};
	return (
		<main className={css.page}>
			<RollingPlan name={name} pool={id} />
			<Panel
				aside={
					<span className={css.buttons}>
						<Button loading={isFetching} onClick={() => void refetch()} size="compact-sm" variant="default">
							{t('patch.look')}
						</Button>
						{data !== undefined && data.length > 0 && (
							<>
								<Button
									disabled={isLost || rolls}
									onClick={() => void install({ pool: id }, name, data.length)}
									size="compact-sm"
									variant="default"
								>
									{t('patch.installAll')}
								</Button>
								<Button disabled={isLost || rolls} onClick={() => act('rollingUpdate')} size="compact-sm">
									{t('poolAction.rollingUpdate.label')}…
								</Button>
							</>
						)}
					</span>
				}
				title={t('patch.missing')}
			>
				<State error={error} patches={data} />
				{data !== undefined && data.length > 0 && <PatchTable label={t('patch.missing')} patches={data} />}
				<XenServerHint brand={text(hosts[0] ?? { id }, 'productBrand')} />
			</Panel>
			<Panel title={t('host.title')}>
				<table className={css.hosts}>
					<caption>{t('patch.byHost')}</caption>
					<thead>
						<tr>
							<th scope="col">{t('host.one')}</th>
							<th scope="col">{t('column.version')}</th>
							<th scope="col">{t('patch.missing')}</th>
							<th scope="col">{t('patch.compared')}</th>
							<th scope="col">{t('column.state')}</th>
						</tr>
					</thead>
					<tbody>
						{hosts.map((host) => (
							<HostLine host={host} isAsked={data !== undefined} key={host.id} master={text(pool, 'master')} />
						))}
					</tbody>
				</table>
			</Panel>
		</main>
	);
}

/** Asked once the pool has been, so that the server knows the answer already. */
function HostLine({ host, master, isAsked }: { host: Row; master: string; isAsked: boolean }) {
	const { t } = useTranslation();
	const { data, error } = useMissing('host', host.id, isAsked);
	return (
		<tr>
			<th scope="row">
				<Link params={{ list: 'hosts', id: host.id, section: 'patches' }} search={{}} to="/$list/$id/$section">
					{nameLabel(host)}
				</Link>
			</th>
			<td data-label={t('column.version')}>
				{[text(host, 'productBrand'), text(host, 'version')].filter(Boolean).join(' ')}
			</td>
			<td data-label={t('patch.missing')}>
				{error !== null && t('patch.unknown')}
				{data !== undefined && t('patch.counted', { count: data.length })}
			</td>
			<td data-label={t('patch.compared')}>
				<Difference enabled={data !== undefined} host={host.id} master={master} />
			</td>
			<td data-label={t('column.state')}>
				{host.power_state !== 'Running' && t('patch.off')}
				{host.power_state === 'Running' && t(host.rebootRequired === true ? 'patch.waits' : 'patch.runs')}
			</td>
		</tr>
	);
}
