/** What most VMs need not be told. */
import { NativeSelect, NumberInput, Switch } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { BytesInput } from '../../form/BytesInput';
import { ObjectSelect } from '../../form/ObjectSelect';
import { number } from '../../list/noun';
import { useAll } from '../../live/hooks';
import { within } from '../../live/listing';
import { formatBytes } from '../../ui/format';
import { count } from './BasicsPart';
import { isPv } from './draft';
import css from './NewVm.module.css';
import { problem, useForm } from './part';

const HOST_COLUMNS = ['memory.size', 'memory.usage'];

export function AdvancedPart() {
	const { t } = useTranslation();
	const form = useForm();
	const { draft, facts, change } = form;
	const hvm = !isPv(facts.template);
	const uefi = hvm && draft.firmware === 'uefi';
	const limits = ['cpusMax', 'cpuWeight', 'cpuCap'] as const;
	return (
		<details className={css.part}>
			<summary className={css.summary}>{t('newVm.advanced')}</summary>
			<div className={css.switches}>
				<Switch
					checked={draft.autoStart}
					label={t('vm.autoStart')}
					onChange={(event) => change({ autoStart: event.currentTarget.checked })}
				/>
				{draft.disks.some(({ position }) => position !== undefined) && (
					<Switch
						checked={draft.fast}
						description={t('newVm.fastHelp')}
						label={t('newVm.fast')}
						onChange={(event) => change({ fast: event.currentTarget.checked })}
					/>
				)}
				{hvm && (
					<>
						<Switch
							checked={draft.secureBoot}
							disabled={!uefi}
							label={t('newVm.secureBoot')}
							onChange={(event) => change({ secureBoot: event.currentTarget.checked })}
						/>
						<Switch
							checked={draft.vtpm}
							description={facts.pool.vtpmSupported === true ? undefined : t('newVm.noVtpm')}
							disabled={!uefi || facts.pool.vtpmSupported !== true}
							label={t('newVm.vtpm')}
							onChange={(event) => change({ vtpm: event.currentTarget.checked })}
						/>
						<Switch
							checked={draft.copyBios}
							description={t('newVm.copyBiosHelp')}
							label={t('newVm.copyBios')}
							onChange={(event) => change({ copyBios: event.currentTarget.checked })}
						/>
					</>
				)}
			</div>
			<div className={`${css.fields} ${css.more}`}>
				<ObjectSelect
					columns={HOST_COLUMNS}
					description={t('newVm.affinityHelp')}
					filter={within('', '$pool', facts.pool.id)}
					hint={(row) =>
						t('newVm.free', {
							size: formatBytes((number(row, 'memory.size') ?? 0) - (number(row, 'memory.usage') ?? 0)),
						})
					}
					label={t('newVm.affinity')}
					onChange={(row) => change({ host: row?.id })}
					placeholder={t('newVm.anyHost')}
					type="host"
					value={draft.host}
				/>
				{hvm && (
					<NativeSelect
						data={[
							{ value: 'bios', label: 'BIOS' },
							{ value: 'uefi', label: 'UEFI' },
						]}
						error={problem(form, t, 'firmware')}
						label={t('newVm.firmware')}
						onChange={(event) => {
							const firmware = event.currentTarget.value;
							change({ firmware, ...(firmware !== 'uefi' && { secureBoot: false, vtpm: false }) });
						}}
						value={draft.firmware}
					/>
				)}
				<NativeSelect
					data={[
						{ value: '', label: t('off') },
						{ value: 'best-effort', label: t('newVm.ha.bestEffort') },
						{ value: 'restart', label: t('newVm.ha.restart') },
					]}
					description={facts.pool.HA_enabled === true ? undefined : t('newVm.ha.off')}
					label={t('vm.ha')}
					onChange={(event) =>
						change({ highAvailability: event.currentTarget.value as '' | 'restart' | 'best-effort' })
					}
					value={draft.highAvailability}
				/>
				{(['memoryMin', 'memoryMax'] as const).map((field) => (
					<BytesInput
						error={problem(form, t, field)}
						key={field}
						label={t(`newVm.${field}`)}
						onChange={(size) => change({ [field]: size })}
						value={draft[field]}
					/>
				))}
				{limits.map((field) => (
					<NumberInput
						allowDecimal={false}
						allowNegative={false}
						error={problem(form, t, field)}
						key={field}
						label={t(`newVm.${field}`)}
						onChange={(value) => change({ [field]: count(value) })}
						placeholder={t('newVm.byDefault')}
						value={draft[field] ?? ''}
					/>
				))}
				<Graphics />
			</div>
		</details>
	);
}

const ID = ['name_label'];

/** A virtual graphics card, where the pool has some. */
function Graphics() {
	const { t } = useTranslation();
	const form = useForm();
	const { draft, facts, change } = form;
	const filter = within('', '$pool', facts.pool.id);
	const groups = useAll('gpuGroup', filter, ID);
	const types = useAll('vgpuType', filter);
	if (groups === undefined || groups.length === 0) return null;
	return (
		<>
			<ObjectSelect
				filter={filter}
				label={t('newVm.gpuGroup')}
				onChange={(row) => change({ gpuGroup: row?.id, vgpuType: undefined })}
				type="gpuGroup"
				value={draft.gpuGroup}
			/>
			{draft.gpuGroup !== undefined && (
				<NativeSelect
					data={[
						{ value: '', label: t('form.choose') },
						...(types ?? [])
							.filter((type) => (type.gpuGroups as string[] | undefined)?.includes(String(draft.gpuGroup)))
							.map((type) => ({ value: type.id, label: String(type.modelName) })),
					]}
					error={problem(form, t, 'vgpuType')}
					label={t('newVm.vgpuType')}
					onChange={(event) => change({ vgpuType: event.currentTarget.value || undefined })}
					value={draft.vgpuType ?? ''}
				/>
			)}
		</>
	);
}
