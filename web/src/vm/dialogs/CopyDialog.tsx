/** Another VM like this one: in a moment by sharing its disks, or with disks of its own, here or in another storage. */
import { NativeSelect, Select, TextInput } from '@mantine/core';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ObjectSelect } from '../../form/ObjectSelect';
import { BulkDialog } from '../../list/BulkDialog';
import { type DialogProps, text } from '../../list/noun';
import { size } from '../../list/target';
import { usePoolNames } from '../../pool/usePoolNames';
import { formatBytes } from '../../ui/format';
import { roomOf, STORAGE } from '../storage';
import css from './dialogs.module.css';

type Way = 'fast' | 'full' | 'storage';

const COLUMNS = ['size', 'physical_usage', '$pool'];

export default function CopyDialog(props: DialogProps) {
	const { t } = useTranslation();
	const { action, target, noun } = props;
	const [only] = target.is === 'rows' && size(target) === 1 ? target.rows : [];
	// A VM that runs has no disks to share: what is on them changes.
	const runs = only !== undefined && only.power_state !== 'Halted' && only.type !== 'VM-snapshot';
	const ways: Way[] = only === undefined || runs ? ['storage'] : ['fast', 'full', 'storage'];
	const [way, setWay] = useState<Way>(ways[0] ?? 'storage');
	const [name, setName] = useState(() => (only === undefined ? '' : t('copyVm.nameOf', { name: noun.name(only) })));
	const [sr, setSr] = useState<string>();
	const [compress, setCompress] = useState('');
	const pools = usePoolNames();
	const order = useMemo(
		() =>
			way === 'storage'
				? { ...action, method: 'vm.copy' as const, params: {} }
				: { ...action, method: 'vm.clone' as const, params: { full_copy: way === 'full' } },
		[action, way],
	);
	const named = only === undefined ? {} : { name: name.trim() };
	const params = way === 'storage' ? { ...named, sr, ...(compress !== '' && { compress }) } : named;
	const missing =
		only !== undefined && name.trim() === ''
			? t('copyVm.giveName')
			: way === 'storage' && sr === undefined
				? t('migrate.chooseStorage')
				: undefined;
	return (
		<BulkDialog {...props} action={order} missing={missing} params={params}>
			<div className={css.fields}>
				{only !== undefined && (
					<TextInput
						autoComplete="off"
						data-autofocus
						label={t('column.name')}
						onChange={(event) => setName(event.currentTarget.value)}
						value={name}
					/>
				)}
				<NativeSelect
					data={ways.map((one) => ({ value: one, label: t(`copyVm.way.${one}`) }))}
					description={t(`copyVm.help.${way}`)}
					label={t('copyVm.how')}
					onChange={(event) => setWay(event.currentTarget.value as Way)}
					value={way}
				/>
				{way === 'storage' && (
					<div className={css.pair}>
						<ObjectSelect
							columns={COLUMNS}
							filter={STORAGE}
							hint={(row) => t('migrate.hostHint', { pool: pools(text(row, '$pool')), size: formatBytes(roomOf(row)) })}
							label={t('sr.one')}
							onChange={(row) => setSr(row?.id)}
							required
							type="SR"
							value={sr}
						/>
						<Select
							data={[
								{ value: '', label: t('none') },
								{ value: 'zstd', label: 'Zstandard' },
								{ value: 'gzip', label: 'gzip' },
							]}
							label={t('copyVm.compress')}
							onChange={(value) => setCompress(value ?? '')}
							value={compress}
						/>
					</div>
				)}
			</div>
		</BulkDialog>
	);
}
