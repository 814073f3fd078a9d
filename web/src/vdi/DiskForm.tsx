/** The form of a new disk, of a VM or on a storage. */
import { Checkbox, TextInput } from '@mantine/core';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { BytesInput } from '../form/BytesInput';
import { FormDialog } from '../form/FormDialog';
import { ObjectSelect } from '../form/ObjectSelect';
import { text } from '../list/noun';
import { useLive, useObject, useView } from '../live/hooks';
import type { Row } from '../live/view';
import { freeOf, SrSelect } from '../sr/SrSelect';
import { formatBytes } from '../ui/format';

interface DiskFormProps {
	/** The VM that gets it; without, one may be chosen. */
	vm?: string;
	/** The storage it goes to; without, one is chosen. */
	sr?: string;
	onClose: () => void;
}

const GIB = 2 ** 30;
const POOL = ['$pool'];

export function DiskForm({ vm: vmId, sr: srId, onClose }: DiskFormProps) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const { object: vm } = useObject('VM', vmId);
	const fixed = useSr(srId);
	const pool = vm?.$pool ?? (fixed === undefined ? undefined : text(fixed, '$pool'));
	const usual = useDefaultSr(vm?.$pool);
	const [chosen, setChosen] = useState<Row>();
	const [owner, setOwner] = useState<Row>();
	const [name, setName] = useState<string>();
	const [description, setDescription] = useState('');
	const [size, setSize] = useState<number | undefined>(10 * GIB);
	const [bootable, setBootable] = useState(false);
	const [readOnly, setReadOnly] = useState(false);
	const sr = fixed ?? chosen ?? usual;
	const called = name ?? (vm === undefined ? '' : `${vm.name_label} ${vm.$VBDs.length}`);
	const free = sr === undefined ? undefined : freeOf(sr);
	const ofVm = vmId ?? owner?.id;
	const create = async () => {
		if (sr === undefined || size === undefined) return;
		const made = await connection.call('disk.create', {
			name: called.trim(),
			size,
			sr: sr.id,
			...(ofVm !== undefined && { vm: ofVm, bootable, mode: readOnly ? ('RO' as const) : ('RW' as const) }),
		});
		if (description.trim() !== '') {
			await connection.call('vdi.set', { id: String(made), name_description: description.trim() });
		}
	};
	return (
		<FormDialog
			action={t('disk.create')}
			onClose={onClose}
			onSubmit={create}
			ready={called.trim() !== '' && sr !== undefined && size !== undefined && size > 0}
			title={t('disk.new')}
		>
			<TextInput
				autoComplete="off"
				data-autofocus
				label={t('column.name')}
				onChange={(event) => setName(event.currentTarget.value)}
				required
				value={called}
				withAsterisk={false}
			/>
			<TextInput
				autoComplete="off"
				label={t('edit.description')}
				onChange={(event) => setDescription(event.currentTarget.value)}
				placeholder={t('form.optional')}
				value={description}
			/>
			<BytesInput
				description={
					free !== undefined && size !== undefined && size > free
						? t('disk.larger', { free: formatBytes(free) })
						: undefined
				}
				label={t('column.size')}
				onChange={setSize}
				required
				value={size}
			/>
			{srId === undefined && (
				<SrSelect onChange={setChosen} pool={pool ?? (owner?.$pool as string | undefined)} required value={sr?.id} />
			)}
			{vmId === undefined && (
				<ObjectSelect
					columns={POOL}
					description={t('disk.forVmHelp')}
					filter={sr === undefined ? '' : `$pool:${text(sr, '$pool')}`}
					label={t('disk.forVm')}
					onChange={setOwner}
					placeholder={t('disk.noVm')}
					type="VM"
					value={owner?.id}
				/>
			)}
			{ofVm !== undefined && (
				<>
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
				</>
			)}
		</FormDialog>
	);
}

const SR_COLUMNS = ['name_label', 'size', 'physical_usage', '$pool'];

function useSr(id: string | undefined): Row | undefined {
	const wish = useMemo(
		() => (id === undefined ? undefined : { type: 'SR', filter: `id:${id}`, columns: SR_COLUMNS, limit: 1 }),
		[id],
	);
	return useView(wish).rows.find((row) => row.id === id);
}

/** The storage where new disks of a pool go unless somebody says otherwise. */
export function useDefaultSr(pool: string | undefined): Row | undefined {
	const wish = useMemo(
		() => (pool === undefined ? undefined : { type: 'pool', filter: `id:${pool}`, columns: ['default_SR'], limit: 1 }),
		[pool],
	);
	const [row] = useView(wish).rows;
	return useSr(row === undefined ? undefined : text(row, 'default_SR') || undefined);
}
