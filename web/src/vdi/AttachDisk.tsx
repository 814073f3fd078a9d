/** Gives a VM a disk that is there. */
import { Checkbox } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FormDialog } from '../form/FormDialog';
import { ObjectSelect } from '../form/ObjectSelect';
import { type AddProps, list, number } from '../list/noun';
import { useLive, useObject } from '../live/hooks';
import type { Row } from '../live/view';
import { formatBytes } from '../ui/format';
import { useDiscSrs } from './discs';

const COLUMNS = ['size', '$VBDs'];

export default function AttachDisk({ of, onClose }: AddProps) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const { object: vm } = useObject('VM', of);
	const discs = useDiscSrs(vm?.$pool);
	const [disk, setDisk] = useState<Row>();
	const [all, setAll] = useState(false);
	const [bootable, setBootable] = useState(false);
	const [readOnly, setReadOnly] = useState(false);
	const filter = `$pool:${vm?.$pool ?? 'none'} VDI_type:user ${discs === '' ? '' : `!$SR:${discs}`} ${all ? '' : '!$VBDs:/./'}`;
	const attach = async () => {
		if (disk === undefined || of === undefined) return;
		await connection.call('vm.attachDisk', { vm: of, vdi: disk.id, bootable, mode: readOnly ? 'RO' : 'RW' });
	};
	return (
		<FormDialog
			action={t('disk.attach')}
			onClose={onClose}
			onSubmit={attach}
			ready={disk !== undefined}
			title={t('disk.attachTo', { name: vm?.name_label })}
		>
			<ObjectSelect
				columns={COLUMNS}
				filter={filter}
				hint={(row) =>
					list(row, '$VBDs').length > 0
						? t('disk.attachedToo', { size: formatBytes(number(row, 'size') ?? 0) })
						: formatBytes(number(row, 'size') ?? 0)
				}
				label={t('vdi.one')}
				onChange={setDisk}
				required
				type="VDI"
				value={disk?.id}
			/>
			<Checkbox
				checked={all}
				description={t('disk.showAttachedHelp')}
				label={t('disk.showAttached')}
				onChange={(event) => setAll(event.currentTarget.checked)}
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
