/** Writes a file over a disk. */
import { FileInput, NativeSelect } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FormDialog } from '../form/FormDialog';
import { type ImageFormat, isVm, sniff } from '../import/sniff';
import { uploads } from '../import/uploads';
import { useUploadToast } from '../import/useUploadToast';
import type { DialogProps } from '../list/noun';
import { subject } from '../list/target';
import { useLive } from '../live/hooks';
import { Warning } from '../ui/Warning';

const FORMATS = ['vhd', 'qcow2', 'vmdk', 'raw'] as const;

export default function ImportContentDialog({ noun, action, target, onClose }: DialogProps) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const [file, setFile] = useState<File | null>(null);
	const [format, setFormat] = useState<ImageFormat>('vhd');
	const follow = useUploadToast();
	const [row] = target.is === 'rows' ? target.rows : [];
	if (row === undefined) return null;
	const id = action.of?.(row) ?? row.id;
	const name = subject(target, noun, (count) => t(noun.counted, { count }));
	const choose = async (chosen: File | null) => {
		setFile(chosen);
		if (chosen === null) return;
		const found = await sniff(chosen);
		if (found === 'iso') setFormat('raw');
		else if (found !== 'unknown' && found !== 'vhdx' && !isVm(found)) setFormat(found);
	};
	const begin = async () => {
		if (file === null) return;
		const upload = uploads.add({
			name: file.name,
			file,
			begin: () => connection.call('disk.importContent', { id, format }),
			end: () => ({ list: 'vdis', id }),
		});
		follow(upload, {
			action: t(action.label),
			doing: t(action.doing, { name }),
			done: t(action.done, { name }),
			name,
		});
	};
	return (
		<FormDialog
			action={t('disk.overwrite')}
			destroys
			onClose={onClose}
			onSubmit={begin}
			ready={file !== null}
			title={t('action.ask', { action: t(action.label), name })}
		>
			<Warning tone="bad">{t('disk.overwritten', { name })}</Warning>
			<FileInput
				clearable
				label={t('disk.file')}
				onChange={(chosen) => void choose(chosen)}
				placeholder={t('disk.chooseFile')}
				value={file}
			/>
			<NativeSelect
				data={FORMATS.map((value) => ({ value, label: t(`disk.format.${value}`) }))}
				label={t('disk.formatOf')}
				onChange={(event) => setFormat(event.currentTarget.value as ImageFormat)}
				value={format}
			/>
		</FormDialog>
	);
}
