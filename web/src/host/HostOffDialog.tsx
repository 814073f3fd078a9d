/** Before a host restarts or is switched off: what becomes of its VMs, and whether it can. */
import { Loader, Radio, Switch } from '@mantine/core';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FormDialog } from '../form/FormDialog';
import { useDryRun } from '../form/useDryRun';
import { PATIENCE } from '../list/Actions';
import { BulkDialog } from '../list/BulkDialog';
import type { DialogProps } from '../list/noun';
import { useLive, useView } from '../live/hooks';
import type { Row } from '../live/view';
import { useTell } from '../ui/tell';
import { Reasons } from './Reasons';

export default function HostOffDialog(props: DialogProps) {
	const { target } = props;
	if (target.is !== 'rows' || target.rows.length !== 1) return <BulkDialog {...props} />;
	const [host] = target.rows;
	return host === undefined ? null : <OfHost {...props} host={host} />;
}

/** What becomes of the VMs: they move, are suspended until the host is up again, or there are none. */
type Vms = 'move' | 'suspend' | 'leave';

function OfHost({ noun, action, host, onClose }: DialogProps & { host: Row }) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const tell = useTell();
	const [vms, setVms] = useState<Vms>('move');
	const [anyway, setAnyway] = useState(false);
	const [blocked, setBlocked] = useState(false);
	const isRestart = action.id === 'restart';
	const wish = useMemo(
		() => ({ type: 'VM', filter: `$container:${host.id} power_state:Running`, columns: [], limit: 0 }),
		[host.id],
	);
	const { view } = useView(wish);
	const restart = {
		id: host.id,
		...(vms === 'suspend' && { suspendResidentVms: true, ...(blocked && { bypassBlockedSuspend: true }) }),
		...(vms === 'leave' && { force: true }),
		...(anyway && { bypassVersionCheck: true, bypassBackupCheck: true }),
	};
	const stop = {
		id: host.id,
		...(vms === 'leave' && { bypassEvacuate: true }),
		...(anyway && { bypassBackupCheck: true }),
	};
	const would = useDryRun(action.method, isRestart ? restart : stop);
	const name = noun.name(host);
	const words = { action: t(action.label), doing: t(action.doing, { name }), done: t(action.done, { name }), name };
	return (
		<FormDialog
			action={t(action.label)}
			destroys
			onClose={onClose}
			onSubmit={() => {
				void tell(words, () =>
					isRestart ? connection.call('host.restart', restart, PATIENCE) : connection.call('host.stop', stop, PATIENCE),
				);
				return undefined;
			}}
			ready={would.is === 'would'}
			title={t('action.ask', { action: t(action.label), name })}
		>
			<p>{t('hostPage.runsHere', { count: view.total ?? 0 })}</p>
			<Radio.Group label={t('hostPage.itsVms')} onChange={(value) => setVms(value as Vms)} value={vms}>
				<div style={{ display: 'grid', gap: 8, marginTop: 8 }}>
					<Radio label={t('hostPage.vms.move')} value="move" />
					{isRestart && <Radio label={t('hostPage.vms.suspend')} value="suspend" />}
					<Radio label={t('hostPage.vms.leave')} value="leave" />
				</div>
			</Radio.Group>
			{vms === 'suspend' && (
				<Switch
					checked={blocked}
					label={t('hostPage.suspendBlocked')}
					onChange={(event) => setBlocked(event.currentTarget.checked)}
				/>
			)}
			<Switch
				checked={anyway}
				description={isRestart ? t('hostPage.anywayWhat') : undefined}
				label={t('hostPage.anyway')}
				onChange={(event) => setAnyway(event.currentTarget.checked)}
			/>
			<div aria-live="polite">
				{would.is === 'asking' && <Loader size="xs" />}
				{would.is === 'refused' && <Reasons error={would.error} />}
			</div>
		</FormDialog>
	);
}
