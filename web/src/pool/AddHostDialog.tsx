/** Lets a host that is a pool of its own join a pool; of a pool of one host, lets it join another. */
import { Loader, Switch } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FormDialog } from '../form/FormDialog';
import { ObjectSelect } from '../form/ObjectSelect';
import { useDryRun } from '../form/useDryRun';
import { Reasons } from '../host/Reasons';
import { PATIENCE } from '../list/Actions';
import { type DialogProps, text } from '../list/noun';
import { useLive, useView } from '../live/hooks';
import type { Row } from '../live/view';
import { useTell } from '../ui/tell';
import css from './PoolDialogs.module.css';

const COUNTED = { type: 'host', columns: [], limit: 0, groupBy: ['$pool'] };
const HOST = ['$pool', 'version', 'productBrand'];

export default function AddHostDialog({ noun, action, target, onClose }: DialogProps) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const tell = useTell();
	const [chosen, setChosen] = useState<string>();
	const [force, setForce] = useState(false);
	const counts = useView(COUNTED).view.counts.$pool ?? {};
	const [pool] = target.is === 'rows' ? target.rows : [];
	const id = pool?.id ?? '';
	const joins = action.id === 'addHost';
	const method = joins ? 'pool.addHost' : 'pool.mergeInto';
	const params = joins ? { id, host: chosen, force } : { sources: [id], target: chosen, force };
	const would = useDryRun(method, chosen === undefined ? undefined : params);
	if (pool === undefined) return null;
	const name = noun.name(pool);
	const words = { action: t(action.label), doing: t(action.doing, { name }), done: t(action.done, { name }), name };
	const act = () =>
		joins
			? connection.call('pool.addHost', { id, host: chosen ?? '', force }, PATIENCE)
			: connection.call('pool.mergeInto', { sources: [id], target: chosen ?? '', force }, PATIENCE);
	return (
		<FormDialog
			action={t(action.label)}
			destroys
			onClose={onClose}
			onSubmit={() => {
				void tell(words, act);
				return undefined;
			}}
			ready={chosen !== undefined && would.is === 'would'}
			title={t('action.ask', { action: t(action.label), name })}
		>
			<p>{t(joins ? 'poolPage.addHostWhat' : 'poolPage.mergeWhat')}</p>
			<ObjectSelect
				columns={joins ? HOST : undefined}
				description={joins ? t('poolPage.aloneOnly') : undefined}
				filter={joins ? `!$pool:${id}` : `!id:${id}`}
				hint={joins ? (host) => [text(host, 'productBrand'), text(host, 'version')].join(' ') : undefined}
				label={t(joins ? 'host.one' : 'poolPage.mergeTarget')}
				onChange={(row) => setChosen(row?.id)}
				refused={joins ? (host: Row) => (counts[text(host, '$pool')] ?? 0) > 1 : undefined}
				required
				type={joins ? 'host' : 'pool'}
				value={chosen}
			/>
			<Switch
				checked={force}
				description={t('poolPage.forceWhat')}
				label={t('poolPage.force')}
				onChange={(event) => setForce(event.currentTarget.checked)}
			/>
			<div aria-live="polite">
				{chosen !== undefined && would.is === 'asking' && <Loader size="xs" />}
				{would.is === 'refused' && <Reasons error={would.error} />}
				{would.is === 'would' && <p className={css.well}>{would.text}</p>}
			</div>
			{joins && (
				<p className={css.dim}>
					{t('poolPage.notConnected')}{' '}
					<Link className={css.link} search={{ add: 'pool' }} to="/servers">
						{t('pool.connect')}
					</Link>
				</p>
			)}
		</FormDialog>
	);
}
