/** Sends the ISO image of a supplemental pack to a host, or to all hosts of a pool. */
import { FileInput, Progress } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { send } from '../api/transfer';
import { FormDialog } from '../form/FormDialog';
import type { DialogProps } from '../list/noun';
import { subject } from '../list/target';
import { useLive } from '../live/hooks';
import { formatBytes, formatPercent } from '../ui/format';

export default function PackDialog({ noun, action, target, onClose }: DialogProps) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const [file, setFile] = useState<File | null>(null);
	const [share, setShare] = useState<number>();
	const [row] = target.is === 'rows' ? target.rows : [];
	const name = subject(target, noun, (count) => t(noun.counted, { count }));
	return (
		<FormDialog
			action={t(action.label)}
			onClose={onClose}
			onSubmit={async () => {
				if (file === null || row === undefined) return;
				const place =
					noun.id === 'pools'
						? await connection.call('pool.installSupplementalPack', { pool: row.id })
						: await connection.call('host.installSupplementalPack', { host: row.id });
				await send(place, file, (bytes) => setShare(bytes / Math.max(file.size, 1))).answer;
			}}
			ready={file !== null && row !== undefined}
			title={t('action.ask', { action: t(action.label), name })}
		>
			<p>{t('hostPage.packWhat')}</p>
			<FileInput
				accept=".iso"
				clearable
				description={file === null ? undefined : formatBytes(file.size)}
				label={t('hostPage.packFile')}
				onChange={setFile}
				placeholder={t('form.choose')}
				value={file}
			/>
			{share !== undefined && (
				<div>
					<Progress aria-label={t('activity.progress', { name: file?.name ?? '' })} value={share * 100} />
					<span role="status">{formatPercent(share)}</span>
				</div>
			)}
		</FormDialog>
	);
}
