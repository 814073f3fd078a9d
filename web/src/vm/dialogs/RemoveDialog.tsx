/** Deletes VMs; of one the disks are named, and each may be kept. */
import { Checkbox, Switch } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FormDialog } from '../../form/FormDialog';
import { BulkDialog } from '../../list/BulkDialog';
import { Ref } from '../../list/cells';
import { type DialogProps, nameLabel, number, text } from '../../list/noun';
import { size } from '../../list/target';
import { useAct } from '../../list/useAct';
import { useAll, useLive } from '../../live/hooks';
import { within } from '../../live/listing';
import { idFilter } from '../../live/names';
import type { Row } from '../../live/view';
import { formatBytes } from '../../ui/format';
import css from './dialogs.module.css';

export default function RemoveDialog(props: DialogProps) {
	const [only] = props.target.is === 'rows' ? props.target.rows : [];
	return only !== undefined && size(props.target) === 1 ? <One {...props} vm={only} /> : <Many {...props} />;
}

function Many(props: DialogProps) {
	const { t } = useTranslation();
	const [keeps, setKeeps] = useState(false);
	return (
		<BulkDialog {...props} params={keeps ? { deleteDisks: false } : undefined}>
			<div className={css.fields}>
				<Switch
					checked={keeps}
					label={t('removeVm.keepAll')}
					onChange={(event) => setKeeps(event.currentTarget.checked)}
				/>
			</div>
		</BulkDialog>
	);
}

const VBD_COLUMNS = ['VDI', 'is_cd_drive', 'position'];
const VDI_COLUMNS = ['name_label', 'size', '$SR', '$VBDs'];
const ID = ['name_label'];

function One({ vm, onClose, ...props }: DialogProps & { vm: Row }) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const act = useAct(props);
	const name = props.noun.name(vm);
	const [kept, setKept] = useState<readonly string[]>([]);
	const vbds = useAll('VBD', within('', 'VM', vm.id), VBD_COLUMNS);
	const drives = vbds?.filter((vbd) => vbd.is_cd_drive !== true && text(vbd, 'VDI') !== '') ?? [];
	const disks = useAll(
		'VDI',
		drives.length === 0 ? undefined : idFilter(drives.map((vbd) => text(vbd, 'VDI'))),
		VDI_COLUMNS,
	);
	const snapshots = useAll('VM-snapshot', within('', '$snapshot_of', vm.id), ID);
	const isKnown = vbds !== undefined && (drives.length === 0 || disks !== undefined);
	const shared = (disk: Row) => Array.isArray(disk.$VBDs) && disk.$VBDs.length > 1;
	const submit = async () => {
		const keeps = disks?.filter(({ id }) => kept.includes(id)) ?? [];
		const all = keeps.length > 0 && keeps.length === disks?.length;
		// What is no longer the VM's is not deleted with it.
		for (const vbd of drives) {
			if (!all && keeps.some(({ id }) => id === vbd.VDI)) await connection.call('vbd.delete', { id: vbd.id });
		}
		void act(vm, 'vm.delete', { id: vm.id, ...(all && { deleteDisks: false }) });
	};
	return (
		<FormDialog
			action={t(props.action.label)}
			destroys
			onClose={onClose}
			onSubmit={submit}
			ready={isKnown}
			title={t('action.ask', { action: t(props.action.label), name })}
		>
			<p>{t('removeVm.consequence')}</p>
			{disks !== undefined && disks.length > 0 && (
				<fieldset className={css.disks}>
					<legend>{t('removeVm.disks')}</legend>
					{disks.map((disk) => (
						<Checkbox
							checked={!kept.includes(disk.id)}
							description={
								<>
									{formatBytes(number(disk, 'size') ?? 0)}, <Ref id={text(disk, '$SR')} sort="SR" />
									{shared(disk) && `, ${t('removeVm.shared')}`}
								</>
							}
							key={disk.id}
							label={nameLabel(disk)}
							onChange={(event) =>
								setKept(event.currentTarget.checked ? kept.filter((id) => id !== disk.id) : [...kept, disk.id])
							}
						/>
					))}
				</fieldset>
			)}
			{snapshots !== undefined && snapshots.length > 0 && (
				<p>
					{t('removeVm.snapshots', { count: snapshots.length, names: snapshots.map(nameLabel).slice(0, 5).join(', ') })}
				</p>
			)}
		</FormDialog>
	);
}
