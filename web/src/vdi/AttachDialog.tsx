/** Gives a disk to a VM. */
import { Checkbox } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FormDialog } from '../form/FormDialog';
import { ObjectSelect } from '../form/ObjectSelect';
import { type DialogProps, text } from '../list/noun';
import { useLive } from '../live/hooks';
import type { Row } from '../live/view';

const COLUMNS = ['power_state'];

export default function AttachDialog({ noun, target, onClose }: DialogProps) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const [vm, setVm] = useState<Row>();
	const [bootable, setBootable] = useState(false);
	const [readOnly, setReadOnly] = useState(false);
	const [disk] = target.is === 'rows' ? target.rows : [];
	if (disk === undefined) return null;
	const attach = async () => {
		if (vm === undefined) return;
		await connection.call('vm.attachDisk', { vm: vm.id, vdi: disk.id, bootable, mode: readOnly ? 'RO' : 'RW' });
	};
	return (
		<FormDialog
			action={t('disk.attach')}
			onClose={onClose}
			onSubmit={attach}
			ready={vm !== undefined}
			title={t('disk.attachOne', { name: noun.name(disk) })}
		>
			<ObjectSelect
				columns={COLUMNS}
				filter={`$pool:${text(disk, '$pool')}`}
				label={t('vm.one')}
				onChange={setVm}
				required
				type="VM"
				value={vm?.id}
			/>
			<Checkbox
				checked={bootable}
				label={t('disk.bootable')}
				onChange={(event) => setBootable(event.currentTarget.checked)}
			/>
			<Checkbox
				checked={readOnly}
				label={t('disk.readOnly')}
				onChange={(event) => setReadOnly(event.currentTarget.checked)}
			/>
		</FormDialog>
	);
}
