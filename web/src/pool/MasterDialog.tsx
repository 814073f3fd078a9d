/** Makes another host the master of a pool. */
import { Loader } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FormDialog } from '../form/FormDialog';
import { ObjectSelect } from '../form/ObjectSelect';
import { useDryRun } from '../form/useDryRun';
import { Reasons } from '../host/Reasons';
import { PATIENCE } from '../list/Actions';
import { type DialogProps, text } from '../list/noun';
import { useLive } from '../live/hooks';
import type { Row } from '../live/view';
import { DONE } from '../ui/tell';
import { toasts } from '../ui/toasts';

const COLUMNS = ['enabled', 'power_state', 'version'];

export default function MasterDialog({ noun, action, target, onClose }: DialogProps) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const [host, setHost] = useState<string>();
	const would = useDryRun('pool.setPoolMaster', host === undefined ? undefined : { host });
	const [pool] = target.is === 'rows' ? target.rows : [];
	if (pool === undefined) return null;
	const name = noun.name(pool);
	const master = text(pool, 'master');
	return (
		<FormDialog
			action={t(action.label)}
			onClose={onClose}
			onSubmit={async () => {
				if (host === undefined) return;
				await connection.call('pool.setPoolMaster', { host }, PATIENCE);
				toasts.show({ ...DONE, title: t(action.done, { name }), message: '' });
			}}
			ready={host !== undefined && would.is === 'would'}
			title={t('action.ask', { action: t(action.label), name })}
		>
			<p>{t('poolPage.masterWhat')}</p>
			<ObjectSelect
				columns={COLUMNS}
				filter={`$pool:${pool.id} !id:${master}`}
				hint={(row) => text(row, 'version')}
				label={t('poolPage.newMaster')}
				onChange={(row) => setHost(row?.id)}
				refused={(row: Row) => row.power_state !== 'Running'}
				required
				type="host"
				value={host}
			/>
			<div aria-live="polite">
				{host !== undefined && would.is === 'asking' && <Loader size="xs" />}
				{would.is === 'refused' && <Reasons error={would.error} />}
			</div>
		</FormDialog>
	);
}
