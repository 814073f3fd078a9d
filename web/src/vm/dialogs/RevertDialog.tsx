/** Takes a VM back to a snapshot, at first with a snapshot of what it is now, so that this can be undone. */
import { Switch } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FormDialog } from '../../form/FormDialog';
import { type DialogProps, number, text } from '../../list/noun';
import { useAct } from '../../list/useAct';
import { useName } from '../../live/hooks';
import { formatTime } from '../../ui/format';
import css from './dialogs.module.css';

export default function RevertDialog({ onClose, target, ...props }: DialogProps) {
	const { t } = useTranslation();
	const act = useAct(props);
	const [before, setBefore] = useState(true);
	const [snapshot] = target.is === 'rows' ? target.rows : [];
	const vm = snapshot === undefined ? '' : text(snapshot, '$snapshot_of');
	const vmName = useName('VM', vm) ?? '…';
	if (snapshot === undefined) return null;
	const time = number(snapshot, 'snapshot_time');
	return (
		<FormDialog
			action={t(props.action.label)}
			destroys={!before}
			onClose={onClose}
			onSubmit={() => {
				void act(snapshot, 'vm.revertSnapshot', { id: vm, snapshotId: snapshot.id, snapshotBefore: before });
				return undefined;
			}}
			title={t('snapshots.revertTo', { name: vmName, snapshot: props.noun.name(snapshot) })}
		>
			<p>{t('snapshots.goesBack', { name: vmName, time: time === undefined ? '…' : formatTime(time) })}</p>
			<Switch
				checked={before}
				description={before ? undefined : <span className={css.warning}>{t('snapshots.lost')}</span>}
				label={t('snapshots.before')}
				onChange={(event) => setBefore(event.currentTarget.checked)}
			/>
		</FormDialog>
	);
}
