/** Gives VMs to the browser as files: the server offers each under an address of its own that serves once. */
import { NativeSelect } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { base } from '../../app/base';
import { FormDialog } from '../../form/FormDialog';
import type { DialogProps } from '../../list/noun';
import { size, subject } from '../../list/target';
import { useTargetRows } from '../../list/useTargetRows';
import { useAll, useLive } from '../../live/hooks';
import css from './dialogs.module.css';

const NO_COLUMNS: readonly string[] = [];
const POOL_COLUMNS = ['zstdSupported'];

export default function ExportDialog({ noun, action, target, onClose }: DialogProps) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const [format, setFormat] = useState<'xva' | 'ova'>('xva');
	const [chosen, setCompress] = useState<string>();
	const found = useTargetRows(noun, target, NO_COLUMNS);
	const rows = target.is === 'rows' ? target.rows : found;
	const isWhole = rows.length === size(target);
	const pools = useAll('pool', '', POOL_COLUMNS);
	// Hosts before 7.6 do not know it.
	const zstd = pools
		?.filter(({ id }) => rows.some((row) => row.$pool === id))
		.every((pool) => pool.zstdSupported === true);
	const compress = chosen ?? (zstd === false ? 'gzip' : 'zstd');
	const name = subject(target, noun, (count) => t(noun.counted, { count }) as string);
	const save = async () => {
		for (const row of rows) {
			const packed = format === 'xva' && compress !== '' ? { compress } : {};
			const offered = await connection.call('vm.export', { vm: row.id, format, ...packed });
			download(new URL(offered.$getFrom.replace(/^\//, ''), base()).href);
		}
	};
	return (
		<FormDialog
			action={t(action.label)}
			onClose={onClose}
			onSubmit={save}
			ready={rows.length > 0 && isWhole}
			title={t('exportVm.title', { name })}
		>
			{!isWhole && <p className={css.note}>{t('exportVm.tooMany')}</p>}
			<div className={css.pair}>
				<NativeSelect
					data={[
						{ value: 'xva', label: t('exportVm.xva') },
						{ value: 'ova', label: t('exportVm.ova') },
					]}
					data-autofocus
					label={t('exportVm.format')}
					onChange={(event) => setFormat(event.currentTarget.value === 'ova' ? 'ova' : 'xva')}
					value={format}
				/>
				{format === 'xva' && (
					<NativeSelect
						data={[
							...(zstd === false ? [] : [{ value: 'zstd', label: t('exportVm.zstd') }]),
							{ value: 'gzip', label: 'gzip' },
							{ value: '', label: t('none') },
						]}
						label={t('exportVm.compress')}
						onChange={(event) => setCompress(event.currentTarget.value)}
						value={compress}
					/>
				)}
			</div>
			<p className={css.note}>{t('exportVm.help')}</p>
		</FormDialog>
	);
}

/** Lets the browser fetch a file, beside what else it does. */
function download(address: string): void {
	const link = document.createElement('a');
	link.href = address;
	link.download = '';
	document.body.append(link);
	link.click();
	link.remove();
}
