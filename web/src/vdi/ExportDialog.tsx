/** A disk as a file, in one of the forms that other programs read. */
import { NativeSelect } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { download } from '../api/transfer';
import { FormDialog } from '../form/FormDialog';
import type { DialogProps } from '../list/noun';
import { subject } from '../list/target';
import { useLive } from '../live/hooks';

const FORMATS = ['vhd', 'qcow2', 'vmdk', 'raw'] as const;

export default function ExportDialog({ noun, action, target, onClose }: DialogProps) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const [format, setFormat] = useState<(typeof FORMATS)[number]>('vhd');
	const [row] = target.is === 'rows' ? target.rows : [];
	if (row === undefined) return null;
	const name = subject(target, noun, (count) => t(noun.counted, { count }));
	return (
		<FormDialog
			action={t('disk.download')}
			onClose={onClose}
			onSubmit={async () => {
				download(await connection.call('disk.exportContent', { id: action.of?.(row) ?? row.id, format }));
			}}
			title={t('action.ask', { action: t(action.label), name })}
		>
			<NativeSelect
				data={FORMATS.map((value) => ({ value, label: t(`disk.format.${value}`) }))}
				description={t('disk.downloadHelp')}
				label={t('disk.formatOf')}
				onChange={(event) => setFormat(event.currentTarget.value as (typeof FORMATS)[number])}
				value={format}
			/>
		</FormDialog>
	);
}
